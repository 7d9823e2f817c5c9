import { projectParts } from './address.js';
import { type CommentHost, cut, cutLine, type HostComment, putMarked } from './comments.js';
import type { CommitStatus, Forge, ForgeOptions, PullRequest, PullRequestRequest } from './forge.js';
import type { ForgeHttp } from './http.js';
import { listAt, numberAt, textAt } from './json.js';
import { openOnce } from './open-once.js';
import { byLink, readPages } from './pages.js';

const mostBody = 65_536;
/** https://docs.github.com/rest/commits/statuses: longer descriptions are refused. */
const mostDescription = 140;

/** GitHub and GitHub Enterprise Server by REST v3: https://docs.github.com/rest */
export function createGithub(http: ForgeHttp, { project }: Pick<ForgeOptions, 'project'>): Forge {
  const [owner, name] = projectParts('github', project);
  const base = `/repos/${owner}/${name}`;
  return {
    openPullRequest(request, signal) {
      const { head, base: into, title } = request;
      const body = { head, base: into, title, body: cut(request.body, mostBody) };
      const find = () => findOpen(http, { base, owner, request }, signal);
      return openOnce(http, { find, path: `${base}/pulls`, body, read: toPullRequest }, signal);
    },
    async pullRequests(signal) {
      const call = { operation: 'pullRequests', path: `${base}/pulls?state=open&per_page=100` } as const;
      return (await readPages(http, { call, next: byLink }, signal)).flatMap((one) => toPullRequest(one) ?? []);
    },
    setStatus: (status, signal) => setStatus(http, { base, status }, signal),
    putComment: (comment, signal) => putMarked(comment, comments(http, { base, number: comment.pullRequest }, signal)),
  };
}

interface Search {
  readonly base: string;
  readonly owner: string;
  readonly request: PullRequestRequest;
}

async function findOpen(
  http: ForgeHttp,
  { base, owner, request }: Search,
  signal: AbortSignal,
): Promise<PullRequest | undefined> {
  const query = new URLSearchParams({ state: 'open', head: `${owner}:${request.head}`, base: request.base });
  const { body } = await http.call({ operation: 'openPullRequest', path: `${base}/pulls?${query}` }, signal);
  // A host that ignores the filter must not give us the pull request of somebody else.
  return (listAt(body) ?? []).map(toPullRequest).find((one) => one?.head.ref === request.head && one.base.ref === request.base);
}

async function setStatus(
  http: ForgeHttp,
  { base, status }: { base: string; status: CommitStatus },
  signal: AbortSignal,
): Promise<void> {
  const { sha, context, state } = status;
  const description = cutLine(status.description, mostDescription);
  const read = { operation: 'setStatus', path: `${base}/commits/${sha}/status?per_page=100` } as const;
  const known = await readPages(http, { call: read, next: byLink, items: ['statuses'] }, signal);
  const same = known.find((one) => textAt(one, 'context') === context);
  const says = textAt(same, 'state') === state && (textAt(same, 'description') ?? '') === description;
  if (says && (textAt(same, 'target_url') ?? '') === (status.url ?? '')) return;
  const body = { state, context, description, ...(status.url === undefined ? {} : { target_url: status.url }) };
  await http.call({ operation: 'setStatus', method: 'POST', path: `${base}/statuses/${sha}`, body }, signal);
}

function toPullRequest(value: unknown): PullRequest | undefined {
  const number = numberAt(value, 'number');
  const url = textAt(value, 'html_url');
  if (number === undefined || url === undefined) return undefined;
  const head = { ref: textAt(value, 'head', 'ref') ?? '', sha: textAt(value, 'head', 'sha') ?? '' };
  return { number, url, head, base: { ref: textAt(value, 'base', 'ref') ?? '' }, title: textAt(value, 'title') ?? '' };
}

/** https://docs.github.com/rest/issues/comments: those of a pull request are those of its issue. */
function comments(http: ForgeHttp, { base, number }: { base: string; number: number }, signal: AbortSignal): CommentHost {
  const operation = 'putComment';
  const one = (id: number): string => `${base}/issues/comments/${id}`;
  return {
    most: mostBody,
    hides: 'html-comment',
    async list() {
      const call = { operation, path: `${base}/issues/${number}/comments?per_page=100` } as const;
      return (await readPages(http, { call, next: byLink }, signal)).flatMap(toComment);
    },
    async self() {
      const { status, body } = await http.call({ operation, path: '/user', expected: [401, 403, 404] }, signal);
      return status === 200 ? textAt(body, 'login') : undefined;
    },
    async create(body) {
      await http.call({ operation, method: 'POST', path: `${base}/issues/${number}/comments`, body: { body } }, signal);
    },
    async update({ id }, body) {
      await http.call({ operation, method: 'PATCH', path: one(id), body: { body } }, signal);
    },
    async remove({ id }) {
      await http.call({ operation, method: 'DELETE', path: one(id) }, signal);
    },
  };
}

function toComment(value: unknown): HostComment[] {
  const id = numberAt(value, 'id');
  const author = textAt(value, 'user', 'login');
  const isByPerson = textAt(value, 'user', 'type') === 'User';
  return id === undefined
    ? []
    : [{ id, body: textAt(value, 'body') ?? '', isByPerson, ...(author === undefined ? {} : { author }) }];
}
