import { createHash } from 'node:crypto';
import { projectParts } from './address.js';
import { type CommentHost, cut, cutLine, type HostComment, putMarked } from './comments.js';
import type { Forge, ForgeOptions, PullRequest, PullRequestRequest } from './forge.js';
import type { ForgeHttp } from './http.js';
import { at, numberAt, textAt } from './json.js';
import { openOnce, placeOf } from './open-once.js';
import { byNext, readPages } from './pages.js';

const mostBody = 32_768;
const mostDescription = 255;
const mostKey = 40;
const fullId = /^[0-9a-f]{40}$/;

/** Bitbucket Cloud by API 2.0: https://developer.atlassian.com/cloud/bitbucket/rest/ */
export function createBitbucketCloud(http: ForgeHttp, { project }: Pick<ForgeOptions, 'project'>): Forge {
  const [workspace, slug] = projectParts('bitbucket', project);
  const base = `/repositories/${workspace}/${slug}`;

  async function list(query: string, operation: 'openPullRequest' | 'pullRequests', signal: AbortSignal) {
    const call = { operation, path: `${base}/pullrequests?state=OPEN&pagelen=50${query}` } as const;
    return readPages(http, { call, next: byNext, items: ['values'] }, signal);
  }

  /** Pull requests tell 12 digits of a commit; statuses and webhooks speak of all. */
  async function withFullId(found: PullRequest, signal: AbortSignal): Promise<PullRequest> {
    if (fullId.test(found.head.sha) || found.head.sha === '') return found;
    const { body } = await http.call(
      { operation: 'pullRequests', path: `${base}/commit/${found.head.sha}`, expected: [404] },
      signal,
    );
    return { ...found, head: { ...found.head, sha: textAt(body, 'hash') ?? found.head.sha } };
  }

  /** Creating a second one would change the first: https://developer.atlassian.com/cloud/bitbucket/rest/api-group-pullrequests/ */
  async function find({ head, base: into }: PullRequestRequest, signal: AbortSignal) {
    const filter = `source.branch.name = ${JSON.stringify(head)} AND destination.branch.name = ${JSON.stringify(into)}`;
    const all = await list(`&q=${encodeURIComponent(filter)}`, 'openPullRequest', signal);
    const own = all.filter(
      (one) => at(one, 'source', 'repository', 'full_name') === at(one, 'destination', 'repository', 'full_name'),
    );
    const found = own.map(toPullRequest).find((one) => one?.head.ref === head && one.base.ref === into);
    return found && placeOf(found);
  }

  return {
    openPullRequest: (request, signal) =>
      openOnce(
        () => find(request, signal),
        async () => {
          const { head, base: into, title } = request;
          const branches = { source: { branch: { name: head } }, destination: { branch: { name: into } } };
          const sent = { title, description: cut(request.body, mostBody), ...branches };
          const call = { operation: 'openPullRequest', method: 'POST', path: `${base}/pullrequests`, body: sent } as const;
          const opened = toPullRequest((await http.call(call, signal)).body);
          if (opened === undefined) throw http.odd('a pull request without a number');
          return placeOf(opened);
        },
      ),
    async pullRequests(signal) {
      const found = (await list('', 'pullRequests', signal)).flatMap((one) => toPullRequest(one) ?? []);
      const whole: PullRequest[] = [];
      for (const one of found) whole.push(await withFullId(one, signal));
      return whole;
    },
    async setStatus(status, signal) {
      const { sha, context } = status;
      const description = cutLine(status.description, mostDescription);
      const state = status.state === 'pending' ? 'INPROGRESS' : status.state === 'success' ? 'SUCCESSFUL' : 'FAILED';
      const key = toKey(context);
      // A status has to have an address.
      const url = status.url ?? `https://bitbucket.org/${workspace}/${slug}/commits/${sha}`;
      const path = `${base}/commit/${sha}/statuses/build`;
      const one = `${path}/${encodeURIComponent(key)}`;
      const { body: known } = await http.call({ operation: 'setStatus', path: one, expected: [404] }, signal);
      const says = textAt(known, 'state') === state && (textAt(known, 'description') ?? '') === description;
      if (says && textAt(known, 'url') === url) return;
      await http.call(
        { operation: 'setStatus', method: 'POST', path, body: { key, name: context, state, description, url } },
        signal,
      );
    },
    putComment: (comment, signal) => putMarked(comment, comments(http, { base, number: comment.pullRequest }, signal)),
  };
}

/** At most 40 characters; a longer context keeps its beginning and is told apart by its digest. */
function toKey(context: string): string {
  if (context.length <= mostKey) return context;
  const digest = createHash('sha256').update(context).digest('hex').slice(0, 8);
  return `${context.slice(0, mostKey - 9)}-${digest}`;
}

function toPullRequest(value: unknown): PullRequest | undefined {
  const number = numberAt(value, 'id');
  const url = textAt(value, 'links', 'html', 'href');
  if (number === undefined || url === undefined) return undefined;
  const head = { ref: textAt(value, 'source', 'branch', 'name') ?? '', sha: textAt(value, 'source', 'commit', 'hash') ?? '' };
  const base = { ref: textAt(value, 'destination', 'branch', 'name') ?? '' };
  return { number, url, head, base, title: textAt(value, 'title') ?? '' };
}

function comments(http: ForgeHttp, { base, number }: { base: string; number: number }, signal: AbortSignal): CommentHost {
  const operation = 'putComment';
  const path = `${base}/pullrequests/${number}/comments`;
  return {
    most: mostBody,
    hides: 'link-definition',
    async list() {
      return (
        await readPages(http, { call: { operation, path: `${path}?pagelen=100` }, next: byNext, items: ['values'] }, signal)
      ).flatMap(toComment);
    },
    async self() {
      const { status, body } = await http.call({ operation, path: '/user', expected: [401, 403, 404] }, signal);
      return status === 200 ? textAt(body, 'uuid') : undefined;
    },
    async create(body) {
      await http.call({ operation, method: 'POST', path, body: { content: { raw: body } } }, signal);
    },
    async update({ id }, body) {
      await http.call({ operation, method: 'PUT', path: `${path}/${id}`, body: { content: { raw: body } } }, signal);
    },
    async remove({ id }) {
      await http.call({ operation, method: 'DELETE', path: `${path}/${id}` }, signal);
    },
  };
}

/** A comment that was deleted stays in the list. */
function toComment(value: unknown): HostComment[] {
  const id = numberAt(value, 'id');
  const author = textAt(value, 'user', 'uuid');
  if (id === undefined || at(value, 'deleted') === true) return [];
  return [{ id, body: textAt(value, 'content', 'raw') ?? '', ...(author === undefined ? {} : { author }) }];
}
