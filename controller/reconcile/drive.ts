import { compact } from '../core/compact.js';
import { durationOr } from '../core/duration.js';
import { leaseMarginMs } from '../core/lease-times.js';
import type { Millis } from '../core/model.js';
import type {
  DeploymentRunResource,
  DeploymentRunStatus,
  Invocation,
  JudgementRecord,
} from '../core/resources/deployment-run.js';
import type { JenkinsServer } from '../core/resources/release-source.js';
import { afterAnswer, afterItem, claimed, deadlineOf, nextStep, toStop } from '../core/run/invocation.js';
import { afterLookup, doubledItems } from '../core/run/lookup.js';
import type { BuildReading, Lookup } from '../core/run/observation.js';
import { currentTask, isClaimed, isTerminal, type Task, withInvocation, withPhase } from '../core/run/run.js';
import { runEvents } from '../core/status/run-events.js';
import { toTime } from '../core/time.js';
import type { ClaimAges } from './claim-ages.js';
import { judgeBuild, type ReadClaim, settleByLedger } from './ledger.js';
import { claimDueAt, pollAfter } from './pace.js';
import type { Deployer, EventRecord, Ports } from './ports.js';

/** Whether the run may ask Jenkins now; judged from fresh facts, right before. */
export type Permission = { readonly granted: true } | { readonly granted: false; readonly message: string };

export interface DriveContext {
  readonly ports: Pick<Ports, 'runs' | 'clock' | 'events' | 'leadership' | 'measurements'>;
  readonly server: JenkinsServer;
  readonly deployer: Deployer;
  /** Judges the gates again and, if they are open, makes the claim durable, with nothing that counts the same things in between. */
  readonly claim: (
    run: DeploymentRunResource,
    write: (judgement?: JudgementRecord) => Promise<DeploymentRunResource>,
  ) => Promise<Permission & { run?: DeploymentRunResource }>;
  readonly stop: boolean;
  readonly claimAges: ClaimAges;
  /** Why the deployment may not be claimed now, as far as is known without another look; Jenkins is not even asked then. */
  readonly waitingFor?: string;
  /** Absent where the job claims nothing. */
  readonly readClaim?: ReadClaim;
  readonly signal: AbortSignal;
}

export interface Driven {
  readonly run: DeploymentRunResource;
  /** When to look again; undefined once the run has ended. */
  readonly afterMs?: Millis;
}

const maxSteps = 12;

/** Moves a run on as far as it goes now: each step reads or does one thing, and what follows is durable before the next. */
export async function drive(run: DeploymentRunResource, context: DriveContext): Promise<Driven> {
  let current = run;
  for (let step = 0; step < maxSteps; step += 1) {
    const task = currentTask(current);
    if (task === undefined || isTerminal(current)) return { run: current };
    const stopped = await stopIfDue(current, task, context);
    const after = await advance(stopped, currentTask(stopped) ?? task, context);
    const moved = currentTask(after);
    current = after;
    if (moved === undefined) continue;
    // Another server is asked through another deployer.
    if (moved.job.server !== task.job.server) return { run: current, afterMs: 0 };
    // What holds a run was judged while it was claimed. Now that it is not any more, git may have moved on: judged anew.
    const isGivenBack = isClaimed(stopped) && !isClaimed(current) && context.waitingFor !== undefined;
    if (isGivenBack) return { run: current, afterMs: 0 };
    if (moved.check === task.check && moved.invocation.state === task.invocation.state)
      return { run: current, afterMs: pollAfter(moved, paceOf(context)) };
  }
  return { run: current, afterMs: 1_000 };
}

const paceOf = ({ server, waitingFor, ports }: DriveContext) => ({
  server,
  isHeld: waitingFor !== undefined,
  now: ports.clock.now(),
});

async function advance(run: DeploymentRunResource, task: Task, context: DriveContext): Promise<DeploymentRunResource> {
  const { deployer, signal, ports } = context;
  const now = () => ports.clock.now();
  const { id, invocation } = task;
  const { job } = task.job;
  const step = nextStep(invocation);
  switch (step.do) {
    case 'claim':
      return claimAndTrigger(run, task, context);
    case 'lookup': {
      const { next } = await lookUp(task, context);
      return save(run, task, next, context);
    }
    case 'readItem': {
      const item = await deployer.readItem({ job, id, queueId: step.queueId, parameters: task.job.parameters }, signal);
      return save(run, task, afterItem(invocation, item, now()), context);
    }
    case 'readBuild': {
      const build = await deployer.readBuild({ job, id, number: step.number, parameters: task.job.parameters }, signal);
      return saveBuild(run, task, build, context);
    }
    case 'nothing':
      return run;
  }
}

async function lookUp(task: Task, context: DriveContext): Promise<{ lookup: Lookup; next: Invocation }> {
  const { id, invocation } = task;
  const { job } = task.job;
  const { deployer, ports, server, signal } = context;
  const { parameters } = task.job;
  const lookup = await deployer.lookup({ job, id, parameters, since: invocation.claim?.nextBuildNumber ?? 1 }, signal);
  // A request may be under way for as long as it may take, whatever the grace says.
  const graceMs = Math.max(durationOr(server.grace, 180_000), durationOr(server.timeout, 30_000));
  // Before what was found is adopted: once it is, nobody looks for doubles any more.
  for (const { queueId } of doubledItems(invocation, lookup)) await deployer.cancelItem({ job, id, queueId }, signal);
  const waitedMs = context.claimAges.ageMs(id, invocation.claim?.posts ?? 0);
  const deadline = deadlineOf(invocation, durationOr(task.job.timeout, 3_600_000));
  const next = afterLookup(invocation, lookup, { now: ports.clock.now(), graceMs, waitedMs, deadline });
  return settleByLedger(task, { lookup, next }, context);
}

/** Preflight, gates, claim, lease, POST: in this order, and the POST only by the one whose claim was accepted. */
async function claimAndTrigger(run: DeploymentRunResource, task: Task, context: DriveContext): Promise<DeploymentRunResource> {
  const { deployer, ports, signal } = context;
  const now = ports.clock.now();
  if (now < claimDueAt(task.invocation)) return run;
  if (context.waitingFor !== undefined && task.check === undefined) {
    return save(run, task, { ...task.invocation, message: `waiting: ${context.waitingFor}` }, context);
  }
  const found = await findAgain(run, task, context);
  if (found !== undefined) return found;
  const request = { job: task.job.job, id: task.id, parameters: task.job.parameters };
  const preflight = await deployer.preflight(request, signal);
  if (preflight.state !== 'ready') {
    const { message } = preflight;
    if (preflight.state === 'refused' && message !== task.invocation.message) ports.events.record(jobRefused(run, message));
    return save(run, task, { ...task.invocation, message }, context);
  }
  if (ports.leadership.remainingMs() < leaseMarginMs) return run;
  const claim = claimed(task.invocation, preflight, { holder: ports.leadership.identity, now: ports.clock.now() });
  const permission = await context.claim(run, (judgement) => {
    const status = withInvocation(run, task, claim, ports.clock.now());
    return write(run, compact<DeploymentRunStatus>({ ...status, judgement: judgement ?? status.judgement }), context);
  });
  if (!permission.granted || permission.run === undefined) {
    const message = permission.granted ? 'claimed elsewhere' : permission.message;
    return save(run, task, { ...task.invocation, message: `waiting: ${message}` }, context);
  }
  if (ports.leadership.remainingMs() < leaseMarginMs) return permission.run;
  context.claimAges.ageMs(task.id, claim.claim?.posts ?? 0);
  const answer = await deployer.trigger(request, signal);
  const claimedTask = currentTask(permission.run) ?? task;
  return save(permission.run, claimedTask, afterAnswer(claimedTask.invocation, answer, ports.clock.now()), context);
}

function jobRefused({ metadata: { namespace, name } }: DeploymentRunResource, message: string): EventRecord {
  return { regarding: { kind: 'DeploymentRun', key: { namespace, name } }, type: 'Warning', reason: 'JobRefused', message };
}

/** Before Jenkins is asked once more: what was asked before may have arrived while gates or Jenkins kept the run waiting. */
async function findAgain(
  run: DeploymentRunResource,
  task: Task,
  context: DriveContext,
): Promise<DeploymentRunResource | undefined> {
  if (task.invocation.claim === undefined) return undefined;
  const { lookup, next } = await lookUp(task, context);
  return lookup.state === 'read' && next.state === 'Pending' ? undefined : save(run, task, next, context);
}

/** Stops what takes too long, or what git has moved on from: marked first, then asked for, as often as it takes. */
async function stopIfDue(run: DeploymentRunResource, task: Task, context: DriveContext): Promise<DeploymentRunResource> {
  const { deployer, signal, ports } = context;
  const deadline = deadlineOf(task.invocation, durationOr(task.job.timeout, 3_600_000));
  const late = deadline !== undefined && ports.clock.now() >= deadline;
  if (!late && !(context.stop && task.check === undefined)) return run;
  const invocation = toStop(task.invocation, late ? 'timeout' : 'superseded');
  const marked = invocation === task.invocation ? run : await save(run, task, invocation, context);
  const { id, job } = { id: task.id, job: task.job.job };
  if (invocation.state === 'Queued' && invocation.queueId !== undefined)
    await deployer.cancelItem({ job, id, queueId: invocation.queueId }, signal);
  if (invocation.state === 'Running' && invocation.buildNumber !== undefined) {
    await deployer.stopBuild({ job, id, number: invocation.buildNumber }, signal);
  }
  return marked;
}

/** A build brings progress; one that failed brings the end of its log, read before the run ends since it never changes after. */
async function saveBuild(
  run: DeploymentRunResource,
  task: Task,
  build: BuildReading,
  context: DriveContext,
): Promise<DeploymentRunResource> {
  const next = await judgeBuild(run, task, build, context);
  const status = withInvocation(run, task, next, context.ports.clock.now());
  if (build.state === 'building') return write(run, withProgress(status, build), context);
  const isOver = next.state === 'Finished' && build.state === 'finished' && build.result !== 'SUCCESS';
  if (!isOver || task.invocation.buildNumber === undefined) return write(run, status, context);
  const logTail = await context.deployer.readLogTail(
    { job: task.job.job, number: task.invocation.buildNumber, lines: 20 },
    context.signal,
  );
  return write(run, logTail.length === 0 ? status : { ...status, logTail }, context);
}

function withProgress(status: DeploymentRunStatus, build: Extract<BuildReading, { state: 'building' }>): DeploymentRunStatus {
  const estimatedEnd = build.estimatedEnd === undefined ? undefined : toTime(build.estimatedEnd);
  if (status.progress === build.progress && status.estimatedEnd === estimatedEnd) return status;
  return compact<DeploymentRunStatus>({ ...status, progress: build.progress, estimatedEnd });
}

function save(run: DeploymentRunResource, task: Task, next: Invocation, context: DriveContext): Promise<DeploymentRunResource> {
  return write(run, withInvocation(run, task, next, context.ports.clock.now()), context);
}

async function write(
  run: DeploymentRunResource,
  status: DeploymentRunStatus,
  context: DriveContext,
): Promise<DeploymentRunResource> {
  return writeRun(run, status, context.ports, context.signal);
}

/** The one place where a run's status is written: by compare-and-swap, with the events of its transition. */
export async function writeRun(
  run: DeploymentRunResource,
  status: DeploymentRunStatus,
  ports: Pick<Ports, 'runs' | 'events' | 'clock' | 'measurements'>,
  signal: AbortSignal,
): Promise<DeploymentRunResource> {
  if (status === run.status || isTerminal(run)) return run;
  const next = withPhase(run.spec, status, ports.clock.now());
  const written = await ports.runs.writeStatus(run, next, signal);
  for (const event of runEvents(run, written)) ports.events.record(event);
  if (isTerminal(written)) ports.measurements.runEnded(written);
  return written;
}
