import { type RestoredEnvironment, restoredEnvironments, toRestoredRun } from '../core/audit/restore.js';
import type { DeploymentRunResource } from '../core/resources/deployment-run.js';
import type { ReleaseSourceResource } from '../core/resources/release-source.js';
import { isTerminal } from '../core/run/run.js';
import { fromTime } from '../core/time.js';
import type { Kube } from '../kube/kube.js';
import { listLeases, readLease } from '../kube/lease.js';
import { NotFound } from './not-found.js';
import { readTrail } from './trail.js';

/** Gives an empty cluster back what was recorded: the newest runs of each environment, and what follows from all of them. */

export interface RebuildOptions {
  /** The ReleaseSource whose trail it is; the only one where absent. */
  readonly source?: string;
  /** A folder with the trail, instead of the bucket. */
  readonly folder?: string;
  /** Where folders of the ReleaseSource are looked for; standalone only. */
  readonly directoriesRelativeTo?: string;
  /** Absent namespace: every lease of the name is looked at. */
  readonly lease: { readonly namespace?: string; readonly name: string };
  /** No controller can be at work: the API is up for this alone. */
  readonly alone?: boolean;
  /** Only says what would be done. */
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
}

export interface Rebuilt {
  readonly environments: readonly {
    readonly name: string;
    readonly version?: string;
    readonly runs: number;
    readonly skipped?: string;
  }[];
}

/** Nothing that is there already is changed. Throws NotFound, ReconcileError, and Error where a controller is at work. */
export async function rebuild(kube: Kube, options: RebuildOptions): Promise<Rebuilt> {
  const source = findSource(kube, options.source);
  const refuse = async () => options.alone === true || (await refuseWhileLed(kube, options));
  await refuse();
  const records = await readTrail(source, kube, options);
  const restored = restoredEnvironments(records, source.spec.historyLimit ?? 20);
  const environments: Rebuilt['environments'][number][] = [];
  for (const one of restored) {
    // A controller that was started meanwhile judges by what is there: it must not meet an environment half restored.
    if (!options.dryRun && environments.length > 0) await refuse();
    environments.push(await restore(one, kube, options));
  }
  return { environments };
}

function findSource(kube: Kube, name: string | undefined): ReleaseSourceResource {
  const all = kube.sources.list().filter(({ metadata }) => name === undefined || metadata.name === name);
  const [first, second] = all;
  if (first === undefined)
    throw new NotFound(name === undefined ? 'there is no ReleaseSource: apply it first' : `there is no ReleaseSource ${name}`);
  if (second !== undefined) throw new NotFound('there are several ReleaseSources: name one with --source');
  return first;
}

/** A controller that leads could deploy to an environment before it is told what is there. Which namespace its lease is in, only it knows. */
async function refuseWhileLed(kube: Kube, { lease: { namespace, name }, signal }: RebuildOptions): Promise<void> {
  const call = { signal, timeoutMs: 10_000 };
  const leases =
    namespace === undefined
      ? await listLeases(kube.client, name, call)
      : [await readLease(kube.client, { namespace, name }, call)].filter((lease) => lease !== undefined);
  for (const { metadata, spec } of leases) {
    const { holderIdentity = '', renewTime, leaseDurationSeconds = 0 } = spec ?? {};
    const until = (fromTime(renewTime) ?? 0) + leaseDurationSeconds * 1000;
    if (holderIdentity !== '' && until > kube.now())
      throw new Error(
        `${holderIdentity} leads (lease ${metadata.namespace}/${name}) until ${new Date(until).toISOString()}: stop the controller first`,
      );
  }
}

async function restore(one: RestoredEnvironment, kube: Kube, options: RebuildOptions): Promise<Rebuilt['environments'][number]> {
  const { namespace, name, spec, status, runs } = one;
  const version = status.recorded?.version;
  const told = { name: `${namespace}/${name}`, ...(version === undefined ? {} : { version }), runs: runs.length };
  const known = kube.environments.get({ namespace, name })?.status?.recorded;
  if (known !== undefined) return { ...told, runs: 0, skipped: `${known.version} is recorded there` };
  const stranger = strangerOf(one, kube);
  // Its number is that of a run of the trail, or will be: what became of the one must not be told of the other.
  if (stranger !== undefined)
    return { ...told, runs: 0, skipped: `the run ${stranger} is there, which is not of the trail: delete it first` };
  if (options.dryRun) return told;
  for (const run of runs) await restoreRun(run, kube, options.signal);
  await kube.environments.ensure({ namespace, name }, spec, runs.at(-1)?.metadata.labels ?? {}, options.signal);
  const environment = kube.environments.get({ namespace, name });
  // Last: what is recorded says that everything before it was done.
  if (environment !== undefined) await kube.environments.writeStatus(environment, status, options.signal);
  return told;
}

/** A run of the environment that a controller made since: neither one that was restored nor one that the loss has left. */
function strangerOf({ namespace, spec, runs }: RestoredEnvironment, kube: Kube): string | undefined {
  const { product, environment } = spec;
  const left = new Set(runs.map(({ metadata }) => metadata.uid));
  const strangers = kube.runs
    .ofEnvironment(namespace, product, environment)
    .filter((run) => run.spec.restored === undefined && !left.has(run.metadata.uid));
  return strangers[0]?.metadata.name ?? kube.runs.quarantined(namespace, product, environment).find(() => true)?.name;
}

/** A run that was written and has no status yet has no effect: what is restored never starts anything. */
async function restoreRun(run: DeploymentRunResource, kube: Kube, signal: AbortSignal): Promise<void> {
  const { namespace, name } = run.metadata;
  const { spec, labels } = toRestoredRun(run);
  const there = kube.runs.get({ namespace, name }) ?? (await kube.runs.create({ namespace, name }, spec, labels, signal));
  const isBare = (there.status?.phase ?? 'Pending') === 'Pending';
  if (isBare && run.status !== undefined && isTerminal(run)) await kube.runs.writeStatus(there, run.status, signal);
}
