import type { TriggerAnswer } from '../core/run/observation.js';
import type { JobRequest } from '../reconcile/ports.js';
import { itemUrl, jobPath, jobSegments } from './address.js';
import type { Connection } from './connection.js';
import { type ControlContext, postCancel } from './control.js';
import type { Exchange } from './exchange.js';
import { isOf, lookup, readQueue } from './lookup.js';
import { carries, firstDifference, runParameter, sentParameters, whyUnsendable } from './request.js';
import type { ItemShape } from './shapes.js';
import { isUnavailable, readItemShape } from './tracking.js';
import { isFromJenkins, isOwnRefusal, whyForbidden, whyUnavailable } from './words.js';

export interface TriggerContext extends ControlContext {
  /** How long the item waits in the queue: the time in which it is compared and doubles are found. */
  readonly delayMs: number;
  /** How long after the call the request may still be sent: its caller holds the lease for at least that long. */
  readonly sendWithinMs: number;
}

type Verdict = TriggerAnswer | { readonly state: 'verify'; readonly message: string };

/**
 * One POST, never repeated and never redirected; what is not certain afterwards is `ambiguous`. Nothing that was read before is
 * trusted: what has been accepted is compared while it still waits.
 */
export async function trigger(context: TriggerContext, request: JobRequest, signal: AbortSignal): Promise<TriggerAnswer> {
  const { connection, post, delayMs, sendWithinMs } = context;
  const sendBefore = performance.now() + sendWithinMs;
  const unsendable = whyUnsendable(request);
  const segments = jobSegments(request.job);
  if (unsendable !== undefined || segments === undefined)
    return { state: 'refused', message: unsendable ?? 'the job has no name' };

  const found = await post(
    'trigger',
    {
      // The unit matters: a bare number means milliseconds.
      path: `${jobPath(segments)}/buildWithParameters?delay=${Math.max(1, Math.ceil(delayMs / 1000))}sec`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams([...sentParameters(request)]).toString(),
      sendBefore,
    },
    signal,
  );
  const verdict = judge(connection, found);
  if (verdict.state === 'verify') return verifyRefusal(connection, request, verdict.message, signal);
  return verdict.state === 'accepted' ? verifyAccepted(context, request, verdict.queueId, signal) : verdict;
}

/** What the answer to the POST says, by itself. */
function judge(connection: Connection, found: Exchange): Verdict {
  if (found.kind === 'failed') {
    const message = connection.says(whyUnavailable(found));
    return { state: found.isSent ? 'ambiguous' : 'unsent', message };
  }
  const { status, headers } = found;
  // 303: folded into an identical item that waits. The host in Location follows headers of the request, so only the number is taken.
  const queueId = Number(/\/queue\/item\/(\d{1,15})\/?$/.exec(headers.location ?? '')?.[1]);
  if ((status === 201 || status === 303) && Number.isSafeInteger(queueId)) {
    return { state: 'accepted', queueId, queueUrl: itemUrl(connection.address, queueId) };
  }
  if (!isOwnRefusal(found)) return { state: 'ambiguous', message: connection.says(whyUnavailable(found)) };
  if (status === 500 && isFromJenkins(found)) {
    return { state: 'verify', message: connection.says('refused the request with an error (500); its log has the reason') };
  }
  return { state: 'refused', message: connection.says(whyRefused(found)) };
}

function whyRefused(found: Extract<Exchange, { kind: 'answer' }>): string {
  switch (found.status) {
    case 403:
      return whyForbidden(found);
    case 404:
      return 'has no such job, or the user may not read it (404)';
    case 409:
      return 'has the job disabled (409)';
    case 503:
    case 401:
      return whyUnavailable(found);
    default:
      return `refused the request (${found.status})`;
  }
}

/** Such an error queues nothing, as far as is known; a look at queue and builds makes sure. */
async function verifyRefusal(
  connection: Connection,
  { job, id }: JobRequest,
  message: string,
  signal: AbortSignal,
): Promise<TriggerAnswer> {
  const found = await lookup(connection, { job, id, since: Number.MAX_SAFE_INTEGER }, signal);
  const isAbsent = found.state === 'read' && found.items.length === 0 && found.builds.length === 0;
  return { state: isAbsent ? 'refused' : 'ambiguous', message };
}

/** Compares what was queued while it still waits, cancels doubles, and keeps the one with the lowest id. */
async function verifyAccepted(
  context: TriggerContext,
  request: JobRequest,
  queueId: number,
  signal: AbortSignal,
): Promise<TriggerAnswer> {
  const { connection } = context;
  const accepted: TriggerAnswer = { state: 'accepted', queueId, queueUrl: itemUrl(connection.address, queueId) };
  const own = await readItemShape(connection, queueId, signal);
  // Accepted is accepted: what cannot be looked at now is found out by following the item.
  if (own === undefined || isUnavailable(own)) return accepted;
  const isForeign = !isOf(own, request.job) || (own.parameters?.get(runParameter) ?? request.id) !== request.id;
  if (isForeign)
    return { state: 'ambiguous', message: connection.says(`gave queue item ${queueId}, which is something else now`) };
  const difference = firstDifference(request, own.parameters);
  if (difference !== undefined) return cancelMismatch(context, queueId, difference, signal);

  const queue = await readQueue(connection, signal);
  if (isUnavailable(queue)) return accepted;
  const twins = queue.items.filter((item) => isOf(item, request.job) && carries(item.parameters, request.id));
  const kept = await keepOne(context, request, twins, signal);
  return kept === undefined || kept === queueId
    ? verifyUnbuilt(context, request, accepted, signal)
    : { state: 'accepted', queueId: kept, queueUrl: itemUrl(connection.address, kept) };
}

async function cancelMismatch(
  context: TriggerContext,
  queueId: number,
  difference: string,
  signal: AbortSignal,
): Promise<TriggerAnswer> {
  const { connection } = context;
  const message = connection.says(`queued the request with other parameters than were sent (${difference})`);
  await postCancel(context, queueId, signal);
  const after = await readItemShape(connection, queueId, signal);
  if (after !== undefined && !isUnavailable(after) && after.state === 'cancelled') return { state: 'mismatch', message };
  return { state: 'ambiguous', message: `${message}, and queue item ${queueId} could not be cancelled` };
}

/** The queue id that is kept: the lowest one with the right parameters. The others are cancelled. */
async function keepOne(
  context: TriggerContext,
  request: JobRequest,
  twins: readonly ItemShape[],
  signal: AbortSignal,
): Promise<number | undefined> {
  const right = twins.filter((item) => firstDifference(request, item.parameters) === undefined).map(({ id }) => id);
  const kept = right.length === 0 ? undefined : Math.min(...right);
  for (const { id } of twins) if (id !== kept) await postCancel(context, id, signal);
  return kept;
}

/** A build that carries the id and came from another item: ours would be a second one, so it is cancelled while it waits. */
async function verifyUnbuilt(
  context: TriggerContext,
  { job, id }: JobRequest,
  accepted: Extract<TriggerAnswer, { state: 'accepted' }>,
  signal: AbortSignal,
): Promise<TriggerAnswer> {
  const { connection } = context;
  const { queueId } = accepted;
  const found = await lookup(connection, { job, id, since: Number.MAX_SAFE_INTEGER }, signal);
  if (found.state === 'unavailable' || found.builds.length === 0) return accepted;
  const own = await readItemShape(connection, queueId, signal);
  if (own === undefined || isUnavailable(own) || own.state !== 'waiting') return accepted;
  await postCancel(context, queueId, signal);
  const [first] = found.builds;
  return { state: 'ambiguous', message: connection.says(`has build ${first?.number} of ${job} for the same run already`) };
}
