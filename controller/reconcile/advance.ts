import { type Decision, decide, judge } from '../core/decide.js';
import { ReconcileError, toReconcileError } from '../core/errors.js';
import { isKept } from '../core/judgement/judgement.js';
import type { DeploymentRunResource, DeploymentRunStatus, JudgementRecord } from '../core/resources/deployment-run.js';
import { currentTask, isTerminal } from '../core/run/run.js';
import { type DriveContext, drive, writeRun } from './drive.js';
import { gather, gatherCached, type Subject } from './gather.js';
import { claimReader } from './ledger.js';
import { type Act, lockOf, type Performed, subjectOf } from './subject.js';

type Advance = Extract<Decision, { do: 'advance' }>;

/** Moves a run on, and says in it why it cannot be moved. */
export async function advance(decision: Advance, act: Act): Promise<Performed> {
  const { run } = decision;
  if (currentTask(run) === undefined && !isTerminal(run)) return complete(run, act);
  try {
    const context = await driveContext(decision, act);
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

async function driveContext({ run, stop, mayClaim, waitingFor }: Advance, act: Act): Promise<DriveContext> {
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
    claimAges: act.loop.memory.claimAges,
    signal: act.signal,
    claim: (current, write) => claim(current, write, act),
    ...(mayClaim ? {} : { waitingFor: waitingFor ?? 'its desired state is not known' }),
    ...claimReader(run, source, ports),
  };
}

/**
 * The gates, judged again right before the trigger, by caches that lack nothing the leader before has written: holds and the environment's annotations are read from the API itself, the
 * descriptor from its bucket. Then, under the lock, what others have claimed meanwhile is counted, and the claim is written.
 */
async function claim(
  run: DeploymentRunResource,
  write: (judgement?: JudgementRecord) => Promise<DeploymentRunResource>,
  act: Act,
) {
  const { loop, subject, signal } = act;
  const { ports, memory } = loop;
  if (run.spec.action === 'verify' || run.status?.jenkins?.state === 'Finished')
    return { granted: true as const, run: await write() };
  const { namespace, name } = subject.environment.metadata;
  await loop.caughtUp.in(namespace, ports.fresh, signal);
  const environment = await ports.fresh.environment({ namespace, name }, signal);
  if (environment === undefined) return { granted: false as const, message: 'the environment is gone' };
  const fresh: Subject = { ...subjectOf(environment, loop), holds: await ports.fresh.holds(namespace, signal) };
  const facts = await gather(fresh, ports, memory, signal);
  return loop.locks.run(lockOf(subject), async () => {
    const now = gatherCached(fresh, ports, memory, facts);
    const { decision } = decide(now);
    if (decision.do !== 'advance' || decision.run.metadata.name !== run.metadata.name)
      return { granted: false as const, message: 'git has moved on' };
    if (!decision.mayClaim) return { granted: false as const, message: decision.waitingFor ?? 'its desired state is not known' };
    const { record } = judge(now);
    return { granted: true as const, run: await write(isKept(record) ? record : undefined) };
  });
}
