import { durationOr } from '../core/duration.js';
import type { DeploymentRunResource, Invocation } from '../core/resources/deployment-run.js';
import type { ReleaseSourceResource } from '../core/resources/release-source.js';
import { invocationId } from '../core/run/identity.js';
import { afterBuild, deadlineOf } from '../core/run/invocation.js';
import { afterClaim, afterEnd, claimPlaceOf, missesClaim } from '../core/run/ledger.js';
import type { BuildReading, ClaimReading, Lookup } from '../core/run/observation.js';
import type { Task } from '../core/run/run.js';
import type { Ports } from './ports.js';

/** Reads the claim of a run's deployment; absent where its job claims nothing. */
export type ReadClaim = (signal: AbortSignal) => Promise<ClaimReading>;

interface LedgerContext {
  readonly ports: Pick<Ports, 'clock' | 'events'>;
  readonly readClaim?: ReadClaim;
  readonly signal: AbortSignal;
}

export function claimReader(
  run: DeploymentRunResource,
  source: ReleaseSourceResource | undefined,
  { claims }: Pick<Ports, 'claims'>,
): { readClaim?: ReadClaim } {
  const claim = claimPlaceOf(run.spec);
  if (claim === undefined) return {};
  const request = { namespace: run.metadata.namespace, source, claim, id: invocationId(run) };
  return { readClaim: (signal) => claims.read(request, signal) };
}

interface Found {
  readonly lookup: Lookup;
  readonly next: Invocation;
}

/** Where Jenkins leaves a deployment unknown, its claim ledger is asked. While that cannot be read, the lookup counts as not done. */
export async function settleByLedger(task: Task, found: Found, context: LedgerContext): Promise<Found> {
  const { readClaim, ports, signal } = context;
  if (readClaim === undefined || task.check !== undefined || found.next.state !== 'Unknown') return found;
  // The ledger knows how it ended, and not what it deployed.
  if (found.next.differs !== undefined) return found;
  const reading = await readClaim(signal);
  const doubt = { before: task.invocation, unknown: found.next, jenkinsRead: found.lookup.state === 'read' };
  const deadline = deadlineOf(task.invocation, durationOr(task.job.timeout, 3_600_000));
  const next = afterClaim(doubt, reading, { now: ports.clock.now(), deadline });
  return { lookup: reading.state === 'unavailable' ? reading : found.lookup, next };
}

/** What a build's reading makes of a deployment: one that has ended is held against the claim ledger first. */
export async function judgeBuild(
  run: DeploymentRunResource,
  { check, invocation }: Task,
  build: BuildReading,
  { readClaim, ports, signal }: LedgerContext,
): Promise<Invocation> {
  if (readClaim === undefined || check !== undefined || build.state !== 'finished')
    return afterBuild(invocation, build, ports.clock.now());
  const reading = await readClaim(signal);
  if (missesClaim(build, reading)) ports.events.record(claimMissing(run, build.url));
  return afterEnd(invocation, build, reading, ports.clock.now());
}

function claimMissing({ metadata: { namespace, name }, spec }: DeploymentRunResource, url: string) {
  const message = `${url} succeeded without having claimed ${name}; a run without a claim counts as one that never began, so the job of product ${spec.product} has to claim, or the product must not name a claim`;
  const regarding = { kind: 'DeploymentRun' as const, key: { namespace, name } };
  return { regarding, type: 'Warning' as const, reason: 'ClaimMissing', message };
}
