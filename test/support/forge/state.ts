/** What a code host keeps, whichever API it is asked by. */

export interface StoredPullRequest {
  readonly number: number;
  readonly head: string;
  readonly sha: string;
  readonly base: string;
  title: string;
  body: string;
  isOpen: boolean;
  /** From a copy of the project. */
  readonly isFork: boolean;
  readonly author: string;
}

export interface StoredStatus {
  readonly id: number;
  readonly sha: string;
  readonly context: string;
  /** As the host calls it. */
  state: string;
  description: string;
  url: string;
}

export interface StoredComment {
  readonly id: number;
  readonly pullRequest: number;
  readonly author: string;
  body: string;
  version: number;
  isDeleted: boolean;
}

export interface ForgeState {
  /** `owner/name`; of GitLab perhaps with groups. */
  readonly project: string;
  /** Token → user. */
  readonly users: Readonly<Record<string, string>>;
  readonly pullRequests: StoredPullRequest[];
  /** In the order that they were written. */
  readonly statuses: StoredStatus[];
  readonly comments: StoredComment[];
  /** Most items of a page. */
  readonly pageSize: number;
  /** The commit of a branch, where there is such a branch. */
  branch(name: string): Promise<string | undefined>;
  /** Brings what it asks for to its branch; absent where nothing is ever merged. */
  readonly merge?: (pullRequest: StoredPullRequest) => Promise<void>;
  nextId(): number;
}

/** A request as a dialect sees it. */
export interface ForgeQuery {
  readonly url: URL;
  readonly path: readonly string[];
  readonly body: Readonly<Record<string, unknown>>;
  readonly user: string;
  /** Where the server is, for the addresses in answers. */
  readonly origin: string;
}

export interface ForgeReply {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Route {
  readonly method: string;
  /** Below the root of the API, `:name` for one segment. */
  readonly path: string;
  answer(query: ForgeQuery, state: ForgeState): Promise<ForgeReply> | ForgeReply;
}

/** One API: where its root is, and what it answers. */
export interface Dialect {
  readonly root: string;
  readonly routes: readonly Route[];
  readonly notFound: unknown;
  readonly unauthorized: unknown;
}

/** A page of a list by `page` and `per_page`, `limit` or `pagelen`, and whether there is another. */
export function pageOf<T>(all: readonly T[], { url }: ForgeQuery, most: number): { items: readonly T[]; next: URL | undefined } {
  const asked = Number(
    url.searchParams.get('per_page') ?? url.searchParams.get('limit') ?? url.searchParams.get('pagelen') ?? 30,
  );
  const size = Math.min(asked, most);
  const page = Number(url.searchParams.get('page') ?? 1);
  const next = new URL(url);
  next.searchParams.set('page', String(page + 1));
  return { items: all.slice((page - 1) * size, page * size), next: page * size < all.length ? next : undefined };
}

/** The list with a Link header, as three of the hosts do it. */
export function linked<T>(
  all: readonly T[],
  query: ForgeQuery,
  { most, show }: { most: number; show: (item: T) => unknown },
): ForgeReply {
  const { items, next } = pageOf(all, query, most);
  const first = `<${query.url.href}>; rel="first"`;
  const headers = { link: next === undefined ? first : `${first}, <${next.href}>; rel="next"` };
  return { status: 200, headers, body: items.map(show) };
}

export const open = ({ pullRequests }: ForgeState): StoredPullRequest[] => pullRequests.filter(({ isOpen }) => isOpen);

export const commentsOf = ({ comments }: ForgeState, number: string): StoredComment[] =>
  comments.filter((comment) => comment.pullRequest === Number(number));

export const commentOf = ({ comments }: ForgeState, id: string): StoredComment | undefined =>
  comments.find((comment) => comment.id === Number(id) && !comment.isDeleted);

export function addComment(
  state: ForgeState,
  author: string,
  { number, body }: { number: string; body: unknown },
): StoredComment {
  const comment = { id: state.nextId(), pullRequest: Number(number), author, body: String(body), version: 0, isDeleted: false };
  state.comments.push(comment);
  return comment;
}

/** Opens it; the caller has looked for doubles. */
export async function addPullRequest(
  state: ForgeState,
  author: string,
  wanted: Pick<StoredPullRequest, 'head' | 'base' | 'title' | 'body'>,
): Promise<StoredPullRequest | 'no-head' | 'no-base'> {
  const sha = await state.branch(wanted.head);
  if (sha === undefined) return 'no-head';
  if ((await state.branch(wanted.base)) === undefined) return 'no-base';
  const opened = { ...wanted, number: state.pullRequests.length + 1, sha, isOpen: true, isFork: false, author };
  state.pullRequests.push(opened);
  return opened;
}

export const doubleOf = (state: ForgeState, head: string, base: string): StoredPullRequest | undefined =>
  open(state).find((one) => one.head === head && one.base === base && !one.isFork);

export const text = (value: unknown): string => (typeof value === 'string' ? value : '');
