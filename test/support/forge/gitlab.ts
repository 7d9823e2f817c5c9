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
  linked,
  open,
  type StoredComment,
  type StoredPullRequest,
  text,
} from './state.js';

/** Ids of users are numbers: what stands for a name here. */
const idOf = (user: string): number => [...user].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7) % 1_000_003;

const showMergeRequest =
  ({ origin }: ForgeQuery, { project }: ForgeState) =>
  (one: StoredPullRequest) => ({
    id: 239_000 + one.number,
    iid: one.number,
    state: one.isOpen ? 'opened' : 'closed',
    title: one.title,
    description: one.body,
    source_branch: one.head,
    target_branch: one.base,
    source_project_id: one.isFork ? 99 : 32_732,
    target_project_id: 32_732,
    sha: one.sha,
    web_url: `${origin}/${project}/-/merge_requests/${one.number}`,
  });

const showNote = ({ id, body, author }: StoredComment) => ({
  id,
  body,
  system: false,
  author: { id: idOf(author), username: author },
});

/** `GenericCommitStatus` of GitLab: an open status goes on, one that has ended is followed by a new one. */
function writeStatus({ body, path }: ForgeQuery, state: ForgeState): ForgeReply {
  const sha = path[0] ?? '';
  const [wanted, context] = [text(body.state), text(body.name)];
  if (!['pending', 'running', 'success', 'failed', 'canceled', 'skipped'].includes(wanted))
    return { status: 400, body: { error: 'state does not have a valid value' } };
  if (text(body.description).length > 255)
    return { status: 400, body: { message: { description: ['is too long (maximum is 255 characters)'] } } };
  const live = state.statuses.findLast(
    (one) => one.sha === sha && one.context === context && ['pending', 'running'].includes(one.state),
  );
  const event = wanted === 'pending' ? 'enqueue' : 'run';
  const isRefused = live !== undefined && (wanted === 'pending' || (wanted === 'running' && live.state === 'running'));
  if (isRefused)
    return {
      status: 400,
      body: {
        message: `Cannot transition status via :${event} from :${live.state} (Reason(s): Status cannot transition via "${event}")`,
      },
    };
  const said = { state: wanted, description: text(body.description), url: text(body.target_url) };
  if (live !== undefined) Object.assign(live, said);
  else state.statuses.push({ id: state.nextId(), sha, context, ...said });
  return { status: 201, body: { sha, name: context, status: wanted, description: said.description } };
}

function latestStatuses(query: ForgeQuery, state: ForgeState): ForgeReply {
  const name = query.url.searchParams.get('name');
  const own = state.statuses.filter(({ sha, context }) => sha === query.path[0] && (name === null || name === context));
  const latest = [...new Map(own.map((one) => [one.context, one])).values()];
  const show = ({ id, context, state: status, description, url }: (typeof own)[number]) => ({
    id,
    name: context,
    status,
    description: description === '' ? null : description,
    target_url: url === '' ? null : url,
  });
  return linked(latest, query, { most: state.pageSize, show });
}

/** What docs.gitlab.com says of API v4, and the code of GitLab of statuses. */
export const gitlab: Dialect = {
  root: '/api/v4',
  notFound: { message: '404 Project Not Found' },
  unauthorized: { message: '401 Unauthorized' },
  routes: [
    { method: 'GET', path: '/user', answer: ({ user }) => ({ status: 200, body: { id: idOf(user), username: user } }) },
    {
      method: 'GET',
      path: '/projects/:project/merge_requests',
      answer(query, state) {
        const { searchParams } = query.url;
        const [head, base] = [searchParams.get('source_branch'), searchParams.get('target_branch')];
        const all = open(state).filter((one) => (head ?? one.head) === one.head && (base ?? one.base) === one.base);
        return linked(all, query, { most: state.pageSize, show: showMergeRequest(query, state) });
      },
    },
    {
      method: 'POST',
      path: '/projects/:project/merge_requests',
      async answer(query, state) {
        const [head, base] = [text(query.body.source_branch), text(query.body.target_branch)];
        const double = doubleOf(state, head, base);
        if (double !== undefined)
          return {
            status: 409,
            body: { message: [`Another open merge request already exists for this source branch: !${double.number}`] },
          };
        const wanted = { head, base, title: text(query.body.title), body: text(query.body.description) };
        const opened = await addPullRequest(state, query.user, wanted);
        if (typeof opened === 'string') return { status: 400, body: { message: [`Source branch "${head}" does not exist`] } };
        return { status: 201, body: showMergeRequest(query, state)(opened) };
      },
    },
    { method: 'GET', path: '/projects/:project/repository/commits/:sha/statuses', answer: latestStatuses },
    { method: 'POST', path: '/projects/:project/statuses/:sha', answer: writeStatus },
    {
      method: 'GET',
      path: '/projects/:project/merge_requests/:number/notes',
      answer: (query, state) =>
        linked(
          commentsOf(state, query.path[0] ?? '').filter(({ isDeleted }) => !isDeleted),
          query,
          { most: state.pageSize, show: showNote },
        ),
    },
    {
      method: 'POST',
      path: '/projects/:project/merge_requests/:number/notes',
      answer: ({ body, user, path }, state) => ({
        status: 201,
        body: showNote(addComment(state, user, { number: path[0] ?? '', body: text(body.body) })),
      }),
    },
    {
      method: 'PUT',
      path: '/projects/:project/merge_requests/:number/notes/:id',
      answer({ body, path, user }, state) {
        const comment = commentOf(state, path[1] ?? '');
        if (comment === undefined) return { status: 404, body: { message: '404 Note Not Found' } };
        // Whoever may maintain a project may still edit notes of nobody else.
        if (comment.author !== user) return { status: 403, body: { message: '403 Forbidden' } };
        comment.body = text(body.body);
        return { status: 200, body: showNote(comment) };
      },
    },
    {
      method: 'DELETE',
      path: '/projects/:project/merge_requests/:number/notes/:id',
      answer({ path }, state) {
        const comment = commentOf(state, path[1] ?? '');
        if (comment === undefined) return { status: 404, body: { message: '404 Note Not Found' } };
        comment.isDeleted = true;
        return { status: 204 };
      },
    },
  ],
};
