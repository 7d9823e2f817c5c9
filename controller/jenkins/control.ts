import { ReconcileError } from '../core/errors.js';
import { jobPath, jobSegments, leadsTo } from './address.js';
import type { Connection } from './connection.js';
import type { Exchange } from './exchange.js';
import type { Post } from './posting.js';
import { isUnavailable, readBuild, readItem } from './tracking.js';
import { isOwnRefusal, whyForbidden, whyUnavailable } from './words.js';

export interface ControlContext {
  readonly connection: Connection;
  readonly post: Post;
}

/** Cancels one item by its number, whoever's it is. Whether it is cancelled afterwards is for the caller to read. */
export function postCancel({ post }: ControlContext, queueId: number, signal: AbortSignal): Promise<Exchange> {
  return post('cancel', { path: `/queue/cancelItem?id=${queueId}` }, signal);
}

export async function cancelItem(
  context: ControlContext,
  request: { job: string; id: string; queueId: number },
  signal: AbortSignal,
): Promise<void> {
  const { connection } = context;
  const item = await readItem(connection, request, signal);
  if (isUnavailable(item)) throw unavailable(item.message);
  if (item.state !== 'waiting') return;
  const found = await postCancel(context, request.queueId, signal);
  if (found.kind === 'answer' && found.status === 204) return;
  // 500 and 404: it left, or somebody else cancelled it meanwhile.
  const after = await readItem(connection, request, signal);
  if (!isUnavailable(after) && after.state !== 'waiting') return;
  throw failure(connection, found, `queue item ${request.queueId} of ${request.job} was not cancelled`);
}

export async function stopBuild(
  { connection, post }: ControlContext,
  request: { job: string; id: string; number: number },
  signal: AbortSignal,
): Promise<void> {
  const build = await readBuild(connection, request, signal);
  if (isUnavailable(build)) throw unavailable(build.message);
  if (build.state !== 'building') return;
  const segments = jobSegments(request.job) ?? [];
  const path = `${jobPath(segments)}/${request.number}/stop`;
  const found = await post('stop', { path }, signal);
  // 302 is the good answer, also for a build that has just ended; 404: its record is gone.
  if (found.kind === 'answer' && (isStopped(found, segments, request.number) || found.status === 404)) return;
  throw failure(connection, found, `build ${request.number} of ${request.job} was not stopped`);
}

/** A redirect to the build itself; a login proxy redirects as well, but elsewhere. */
function isStopped(
  { status, headers }: Extract<Exchange, { kind: 'answer' }>,
  segments: readonly string[],
  number: number,
): boolean {
  return status === 302 && leadsTo(headers.location ?? '', segments, `${number}/`);
}

function unavailable(message: string): ReconcileError {
  return new ReconcileError('JenkinsUnavailable', message);
}

function failure(connection: Connection, found: Exchange, what: string): ReconcileError {
  const isForbidden = found.kind === 'answer' && (found.status === 403 || found.status === 422) && isOwnRefusal(found);
  if (!isForbidden) return unavailable(`${what}: ${connection.says(whyUnavailable(found))}`);
  return new ReconcileError('JenkinsForbidden', `${what}: ${connection.says(whyForbidden(found))}`);
}
