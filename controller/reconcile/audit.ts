import {
  type AuditRecord,
  adoptionRecords,
  holdRecord,
  holdRemovedRecord,
  holdsPrefix,
  holdsThatEnded,
  runKey,
  runRecord,
} from '../core/audit/records.js';
import type { DeploymentRunResource } from '../core/resources/deployment-run.js';
import type { ReleaseSourceResource } from '../core/resources/release-source.js';
import { finishedAt, isTerminal } from '../core/run/run.js';
import { toTime } from '../core/time.js';
import type { AuditTrail, Key, Ports } from './ports.js';
import { toKeyText } from './published.js';
import type { Requeue } from './queue.js';

/**
 * What is known to stand in the trail: the outbox is the cluster's own records, which are kept until they are there. All of this can be lost
 * at any time.
 */
export class Audited {
  readonly #upTo = new Map<string, { readonly trail: string; readonly number: number }>();
  readonly #adoptions = new Set<string>();
  readonly #isSettled: (run: DeploymentRunResource, source: ReleaseSourceResource | undefined) => boolean;

  /** `isSettled`: whether nobody has to be told of a run any more. */
  constructor(isSettled: (run: DeploymentRunResource, source: ReleaseSourceResource | undefined) => boolean = () => true) {
    this.#isSettled = isSettled;
  }

  /** The number of the last run of the environment that is in the trail of the source; undefined while nobody has looked there. */
  upTo(environment: Key, source: ReleaseSourceResource): number | undefined {
    const known = this.#upTo.get(toKeyText(environment));
    return known?.trail === trailOf(source) ? known.number : undefined;
  }

  note(environment: Key, source: ReleaseSourceResource, number: number): void {
    this.#upTo.set(toKeyText(environment), { trail: trailOf(source), number });
  }

  hasAdoption(key: string, source: ReleaseSourceResource): boolean {
    return this.#adoptions.has(`${trailOf(source)} ${key}`);
  }

  noteAdoption(key: string, source: ReleaseSourceResource): void {
    this.#adoptions.add(`${trailOf(source)} ${key}`);
  }

  /** Whether a run may be forgotten: everybody was told, and its source keeps no trail, or the trail has it. */
  has(run: DeploymentRunResource, source: ReleaseSourceResource | undefined): boolean {
    if (!this.#isSettled(run, source)) return false;
    if (source?.spec.audit === undefined) return true;
    const { namespace, name } = run.metadata;
    const upTo = this.upTo({ namespace, name: name.slice(0, name.lastIndexOf('.')) }, source);
    return upTo !== undefined && run.spec.number <= upTo;
  }
}

/** Where the trail is: one that moves begins anew, with all that there is. */
function trailOf({ spec: { audit, buckets } }: ReleaseSourceResource): string {
  const { bucket, directory, endpoint } = buckets?.find(({ name }) => name === audit?.bucket) ?? {};
  return JSON.stringify([audit, bucket, directory, endpoint]);
}

export interface AuditLoop {
  readonly ports: Pick<Ports, 'clock' | 'sources' | 'environments' | 'runs' | 'holds'> & { readonly audit: AuditTrail };
  readonly audited: Audited;
  /** Runs that were kept for the trail's sake may go. */
  readonly wakeEnvironments: (keys: readonly string[]) => void;
}

/** Marks a key of the queue that stands for the holds of a source's namespace. */
const holdsMark = 'holds:';

export const holdsOf = (source: Key): string => `${holdsMark}${toKeyText(source)}`;

/** One pass of the outbox, for an environment (`namespace/product.environment`) or for the holds of a source. Safe to repeat. */
export async function reconcileAudit(key: string, loop: AuditLoop, signal: AbortSignal): Promise<Requeue> {
  const isHolds = key.startsWith(holdsMark);
  const [namespace = '', name = ''] = (isHolds ? key.slice(holdsMark.length) : key).split('/');
  if (isHolds) await auditHolds({ namespace, name }, loop, signal);
  else await auditEnvironment({ namespace, name }, loop, signal);
  return {};
}

async function auditEnvironment(key: Key, loop: AuditLoop, signal: AbortSignal): Promise<void> {
  const { ports, audited } = loop;
  const [product = '', environment = ''] = key.name.split('.');
  const runs = ports.runs.ofEnvironment(key.namespace, product, environment);
  const sourceName = runs.at(-1)?.spec.source ?? ports.environments.get(key)?.spec.source;
  const source = sourceName === undefined ? undefined : ports.sources.get({ namespace: key.namespace, name: sourceName });
  if (source?.spec.audit === undefined) return;
  const ended = untilOpen(runs);
  const before = audited.upTo(key, source);
  const upTo = before ?? (await lastInTrail(ended, source, { loop, signal }));
  await auditAdoptions(key, { source, after: ended.find(({ spec }) => spec.number === upTo) }, { loop, signal });
  for (const run of ended.filter(({ spec }) => spec.number > upTo)) {
    await ports.audit.append(source, runRecord(run), signal);
    audited.note(key, source, run.spec.number);
  }
  audited.note(key, source, Math.max(upTo, ended.at(-1)?.spec.number ?? 0));
  if (audited.upTo(key, source) !== before) loop.wakeEnvironments([toKeyText(key)]);
}

interface Since {
  readonly source: ReleaseSourceResource;
  /** The last run that is in the trail: what was adopted before it is there too, since it was written first. */
  readonly after: DeploymentRunResource | undefined;
}

async function auditAdoptions(key: Key, { source, after }: Since, { loop, signal }: Passing): Promise<void> {
  const { ports, audited } = loop;
  const resource = ports.environments.get(key);
  const at = toTime((after && finishedAt(after)) ?? 0);
  for (const adoption of resource === undefined ? [] : adoptionRecords(resource)) {
    if (String(adoption.body.at) < at || audited.hasAdoption(adoption.key, source)) continue;
    await ports.audit.append(source, adoption, signal);
    audited.noteAdoption(adoption.key, source);
  }
}

interface Passing {
  readonly loop: AuditLoop;
  readonly signal: AbortSignal;
}

/** In order and without gaps: what is in the trail tells what is before it. */
function untilOpen(runs: readonly DeploymentRunResource[]): readonly DeploymentRunResource[] {
  const open = runs.findIndex((run) => !isTerminal(run));
  return open < 0 ? runs : runs.slice(0, open);
}

async function lastInTrail(
  runs: readonly DeploymentRunResource[],
  source: ReleaseSourceResource,
  { loop, signal }: Passing,
): Promise<number> {
  for (const run of runs.toReversed()) if (await loop.ports.audit.has(source, runKey(run), signal)) return run.spec.number;
  return 0;
}

async function auditHolds(key: Key, { ports }: AuditLoop, signal: AbortSignal): Promise<void> {
  const source = ports.sources.get(key);
  if (source?.spec.audit === undefined) return;
  const live = ports.holds.list().filter(({ metadata }) => metadata.namespace === key.namespace);
  const there = await ports.audit.list(source, holdsPrefix(key.namespace), signal);
  const known = new Set(there);
  const at = toTime(ports.clock.now());
  const records: AuditRecord[] = [
    ...live.map(holdRecord).filter((record) => !known.has(record.key)),
    ...holdsThatEnded(there, live).map((ended) => holdRemovedRecord(ended, at)),
  ];
  for (const record of records) await ports.audit.append(source, record, signal);
}
