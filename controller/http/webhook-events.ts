import { type Headers, textOf } from './webhook-signatures.js';

export type WebhookKind = 'github' | 'gitlab' | 'gitea' | 'forgejo' | 'bitbucket' | 'unknown';

/** What is to be looked at again: the branch that is watched, the pull requests, nothing; or the host only tries whether it is heard. */
export type WebhookMeaning = 'branch' | 'pull-requests' | 'nothing' | 'ping';

/** Whose request it looks like. Nothing is taken on trust of it but a label. */
export function kindOf(headers: Headers): WebhookKind {
  // Gitea and Forgejo send the headers of those that they came from as well.
  if (textOf(headers, 'x-forgejo-event') !== '') return 'forgejo';
  if (textOf(headers, 'x-gitea-event') !== '') return 'gitea';
  if (textOf(headers, 'x-gitlab-event') !== '') return 'gitlab';
  if (textOf(headers, 'x-github-event') !== '') return 'github';
  return textOf(headers, 'x-event-key') === '' ? 'unknown' : 'bitbucket';
}

/**
 * What a genuine request asks for. It names nothing else: no commit, no file, no address is taken from it. Whatever cannot be understood
 * counts as a push to the branch.
 */
export function meaningOf(headers: Headers, body: Uint8Array, branch: string): WebhookMeaning {
  const event = eventOf(headers);
  if (/^(ping|diagnostics:ping)$/.test(event)) return 'ping';
  if (isPullRequest(event)) return 'pull-requests';
  if (!isPush(event) && event !== systemHook) return event === '' ? 'branch' : 'nothing';
  const payload = parse(body);
  if (event === systemHook && payload !== undefined) {
    const inside = eventInside(payload);
    if (inside === 'merge_request') return 'pull-requests';
    if (inside !== undefined && !/^(push|tag_push|repository_update)$/.test(inside)) return 'nothing';
  }
  const refs = payload === undefined ? undefined : refsOf(payload);
  if (refs === undefined) return 'branch';
  return refs.includes(`refs/heads/${branch}`) ? 'branch' : 'pull-requests';
}

function eventOf(headers: Headers): string {
  const names = ['x-forgejo-event', 'x-gitea-event', 'x-gitlab-event', 'x-github-event', 'x-event-key'];
  return names.map((name) => textOf(headers, name)).find((text) => text !== '') ?? '';
}

const isPullRequest = (event: string): boolean =>
  /^(pull_request|pull_request_\w+|Merge Request Hook|pullrequest:.*|pr:.*)$/.test(event);

const isPush = (event: string): boolean =>
  /^(push|create|delete|Push Hook|repo:push|repo:refs_changed|mirror:repo_synchronized)$/.test(event);

/** What GitLab sends for the whole instance: failed logins and new keys as well, told apart by the body alone (https://docs.gitlab.com/administration/system_hooks/). */
const systemHook = 'System Hook';

const eventInside = ({ event_name: name, object_kind: kind }: Payload): string | undefined =>
  [name, kind].find((one): one is string => typeof one === 'string');

type Payload = Readonly<Record<string, unknown>>;

/** JSON, or a form with JSON in its field `payload`; undefined for anything else. */
function parse(body: Uint8Array): Payload | undefined {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
  try {
    const value: unknown = JSON.parse(text.startsWith('payload=') ? (new URLSearchParams(text).get('payload') ?? '') : text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The full names of the refs that were pushed; undefined where that cannot be told. */
function refsOf(payload: Payload): readonly string[] | undefined {
  const { ref, ref_type: refType, refs, changes, push } = payload;
  // What creates or deletes a branch names it without its folder (GitHub, Gitea).
  if (typeof ref === 'string') return [typeof refType === 'string' ? `refs/${folderOf(refType)}/${ref}` : ref];
  if (Array.isArray(refs)) return every(refs, (one) => (typeof one === 'string' ? [one] : undefined));
  if (Array.isArray(changes)) return payload.refLimitExceeded === true ? undefined : every(changes, refOfChange);
  if (isObject(push) && Array.isArray(push.changes)) return every(push.changes, refsOfCloudChange);
  return undefined;
}

/** Bitbucket Data Center. */
function refOfChange(change: unknown): string[] | undefined {
  if (!isObject(change)) return undefined;
  const id = change.refId ?? (isObject(change.ref) ? change.ref.id : undefined);
  return typeof id === 'string' ? [id] : undefined;
}

/** Bitbucket Cloud: what it was and what it is; one of them is null where a branch was created or deleted. */
function refsOfCloudChange(change: unknown): string[] | undefined {
  if (!isObject(change)) return undefined;
  const found = [change.new, change.old].flatMap((side) =>
    isObject(side) && typeof side.name === 'string' && typeof side.type === 'string'
      ? [`refs/${folderOf(side.type)}/${side.name}`]
      : [],
  );
  return found.length === 0 ? undefined : found;
}

const folderOf = (type: string): string => (type === 'tag' ? 'tags' : 'heads');

/** All that was found; undefined where one of them cannot be told, or there is none. */
function every(list: readonly unknown[], read: (one: unknown) => string[] | undefined): string[] | undefined {
  const found: string[] = [];
  for (const one of list) {
    const refs = read(one);
    if (refs === undefined) return undefined;
    found.push(...refs);
  }
  return found.length === 0 ? undefined : found;
}

const isObject = (value: unknown): value is Payload => typeof value === 'object' && value !== null && !Array.isArray(value);
