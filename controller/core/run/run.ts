import { compact } from '../compact.js';
import type { Millis } from '../model.js';
import type {
  DeploymentRunResource,
  DeploymentRunSpec,
  DeploymentRunStatus,
  Invocation,
  JenkinsJob,
  Phase,
} from '../resources/deployment-run.js';
import { fromTime, toTime } from '../time.js';
import { runConditions } from './conditions.js';
import { invocationId, verificationId } from './identity.js';
import { mayHaveStarted, pending } from './invocation.js';

const terminal: ReadonlySet<Phase> = new Set(['Succeeded', 'Failed', 'VerificationFailed', 'Aborted', 'TimedOut', 'Superseded']);

/** A terminal run never changes. Unknown is not terminal: it waits for evidence or a person. */
export function isTerminal(run: DeploymentRunResource): boolean {
  return terminal.has(phaseOf(run));
}

export function phaseOf(run: DeploymentRunResource): Phase {
  const phase = run.status?.phase ?? 'Pending';
  // One that is being restored is over, whatever else is known of it yet: it never starts anything.
  return phase === 'Pending' && run.spec.restored !== undefined ? 'Superseded' : phase;
}

/** One job that a run asks for, with what is known of it: `check` is absent for the deployment itself. */
export interface Task {
  readonly check?: string;
  readonly id: string;
  readonly job: JenkinsJob;
  readonly invocation: Invocation;
}

/** The job that the run is at: its deployment first, then its checks in order. Undefined when there is none left. */
export function currentTask(run: DeploymentRunResource): Task | undefined {
  const phase = phaseOf(run);
  if (terminal.has(phase)) return undefined;
  const deployment = run.status?.jenkins ?? pending;
  if (run.spec.deployer !== undefined && phaseOfDeployment(run.spec, deployment) !== 'Succeeded') {
    return { id: invocationId(run), job: run.spec.deployer.jenkins, invocation: deployment };
  }
  for (const { name, jenkins } of run.spec.verification ?? []) {
    const invocation = invocationOfCheck(run.status, name);
    if (invocation.state !== 'Finished') return { check: name, id: verificationId(run, name), job: jenkins, invocation };
  }
  return undefined;
}

function invocationOfCheck(status: DeploymentRunStatus | undefined, check: string): Invocation {
  const found = status?.verification?.find(({ name }) => name === check);
  if (found === undefined) return pending;
  const { name: _, ...invocation } = found;
  return invocation;
}

/** How the deployment alone stands; Succeeded means that the checks come next. */
function phaseOfDeployment(spec: DeploymentRunSpec, invocation: Invocation): Phase {
  if (invocation.state !== 'Finished') return invocation.state;
  switch (invocation.result) {
    case 'SUCCESS':
      return 'Succeeded';
    case 'UNSTABLE':
      return spec.deployer?.unstable === 'success' ? 'Succeeded' : 'Failed';
    case 'TIMEOUT':
      return 'TimedOut';
    case 'ABORTED':
      return 'Aborted';
    case 'CANCELLED':
      return invocation.stop === 'superseded' ? 'Superseded' : 'Aborted';
    default:
      return 'Failed';
  }
}

/** The phase, from how the deployment and the checks stand. */
export function derivePhase(spec: DeploymentRunSpec, status: DeploymentRunStatus): Phase {
  if (terminal.has(status.phase)) return status.phase;
  if (spec.deployer !== undefined) {
    const phase = phaseOfDeployment(spec, status.jenkins ?? pending);
    if (phase !== 'Succeeded') return phase;
  }
  const checks = (spec.verification ?? []).map(({ name }) => invocationOfCheck(status, name));
  if (checks.some((check) => check.state === 'Unknown' || (check.state === 'Finished' && check.result !== 'SUCCESS'))) {
    return 'VerificationFailed';
  }
  if (checks.every((check) => check.state === 'Finished')) return 'Succeeded';
  return spec.deployer === undefined && checks.every((check) => check.state === 'Pending') ? 'Pending' : 'Verifying';
}

/** The status with one task's invocation put in, phase and times following from it. The same object where nothing changed. */
export function withInvocation(run: DeploymentRunResource, task: Task, invocation: Invocation, now: Millis): DeploymentRunStatus {
  const before: DeploymentRunStatus = run.status ?? { observedGeneration: -1, phase: 'Pending' };
  if (terminal.has(before.phase)) return before;
  const message = messageOf(task, invocation);
  if (invocation === task.invocation && before.message === message) return before;
  const seen = { ...before, observedGeneration: run.metadata.generation ?? 1 };
  const next: DeploymentRunStatus =
    task.check === undefined
      ? { ...seen, jenkins: invocation }
      : { ...seen, verification: putCheck(before.verification ?? [], task.check, invocation) };
  return withPhase(run.spec, compact({ ...next, message, claimedBy: invocation.claim?.holder ?? before.claimedBy }), now);
}

function putCheck(checks: NonNullable<DeploymentRunStatus['verification']>, name: string, invocation: Invocation) {
  const entry = { name, ...invocation };
  return checks.some((check) => check.name === name)
    ? checks.map((check) => (check.name === name ? entry : check))
    : [...checks, entry];
}

function messageOf(task: Task, invocation: Invocation): string | undefined {
  const what = task.check === undefined ? task.job.job : `${task.check} (${task.job.job})`;
  if (invocation.state === 'Finished')
    return `${what} ended with ${invocation.result}${invocation.message ? `: ${invocation.message}` : ''}`;
  return invocation.message === undefined ? undefined : `${what}: ${invocation.message}`;
}

/** Moves the phase on, with its time, its conditions, and without progress once it has ended. */
export function withPhase(spec: DeploymentRunSpec, status: DeploymentRunStatus, now: Millis): DeploymentRunStatus {
  const phase = derivePhase(spec, status);
  if (phase === status.phase && status.timestamps?.[phase] !== undefined) return status;
  const { progress, estimatedEnd, ...rest } = status;
  const running = phase === 'Running' || phase === 'Verifying';
  return compact<DeploymentRunStatus>({
    ...rest,
    phase,
    progress: phase === 'Succeeded' ? 100 : running ? progress : undefined,
    estimatedEnd: running ? estimatedEnd : undefined,
    timestamps: { ...status.timestamps, [phase]: toTime(now) },
    conditions: runConditions({ ...status, phase }, now),
  });
}

/** Ends a run that never asked Jenkins for anything, or whose item was found not to have started. */
export function superseded(run: DeploymentRunResource, message: string, now: Millis): DeploymentRunStatus {
  const observedGeneration = run.metadata.generation ?? 1;
  const before = { ...run.status, observedGeneration };
  const next = {
    ...before,
    phase: 'Superseded' as const,
    message,
    timestamps: { ...before.timestamps, Superseded: toTime(now) },
  };
  return { ...next, conditions: runConditions(next, now) };
}

export type Resolution = 'succeeded' | 'failed' | 'retry';

/** What a person says of an Unknown run. `retry` ends it as failed and asks for the next attempt. */
export function resolved(run: DeploymentRunResource, resolution: Resolution, now: Millis): DeploymentRunStatus | undefined {
  const { status } = run;
  if (status?.phase !== 'Unknown' || status.jenkins === undefined) return undefined;
  const result = resolution === 'succeeded' ? 'SUCCESS' : 'FAILURE';
  const message = `settled by a person: ${resolution}`;
  const jenkins: Invocation = { ...status.jenkins, state: 'Finished', result, message, since: toTime(now) };
  return withPhase(run.spec, { ...status, jenkins, message, resolvedBy: resolution }, now);
}

/** When the run ended; undefined while it goes on. */
export function finishedAt(run: DeploymentRunResource): Millis | undefined {
  return isTerminal(run) ? fromTime(run.status?.timestamps?.[phaseOf(run)]) : undefined;
}

/** When Jenkins was first asked, else when the run was made. */
export function startedAt(run: DeploymentRunResource): Millis {
  return fromTime(run.status?.jenkins?.requestedAt) ?? fromTime(run.metadata.creationTimestamp) ?? 0;
}

/** Whether what the environment runs was put there by this run, for certain. */
export function deployed(run: DeploymentRunResource): boolean {
  const phase = phaseOf(run);
  if (run.spec.action !== 'deploy') return false;
  return phase === 'Succeeded' || phase === 'VerificationFailed';
}

/** Whether the run may have changed the environment without being known to have succeeded. */
export function leftUncertain(run: DeploymentRunResource): boolean {
  return (
    run.spec.action === 'deploy' &&
    !deployed(run) &&
    (mayHaveStarted(run.status?.jenkins) || run.status?.resolvedBy !== undefined) &&
    (isTerminal(run) || phaseOf(run) === 'Unknown')
  );
}

/** Whether Jenkins may have been asked already; before that a run can be dropped without a trace. */
export function isClaimed(run: DeploymentRunResource): boolean {
  return run.status?.jenkins !== undefined && run.status.jenkins.state !== 'Pending';
}
