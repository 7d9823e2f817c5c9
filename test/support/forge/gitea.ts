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
  type StoredComment,
  type StoredPullRequest,
  type StoredStatus,
  text,
} from './state.js';

const showPullRequest =
  ({ origin }: ForgeQuery, { project }: ForgeState) =>
  (one: StoredPullRequest) => ({
    number: one.number,
    state: one.isOpen ? 'open' : 'closed',
    title: one.title,
    body: one.body,
    html_url: `${origin}/${project}/pulls/${one.number}`,
    head: { label: one.head, ref: one.head, sha: one.sha, repo_id: one.isFork ? 9 : 1 },
    base: { label: one.base, ref: one.base, repo_id: 1 },
  });

const showComment = ({ id, body, author }: StoredComment) => ({ id, body, user: { login: author, username: author } });

const showStatus = ({ id, context, state, description, url }: StoredStatus) => ({
  id,
  context,
  status: state,
  description,
  target_url: url,
});

const states = ['pending', 'success', 'error', 'failure', 'warning', 'skipped'];

/** What docs.gitea.com (and Forgejo) say of API v1. */
export const gitea: Dialect = {
  root: '/api/v1',
  notFound: { message: "The target couldn't be found.", url: 'https://gitea.example/api/swagger', errors: [] },
  unauthorized: { message: 'user does not exist [uid: 0, name: ]', url: 'https://gitea.example/api/swagger' },
  routes: [
    { method: 'GET', path: '/user', answer: ({ user }) => ({ status: 200, body: { id: 1, login: user } }) },
    {
      method: 'GET',
      path: '/repos/:project/pulls',
      answer: (query, state) => linked(open(state), query, { most: state.pageSize, show: showPullRequest(query, state) }),
    },
    {
      method: 'POST',
      path: '/repos/:project/pulls',
      async answer(query, state) {
        const [head, base] = [text(query.body.head), text(query.body.base)];
        const double = doubleOf(state, head, base);
        if (double !== undefined)
          return {
            status: 409,
            body: { message: `pull request already exists for these targets [id: ${double.number}, issue_id: ${double.number}]` },
          };
        const wanted = { head, base, title: text(query.body.title), body: text(query.body.body) };
        const opened = await addPullRequest(state, query.user, wanted);
        if (typeof opened === 'string') return { status: 404, body: gitea.notFound };
        return { status: 201, body: showPullRequest(query, state)(opened) };
      },
    },
    {
      method: 'POST',
      path: '/repos/:project/pulls/:number/merge',
      async answer({ path }, state) {
        const found = open(state).find(({ number }) => number === Number(path[0]));
        if (found === undefined || state.merge === undefined) return { status: 404, body: gitea.notFound };
        await state.merge(found);
        found.isOpen = false;
        return { status: 200 };
      },
    },
    {
      method: 'GET',
      path: '/repos/:project/commits/:sha/statuses',
      answer(query, state) {
        const all = state.statuses.filter(({ sha }) => sha === query.path[0]).reverse();
        return linked(all, query, { most: state.pageSize, show: showStatus });
      },
    },
    {
      method: 'POST',
      path: '/repos/:project/statuses/:sha',
      answer({ body, path }, state) {
        if (!states.includes(text(body.state))) return { status: 422, body: { message: `unknown state ${text(body.state)}` } };
        const said = {
          context: text(body.context),
          state: text(body.state),
          description: text(body.description),
          url: text(body.target_url),
        };
        const one = { id: state.nextId(), sha: path[0] ?? '', ...said };
        state.statuses.push(one);
        return { status: 201, body: showStatus(one) };
      },
    },
    {
      method: 'GET',
      path: '/repos/:project/issues/:number/comments',
      // Not paged: https://docs.gitea.com/api/ names only since and before.
      answer: ({ path }, state) => ({
        status: 200,
        body: commentsOf(state, path[0] ?? '')
          .filter(({ isDeleted }) => !isDeleted)
          .map(showComment),
      }),
    },
    {
      method: 'POST',
      path: '/repos/:project/issues/:number/comments',
      answer: ({ body, user, path }, state) => ({
        status: 201,
        body: showComment(addComment(state, user, { number: path[0] ?? '', body: text(body.body) })),
      }),
    },
    {
      method: 'PATCH',
      path: '/repos/:project/issues/comments/:id',
      answer({ body, path, user }, state) {
        const comment = commentOf(state, path[0] ?? '');
        if (comment === undefined) return { status: 404, body: gitea.notFound };
        if (comment.author !== user) return { status: 403, body: { message: 'Forbidden' } };
        comment.body = text(body.body);
        return { status: 200, body: showComment(comment) };
      },
    },
    {
      method: 'DELETE',
      path: '/repos/:project/issues/comments/:id',
      answer({ path }, state) {
        const comment = commentOf(state, path[0] ?? '');
        if (comment === undefined) return { status: 404, body: gitea.notFound };
        comment.isDeleted = true;
        return { status: 204 };
      },
    },
  ],
};
