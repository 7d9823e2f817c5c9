import { compact } from '../core/compact.js';
import { type Decision, decide, type Judgement, requestedResolution } from '../core/decide.js';
import { repeatedBuilds } from '../core/drift.js';
import { ReconcileError, toReconcileError } from '../core/errors.js';
import type { EnvironmentFacts } from '../core/facts.js';
import type { Millis } from '../core/model.js';
import type { DeploymentRunResource, DeploymentRunStatus } from '../core/resources/deployment-run.js';
import type { EnvironmentResource } from '../core/resources/environment.js';
import { environmentName, runName } from '../core/run/identity.js';
import { expiredRuns } from '../core/run/retention.js';
import { currentTask, isClaimed, isTerminal, resolved, superseded } from '../core/run/run.js';
import { environmentEvents } from '../core/status/transitions.js';
import { type DriveContext, drive, writeRun } from './drive.js';
import { gather, gatherCached, type Memory, type Subject } from './gather.js';
import { labelsOf } from './labels.js';
import { claimReader } from './ledger.js';
import type { Locks } from './locks.js';
import type { Key, Ports } from './ports.js';
import type { Requeue } from './queue.js';

export interface EnvironmentLoop {
  readonly ports: Ports;
  readonly memory: Memory;
  readonly locks: Locks;
}

/** One level-triggered pass: gather, decide, perform, report. Safe to repeat from any point. */
export async function reconcileEnvironment(key: Key, loop: EnvironmentLoop, signal: AbortSignal): Promise<Requeue> {
  const { ports, memory } = loop;
  const environment = ports.environments.get(key);
  if (environment === undefined) return finishOrphan(key, loop, signal);
  const subject = subjectOf(environment, loop);

  const facts = await gather(subject, ports, memory, signal);
  const judgement = decide(facts);
  const performed = await settle(() => perform(judgement.decision, facts, { subject, loop, signal }));
  const stopped = await settle(async () => {
    await stopRepeated(facts, subject, { loop, signal });
    return {};
  });

  const after = decide(gatherCached(subject, ports, memory, facts));
  await report(environment, after, { loop, signal });
  await prune(environment, subject, { loop, signal });
  const error = performed.error ?? stopped.error;
  if (error !== undefined) throw error;
  return { ...requeueOf(after, performed.afterMs, facts.now) };
}

interface Act {
  readonly subject: Subject;
  readonly loop: EnvironmentLoop;
  readonly signal: AbortSignal;
}

interface Performed {
  readonly afterMs?: Millis | undefined;
  readonly error?: unknown;
}

/** What could not be performed must not keep the status from being told. */
async function settle(task: () => Promise<Performed>): Promise<Performed> {
  try {
    return await task();
  } catch (error) {
    return { error };
  }
}

async function perform(decision: Decision, facts: EnvironmentFacts, act: Act): Promise<Performed> {
  const { ports } = act.loop;
  switch (decision.do) {
    case 'idle':
      return {};
    case 'start':
      return start(decision, facts, act);
    case 'supersede':
      await writeRun(decision.run, superseded(decision.run, decision.message, ports.clock.now()), ports, act.signal);
      return { afterMs: 0 };
    case 'resolve': {
      const status = resolved(decision.run, decision.resolution, ports.clock.now());
      if (status !== undefined) await writeRun(decision.run, status, ports, act.signal);
      return { afterMs: 0 };
    }
    case 'advance':
      return advance(decision, act);
  }
}

/**
 * Makes the run durable under its number: somebody else's run of that number is refused by the name. Counted and created under
 * one lock, in which nothing but the API itself is waited for.
 */
async function start({ run: spec }: Extract<Decision, { do: 'start' }>, facts: EnvironmentFacts, act: Act): Promise<Performed> {
  const { loop, subject, signal } = act;
  const { namespace } = subject.environment.metadata;
  const created = await loop.locks.run(lockOf(subject), async () => {
    const again = decide(gatherCached(subject, loop.ports, loop.memory, facts));
    if (again.decision.do !== 'start' || again.decision.run.digest !== spec.digest) return undefined;
    const name = runName(spec.product, spec.environment, again.decision.run.number);
    return loop.ports.runs.create({ namespace, name }, again.decision.run, labelsOf(again.decision.run), signal);
  });
  if (created === undefined) return { afterMs: 0 };
  return advance({ do: 'advance', run: created, mayClaim: true, stop: false }, act);
}

const lockOf = ({ environment }: Subject): string => environment.metadata.namespace;

async function advance(decision: Extract<Decision, { do: 'advance' }>, act: Act): Promise<Performed> {
  const { run } = decision;
  if (currentTask(run) === undefined && !isTerminal(run)) return complete(run, act);
  try {
    const context = await driveContext(run, act, decision.stop);
    const driven = await drive(run, context);
    return { afterMs: isTerminal(driven.run) ? 0 : driven.afterMs };
  } catch (error) {
    await noteProblem(run, error, act);
    throw error;
  }
}

/** A run in which nothing is left to be asked of Jenkins, such as a verification of a stage that has no checks any more. */
async function complete(run: DeploymentRunResource, { loop: { ports }, signal }: Act): Promise<Performed> {
  await writeRun(run, { ...statusOf(run) }, ports, signal);
  return { afterMs: 0 };
}

function statusOf(run: DeploymentRunResource): DeploymentRunStatus {
  return run.status ?? { observedGeneration: run.metadata.generation ?? 1, phase: 'Pending' };
}

/** A run that cannot be driven says why, where people look; a conflict is no problem, it is looked at again at once. */
async function noteProblem(
  { metadata: { namespace, name } }: DeploymentRunResource,
  cause: unknown,
  { loop, signal }: Act,
): Promise<void> {
  const { reason, message } = toReconcileError(cause);
  const run = loop.ports.runs.get({ namespace, name });
  if (reason === 'Conflict' || signal.aborted || run === undefined || run.status?.message === message) return;
  await writeRun(run, { ...statusOf(run), message }, loop.ports, signal);
}

async function driveContext(run: DeploymentRunResource, act: Act, stop: boolean): Promise<DriveContext> {
  const { ports } = act.loop;
  const { namespace } = run.metadata;
  const source = ports.sources.get({ namespace, name: run.spec.source });
  const name = currentTask(run)?.job.server;
  const server = source?.spec.jenkins?.find((one) => one.name === name);
  if (server === undefined) {
    throw new ReconcileError(
      'NotConfigured',
      `ReleaseSource ${run.spec.source} has no Jenkins server ${name} any more; ${run.metadata.name} waits`,
    );
  }
  const deployer = await ports.deployers.open(namespace, server, act.signal);
  return {
    ports,
    server,
    deployer,
    stop,
    signal: act.signal,
    claim: (current, write) => claim(current, write, act),
    ...claimReader(run, source, ports),
  };
}

/**
 * The gates, judged again right before the trigger: holds and the environment's annotations are read from the API itself, the
 * descriptor from its bucket. Then, under the lock, what others have claimed meanwhile is counted, and the claim is written.
 */
async function claim(run: DeploymentRunResource, write: () => Promise<DeploymentRunResource>, act: Act) {
  const { loop, subject, signal } = act;
  const { ports, memory } = loop;
  if (run.spec.action === 'verify' || run.status?.jenkins?.state === 'Finished')
    return { granted: true as const, run: await write() };
  const { namespace, name } = subject.environment.metadata;
  const environment = await ports.fresh.environment({ namespace, name }, signal);
  if (environment === undefined) return { granted: false as const, message: 'the environment is gone' };
  const fresh: Subject = { ...subjectOf(environment, loop), holds: await ports.fresh.holds(namespace, signal) };
  const facts = await gather(fresh, ports, memory, signal);
  return loop.locks.run(lockOf(subject), async () => {
    const { decision } = decide(gatherCached(fresh, ports, memory, facts));
    if (decision.do !== 'advance' || decision.run.metadata.name !== run.metadata.name)
      return { granted: false as const, message: 'git has moved on' };
    if (!decision.mayClaim) return { granted: false as const, message: decision.waitingFor ?? 'its desired state is not known' };
    return { granted: true as const, run: await write() };
  });
}

/** Jenkins itself can run a deployment a second time (it reloads a saved queue after a crash): such a build is stopped and told of. */
async function stopRepeated(facts: EnvironmentFacts, subject: Subject, { loop, signal }: Omit<Act, 'subject'>): Promise<void> {
  for (const build of repeatedBuilds(facts.history ?? [], facts.runs)) {
    const run = facts.runs.find((one) => build.towpathRun?.startsWith(`${one.metadata.name}.`));
    const server = subject.source?.spec.jenkins?.find(({ name }) => name === run?.spec.deployer?.jenkins.server);
    if (run?.spec.deployer === undefined || server === undefined || build.towpathRun === undefined) continue;
    const deployer = await loop.ports.deployers.open(subject.environment.metadata.namespace, server, signal);
    await deployer.stopBuild({ job: run.spec.deployer.jenkins.job, id: build.towpathRun, number: build.number }, signal);
    const message = `Jenkins ran ${run.metadata.name} a second time as ${build.url}; it was asked to stop`;
    const { namespace, name } = subject.environment.metadata;
    loop.ports.events.record({
      regarding: { kind: 'Environment', key: { namespace, name } },
      type: 'Warning',
      reason: 'RepeatedBuild',
      message,
    });
  }
}

/** The one exit: status and events, once a pass. */
async function report(
  environment: EnvironmentResource,
  { status }: Judgement,
  { loop, signal }: Omit<Act, 'subject'>,
): Promise<void> {
  const { ports } = loop;
  await ports.environments.writeStatus(environment, status, signal);
  for (const event of environmentEvents(environment, status)) ports.events.record(event);
}

async function prune(
  environment: EnvironmentResource,
  { source }: Subject,
  { loop, signal }: Omit<Act, 'subject'>,
): Promise<void> {
  const { namespace } = environment.metadata;
  const { product, environment: name } = environment.spec;
  const runs = loop.ports.runs.ofEnvironment(namespace, product, name);
  for (const run of expiredRuns(runs, source?.spec.historyLimit ?? 20)) {
    await loop.ports.runs.remove({ namespace, name: run.metadata.name }, signal);
  }
}

/** An environment that left git, with a run under way: the run goes on to its end; one that never asked Jenkins is dropped. */
async function finishOrphan(key: Key, loop: EnvironmentLoop, signal: AbortSignal): Promise<Requeue> {
  const [product = '', environment = ''] = key.name.split('.');
  const run = loop.ports.runs.ofEnvironment(key.namespace, product, environment).findLast((one) => !isTerminal(one));
  if (run === undefined || environmentName(product, environment) !== key.name) return {};
  if (!isClaimed(run)) {
    await writeRun(run, superseded(run, 'the environment left git', loop.ports.clock.now()), loop.ports, signal);
    return {};
  }
  const resolution = requestedResolution(run);
  const settled = resolution && resolved(run, resolution, loop.ports.clock.now());
  if (settled !== undefined) {
    await writeRun(run, settled, loop.ports, signal);
    return { afterMs: 0 };
  }
  const subject = orphanSubject(run, loop);
  const performed = await advance({ do: 'advance', run, mayClaim: false, stop: false }, { subject, loop, signal });
  return compact<Requeue>({ afterMs: performed.afterMs });
}

function orphanSubject(run: DeploymentRunResource, { ports }: EnvironmentLoop): Subject {
  const { namespace } = run.metadata;
  const { product, environment, stage, source } = run.spec;
  const spec = { product, environment, stage, source };
  return {
    environment: { metadata: { namespace, name: environmentName(product, environment) }, spec },
    published: undefined,
    unread: false,
    source: ports.sources.get({ namespace, name: source }),
    holds: [],
  };
}

function subjectOf(environment: EnvironmentResource, { ports, memory }: EnvironmentLoop): Subject {
  const { namespace, name } = environment.metadata;
  const published = memory.published.of({ namespace, name });
  const source = ports.sources.get({ namespace, name: published?.source.name ?? environment.spec.source });
  const holds = ports.holds.list().filter((hold) => hold.metadata.namespace === namespace);
  const unread =
    published === undefined && source !== undefined && !memory.published.has({ namespace, name: source.metadata.name });
  return { environment, published, unread, source, holds };
}

function requeueOf({ recheckAt }: Judgement, afterMs: Millis | undefined, now: Millis): Requeue {
  const times = [afterMs, recheckAt === undefined ? undefined : Math.max(1_000, recheckAt - now)].filter(
    (time) => time !== undefined,
  );
  return times.length === 0 ? {} : { afterMs: Math.min(...times) };
}
