import type { DeploymentRunResource } from '../../controller/core/resources/deployment-run.js';
import type { EnvironmentResource } from '../../controller/core/resources/environment.js';
import type { ReleaseResource } from '../../controller/core/resources/release.js';
import { belongsTo } from '../../controller/core/run/identity.js';
import type { Effect } from '../../test/support/jenkins/definition.js';
import { isReady } from './view.js';

export interface Summary {
  readonly event: 'summary';
  readonly deployments: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly builds: number;
  readonly checks: number;
  readonly foreign: number;
  readonly doubles: number;
  /** What the paths of releases left to be done. */
  readonly owed: number;
  readonly errors: number;
  readonly seconds: number;
  /** What is not as it should be; empty when all is well. */
  readonly problems: readonly string[];
}

export interface Facts {
  readonly runs: readonly DeploymentRunResource[];
  readonly environments: readonly EnvironmentResource[];
  readonly releases: readonly ReleaseResource[];
  /** Every start of a job in Jenkins. */
  readonly effects: readonly Effect[];
  readonly errors: number;
  readonly seconds: number;
}

export interface Expected {
  readonly deployments: number;
  readonly failed: number;
  readonly checks: number;
  readonly foreign: number;
  readonly owed: number;
  readonly errors: number;
  readonly environments: number;
}

/** Compares what was recorded with what Jenkins really ran, and both with what the story should have led to. */
export function reckon(facts: Facts, expected: Expected): Summary {
  const { runs, effects, errors, seconds } = facts;
  const own = effects.filter(({ parameters }) => (parameters.TOWPATH_RUN ?? '') !== '');
  const ids = own.map(({ parameters }) => parameters.TOWPATH_RUN ?? '');
  const known = ids.filter((id) => runs.filter((run) => belongsTo(run, id)).length === 1);
  const deployments = ids.filter((id) => id.split('.').length === 4);
  const ended = (phase: string) => runs.filter(({ status }) => status?.phase === phase).length;
  const counts = {
    deployments: runs.length,
    succeeded: ended('Succeeded'),
    failed: runs.length - ended('Succeeded'),
    builds: effects.length,
    checks: ids.length - deployments.length,
    foreign: effects.length - own.length,
    doubles: ids.length - new Set(ids).size,
    owed: facts.releases.flatMap(({ status }) => status?.obligations ?? []).filter(({ state }) => state !== 'met').length,
    errors,
  };
  const problems = [
    ...Object.entries(expected).flatMap(([name, wanted]) => {
      const is = name === 'environments' ? facts.environments.length : counts[name as keyof typeof counts];
      return is === wanted ? [] : [`${name}: ${is}, and not ${wanted}`];
    }),
    ...(counts.doubles === 0 ? [] : [`${counts.doubles} builds are doubles`]),
    ...(known.length === ids.length ? [] : [`${ids.length - known.length} builds belong to no run`]),
    ...(deployments.length === runs.length ? [] : [`${runs.length} runs, but ${deployments.length} deployments in Jenkins`]),
    ...facts.environments.filter((one) => !isReady(one)).map(({ metadata }) => `${metadata.name} is not ready`),
  ];
  return { event: 'summary', ...counts, seconds, problems };
}
