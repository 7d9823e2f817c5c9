import type { CommentHost, HostComment } from './comments.js';
import type { PullRequest } from './forge.js';
import type { ForgeHttp } from './http.js';
import { numberAt, textAt } from './json.js';
import { byLink, readPages } from './pages.js';

/** What GitHub's API and those that follow it (Gitea, Forgejo) have in common. */

export function toPullRequest(value: unknown): PullRequest | undefined {
  const number = numberAt(value, 'number');
  const url = textAt(value, 'html_url');
  if (number === undefined || url === undefined) return undefined;
  const head = { ref: textAt(value, 'head', 'ref') ?? '', sha: textAt(value, 'head', 'sha') ?? '' };
  return { number, url, head, base: { ref: textAt(value, 'base', 'ref') ?? '' }, title: textAt(value, 'title') ?? '' };
}

interface IssueComments {
  readonly base: string;
  readonly number: number;
  /** The longest body. */
  readonly most: number;
  /** Of the first page. */
  readonly query: string;
  readonly read: (value: unknown) => HostComment[];
}

/** Those of a pull request are those of its issue: https://docs.github.com/rest/issues/comments, and Gitea's API alike. */
export function issueComments(
  http: ForgeHttp,
  { base, number, most, query, read }: IssueComments,
  signal: AbortSignal,
): CommentHost {
  const operation = 'putComment';
  const one = (id: number): string => `${base}/issues/comments/${id}`;
  return {
    most,
    hides: 'html-comment',
    async list() {
      const call = { operation, path: `${base}/issues/${number}/comments${query}` } as const;
      return (await readPages(http, { call, next: byLink }, signal)).flatMap(read);
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
