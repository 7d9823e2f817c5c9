import { projectParts } from './address.js';
import { type CommentHost, cut, cutLine, type HostComment, putMarked } from './comments.js';
import type { CommitStatus, Forge, ForgeOptions, PullRequest, PullRequestRequest } from './forge.js';
import type { ForgeAnswer, ForgeHttp } from './http.js';
import { at, numberAt, textAt } from './json.js';
import { openOnce } from './open-once.js';
import { byStart, readPages } from './pages.js';

const mostBody = 32_768;
const mostDescription = 255;

/** Bitbucket Data Center from 7.4 on: https://developer.atlassian.com/server/bitbucket/rest/ */
export function createBitbucketDataCenter(http: ForgeHttp, { project }: Pick<ForgeOptions, 'project'>): Forge {
  const [key, slug] = projectParts('bitbucket', project);
  const base = `/projects/${key}/repos/${slug}`;
  return {
    openPullRequest(request, signal) {
      const ref = (name: string) => ({ id: `refs/heads/${name}`, repository: { slug, project: { key } } });
      const refs = { fromRef: ref(request.head), toRef: ref(request.base) };
      const body = { title: request.title, description: cut(request.body, mostBody), ...refs };
      const find = () => findOpen(http, { base, request }, signal);
      return openOnce(http, { find, path: `${base}/pull-requests`, body, read: toPullRequest }, signal);
    },
    async pullRequests(signal) {
      const call = { operation: 'pullRequests', path: `${base}/pull-requests?state=OPEN&limit=100` } as const;
      const all = await readPages(http, { call, next: byStart, items: ['values'] }, signal);
      return all.flatMap((one) => toPullRequest(one) ?? []);
    },
    setStatus: (status, signal) => setStatus(http, { base, status }, signal),
    putComment: (comment, signal) => putMarked(comment, comments(http, { base, number: comment.pullRequest }, signal)),
  };
}

async function findOpen(
  http: ForgeHttp,
  { base, request }: { base: string; request: PullRequestRequest },
  signal: AbortSignal,
): Promise<PullRequest | undefined> {
  const query = new URLSearchParams({ state: 'OPEN', limit: '100', direction: 'OUTGOING', at: `refs/heads/${request.head}` });
  const call = { operation: 'openPullRequest', path: `${base}/pull-requests?${query}` } as const;
  const all = await readPages(http, { call, next: byStart, items: ['values'] }, signal);
  const own = all.filter((one) => at(one, 'fromRef', 'repository', 'id') === at(one, 'toRef', 'repository', 'id'));
  return own.map(toPullRequest).find((one) => one?.head.ref === request.head && one.base.ref === request.base);
}

async function setStatus(
  http: ForgeHttp,
  { base, status }: { base: string; status: CommitStatus },
  signal: AbortSignal,
): Promise<void> {
  const { sha, context } = status;
  const description = cutLine(status.description, mostDescription);
  const state = status.state === 'pending' ? 'INPROGRESS' : status.state === 'success' ? 'SUCCESSFUL' : 'FAILED';
  // A status has to have an address.
  const url = status.url ?? `${http.address.root.replace(/\/rest\/api\/[^/]+$/, '')}${base}/commits/${sha}`;
  const path = `${base}/commits/${sha}/builds`;
  const one = `${path}?key=${encodeURIComponent(context)}`;
  const { body: known } = await http.call({ operation: 'setStatus', path: one, expected: [404] }, signal);
  const says = textAt(known, 'state') === state && (textAt(known, 'description') ?? '') === description;
  if (says && textAt(known, 'url') === url) return;
  const body = { key: context, name: context, state, description, url };
  await http.call({ operation: 'setStatus', method: 'POST', path, body }, signal);
}

function toPullRequest(value: unknown): PullRequest | undefined {
  const number = numberAt(value, 'id');
  const url = textAt(value, 'links', 'self', 0, 'href');
  if (number === undefined || url === undefined) return undefined;
  const branch = (side: 'fromRef' | 'toRef'): string => (textAt(value, side, 'id') ?? '').replace(/^refs\/heads\//, '');
  const head = { ref: branch('fromRef'), sha: textAt(value, 'fromRef', 'latestCommit') ?? '' };
  return { number, url, head, base: { ref: branch('toRef') }, title: textAt(value, 'title') ?? '' };
}

/** Comments are listed by the activities alone; an edit names the version that it is made from. */
function comments(http: ForgeHttp, { base, number }: { base: string; number: number }, signal: AbortSignal): CommentHost {
  const operation = 'putComment';
  const path = `${base}/pull-requests/${number}`;
  let user: string | undefined;
  return {
    most: mostBody,
    hides: 'link-definition',
    async list() {
      const call = { operation, path: `${path}/activities?limit=100` } as const;
      const next = (answer: ForgeAnswer) => {
        user = userOf(answer.headers['x-ausername']);
        return byStart(answer);
      };
      return newestOf((await readPages(http, { call, next, items: ['values'] }, signal)).flatMap(toComment));
    },
    /** There is no resource for it, but every answer names the user. */
    self: async () => user,
    async create(body) {
      await http.call({ operation, method: 'POST', path: `${path}/comments`, body: { text: body } }, signal);
    },
    async update({ id, version = 0 }, body) {
      await http.call({ operation, method: 'PUT', path: `${path}/comments/${id}`, body: { text: body, version } }, signal);
    },
    async remove({ id, version = 0 }) {
      await http.call({ operation, method: 'DELETE', path: `${path}/comments/${id}?version=${version}` }, signal);
    },
  };
}

function userOf(header: string | undefined): string | undefined {
  try {
    return header === undefined || header === '' ? undefined : decodeURIComponent(header);
  } catch {
    return undefined;
  }
}

/** Adding, editing and deleting are activities each; the newest knows the present version, and a deletion that there is none. */
function newestOf(all: readonly (HostComment & { readonly isDeleted: boolean })[]): HostComment[] {
  const gone = new Set(all.filter(({ isDeleted }) => isDeleted).map(({ id }) => id));
  const newest = new Map<number, HostComment>();
  for (const { isDeleted, ...comment } of all) {
    if (isDeleted || gone.has(comment.id)) continue;
    if ((comment.version ?? 0) >= (newest.get(comment.id)?.version ?? 0)) newest.set(comment.id, comment);
  }
  return [...newest.values()];
}

function toComment(value: unknown): (HostComment & { readonly isDeleted: boolean })[] {
  const id = numberAt(value, 'comment', 'id');
  const author = textAt(value, 'comment', 'author', 'name');
  if (id === undefined || at(value, 'action') !== 'COMMENTED') return [];
  const isDeleted = at(value, 'commentAction') === 'DELETED';
  const version = numberAt(value, 'comment', 'version') ?? 0;
  return [{ id, body: textAt(value, 'comment', 'text') ?? '', version, isDeleted, ...(author === undefined ? {} : { author }) }];
}
