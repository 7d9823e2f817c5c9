import { createHash } from 'node:crypto';
import type { NotificationEvent } from '../core/notify/events.js';
import type { Message } from '../core/notify/message.js';
import { toText } from '../core/notify/plain-text.js';
import type { Sink } from '../reconcile/ports.js';
import { misconfigured, parseSinkUrl } from './address.js';
import { deliver, JsonApi, SinkFailure } from './json-api.js';
import type { OpenSink } from './open-sink.js';

/** What a ticket is moved on by; everything else is a comment alone. */
const arrivals: ReadonlySet<NotificationEvent> = new Set(['DeploymentSucceeded', 'ReleaseInProduction']);

const ticketKey = /^([A-Z][A-Z0-9_]{1,30})-\d{1,10}$/;
const mostTickets = 50;

interface Comments {
  readonly total?: number;
  readonly comments?: readonly { readonly body?: unknown }[];
}

interface Issue {
  readonly fields?: {
    readonly status?: { readonly name?: string };
    readonly fixVersions?: readonly { readonly name?: string }[];
  };
}

interface Transitions {
  readonly transitions?: readonly { readonly id: string; readonly name?: string; readonly to?: { readonly name?: string } }[];
}

/**
 * Jira, Cloud and Data Center, by REST API version 2 (developer.atlassian.com): for each ticket that the release resolves the fix version,
 * a comment, and the transition. Every step looks first, so that all of it may be repeated.
 */
export function createJira(open: OpenSink): Sink {
  const { spec, secret } = open;
  const root = parseSinkUrl({ sink: spec.name, url: spec.url, allowInsecure: spec.allowInsecure });
  if (secret.token === undefined) throw misconfigured(spec.name, 'its Secret has no token');
  // Jira Cloud takes an API token as a password, Jira Data Center a personal access token.
  const authorization =
    secret.username === undefined
      ? `Bearer ${secret.token}`
      : `Basic ${Buffer.from(`${secret.username}:${secret.token}`).toString('base64')}`;
  const api = new JsonApi(open, root, { authorization });
  return {
    certainty: 'lookup',
    send: (message, _handle, signal) =>
      deliver(async () => {
        const keys = message.tickets.filter((key) => ticketKey.test(key)).slice(0, mostTickets);
        const refused: string[] = [];
        for (const key of keys) {
          const problem = await tellTicket(key, message, { api, signal, transition: spec.transition, project: spec.project });
          if (problem !== undefined) refused.push(problem);
        }
        if (refused.length === 0) return { state: 'delivered' };
        return { state: 'refused', message: `${spec.name}: ${refused.slice(0, 5).join('; ')}` };
      }),
    // What was sent is found by sending: each step looks whether it was done.
    find: async () => ({ state: 'absent' }),
  };
}

interface Telling {
  readonly api: JsonApi;
  readonly signal: AbortSignal;
  readonly transition: string | undefined;
  readonly project: string | undefined;
}

/** Gives what Jira refuses of one ticket: the others are told nevertheless. */
async function tellTicket(key: string, message: Message, telling: Telling): Promise<string | undefined> {
  try {
    if (arrivals.has(message.event)) await setFixVersion(key, message, telling);
    await comment(key, message, telling);
    if (arrivals.has(message.event)) return await move(key, telling);
    return undefined;
  } catch (error) {
    if (error instanceof SinkFailure && (error.failure.state === 'refused' || error.status === 404))
      return `${key}: ${error.message}`;
    throw error;
  }
}

async function setFixVersion(key: string, { product, version }: Message, { api, signal, project }: Telling): Promise<void> {
  if (version === undefined) return;
  const name = `${product} ${version}`;
  const issue = await api.call<Issue>('GET', `/rest/api/2/issue/${key}?fields=status,fixVersions`, { signal });
  if (issue.fields?.fixVersions?.some((one) => one.name === name) === true) return;
  const home = ticketKey.exec(key)?.[1] ?? '';
  // A version is of one project, and a ticket takes those of its own alone.
  if (project === undefined || project === home) await ensureVersion(home, name, { api, signal });
  const body = { update: { fixVersions: [{ add: { name } }] } };
  if (project === undefined || project === home) await api.call('PUT', `/rest/api/2/issue/${key}`, { body, signal });
}

async function ensureVersion(project: string, name: string, { api, signal }: Pick<Telling, 'api' | 'signal'>): Promise<void> {
  const path = `/rest/api/2/project/${project}/versions`;
  const exists = async () =>
    (await api.call<readonly { name?: string }[]>('GET', path, { signal })).some((one) => one.name === name);
  if (await exists()) return;
  try {
    await api.call('POST', '/rest/api/2/version', { body: { name, project, released: false }, signal });
  } catch (error) {
    // Jira refuses a second version of the same name: then somebody was faster.
    if (!(error instanceof SinkFailure && error.failure.state === 'refused' && (await exists()))) throw error;
  }
}

async function comment(key: string, message: Message, { api, signal }: Telling): Promise<void> {
  const mark = `towpath:${createHash('sha256').update(message.key).digest('hex').slice(0, 16)}`;
  const path = `/rest/api/2/issue/${key}/comment`;
  const newest = await api.call<Comments>('GET', `${path}?orderBy=-created&maxResults=100`, { signal });
  if (newest.comments?.some(({ body }) => typeof body === 'string' && body.includes(mark)) === true) return;
  // {noformat}: nothing in it is markup.
  const text = toText(message).replaceAll('{noformat}', '{ noformat }');
  await api.call('POST', path, { body: { body: `{noformat}\n${text}{noformat}\n${mark}` }, signal });
}

/** Gives why it cannot be moved: the workflow of Jira decides that. */
async function move(key: string, { api, signal, transition: wanted }: Telling): Promise<string | undefined> {
  if (wanted === undefined) return undefined;
  const is = (name: string | undefined) => name?.toLowerCase() === wanted.toLowerCase();
  const issue = await api.call<Issue>('GET', `/rest/api/2/issue/${key}?fields=status,fixVersions`, { signal });
  if (is(issue.fields?.status?.name)) return undefined;
  const path = `/rest/api/2/issue/${key}/transitions`;
  const { transitions = [] } = await api.call<Transitions>('GET', path, { signal });
  const found = transitions.find(({ name, to }) => is(name) || is(to?.name));
  // One that was taken is often not there to be taken again: that is the end wanted.
  if (found === undefined) return undefined;
  if (found.to?.name !== undefined && found.to.name === issue.fields?.status?.name) return undefined;
  await api.call('POST', path, { body: { transition: { id: found.id } }, signal });
  return undefined;
}
