import { projectParts } from './address.js';
import { cut, cutLine, type HostComment, putMarked } from './comments.js';
import type { CommitStatus, Forge, ForgeOptions, PullRequest, PullRequestRequest } from './forge.js';
import { issueComments, toPullRequest } from './github-like.js';
import type { ForgeHttp } from './http.js';
import { at, numberAt, textAt } from './json.js';
import { openOnce } from './open-once.js';
import { byLink, readPages } from './pages.js';

/** There is no limit but that of the database's text. */
const mostBody = 65_000;
const mostDescription = 255;
/** The usual MAX_RESPONSE_ITEMS: a server may give fewer, and says by Link how it goes on. */
const pageSize = 50;

/** Gitea and Forgejo by API v1: https://docs.gitea.com/api/ */
export function createGitea(http: ForgeHttp, { project }: Pick<ForgeOptions, 'project'>): Forge {
  const [owner, name] = projectParts('gitea', project);
  const base = `/repos/${owner}/${name}`;
  const list = (operation: 'openPullRequest' | 'pullRequests', signal: AbortSignal) =>
    readPages(http, { call: { operation, path: `${base}/pulls?state=open&limit=${pageSize}` }, next: byLink }, signal);
  return {
    openPullRequest(request, signal) {
      const { head, base: into, title } = request;
      const body = { head, base: into, title, body: cut(request.body, mostBody) };
      const find = async () => findOpen(await list('openPullRequest', signal), request);
      return openOnce(http, { find, path: `${base}/pulls`, body, read: toPullRequest }, signal);
    },
    async pullRequests(signal) {
      return (await list('pullRequests', signal)).flatMap((one) => toPullRequest(one) ?? []);
    },
    setStatus: (status, signal) => setStatus(http, { base, status }, signal),
    putComment: (comment, signal) =>
      putMarked(
        comment,
        issueComments(http, { base, number: comment.pullRequest, most: mostBody, query: '', read: toComment }, signal),
      ),
  };
}

/** There is no filter by branch that every version knows. A fork may have a branch of the same name. */
function findOpen(all: readonly unknown[], { head, base }: PullRequestRequest): PullRequest | undefined {
  const own = all.filter((one) => at(one, 'head', 'repo_id') === at(one, 'base', 'repo_id'));
  return own.map(toPullRequest).find((one) => one?.head.ref === head && one.base.ref === base);
}

async function setStatus(
  http: ForgeHttp,
  { base, status }: { base: string; status: CommitStatus },
  signal: AbortSignal,
): Promise<void> {
  const { sha, context, state } = status;
  const description = cutLine(status.description, mostDescription);
  const read = { operation: 'setStatus', path: `${base}/commits/${sha}/statuses?sort=recentupdate&limit=${pageSize}` } as const;
  const known = (await readPages(http, { call: read, next: byLink }, signal)).filter((one) => textAt(one, 'context') === context);
  // Every write adds one: the newest counts.
  const newest = known.reduce((a, b) => ((numberAt(b, 'id') ?? 0) > (numberAt(a, 'id') ?? 0) ? b : a), known[0]);
  const says = textAt(newest, 'status') === state && (textAt(newest, 'description') ?? '') === description;
  if (says && (textAt(newest, 'target_url') ?? '') === (status.url ?? '')) return;
  const body = { state, context, description, ...(status.url === undefined ? {} : { target_url: status.url }) };
  await http.call({ operation: 'setStatus', method: 'POST', path: `${base}/statuses/${sha}`, body }, signal);
}

function toComment(value: unknown): HostComment[] {
  const id = numberAt(value, 'id');
  const author = textAt(value, 'user', 'login');
  return id === undefined ? [] : [{ id, body: textAt(value, 'body') ?? '', ...(author === undefined ? {} : { author }) }];
}
