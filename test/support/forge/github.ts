import {
  addComment,
  addPullRequest,
  commentOf,
  commentsOf,
  type Dialect,
  doubleOf,
  type ForgeQuery,
  type ForgeState,
  linked,
  open,
  pageOf,
  type StoredComment,
  type StoredPullRequest,
  text,
} from './state.js';

const showPullRequest =
  ({ origin }: ForgeQuery, { project }: ForgeState) =>
  (one: StoredPullRequest) => ({
    number: one.number,
    state: one.isOpen ? 'open' : 'closed',
    title: one.title,
    body: one.body,
    html_url: `${origin}/${project}/pull/${one.number}`,
    user: { login: one.author, type: 'User' },
    head: { ref: one.head, sha: one.sha, repo: { full_name: one.isFork ? 'fork/copy' : project } },
    base: { ref: one.base, repo: { full_name: project } },
  });

const showComment = ({ id, body, author }: StoredComment) => ({
  id,
  body,
  user: { login: author, type: author.endsWith('[bot]') ? 'Bot' : 'User' },
});

const invalid = (message: string) => ({
  status: 422,
  body: { message: 'Validation Failed', errors: [{ resource: 'PullRequest', code: 'custom', message }], status: '422' },
});

const states = ['error', 'failure', 'pending', 'success'];

/** What docs.github.com says of REST v3; GitHub Enterprise Server has it below /api/v3. */
export const github: Dialect = {
  root: '/api/v3',
  notFound: { message: 'Not Found', documentation_url: 'https://docs.github.com/rest', status: '404' },
  unauthorized: { message: 'Bad credentials', documentation_url: 'https://docs.github.com/rest', status: '401' },
  routes: [
    {
      method: 'GET',
      path: '/user',
      // A token of an installation belongs to no user.
      answer: ({ user }) =>
        user.endsWith('[bot]')
          ? { status: 403, body: { message: 'Resource not accessible by integration', status: '403' } }
          : { status: 200, body: { login: user, type: 'User' } },
    },
    {
      method: 'GET',
      path: '/repos/:project/pulls',
      answer(query, state) {
        const [, branch = ''] = (query.url.searchParams.get('head') ?? '').split(':');
        const base = query.url.searchParams.get('base');
        const all = open(state).filter(
          (one) => (branch === '' || (one.head === branch && !one.isFork)) && (base ?? one.base) === one.base,
        );
        return linked(all, query, { most: state.pageSize, show: showPullRequest(query, state) });
      },
    },
    {
      method: 'POST',
      path: '/repos/:project/pulls',
      async answer(query, state) {
        const [head, base] = [text(query.body.head), text(query.body.base)];
        if (doubleOf(state, head, base))
          return invalid(`A pull request already exists for ${state.project.split('/')[0]}:${head}.`);
        const wanted = { head, base, title: text(query.body.title), body: text(query.body.body) };
        const opened = await addPullRequest(state, query.user, wanted);
        if (typeof opened === 'string')
          return {
            status: 422,
            body: { message: 'Validation Failed', errors: [{ field: opened === 'no-head' ? 'head' : 'base', code: 'invalid' }] },
          };
        return { status: 201, body: showPullRequest(query, state)(opened) };
      },
    },
    {
      method: 'GET',
      path: '/repos/:project/commits/:sha/status',
      answer(query, state) {
        const latest = new Map(state.statuses.filter(({ sha }) => sha === query.path[0]).map((one) => [one.context, one]));
        const { items, next } = pageOf([...latest.values()], query, state.pageSize);
        const statuses = items.map(({ context, state: said, description, url }) => ({
          context,
          state: said,
          description,
          target_url: url === '' ? null : url,
        }));
        return { status: 200, headers: next === undefined ? {} : { link: `<${next.href}>; rel="next"` }, body: { statuses } };
      },
    },
    {
      method: 'POST',
      path: '/repos/:project/statuses/:sha',
      answer({ body, path }, state) {
        if (!states.includes(text(body.state))) return invalid('state is not included in the list');
        if (text(body.description).length > 140) return invalid('description is too long (maximum is 140 characters)');
        const one = {
          context: text(body.context),
          state: text(body.state),
          description: text(body.description),
          url: text(body.target_url),
        };
        state.statuses.push({ id: state.nextId(), sha: path[0] ?? '', ...one });
        return { status: 201, body: { id: 1, ...one } };
      },
    },
    {
      method: 'GET',
      path: '/repos/:project/issues/:number/comments',
      answer: (query, state) =>
        linked(
          commentsOf(state, query.path[0] ?? '').filter(({ isDeleted }) => !isDeleted),
          query,
          { most: state.pageSize, show: showComment },
        ),
    },
    {
      method: 'POST',
      path: '/repos/:project/issues/:number/comments',
      answer({ body, user, path }, state) {
        if (text(body.body).length > 65_536) return invalid('body is too long (maximum is 65536 characters)');
        return { status: 201, body: showComment(addComment(state, user, { number: path[0] ?? '', body: body.body })) };
      },
    },
    {
      method: 'PATCH',
      path: '/repos/:project/issues/comments/:id',
      answer({ body, path }, state) {
        const comment = commentOf(state, path[0] ?? '');
        if (comment === undefined) return { status: 404, body: github.notFound };
        comment.body = text(body.body);
        return { status: 200, body: showComment(comment) };
      },
    },
    {
      method: 'DELETE',
      path: '/repos/:project/issues/comments/:id',
      answer({ path }, state) {
        const comment = commentOf(state, path[0] ?? '');
        if (comment === undefined) return { status: 404, body: github.notFound };
        comment.isDeleted = true;
        return { status: 204 };
      },
    },
  ],
};
