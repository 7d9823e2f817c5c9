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
  type StoredComment,
  type StoredPullRequest,
  text,
} from './state.js';

const showPullRequest =
  ({ origin }: ForgeQuery, { project }: ForgeState) =>
  (one: StoredPullRequest) => {
    const [key, slug] = project.split('/');
    const repository = (id: number) => ({ id, slug, project: { key } });
    return {
      id: one.number,
      version: 0,
      title: one.title,
      description: one.body,
      state: one.isOpen ? 'OPEN' : 'DECLINED',
      fromRef: {
        id: `refs/heads/${one.head}`,
        displayId: one.head,
        latestCommit: one.sha,
        repository: repository(one.isFork ? 9 : 1),
      },
      toRef: { id: `refs/heads/${one.base}`, displayId: one.base, repository: repository(1) },
      links: { self: [{ href: `${origin}/projects/${key}/repos/${slug}/pull-requests/${one.number}` }] },
    };
  };

const showComment = ({ id, version, body, author }: StoredComment) => ({
  id,
  version,
  text: body,
  author: { name: author, slug: author },
});

function paged<T>(
  all: readonly T[],
  { url }: ForgeQuery,
  { most, show }: { most: number; show: (item: T) => unknown },
): ForgeReply {
  const start = Number(url.searchParams.get('start') ?? 0);
  const limit = Math.min(Number(url.searchParams.get('limit') ?? 25), most);
  const isLastPage = start + limit >= all.length;
  const values = all.slice(start, start + limit).map(show);
  return {
    status: 200,
    body: { size: values.length, limit, start, isLastPage, values, nextPageStart: isLastPage ? null : start + limit },
  };
}

const failure = (status: number, message: string, exceptionName: string): ForgeReply => ({
  status,
  body: { errors: [{ context: null, message, exceptionName }] },
});

const noComment = failure(404, 'The comment does not exist.', 'com.atlassian.bitbucket.comment.NoSuchCommentException');
const outOfDate = failure(
  409,
  'You are attempting to modify a comment based on out-of-date information.',
  'com.atlassian.bitbucket.comment.CommentOutOfDateException',
);

/** Newest first; an edited comment is there twice. */
function activities(state: ForgeState, number: string): object[] {
  return commentsOf(state, number)
    .flatMap((comment) => {
      const added = {
        id: comment.id * 10,
        action: 'COMMENTED',
        commentAction: 'ADDED',
        comment: showComment({ ...comment, version: 0 }),
      };
      if (comment.isDeleted) return [added, { ...added, id: comment.id * 10 + 2, commentAction: 'DELETED' }];
      if (comment.version === 0) return [added];
      return [added, { ...added, id: comment.id * 10 + 1, commentAction: 'EDITED', comment: showComment(comment) }];
    })
    .concat({ id: 1, action: 'OPENED', commentAction: '', comment: undefined } as never)
    .reverse();
}

/** What developer.atlassian.com/server/bitbucket says of the REST API 1.0. */
export const bitbucketDataCenter: Dialect = {
  root: '/rest/api/1.0',
  notFound: failure(404, 'Repository acme/other does not exist.', 'com.atlassian.bitbucket.repository.NoSuchRepositoryException')
    .body,
  unauthorized: failure(401, 'Authentication failed.', 'com.atlassian.bitbucket.auth.IncorrectPasswordAuthenticationException')
    .body,
  routes: [
    {
      method: 'GET',
      path: '/projects/:owner/repos/:name/pull-requests',
      answer(query, state) {
        const at = query.url.searchParams.get('at');
        const all = open(state).filter(({ head }) => at === null || at === `refs/heads/${head}`);
        return paged(all, query, { most: state.pageSize, show: showPullRequest(query, state) });
      },
    },
    {
      method: 'POST',
      path: '/projects/:owner/repos/:name/pull-requests',
      async answer(query, state) {
        const { fromRef, toRef } = query.body as { fromRef?: { id?: string }; toRef?: { id?: string } };
        const [head, base] = [fromRef?.id, toRef?.id].map((id) => (id ?? '').replace('refs/heads/', '')) as [string, string];
        if (doubleOf(state, head, base))
          return failure(
            409,
            'Only one pull request may be open for a given source and target branch',
            'com.atlassian.bitbucket.pull.DuplicatePullRequestException',
          );
        const wanted = { head, base, title: text(query.body.title), body: text(query.body.description) };
        const opened = await addPullRequest(state, query.user, wanted);
        if (typeof opened === 'string')
          return failure(
            404,
            `Branch or tag "${head}" does not exist in this repository.`,
            'com.atlassian.bitbucket.commit.NoSuchCommitException',
          );
        return { status: 201, body: showPullRequest(query, state)(opened) };
      },
    },
    {
      method: 'GET',
      path: '/projects/:owner/repos/:name/commits/:sha/builds',
      answer({ path, url }, state) {
        const found = state.statuses.find(({ sha, context }) => sha === path[0] && context === url.searchParams.get('key'));
        if (found === undefined)
          return failure(404, 'There is no such build status.', 'com.atlassian.bitbucket.build.NoSuchBuildStatusException');
        return { status: 200, body: { key: found.context, state: found.state, description: found.description, url: found.url } };
      },
    },
    {
      method: 'POST',
      path: '/projects/:owner/repos/:name/commits/:sha/builds',
      answer({ body, path }, state) {
        const key = text(body.key);
        if (key === '' || key.length > 255 || text(body.url) === '')
          return failure(400, 'key and url are required', 'ArgumentValidationException');
        if (!['SUCCESSFUL', 'FAILED', 'INPROGRESS', 'CANCELLED', 'UNKNOWN'].includes(text(body.state)))
          return failure(400, 'state is not valid', 'ArgumentValidationException');
        const said = { state: text(body.state), description: text(body.description), url: text(body.url) };
        const known = state.statuses.find(({ sha, context }) => sha === path[0] && context === key);
        if (known !== undefined) Object.assign(known, said);
        else state.statuses.push({ id: state.nextId(), sha: path[0] ?? '', context: key, ...said });
        return { status: 204 };
      },
    },
    {
      method: 'GET',
      path: '/projects/:owner/repos/:name/pull-requests/:number/activities',
      answer: (query, state) =>
        paged(activities(state, query.path[0] ?? ''), query, { most: state.pageSize, show: (one) => one }),
    },
    {
      method: 'POST',
      path: '/projects/:owner/repos/:name/pull-requests/:number/comments',
      answer: ({ body, user, path }, state) => ({
        status: 201,
        body: showComment(addComment(state, user, { number: path[0] ?? '', body: text(body.text) })),
      }),
    },
    {
      method: 'PUT',
      path: '/projects/:owner/repos/:name/pull-requests/:number/comments/:id',
      answer({ body, path, user }, state) {
        const comment = commentOf(state, path[1] ?? '');
        if (comment === undefined) return noComment;
        if (comment.author !== user)
          return failure(403, 'You are not permitted to edit this comment.', 'com.atlassian.bitbucket.AuthorisationException');
        if (body.version !== comment.version) return outOfDate;
        comment.body = text(body.text);
        comment.version += 1;
        return { status: 200, body: showComment(comment) };
      },
    },
    {
      method: 'DELETE',
      path: '/projects/:owner/repos/:name/pull-requests/:number/comments/:id',
      answer({ path, url }, state) {
        const comment = commentOf(state, path[1] ?? '');
        if (comment === undefined) return noComment;
        if (url.searchParams.get('version') !== String(comment.version)) return outOfDate;
        comment.isDeleted = true;
        return { status: 204 };
      },
    },
  ],
};
