import {
  addComment,
  addPullRequest,
  commentOf,
  commentsOf,
  type Dialect,
  doubleOf,
  type ForgeQuery,
  type ForgeReply,
  type ForgeState,
  open,
  pageOf,
  type StoredComment,
  type StoredPullRequest,
  type StoredStatus,
  text,
} from './state.js';

const shortId = (sha: string): string => sha.slice(0, 12);

const showPullRequest =
  ({ origin }: ForgeQuery, { project }: ForgeState) =>
  (one: StoredPullRequest) => ({
    type: 'pullrequest',
    id: one.number,
    state: one.isOpen ? 'OPEN' : 'DECLINED',
    title: one.title,
    description: one.body,
    source: {
      branch: { name: one.head },
      commit: { type: 'commit', hash: shortId(one.sha) },
      repository: { full_name: one.isFork ? 'fork/copy' : project },
    },
    destination: { branch: { name: one.base }, repository: { full_name: project } },
    links: { html: { href: `${origin}/${project}/pull-requests/${one.number}` } },
  });

const showComment = ({ id, body, author, isDeleted }: StoredComment) => ({
  id,
  deleted: isDeleted,
  content: { type: 'rendered', raw: isDeleted ? '' : body, markup: 'markdown' },
  user: { uuid: `{${author}}`, nickname: author },
});

const showStatus = ({ context, state, description, url }: StoredStatus) => ({
  type: 'build',
  key: context,
  state,
  description,
  url,
});

function paged<T>(
  all: readonly T[],
  query: ForgeQuery,
  { most, show }: { most: number; show: (item: T) => unknown },
): ForgeReply {
  const { items, next } = pageOf(all, query, most);
  // The service calls itself by another name here than where it was asked.
  const link = next === undefined ? {} : { next: `https://api.bitbucket.org${next.pathname}${next.search}` };
  return { status: 200, body: { pagelen: items.length, values: items.map(show), ...link } };
}

const failure = (status: number, message: string): ForgeReply => ({ status, body: { type: 'error', error: { message } } });

/** `source.branch.name = "a" AND destination.branch.name = "b"` */
function filterOf(query: string): (one: StoredPullRequest) => boolean {
  const value = (field: string) => new RegExp(`${field}\\.branch\\.name = ("[^"]*")`).exec(query)?.[1];
  const [head, base] = [value('source'), value('destination')].map((found) =>
    found === undefined ? undefined : String(JSON.parse(found)),
  );
  return (one) => (head ?? one.head) === one.head && (base ?? one.base) === one.base;
}

/** What developer.atlassian.com says of API 2.0. */
export const bitbucketCloud: Dialect = {
  root: '/2.0',
  notFound: { type: 'error', error: { message: 'Repository acme/other not found' } },
  unauthorized: { type: 'error', error: { message: 'Token is invalid, expired, or not supported for this endpoint.' } },
  routes: [
    { method: 'GET', path: '/user', answer: ({ user }) => ({ status: 200, body: { uuid: `{${user}}`, nickname: user } }) },
    {
      method: 'GET',
      path: '/repositories/:project/pullrequests',
      answer: (query, state) =>
        paged(open(state).filter(filterOf(query.url.searchParams.get('q') ?? '')), query, {
          most: state.pageSize,
          show: showPullRequest(query, state),
        }),
    },
    {
      method: 'POST',
      path: '/repositories/:project/pullrequests',
      async answer(query, state) {
        const { source, destination } = query.body as {
          source?: { branch?: { name?: string } };
          destination?: { branch?: { name?: string } };
        };
        const [head, base] = [source?.branch?.name ?? '', destination?.branch?.name ?? ''];
        const wanted = { head, base, title: text(query.body.title), body: text(query.body.description) };
        const double = doubleOf(state, head, base);
        // A second one for the same branches changes the first.
        if (double !== undefined)
          return {
            status: 201,
            body: showPullRequest(query, state)(Object.assign(double, { title: wanted.title, body: wanted.body })),
          };
        const opened = await addPullRequest(state, query.user, wanted);
        if (typeof opened === 'string')
          return failure(400, `${opened === 'no-head' ? 'source' : 'destination'}: branch not found`);
        return { status: 201, body: showPullRequest(query, state)(opened) };
      },
    },
    {
      method: 'GET',
      path: '/repositories/:project/commit/:sha',
      answer({ path }, { pullRequests }) {
        const found = pullRequests.find(({ sha }) => sha.startsWith(path[0] ?? ''));
        return found === undefined
          ? failure(404, 'Commit not found')
          : { status: 200, body: { type: 'commit', hash: found.sha } };
      },
    },
    {
      method: 'GET',
      path: '/repositories/:project/commit/:sha/statuses/build/:key',
      answer({ path }, state) {
        const found = state.statuses.find(({ sha, context }) => sha === path[0] && context === path[1]);
        return found === undefined ? failure(404, 'Build not found') : { status: 200, body: showStatus(found) };
      },
    },
    {
      method: 'POST',
      path: '/repositories/:project/commit/:sha/statuses/build',
      answer({ body, path }, state) {
        const key = text(body.key);
        if (key === '' || key.length > 40) return failure(400, 'key: Ensure this value has at most 40 characters');
        if (!['SUCCESSFUL', 'FAILED', 'INPROGRESS', 'STOPPED'].includes(text(body.state))) return failure(400, 'state: invalid');
        if (text(body.url) === '') return failure(400, 'url: required key not provided');
        const said = { state: text(body.state), description: text(body.description), url: text(body.url) };
        const known = state.statuses.find(({ sha, context }) => sha === path[0] && context === key);
        if (known !== undefined) Object.assign(known, said);
        else state.statuses.push({ id: state.nextId(), sha: path[0] ?? '', context: key, ...said });
        return { status: 201, body: { key, ...said } };
      },
    },
    {
      method: 'GET',
      path: '/repositories/:project/pullrequests/:number/comments',
      answer: (query, state) => paged(commentsOf(state, query.path[0] ?? ''), query, { most: state.pageSize, show: showComment }),
    },
    {
      method: 'POST',
      path: '/repositories/:project/pullrequests/:number/comments',
      answer: ({ body, user, path }, state) => ({
        status: 201,
        body: showComment(
          addComment(state, user, { number: path[0] ?? '', body: (body.content as { raw?: string } | undefined)?.raw ?? '' }),
        ),
      }),
    },
    {
      method: 'PUT',
      path: '/repositories/:project/pullrequests/:number/comments/:id',
      answer({ body, path, user }, state) {
        const comment = commentOf(state, path[1] ?? '');
        if (comment === undefined) return failure(404, 'Comment not found');
        if (comment.author !== user) return failure(403, 'You may only edit your own comments');
        comment.body = (body.content as { raw?: string } | undefined)?.raw ?? '';
        return { status: 200, body: showComment(comment) };
      },
    },
    {
      method: 'DELETE',
      path: '/repositories/:project/pullrequests/:number/comments/:id',
      answer({ path }, state) {
        const comment = commentOf(state, path[1] ?? '');
        if (comment === undefined) return failure(404, 'Comment not found');
        comment.isDeleted = true;
        return { status: 204 };
      },
    },
  ],
};
