import type { Cause, JobDefinition, ParameterDefinition, ParameterValue } from './definition.js';
import type { Build } from './live.js';
import type { JenkinsProcess } from './process.js';
import { type Bean, bean } from './tree.js';

/** What the exported objects are made of. `rootUrl` ends in a slash: it is the configured one, not that of the request. */
export interface World {
  readonly process: JenkinsProcess;
  readonly definitions: ReadonlyMap<string, JobDefinition>;
  readonly rootUrl: string;
  readonly executors: number;
  readonly now: () => number;
}

export function jobPath(name: string): string {
  return name
    .split('/')
    .map((segment) => `job/${encodeURIComponent(segment)}/`)
    .join('');
}

const kinds = { string: 'String', text: 'Text', choice: 'Choice', boolean: 'Boolean', password: 'Password' } as const;

export function parameterDefinitionBean(definition: ParameterDefinition, isAction: boolean): Bean {
  const { name, type = 'string', choices, default: text } = definition;
  const kind = kinds[type];
  const value = { name, type: type === 'choice' ? ('string' as const) : type, value: text ?? choices?.[0] ?? '' };
  return bean(`hudson.model.${kind}ParameterDefinition`, {
    // The same definitions show twice, once among the actions, where the default's name is left out.
    defaultParameterValue: () => ({ ...valueBean(value), hidden: isAction ? ['name'] : [] }),
    description: () => null,
    name: () => name,
    type: () => `${kind}ParameterDefinition`,
    choices: () => (choices === undefined ? undefined : [...choices]),
  });
}

function valueBean({ name, type, value }: ParameterValue): Bean {
  const shown = type === 'password' ? undefined : type === 'boolean' ? value === 'true' : value;
  const kind = kinds[type === 'choice' ? 'string' : type];
  return bean(`hudson.model.${kind}ParameterValue`, { name: () => name, value: () => shown });
}

export function actionBeans(parameters: readonly ParameterValue[], causes: readonly Cause[]): Bean[] {
  const given = bean('hudson.model.ParametersAction', { parameters: () => parameters.map((value) => valueBean(value)) });
  const cause = bean('hudson.model.CauseAction', { causes: () => causes.map(causeBean) });
  return parameters.length === 0 ? [cause] : [given, cause];
}

function causeBean({ user }: Cause): Bean {
  return bean('hudson.model.Cause$UserIdCause', {
    shortDescription: () => `Started by user ${user}`,
    userId: () => user,
    userName: () => user,
  });
}

export function buildBean(world: World, job: string, build: Build): Bean {
  const elapsed = (): number => world.now() - build.startedAt;
  const progress = (): number =>
    build.estimatedDurationMs <= 0 ? -1 : Math.min(99, Math.floor((elapsed() / build.estimatedDurationMs) * 100));
  const executor = (): Bean => bean(undefined, { likelyStuck: () => false, progress }, { nested: [] });
  const interrupted = build.interrupted && !build.building ? [bean('jenkins.model.InterruptedBuildAction', {})] : [];
  return bean(
    'hudson.model.FreeStyleBuild',
    {
      actions: () => (build.hasActions ? [...actionBeans(build.parameters, build.causes), ...interrupted] : []),
      artifacts: () => [],
      building: () => build.building,
      description: () => null,
      displayName: () => `#${build.number}`,
      duration: () => build.durationMs,
      estimatedDuration: () => (build.building || build.estimatedDurationMs > 0 ? build.estimatedDurationMs : build.durationMs),
      executor: () => (build.building ? executor() : null),
      fullDisplayName: () => `${job.replaceAll('/', ' » ')} #${build.number}`,
      id: () => String(build.number),
      inProgress: () => build.building,
      keepLog: () => false,
      number: () => build.number,
      queueId: () => build.queueId,
      result: () => build.result ?? null,
      timestamp: () => build.startedAt,
      url: () => `${world.rootUrl}${jobPath(job)}${build.number}/`,
      builtOn: () => '',
      changeSet: () => bean('hudson.scm.EmptyChangeLogSet', { items: () => [], kind: () => null }),
      culprits: () => [],
    },
    { nested: ['number', 'url'] },
  );
}
