import { compact } from '../compact.js';
import type { Millis } from '../model.js';
import type { Claim, Invocation } from '../resources/deployment-run.js';
import { fromTime, toTime } from '../time.js';
import type { BuildReading, ItemReading, Likeness, Preflight, TriggerAnswer } from './observation.js';

/**
 * The durable state machine of one Jenkins job that a run asks for: the controller's half of the trigger protocol.
 * No events and no clock: what is observed now decides, and repeating an observation changes nothing.
 * Triggering means "asked, and not known where it is": whoever finds it looks it up before anything else.
 */

export const pending: Invocation = { state: 'Pending' };

/** What can be asked next. `claim` leads to the one POST; everything else only reads, or stops what is ours. */
export type InvocationStep =
  | { readonly do: 'claim' }
  | { readonly do: 'lookup' }
  | { readonly do: 'readItem'; readonly queueId: number }
  | { readonly do: 'readBuild'; readonly number: number }
  | { readonly do: 'nothing' };

export function nextStep(invocation: Invocation): InvocationStep {
  switch (invocation.state) {
    case 'Pending':
      return { do: 'claim' };
    case 'Triggering':
    case 'Unknown':
      return { do: 'lookup' };
    case 'Queued':
      return invocation.queueId === undefined ? { do: 'lookup' } : { do: 'readItem', queueId: invocation.queueId };
    case 'Running':
      return invocation.buildNumber === undefined ? { do: 'lookup' } : { do: 'readBuild', number: invocation.buildNumber };
    case 'Finished':
      return { do: 'nothing' };
  }
}

/** The claim, to be written by compare-and-swap before the POST: after it nobody posts without having looked first. */
export function claimed(
  invocation: Invocation,
  preflight: Extract<Preflight, { state: 'ready' }>,
  by: { holder: string; now: Millis },
): Invocation {
  const claim: Claim = {
    holder: by.holder,
    at: toTime(by.now),
    nextBuildNumber: preflight.nextBuildNumber,
    session: preflight.session,
    posts: (invocation.claim?.posts ?? 0) + 1,
  };
  return compact<Invocation>({
    state: 'Triggering',
    claim,
    since: toTime(by.now),
    requestedAt: invocation.requestedAt ?? toTime(by.now),
    message: 'asking Jenkins',
  });
}

/** How the POST ended. Only an acceptance is believed at once; all else is looked up. */
export function afterAnswer(invocation: Invocation, answer: TriggerAnswer, now: Millis): Invocation {
  if (invocation.state !== 'Triggering' || invocation.claim === undefined) return invocation;
  if (answer.state === 'accepted') {
    return {
      ...invocation,
      state: 'Queued',
      queueId: answer.queueId,
      queueUrl: answer.queueUrl,
      since: toTime(now),
      message: 'accepted by Jenkins',
    };
  }
  if (answer.state === 'mismatch') return finished(invocation, 'CANCELLED', { now, message: answer.message });
  return { ...invocation, claim: { ...invocation.claim, answer: answer.state }, message: answer.message };
}

export const otherParameters = 'in the queue of Jenkins with other parameters than were asked for; that is cancelled';

/** A build carries the id and not what was asked for: the job was changed between the look at it and the request. */
export function strange(
  invocation: Invocation,
  build: { number: number; url: string; differs: string },
  now: Millis,
): Invocation {
  if (invocation.state === 'Unknown') return invocation;
  const { number, url, differs } = build;
  const message = `build #${number} (${url}) carries the id of this run, but ${differs}: nobody can know what it deployed`;
  return { ...invocation, state: 'Unknown', buildNumber: number, buildUrl: url, since: toTime(now), differs, message };
}

/** What it deploys is known where all that was asked for is there; that the job has more by now is worth a word. */
function addedTo({ added = [] }: Likeness): string | undefined {
  return added.length === 0
    ? undefined
    : `with the default of ${added.join(', ')}, which the job did not have when it was looked at`;
}

/** Back to Pending: preflight, gates and a new claim come before the next POST. The count of posts stays. */
export function askAgain(invocation: Invocation, message: string, now: Millis): Invocation {
  return compact<Invocation>({
    state: 'Pending',
    claim: invocation.claim,
    requestedAt: invocation.requestedAt,
    since: toTime(now),
    message,
  });
}

export function afterItem(invocation: Invocation, item: ItemReading, now: Millis): Invocation {
  if (invocation.state !== 'Queued') return invocation;
  switch (item.state) {
    case 'unavailable':
      return withMessage(invocation, item.message);
    case 'waiting':
      // The look that follows cancels it, and tells what has become of it.
      if (item.differs !== undefined) return { ...invocation, state: 'Triggering', message: otherParameters };
      return withMessage(
        invocation,
        item.stuck ? `stuck in the queue of Jenkins: ${lasting(item.why)}` : `in the queue of Jenkins: ${lasting(item.why)}`,
      );
    case 'leaving':
      return invocation;
    case 'started':
      if (item.differs !== undefined)
        return strange(invocation, { number: item.buildNumber, url: item.url, differs: item.differs }, now);
      return running(invocation, { ...item, number: item.buildNumber }, now);
    case 'cancelled':
      return finished(invocation, invocation.stop === 'timeout' ? 'TIMEOUT' : 'CANCELLED', {
        now,
        message: cancelledMessage(invocation),
      });
    case 'missing':
      return { ...invocation, state: 'Triggering', message: 'the queue item is gone; looking for the build' };
  }
}

/** Without the time that Jenkins counts down in it: that is no news at every look. */
function lasting(why: string): string {
  return why.replace(/\.? *Expires in .*$/i, '');
}

function cancelledMessage(invocation: Invocation): string {
  if (invocation.stop === 'timeout') return 'cancelled in the queue: it took too long';
  return invocation.stop === 'superseded' ? 'cancelled in the queue: git moved on' : 'cancelled in the queue of Jenkins';
}

export function afterBuild(invocation: Invocation, build: BuildReading, now: Millis): Invocation {
  if (invocation.state !== 'Running') return invocation;
  const { buildNumber: number = 0 } = invocation;
  if ('differs' in build && build.differs !== undefined)
    return strange(invocation, { number, url: build.url, differs: build.differs }, now);
  switch (build.state) {
    case 'unavailable':
      return withMessage(invocation, build.message);
    case 'building':
      return withMessage(
        { ...invocation, buildUrl: build.url },
        invocation.stop === undefined ? runningWith(build) : 'asked to stop',
      );
    case 'finished': {
      const timedOut = invocation.stop === 'timeout' && build.result === 'ABORTED';
      const message = addedTo(build);
      return finished({ ...invocation, buildUrl: build.url }, timedOut ? 'TIMEOUT' : build.result, compact({ now, message }));
    }
    case 'missing':
      return { ...invocation, state: 'Triggering', message: 'the build is gone; looking for it' };
  }
}

/** Marks that the build is to be stopped; durable before anything is asked of Jenkins. */
export function toStop(invocation: Invocation, reason: NonNullable<Invocation['stop']>): Invocation {
  if (invocation.stop !== undefined || invocation.state === 'Finished') return invocation;
  return { ...invocation, stop: reason };
}

export function running(invocation: Invocation, build: { number: number; url: string } & Likeness, now: Millis): Invocation {
  const { number: buildNumber, url: buildUrl } = build;
  return { ...invocation, state: 'Running', buildNumber, buildUrl, since: toTime(now), message: runningWith(build) };
}

function runningWith(build: Likeness): string {
  const added = addedTo(build);
  return added === undefined ? 'running' : `running ${added}`;
}

export function finished(invocation: Invocation, result: string, how: { now: Millis; message?: string }): Invocation {
  const { message: _, ...rest } = invocation;
  return compact<Invocation>({ ...rest, state: 'Finished', result, since: toTime(how.now), message: how.message });
}

export function withMessage(invocation: Invocation, message: string): Invocation {
  return invocation.message === message ? invocation : { ...invocation, message };
}

/** Whether anything may have had an effect: a build was seen, or may have been. */
export function mayHaveStarted(invocation: Invocation | undefined): boolean {
  if (invocation === undefined) return false;
  return invocation.buildNumber !== undefined || invocation.ledger !== undefined || invocation.state === 'Unknown';
}

/** When the job counts as timed out: from the claim on, so that a Jenkins that was down for long costs no run its time. */
export function deadlineOf(invocation: Invocation, timeoutMs: Millis): Millis | undefined {
  const claimedAt = invocation.state === 'Pending' ? undefined : fromTime(invocation.claim?.at);
  return claimedAt === undefined ? undefined : claimedAt + timeoutMs;
}
