import { createHash } from 'node:crypto';
import { projectParts } from './address.js';
import { type CommentHost, cut, cutLine, type HostComment, putMarked } from './comments.js';
import type { CommitStatus, Forge, ForgeOptions, PullRequest, PullRequestRequest } from './forge.js';
import type { ForgeHttp } from './http.js';
import { at, numberAt, textAt } from './json.js';
import { openOnce } from './open-once.js';
import { byNext, readPages } from './pages.js';

const mostBody = 32_768;
const mostDescription = 255;
const mostKey = 40;
const fullId = /^[0-9a-f]{40}$/;

/** Bitbucket Cloud by API 2.0: https://developer.atlassian.com/cloud/bitbucket/rest/ */
export function createBitbucketCloud(http: ForgeHttp, { project }: Pick<ForgeOptions, 'project'>): Forge {
  const base = `/repositories/${projectParts('bitbucket', project).join('/')}`;
  return {
    openPullRequest(request, signal) {
      const branches = { source: { branch: { name: request.head } }, destination: { branch: { name: request.base } } };
      const body = { title: request.title, description: cut(request.body, mostBody), ...branches };
      const find = () => findOpen(http, { base, request }, signal);
      return openOnce(http, { find, path: `${base}/pullrequests`, body, read: toPullRequest }, signal);
    },
    async pullRequests(signal) {
      const call = { operation: 'pullRequests', path: `${base}/pullrequests?state=OPEN&pagelen=50` } as const;
      const all = await readPages(http, { call, next: byNext, items: ['values'] }, signal);
      const whole: PullRequest[] = [];
      for (const one of all.flatMap((each) => toPullRequest(each) ?? []))
        whole.push(await withFullId(http, { base, one }, signal));
      return whole;
    },
    setStatus: (status, signal) => setStatus(http, { base, project, status }, signal),
    putComment: (comment, signal) => putMarked(comment, comments(http, { base, number: comment.pullRequest }, signal)),
  };
}

/** Creating a second one would change the first: https://developer.atlassian.com/cloud/bitbucket/rest/api-group-pullrequests/ */
async function findOpen(
  http: ForgeHttp,
  { base, request }: { base: string; request: PullRequestRequest },
  signal: AbortSignal,
): Promise<PullRequest | undefined> {
  const branches = { 'source.branch.name': request.head, 'destination.branch.name': request.base, state: 'OPEN' };
  const filter = Object.entries(branches).map(([field, value]) => `${field} = ${JSON.stringify(value)}`);
  const path = `${base}/pullrequests?state=OPEN&pagelen=50&q=${encodeURIComponent(filter.join(' AND '))}`;
  const all = await readPages(http, { call: { operation: 'openPullRequest', path }, next: byNext, items: ['values'] }, signal);
  const repository = (one: unknown, side: 'source' | 'destination') => at(one, side, 'repository', 'full_name');
  const own = all.filter((one) => repository(one, 'source') === repository(one, 'destination'));
  return own.map(toPullRequest).find((one) => one?.head.ref === request.head && one.base.ref === request.base);
}

/** Pull requests tell 12 digits of a commit; statuses and webhooks speak of all. */
async function withFullId(
  http: ForgeHttp,
  { base, one }: { base: string; one: PullRequest },
  signal: AbortSignal,
): Promise<PullRequest> {
  if (fullId.test(one.head.sha) || one.head.sha === '') return one;
  const { body } = await http.call(
    { operation: 'pullRequests', path: `${base}/commit/${one.head.sha}`, expected: [404] },
    signal,
  );
  return { ...one, head: { ...one.head, sha: textAt(body, 'hash') ?? one.head.sha } };
}

interface StatusWrite {
  readonly base: string;
  readonly project: string;
  readonly status: CommitStatus;
}

async function setStatus(http: ForgeHttp, { base, project, status }: StatusWrite, signal: AbortSignal): Promise<void> {
  const { sha, context } = status;
  const description = cutLine(status.description, mostDescription);
  const state = status.state === 'pending' ? 'INPROGRESS' : status.state === 'success' ? 'SUCCESSFUL' : 'FAILED';
  const key = toKey(context);
  // A status has to have an address.
  const url = status.url ?? `https://bitbucket.org/${project}/commits/${sha}`;
  const path = `${base}/commit/${sha}/statuses/build`;
  const one = `${path}/${encodeURIComponent(key)}`;
  const { body: known } = await http.call({ operation: 'setStatus', path: one, expected: [404] }, signal);
  const says = textAt(known, 'state') === state && (textAt(known, 'description') ?? '') === description;
  if (says && textAt(known, 'url') === url) return;
  await http.call(
    { operation: 'setStatus', method: 'POST', path, body: { key, name: context, state, description, url } },
    signal,
  );
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
