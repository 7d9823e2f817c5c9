import { compact } from '../compact.js';
import type { JsonObject } from '../model.js';
import { history, recordedState, verifiedReleases } from '../recorded.js';
import type { DeploymentRunResource } from '../resources/deployment-run.js';
import type { EnvironmentSpec, EnvironmentStatus, RecordedState } from '../resources/environment.js';
import { environmentName } from '../run/identity.js';
import { expiredRuns } from '../run/retention.js';

/** What an empty cluster is given back: the newest runs of each environment, and what follows from all of them. */
export interface RestoredEnvironment {
  readonly namespace: string;
  readonly name: string;
  readonly spec: EnvironmentSpec;
  readonly status: EnvironmentStatus;
  /** Lowest number first. */
  readonly runs: readonly DeploymentRunResource[];
}

interface Told {
  readonly spec: EnvironmentSpec;
  readonly namespace: string;
  readonly runs: DeploymentRunResource[];
  adopted?: RecordedState;
}

/** Works out every environment from the records of a trail, whatever their order; `historyLimit` runs of each are kept. */
export function restoredEnvironments(records: readonly JsonObject[], historyLimit: number): RestoredEnvironment[] {
  const told = new Map<string, Told>();
  for (const record of records) note(record, told);
  return [...told.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => restored(one, historyLimit));
}

function note(record: JsonObject, told: Map<string, Told>): void {
  if (record.type === 'run') {
    const run = record.run as unknown as DeploymentRunResource;
    placeOf(told, run.metadata.namespace, specOf(run)).runs.push(run);
    return;
  }
  if (record.type !== 'adoption') return;
  const { metadata, spec } = record.environment as unknown as { metadata: { namespace: string }; spec: EnvironmentSpec };
  const place = placeOf(told, metadata.namespace, spec);
  const recorded = record.recorded as unknown as RecordedState;
  if (place.adopted === undefined || place.adopted.since < recorded.since) place.adopted = recorded;
}

function placeOf(told: Map<string, Told>, namespace: string, spec: EnvironmentSpec): Told {
  const key = `${namespace}/${environmentName(spec.product, spec.environment)}`;
  const known = told.get(key) ?? { spec, namespace, runs: [] };
  told.set(key, known);
  return known;
}

function specOf({ spec: { product, environment, stage, client, source } }: DeploymentRunResource): EnvironmentSpec {
  return compact<EnvironmentSpec>({ product, environment, stage, client, source });
}

function restored({ spec, namespace, runs: all, adopted }: Told, historyLimit: number): RestoredEnvironment {
  const runs = inOneLine(all);
  const recorded = recordedState(adopted, runs, undefined);
  const verified = verifiedReleases([], runs, adopted);
  const gone = new Set(expiredRuns(runs, historyLimit));
  return {
    namespace,
    name: environmentName(spec.product, spec.environment),
    spec: runs.at(-1) === undefined ? spec : specOf(runs.at(-1) as DeploymentRunResource),
    status: compact<EnvironmentStatus>({
      observedGeneration: -1,
      recorded,
      run: runs.at(-1)?.metadata.name,
      history: history([], runs, recorded),
      verified,
    }),
    runs: runs.filter((run) => !gone.has(run)),
  };
}

/**
 * In their order. Where the records of a cluster were lost and nothing was restored, numbers began anew: then the newest of each counts, and
 * nothing that stands above it from before.
 */
function inOneLine(all: readonly DeploymentRunResource[]): DeploymentRunResource[] {
  const runs = [...all].sort((a, b) => a.spec.number - b.spec.number);
  if (new Set(runs.map(({ spec }) => spec.number)).size === runs.length) return runs;
  const made = ({ metadata }: DeploymentRunResource) => metadata.creationTimestamp ?? '';
  const line: DeploymentRunResource[] = [];
  for (const run of runs.sort((a, b) => (made(a) < made(b) ? 1 : made(a) > made(b) ? -1 : b.spec.number - a.spec.number)))
    if (run.spec.number < (line[0]?.spec.number ?? Number.POSITIVE_INFINITY)) line.unshift(run);
  return line;
}

/** A run as it is written again: what the old server gave it stands in `restored`, by which builds of then are known. */
export function toRestoredRun(run: DeploymentRunResource): {
  spec: DeploymentRunResource['spec'];
  labels: Record<string, string>;
} {
  const { uid = '' } = run.metadata;
  return { spec: { ...run.spec, restored: run.spec.restored ?? { uid } }, labels: run.metadata.labels ?? {} };
}
