import { ReconcileError } from '../core/errors.js';
import { projectParts } from './address.js';
import { type CommentHost, cut, cutLine, type HostComment, putMarked } from './comments.js';
import type { CommitStatus, Forge, ForgeOptions, PullRequest, PullRequestRequest } from './forge.js';
import type { ForgeHttp } from './http.js';
import { at, listAt, numberAt, textAt } from './json.js';
import { openOnce } from './open-once.js';
import { byLink, readPages } from './pages.js';

const mostBody = 1_000_000;
const mostDescription = 255;

/** GitLab, gitlab.com and self-managed, by API v4: https://docs.gitlab.com/api/rest/ */
export function createGitlab(http: ForgeHttp, { project }: Pick<ForgeOptions, 'project'>): Forge {
  const base = `/projects/${encodeURIComponent(projectParts('gitlab', project).join('/'))}`;
  return {
    openPullRequest(request, signal) {
      const { head, base: into, title } = request;
      const body = { source_branch: head, target_branch: into, title, description: cut(request.body, mostBody) };
      const find = () => findOpen(http, { base, request }, signal);
      return openOnce(http, { find, path: `${base}/merge_requests`, body, read: toPullRequest }, signal);
    },
    async pullRequests(signal) {
      const call = { operation: 'pullRequests', path: `${base}/merge_requests?state=opened&per_page=100` } as const;
      return (await readPages(http, { call, next: byLink }, signal)).flatMap((one) => toPullRequest(one) ?? []);
    },
    setStatus: (status, signal) => setStatus(http, { base, status }, signal),
    putComment: (comment, signal) => putMarked(comment, notes(http, { base, number: comment.pullRequest }, signal)),
  };
}

async function findOpen(
  http: ForgeHttp,
  { base, request }: { base: string; request: PullRequestRequest },
  signal: AbortSignal,
): Promise<PullRequest | undefined> {
  const query = new URLSearchParams({ state: 'opened', source_branch: request.head, target_branch: request.base });
  const { body } = await http.call({ operation: 'openPullRequest', path: `${base}/merge_requests?${query}` }, signal);
  // A merge request of a fork may have a branch of the same name.
  const own = (listAt(body) ?? []).filter((one) => at(one, 'source_project_id') === at(one, 'target_project_id'));
  return own.map(toPullRequest).find((one) => one?.head.ref === request.head && one.base.ref === request.base);
}

function toPullRequest(value: unknown): PullRequest | undefined {
  const number = numberAt(value, 'iid');
  const url = textAt(value, 'web_url');
  if (number === undefined || url === undefined) return undefined;
  const head = { ref: textAt(value, 'source_branch') ?? '', sha: textAt(value, 'sha') ?? '' };
  return { number, url, head, base: { ref: textAt(value, 'target_branch') ?? '' }, title: textAt(value, 'title') ?? '' };
}

const states = { pending: 'pending', success: 'success', failure: 'failed', error: 'failed' } as const;

/**
 * https://docs.gitlab.com/api/commits/#set-commit-pipeline-status. A status that has ended is followed by a new one; one that is open only
 * goes on: `pending` to `running` to an end, and everything else is refused ("Cannot transition status"), with a new description or not.
 */
async function setStatus(
  http: ForgeHttp,
  { base, status }: { base: string; status: CommitStatus },
  signal: AbortSignal,
): Promise<void> {
  const { sha, context } = status;
  const description = cutLine(status.description, mostDescription);
  const query = new URLSearchParams({ name: context, per_page: '100' });
  const read = { operation: 'setStatus', path: `${base}/repository/commits/${sha}/statuses?${query}` } as const;
  const known = (await readPages(http, { call: read, next: byLink }, signal)).filter((one) => textAt(one, 'name') === context);
  const newest = known.reduce((a, b) => ((numberAt(b, 'id') ?? 0) > (numberAt(a, 'id') ?? 0) ? b : a), known[0]);
  const now = textAt(newest, 'status');
  const says =
    (textAt(newest, 'description') ?? '') === description && (textAt(newest, 'target_url') ?? '') === (status.url ?? '');
  const state = nextState(states[status.state], now, says);
  if (state === undefined) return;
  const body = { state, name: context, description, ...(status.url === undefined ? {} : { target_url: status.url }) };
  try {
    await http.call({ operation: 'setStatus', method: 'POST', path: `${base}/statuses/${sha}`, body }, signal);
  } catch (error) {
    // Somebody else wrote it since it was read: it is looked at again.
    const isRace = error instanceof ReconcileError && error.message.includes('Cannot transition status');
    throw isRace ? new ReconcileError('ForgeRefused', error.message, { retry: 'backoff', cause: error }) : error;
  }
}

/** What to write; undefined where there is nothing that could be written. */
function nextState(wanted: string, now: string | undefined, says: boolean): string | undefined {
  if (wanted !== 'pending') return now === wanted && says ? undefined : wanted;
  if (now === 'running') return undefined;
  if (now === 'pending') return says ? undefined : 'running';
  return wanted;
}

/** https://docs.gitlab.com/api/notes/ */
function notes(http: ForgeHttp, { base, number }: { base: string; number: number }, signal: AbortSignal): CommentHost {
  const operation = 'putComment';
  const path = `${base}/merge_requests/${number}/notes`;
  return {
    most: mostBody,
    hides: 'html-comment',
    async list() {
      const call = { operation, path: `${path}?per_page=100&sort=asc&order_by=created_at` } as const;
      return (await readPages(http, { call, next: byLink }, signal)).flatMap(toComment);
    },
    async self() {
      const { status, body } = await http.call({ operation, path: '/user', expected: [401, 403, 404] }, signal);
      return status === 200 ? String(numberAt(body, 'id') ?? '') || undefined : undefined;
    },
    async create(body) {
      await http.call({ operation, method: 'POST', path, body: { body } }, signal);
    },
    async update({ id }, body) {
      await http.call({ operation, method: 'PUT', path: `${path}/${id}`, body: { body } }, signal);
    },
    async remove({ id }) {
      await http.call({ operation, method: 'DELETE', path: `${path}/${id}` }, signal);
    },
  };
}

function toComment(value: unknown): HostComment[] {
  const id = numberAt(value, 'id');
  const author = numberAt(value, 'author', 'id');
  if (id === undefined || at(value, 'system') === true) return [];
  return [{ id, body: textAt(value, 'body') ?? '', ...(author === undefined ? {} : { author: String(author) }) }];
}
