import { formatDuration } from '../duration.js';
import type { Millis } from '../model.js';
import type { Claim, Invocation } from '../resources/deployment-run.js';
import { fromTime, toTime } from '../time.js';
import { askAgain, finished, otherParameters, pending, running, strange, withMessage } from './invocation.js';
import type { FoundItem, Lookup } from './observation.js';

/** What a lookup of a run's id in Jenkins comes to: where it is, or whether it may be asked for again. */

/** How long a request may still arrive, and how long that has been waited for. */
interface Grace {
  readonly now: Millis;
  readonly graceMs: Millis;
  /** For how long the claim has been known, by a clock that nobody sets; absent: by the wall clock, from the time in the claim. */
  readonly waitedMs?: Millis;
  /** When the job counts as timed out. */
  readonly deadline?: Millis | undefined;
}

/** Where the lookup found it; absent, the gap rule and the session decide. */
export function afterLookup(invocation: Invocation, lookup: Lookup, context: Grace): Invocation {
  if (lookup.state === 'unavailable') return afterSilence(invocation, lookup, context);
  const [build] = lookup.builds.filter(({ number }) => !invocation.refused?.includes(number));
  if (build?.differs !== undefined) return strange(invocation, { ...build, differs: build.differs }, context.now);
  if (build !== undefined) return running(invocation, build, context.now);
  const item = lookup.items.find(({ differs }) => differs === undefined);
  if (item !== undefined && invocation.buildNumber !== undefined) return requeued(invocation, context.now);
  if (item !== undefined) {
    return {
      ...invocation,
      state: 'Queued',
      queueId: item.queueId,
      queueUrl: item.url,
      since: toTime(context.now),
      message: 'found in the queue',
    };
  }
  if (invocation.state === 'Unknown') return invocation;
  // It is cancelled now, or has just left for a build that cannot be read yet: only the next look tells.
  if (lookup.items.length > 0) return withMessage(invocation, otherParameters);
  return afterAbsence(invocation, lookup, context);
}

/** A job that is gone for good tells nothing any more: once the time of the run is over, a person is asked. */
function afterSilence(
  invocation: Invocation,
  { message, jobMissing = false }: Extract<Lookup, { state: 'unavailable' }>,
  { now, deadline }: Grace,
): Invocation {
  if (invocation.state === 'Unknown') return invocation;
  if (!jobMissing || deadline === undefined || now < deadline) return withMessage(invocation, message);
  return { ...invocation, state: 'Unknown', since: toTime(now), message: `${message}; nobody can know what came of it` };
}

/** A build had started, its record is lost, and Jenkins has loaded its item from an old copy of the queue: it would deploy again. */
function requeued(invocation: Invocation, now: Millis): Invocation {
  if (invocation.state === 'Unknown') return invocation;
  const message = `build #${invocation.buildNumber} is gone from Jenkins, which has queued it again; that is cancelled, and nobody can know how far the build came`;
  return { ...invocation, state: 'Unknown', since: toTime(now), message };
}

/** Waiting items beside a build that has started, or beside the first right one: they would deploy a second time, or something else. */
export function doubledItems(invocation: Invocation, lookup: Lookup): readonly FoundItem[] {
  if (lookup.state === 'unavailable') return [];
  if (lookup.builds.length > 0 || invocation.buildNumber !== undefined) return lookup.items;
  const right = lookup.items.find(({ differs }) => differs === undefined);
  return lookup.items.filter((item) => item !== right);
}

type Read = Extract<Lookup, { state: 'read' }>;

function afterAbsence(invocation: Invocation, lookup: Read, { now, graceMs, waitedMs }: Grace): Invocation {
  const { claim } = invocation;
  if (claim === undefined) return pending;
  const vanished = whyUnknowable(invocation, claim, lookup);
  if (vanished !== undefined) return { ...invocation, state: 'Unknown', since: toTime(now), message: vanished };
  const restarted = lookup.session !== claim.session;
  if (restarted && invocation.queueId !== undefined) {
    return askAgain(invocation, 'Jenkins restarted before it had started anything; it is asked again', now);
  }
  if (invocation.queueId !== undefined) {
    return finished(invocation, 'CANCELLED', {
      now,
      message: 'it left the queue of Jenkins without having started: cancelled there',
    });
  }
  if (claim.answer === 'refused' || claim.answer === 'unsent') {
    return askAgain(invocation, invocation.message ?? 'Jenkins did not take the request', now);
  }
  const waited = waitedMs ?? now - (fromTime(claim.at) ?? now);
  if (waited >= graceMs) return askAgain(invocation, 'the request never arrived; it is asked again', now);
  return withMessage(invocation, waitingMessage(invocation, graceMs));
}

/** Goes on to say how the request ended, where that is known. */
function waitingMessage({ claim, message }: Invocation, graceMs: Millis): string {
  const waiting = `nothing of it is in Jenkins: waiting ${formatDuration(graceMs)} in case the request still arrives`;
  if (message?.endsWith(waiting)) return message;
  return `${claim?.answer === 'ambiguous' ? message : 'no answer'}; ${waiting}`;
}

/** The gap rule: a number that was handed out since the claim and has no readable build may have been ours. */
function whyUnknowable(invocation: Invocation, claim: Claim, lookup: Read): string | undefined {
  if (lookup.vanished.length > 0) {
    const numbers = lookup.vanished.map((number) => `#${number}`).join(', ');
    return `Jenkins has no record of build ${numbers} any more; it may have been this run, and nobody can know how far it came`;
  }
  if (invocation.buildNumber !== undefined)
    return `build #${invocation.buildNumber} is gone from Jenkins; nobody can know how it ended`;
  if (lookup.nextBuildNumber < claim.nextBuildNumber) return 'the job was made anew in Jenkins; what it ran before is gone';
  return undefined;
}
