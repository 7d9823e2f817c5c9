import { projectParts } from './address.js';
import { cut, cutLine, type HostComment, putMarked } from './comments.js';
import type { CommitStatus, Forge, ForgeOptions, PullRequest, PullRequestRequest } from './forge.js';
import { issueComments, toPullRequest } from './github-like.js';
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
    putComment: (comment, signal) =>
      putMarked(
        comment,
        issueComments(
          http,
          { base, number: comment.pullRequest, most: mostBody, query: '?per_page=100', read: toComment },
          signal,
        ),
      ),
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

function toComment(value: unknown): HostComment[] {
  const id = numberAt(value, 'id');
  const author = textAt(value, 'user', 'login');
  const isByPerson = textAt(value, 'user', 'type') === 'User';
  return id === undefined
    ? []
    : [{ id, body: textAt(value, 'body') ?? '', isByPerson, ...(author === undefined ? {} : { author }) }];
}
