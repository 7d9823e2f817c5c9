import { projectParts } from './address.js';
import { type CommentHost, cut, cutLine, type HostComment, putMarked } from './comments.js';
import type { Forge, ForgeOptions, PullRequest, PullRequestPlace, PullRequestRequest } from './forge.js';
import type { ForgeHttp } from './http.js';
import { listAt, numberAt, textAt } from './json.js';
import { openOnce, placeOf } from './open-once.js';
import { byLink, readPages } from './pages.js';

const mostBody = 65_536;
/** https://docs.github.com/rest/commits/statuses: longer descriptions are refused. */
const mostDescription = 140;

/** GitHub and GitHub Enterprise Server by REST v3: https://docs.github.com/rest */
export function createGithub(http: ForgeHttp, { project }: Pick<ForgeOptions, 'project'>): Forge {
  const [owner, name] = projectParts('github', project);
  const base = `/repos/${owner}/${name}`;

  async function find({ head, base: into }: PullRequestRequest, signal: AbortSignal): Promise<PullRequestPlace | undefined> {
    const query = new URLSearchParams({ state: 'open', head: `${owner}:${head}`, base: into });
    const { body } = await http.call({ operation: 'openPullRequest', path: `${base}/pulls?${query}` }, signal);
    // A host that ignores the filter must not give us the pull request of somebody else.
    const found = (listAt(body) ?? []).map(toPullRequest).find((one) => one?.head.ref === head && one.base.ref === into);
    return found && placeOf(found);
  }

  return {
    openPullRequest: (request, signal) =>
      openOnce(
        () => find(request, signal),
        async () => {
          const { head, base: into, title } = request;
          const sent = { head, base: into, title, body: cut(request.body, mostBody) };
          const call = { operation: 'openPullRequest', method: 'POST', path: `${base}/pulls`, body: sent } as const;
          const opened = toPullRequest((await http.call(call, signal)).body);
          if (opened === undefined) throw http.odd('a pull request without a number');
          return placeOf(opened);
        },
      ),
    async pullRequests(signal) {
      const call = { operation: 'pullRequests', path: `${base}/pulls?state=open&per_page=100` } as const;
      return (await readPages(http, { call, next: byLink }, signal)).flatMap((one) => toPullRequest(one) ?? []);
    },
    async setStatus(status, signal) {
      const { sha, context, state } = status;
      const description = cutLine(status.description, mostDescription);
      const read = { operation: 'setStatus', path: `${base}/commits/${sha}/status?per_page=100` } as const;
      const known = await readPages(http, { call: read, next: byLink, items: ['statuses'] }, signal);
      const same = known.find((one) => textAt(one, 'context') === context);
      const says = textAt(same, 'state') === state && (textAt(same, 'description') ?? '') === description;
      if (says && (textAt(same, 'target_url') ?? '') === (status.url ?? '')) return;
      const body = { state, context, description, ...(status.url === undefined ? {} : { target_url: status.url }) };
      await http.call({ operation: 'setStatus', method: 'POST', path: `${base}/statuses/${sha}`, body }, signal);
    },
    putComment: (comment, signal) => putMarked(comment, comments(http, { base, number: comment.pullRequest }, signal)),
  };
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
