import type { DeploymentRunResource } from '../resources/deployment-run.js';
import type { EnvironmentResource } from '../resources/environment.js';
import { isTerminal, phaseOf } from '../run/run.js';
import { phaseStyle } from './listing.js';
import { took } from './sections.js';

/** One deployment, as far as the environment and its runs tell. */
export interface Deployment {
  readonly started: string;
  readonly version: string;
  readonly result: string;
  readonly took?: string;
  readonly run?: string;
  readonly cause?: string;
  readonly build?: string;
}

/** What is under way and the last deployments, newest first. Adoptions have no run; runs that were pruned have no cause. */
export function deploymentsOf(environment: EnvironmentResource, runs: readonly DeploymentRunResource[]): Deployment[] {
  const history = environment.status?.history ?? [];
  const known = new Set(history.map(({ run }) => run));
  const open = runs.filter((run) => !isTerminal(run) && !known.has(run.metadata.name));
  const underWay = open.map((run) => ({
    started: run.status?.timestamps?.Pending ?? run.metadata.creationTimestamp ?? '',
    version: run.spec.version,
    result: phaseOf(run) as string,
    ...moreOf(run),
  }));
  const past = history.map(({ startedAt, finishedAt, version, result, run }) => {
    const duration = run === undefined ? undefined : took(startedAt, finishedAt);
    const record = runs.find(({ metadata }) => metadata.name === run);
    return {
      started: startedAt,
      version,
      result,
      ...(duration === undefined ? {} : { took: duration }),
      ...(run === undefined ? {} : { run }),
      ...(record === undefined ? {} : moreOf(record)),
    };
  });
  return [...underWay.reverse(), ...past];
}

function moreOf({ metadata, spec, status }: DeploymentRunResource) {
  const build = status?.jenkins?.buildUrl;
  return { run: metadata.name, cause: spec.cause.message, ...(build === undefined ? {} : { build }) };
}

export function deploymentsTable(deployments: readonly Deployment[]) {
  const columns = [
    { name: 'STARTED', keep: 50 },
    { name: 'VERSION', least: 8 },
    { name: 'RESULT' },
    { name: 'TOOK', keep: 40 },
    { name: 'RUN', keep: 30 },
    { name: 'CAUSE', keep: 20, least: 16, optional: true as const },
    { name: 'BUILD', keep: 10, least: 20, optional: true as const },
  ];
  const rows = deployments.map(({ started, version, result, took: duration = '', run = '', cause = '', build = '' }) => [
    started,
    version,
    { text: result, style: result === 'Adopted' ? ('good' as const) : phaseStyle(result as never) },
    duration,
    run,
    cause,
    build,
  ]);
  return { columns, rows };
}
