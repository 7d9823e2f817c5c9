import { compact } from '../core/compact.js';
import { durationOr } from '../core/duration.js';
import { ReconcileError, toReconcileError } from '../core/errors.js';
import { annotations } from '../core/facts.js';
import type { Finding, Millis, Snapshot } from '../core/model.js';
import { sinkFindings } from '../core/notify/routes.js';
import type { EnvironmentSpec } from '../core/resources/environment.js';
import type { ReleaseSourceResource, ReleaseSourceStatus } from '../core/resources/release-source.js';
import { environmentName } from '../core/run/identity.js';
import { failedStatus, readyStatus, suspendedStatus } from '../core/status/source.js';
import { labelsOf } from './labels.js';
import type { Key, Ports } from './ports.js';
import type { PublishedStates } from './published.js';
import type { Requeue } from './queue.js';

export interface SourceLoop {
  readonly ports: Ports;
  readonly published: PublishedStates;
  readonly wakeEnvironments: (keys: readonly string[]) => void;
  readonly wakeReleases: (source: Key) => void;
  /** The jobs that the source's environments are deployed through have to be watched. */
  readonly watchJobs: (source: Key) => void;
  /** A number in [0, 1): spreads polls of many sources. */
  readonly random: () => number;
}

/** One pass of a ReleaseSource: fetch, load, publish, keep the Environments in step with git, report. */
export async function reconcileSource(key: Key, loop: SourceLoop, signal: AbortSignal): Promise<Requeue> {
  const { ports, published } = loop;
  const source = ports.sources.get(key);
  if (source === undefined) {
    loop.wakeEnvironments(published.withdraw(key));
    loop.wakeReleases(key);
    await ports.repositories.forget(key);
    return {};
  }
  const now = ports.clock.now();
  if (source.spec.suspend) {
    await writeStatus(source, suspendedStatus(source, now), { ports, signal });
    return {};
  }
  try {
    const snapshot = await ports.repositories.latest(source, signal);
    await publish(source, snapshot, { loop, signal });
  } catch (cause) {
    const error = toReconcileError(cause);
    await writeStatus(source, failedStatus(source, error, now), { ports, signal });
    throw withLongestWait(error, source);
  }
  return { afterMs: withJitter(durationOr(source.spec.git.interval, 60_000), loop.random) };
}

/** A server that is down is asked again no less often than one that is up. */
function withLongestWait(error: ReconcileError, source: ReleaseSourceResource): ReconcileError {
  const afterMs = durationOr(source.spec.git.interval, 60_000);
  return error.retry === 'never'
    ? new ReconcileError(error.reason, error.message, { retry: { afterMs }, cause: error.cause })
    : error;
}

function withJitter(ms: Millis, random: () => number): Millis {
  return Math.round(ms * (0.95 + random() * 0.1));
}

async function publish(
  source: ReleaseSourceResource,
  snapshot: Snapshot,
  act: { loop: SourceLoop; signal: AbortSignal },
): Promise<void> {
  const { loop, signal } = act;
  const { ports, published } = loop;
  const { namespace, name, creationTimestamp = '' } = source.metadata;
  const changed = published.publish({ namespace, name }, creationTimestamp, snapshot);
  const leftAlone: Finding[] = [];
  try {
    leftAlone.push(...(await keepEnvironments(source, snapshot, act)));
  } finally {
    // The next pass finds nothing new any more: who is not woken now would never hear of this commit.
    loop.wakeEnvironments(changed);
    loop.wakeReleases({ namespace, name });
    if (changed.length > 0) loop.watchJobs({ namespace, name });
  }
  const unknownSinks = sinkFindings(snapshot.repository.governance.policies, source.spec.sinks);
  const findings = [...snapshot.repository.findings, ...unknownSinks, ...conflictFindings(source, loop), ...leftAlone];
  const status = readyStatus(source, { snapshot, findings, now: ports.clock.now() });
  if (source.status?.commit?.sha !== snapshot.commit.sha) {
    const message = `${snapshot.commit.sha.slice(0, 12)} by ${snapshot.commit.author}: ${snapshot.commit.subject}`;
    ports.events.record({ regarding: regarding(source), type: 'Normal', reason: 'SourceUpdated', message });
  }
  const firstError = findings.find(({ severity }) => severity === 'error');
  if (firstError !== undefined && source.status?.commit?.sha !== snapshot.commit.sha) {
    const message = `${firstError.file}:${firstError.line}:${firstError.column} ${firstError.path}: ${firstError.message}`;
    ports.events.record({ regarding: regarding(source), type: 'Warning', reason: 'ValidationFailed', message });
  }
  await writeStatus(source, status, { ports, signal });
}

function regarding(source: ReleaseSourceResource) {
  const { namespace, name, uid } = source.metadata;
  return compact<{ kind: 'ReleaseSource'; key: Key; uid?: string }>({ kind: 'ReleaseSource', key: { namespace, name }, uid });
}

function conflictFindings(source: ReleaseSourceResource, { published }: SourceLoop): Finding[] {
  const { namespace, name } = source.metadata;
  return published
    .conflicts({ namespace, name })
    .map(([environment, keptBy]) =>
      toFinding(
        'one-source',
        `environment ${environment} is named by the ReleaseSources ${name} and ${keptBy}; the older, ${keptBy}, keeps it`,
      ),
    );
}

/** Something that is wrong in the cluster and not in a file. */
function toFinding(rule: string, message: string): Finding {
  return { severity: 'error', rule, file: '', line: 0, column: 0, path: '', message };
}

/** Writes in flight at a time: the API commits what comes together in one go. */
const parallelWrites = 32;

/**
 * Environments follow git: made, brought up to date, and removed with what left it. Runs and deployments stay. Gives what is said of
 * those that cannot be read: they keep nothing else from going on.
 */
async function keepEnvironments(
  source: ReleaseSourceResource,
  { repository }: Snapshot,
  { loop, signal }: { loop: SourceLoop; signal: AbortSignal },
): Promise<Finding[]> {
  const { ports, published } = loop;
  const { namespace, name: sourceName } = source.metadata;
  const leftAlone: Finding[] = [];
  const named = new Set(repository.invalid.map(({ product, environment }) => environmentName(product, environment)));
  const tasks: (() => Promise<void>)[] = [];
  for (const desired of repository.environments) {
    const name = environmentName(desired.product.name, desired.environment);
    named.add(name);
    if (published.of({ namespace, name })?.source.name !== sourceName) continue;
    const { environment, stage, client } = desired;
    const spec = compact<EnvironmentSpec>({ product: desired.product.name, environment, stage, client, source: sourceName });
    const labels = labelsOf({ ...spec, version: desired.version });
    tasks.push(async () => {
      const problem = await quarantineOf(ports.environments.ensure({ namespace, name }, spec, labels, signal));
      if (problem !== undefined) leftAlone.push(toFinding('quarantined', problem));
    });
  }
  for (const { metadata, spec } of ports.environments.list()) {
    const ours = metadata.namespace === namespace && spec.source === sourceName;
    if (ours && !named.has(metadata.name))
      tasks.push(() => ports.environments.remove({ namespace, name: metadata.name }, signal));
  }
  await inParallel(tasks);
  return leftAlone;
}

/** Why a write found an object that cannot be read. Throws whatever else was wrong. */
async function quarantineOf(write: Promise<void>): Promise<string | undefined> {
  try {
    await write;
    return undefined;
  } catch (error) {
    if (error instanceof ReconcileError && error.reason === 'Quarantined') return error.message;
    throw error;
  }
}

/** Runs all of them, a few at a time; what fails is thrown when the others have ended. */
async function inParallel(tasks: readonly (() => Promise<void>)[]): Promise<void> {
  const waiting = [...tasks].reverse();
  const failures: unknown[] = [];
  const worker = async () => {
    for (let task = waiting.pop(); task !== undefined; task = waiting.pop())
      await task().catch((error: unknown) => failures.push(error));
  };
  await Promise.all(Array.from({ length: Math.min(parallelWrites, tasks.length) }, worker));
  if (failures.length > 0) throw failures[0];
}

async function writeStatus(
  source: ReleaseSourceResource,
  status: ReleaseSourceStatus,
  { ports, signal }: { ports: Ports; signal: AbortSignal },
) {
  const requested = source.metadata.annotations?.[annotations.requestedAt];
  const lastHandledReconcileAt = requested ?? source.status?.lastHandledReconcileAt;
  await ports.sources.writeStatus(source, compact<ReleaseSourceStatus>({ ...status, lastHandledReconcileAt }), signal);
}
