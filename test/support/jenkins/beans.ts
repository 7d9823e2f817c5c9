import type { Cause, JobDefinition, ParameterDefinition, ParameterValue, UserDefinition } from './definition.js';
import type { Build, Item, JenkinsProcess } from './process.js';
import { type Bean, bean, type Exported } from './tree.js';

/** What the exported objects are made of. `rootUrl` ends in a slash: it is the configured one, not that of the request. */
export interface World {
  readonly process: JenkinsProcess;
  readonly definitions: ReadonlyMap<string, JobDefinition>;
  readonly rootUrl: string;
  readonly executors: number;
  readonly now: () => number;
}

const folderClass = 'com.cloudbees.hudson.plugins.folder.Folder';

export function jobPath(name: string): string {
  return name
    .split('/')
    .map((segment) => `job/${encodeURIComponent(segment)}/`)
    .join('');
}

function shortName(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

/** Whether a folder of that full name exists, which it does where a job lies in it. */
export function isFolder(world: World, name: string): boolean {
  return [...world.definitions.keys()].some((job) => job.startsWith(`${name}/`));
}

function children(world: World, folder: string): Bean[] {
  const prefix = folder === '' ? '' : `${folder}/`;
  const names = [...world.definitions.keys()].filter((name) => name.startsWith(prefix));
  const direct = new Set(names.map((name) => prefix + (name.slice(prefix.length).split('/')[0] ?? '')));
  return [...direct].map((name) => {
    const definition = world.definitions.get(name);
    return definition === undefined ? folderBean(world, name) : jobBean(world, definition);
  });
}

export function rootBean(world: World): Bean {
  const view = (): Bean => bean('hudson.model.AllView', { name: () => 'all', url: () => world.rootUrl });
  return bean('hudson.model.Hudson', {
    assignedLabels: () => [bean(undefined, { name: () => 'built-in' })],
    mode: () => 'NORMAL',
    nodeDescription: () => "the Jenkins controller's built-in node",
    nodeName: () => '',
    numExecutors: () => world.executors,
    description: () => null,
    jobs: () => children(world, ''),
    overallLoad: () => bean(undefined, {}),
    primaryView: view,
    quietDownReason: () => null,
    quietingDown: () => world.process.quieting !== undefined,
    slaveAgentPort: () => -1,
    unlabeledLoad: () => bean('jenkins.model.UnlabeledLoadStatistics', {}),
    url: () => world.rootUrl,
    useCrumbs: () => true,
    useSecurity: () => true,
    views: () => [view()],
  });
}

export function folderBean(world: World, name: string): Bean {
  const url = (): string => world.rootUrl + jobPath(name);
  const view = (): Bean => bean('hudson.model.AllView', { name: () => 'All', url });
  return bean(
    folderClass,
    {
      actions: () => [bean(undefined, {}), bean(undefined, {})],
      description: () => null,
      displayName: () => shortName(name),
      displayNameOrNull: () => null,
      fullDisplayName: () => name.replaceAll('/', ' » '),
      fullName: () => name,
      name: () => shortName(name),
      url,
      healthReport: () => [],
      jobs: () => children(world, name),
      primaryView: view,
      views: () => [view()],
    },
    { nested: ['name', 'url'] },
  );
}

export function jobBean(world: World, definition: JobDefinition): Bean {
  const { name } = definition;
  const builds = (): Build[] => world.process.builds(name);
  const buildBeans = (): Bean[] => builds().map((build) => buildBean(world, name, build));
  const newest = (accept: (build: Build) => boolean) => (): Exported => {
    const found = builds().find(accept);
    return found === undefined ? null : buildBean(world, name, found);
  };
  const definitions = (isAction: boolean): Bean =>
    bean('hudson.model.ParametersDefinitionProperty', {
      parameterDefinitions: () => (definition.parameters ?? []).map((each) => parameterDefinitionBean(each, isAction)),
    });
  const properties = (isAction = false): Bean[] => (definition.parameters === undefined ? [] : [definitions(isAction)]);
  const item = (): Item | undefined => world.process.waiting().find(({ job }) => job === name);
  return bean(
    'hudson.model.FreeStyleProject',
    {
      actions: () => [...properties(true), bean(undefined, {}), bean(undefined, {})],
      description: () => definition.description ?? null,
      displayName: () => shortName(name),
      displayNameOrNull: () => null,
      fullDisplayName: () => name.replaceAll('/', ' » '),
      fullName: () => name,
      name: () => shortName(name),
      url: () => world.rootUrl + jobPath(name),
      allBuilds: buildBeans,
      buildable: () => definition.disabled !== true,
      builds: () => buildBeans().slice(0, 100),
      color: () => color(world, definition),
      firstBuild: () => buildBeans().at(-1) ?? null,
      healthReport: () => [],
      inQueue: () => item() !== undefined,
      keepDependencies: () => false,
      lastBuild: newest(() => true),
      lastCompletedBuild: newest(({ building }) => !building),
      lastFailedBuild: newest(({ result }) => result === 'FAILURE'),
      lastStableBuild: newest(({ result }) => result === 'SUCCESS'),
      lastSuccessfulBuild: newest(({ result }) => result === 'SUCCESS' || result === 'UNSTABLE'),
      lastUnstableBuild: newest(({ result }) => result === 'UNSTABLE'),
      lastUnsuccessfulBuild: newest(({ building, result }) => !building && result !== 'SUCCESS'),
      nextBuildNumber: () => world.process.job(name).nextBuildNumber,
      property: () => properties(),
      queueItem: () => {
        const waiting = item();
        return waiting === undefined ? null : itemBean(world, waiting);
      },
      concurrentBuild: () => definition.concurrent === true,
      disabled: () => definition.disabled === true,
      downstreamProjects: () => [],
      labelExpression: () => definition.label ?? null,
      scm: () => bean('hudson.scm.NullSCM', {}),
      upstreamProjects: () => [],
    },
    { nested: ['name', 'url', 'color'], hidden: ['allBuilds'] },
  );
}

function color(world: World, definition: JobDefinition): string {
  if (definition.disabled === true) return 'disabled';
  const builds = world.process.builds(definition.name);
  const colors: Readonly<Record<string, string>> = {
    SUCCESS: 'blue',
    UNSTABLE: 'yellow',
    FAILURE: 'red',
    ABORTED: 'aborted',
    NOT_BUILT: 'notbuilt',
  };
  const last = builds.find(({ building }) => !building)?.result;
  return `${colors[last ?? 'NOT_BUILT']}${builds[0]?.building === true ? '_anime' : ''}`;
}

const kinds = { string: 'String', text: 'Text', choice: 'Choice', boolean: 'Boolean', password: 'Password' } as const;

function parameterDefinitionBean(definition: ParameterDefinition, isAction: boolean): Bean {
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

function actionBeans(parameters: readonly ParameterValue[], causes: readonly Cause[]): Bean[] {
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

export function queueBean(world: World): Bean {
  return bean('hudson.model.Queue', {
    discoverableItems: () => [],
    items: () => inOrder(world.process.waiting()).map((item) => itemBean(world, item)),
  });
}

/** As the queue lists its items: those in their delay, then the blocked ones, then the others. */
function inOrder(items: readonly Item[]): Item[] {
  const groups: readonly Item['state'][] = ['waiting', 'blocked', 'buildable', 'pending'];
  return groups.flatMap((group) => items.filter(({ state }) => state === group));
}

const itemClasses = { waiting: 'Waiting', blocked: 'Blocked', buildable: 'Buildable', pending: 'Buildable', left: 'Left' };

export function itemBean(world: World, item: Item): Bean {
  const { state } = item;
  return bean(`hudson.model.Queue$${itemClasses[state]}Item`, {
    actions: () => actionBeans(item.parameters, item.causes),
    blocked: () => state === 'blocked',
    buildable: () => state === 'buildable' || state === 'pending',
    id: () => item.id,
    inQueueSince: () => item.inQueueSince,
    params: () => item.parameters.map(({ name, type, value }) => `\n${name}=${type === 'password' ? '****' : value}`).join(''),
    stuck: () => state === 'buildable' && world.definitions.get(item.job)?.label !== undefined,
    task: () => jobBean(world, world.definitions.get(item.job) ?? { name: item.job }),
    url: () => `queue/item/${item.id}/`,
    why: () => why(world, item),
    ...(state === 'waiting' ? { timestamp: () => item.due } : {}),
    ...(state === 'left' ? { cancelled: () => item.cancelled, executable: () => executable(world, item) } : {}),
    ...(state === 'waiting' || state === 'left' ? {} : { buildableStartMilliseconds: () => item.buildableSince }),
    ...(state === 'buildable' || state === 'pending' ? { pending: () => state === 'pending' } : {}),
  });
}

function executable(world: World, item: Item): Exported {
  const { buildNumber } = item;
  if (buildNumber === undefined) return null;
  return bean('hudson.model.FreeStyleBuild', {
    number: () => buildNumber,
    url: () => `${world.rootUrl}${jobPath(item.job)}${buildNumber}/`,
  });
}

function why(world: World, item: Item): string | null {
  const { state } = item;
  if (state === 'left') return null;
  if (state === 'waiting') return `In the quiet period. Expires in ${duration(item.due - world.now())}`;
  const blocker = world.process.blockedBy(item);
  if (state === 'blocked' && blocker !== undefined) {
    const left = blocker.startedAt + blocker.estimatedDurationMs - world.now();
    const eta = blocker.estimatedDurationMs < 0 || left < 0 ? 'N/A' : duration(left);
    return `Build #${blocker.number} is already in progress (ETA: ${eta})`;
  }
  return world.process.whyHeld(item) ?? 'Waiting for next available executor';
}

/** As Jenkins words a short time: `19 sec`, `1.1 sec`, `2 ms`. */
function duration(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 10_000) return `${Number((ms / 1000).toFixed(1))} sec`;
  if (ms < 60_000) return `${Math.floor(ms / 1000)} sec`;
  return `${Math.floor(ms / 60_000)} min ${Math.floor((ms % 60_000) / 1000)} sec`;
}

export function userBean({ rootUrl }: World, { name }: UserDefinition): Bean {
  return bean('hudson.model.User', {
    absoluteUrl: () => `${rootUrl}user/${encodeURIComponent(name)}`,
    description: () => null,
    fullName: () => name,
    id: () => name,
    property: () => [],
  });
}

export function computersBean(world: World): Bean {
  const running = world.process.runningBuilds();
  const executors = (): Bean[] =>
    Array.from({ length: world.executors }, (_, number) => {
      const work = running[number];
      return bean(undefined, {
        currentExecutable: () => (work === undefined ? null : buildBean(world, work.job, work.build)),
        number: () => number,
        progress: () => -1,
      });
    });
  const computer = bean('hudson.model.Hudson$MasterComputer', {
    displayName: () => 'Built-In Node',
    executors,
    oneOffExecutors: () => [],
  });
  return bean('hudson.model.ComputerSet', {
    busyExecutors: () => running.length,
    computer: () => [computer],
    totalExecutors: () => world.executors,
  });
}
