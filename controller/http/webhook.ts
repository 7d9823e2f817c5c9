import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { BodyReader } from './webhook-body.js';
import { kindOf, meaningOf, type WebhookKind, type WebhookMeaning } from './webhook-events.js';
import { isGenuine, proofsIn } from './webhook-signatures.js';

export type WebhookResult =
  | 'accepted'
  | 'ignored'
  | 'ping'
  | 'unauthorized'
  | 'too-large'
  | 'too-slow'
  | 'busy'
  | 'broken'
  | 'method'
  | 'undelivered';

/** One source that takes webhooks. */
export interface WebhookSource {
  /** The branch that it follows. */
  readonly branch: string;
  /** Any of these may have been used; empty where they cannot be read at the moment. Never throws. */
  secrets(): Promise<readonly string[]>;
  /** Resolves when the request cannot be lost any more. */
  wake(meaning: 'branch' | 'pull-requests'): Promise<void>;
}

/** What the endpoint works with; it comes from the composition root. */
export interface WebhookHandlers {
  /** Undefined where there is no such source, or none that takes webhooks. Costs nothing. */
  find(namespace: string, name: string): WebhookSource | undefined;
  counted(outcome: { readonly result: WebhookResult; readonly kind: WebhookKind }): void;
  now(): number;
}

export interface WebhookLimits {
  readonly mostBytes: number;
  readonly withinMs: number;
  readonly mostHeldBytes: number;
}

/** GitHub waits 10 s for an answer, the others as long or longer. */
export const usualWebhookLimits: WebhookLimits = {
  mostBytes: 1024 * 1024,
  withinMs: 8_000,
  mostHeldBytes: 32 * 1024 * 1024,
};

const answers: Readonly<Record<WebhookResult, readonly [status: number, text: string]>> = {
  accepted: [202, 'accepted'],
  ignored: [200, 'nothing to do'],
  ping: [200, 'pong'],
  unauthorized: [401, 'unauthorized'],
  'too-large': [413, 'too large'],
  'too-slow': [408, 'too slow'],
  busy: [503, 'busy'],
  broken: [400, 'broken'],
  method: [405, 'POST only'],
  undelivered: [503, 'not taken, send it again'],
};

const path = /^\/webhooks\/([a-z0-9.-]{1,253})\/([a-z0-9.-]{1,253})\/?$/;

export const isWebhook = (url: string | undefined): boolean => url?.startsWith('/webhooks/') ?? false;

/**
 * `POST /webhooks/NAMESPACE/SOURCE`: wakes a source, and nothing else. Who cannot show that they know a secret of the source are answered
 * alike, whether or not there is such a source, and cost a few digests of a body of limited size.
 */
export function createWebhookListener(handlers: WebhookHandlers, limits: WebhookLimits = usualWebhookLimits) {
  const reader = new BodyReader(limits);
  // Stand in for the secrets of sources that there are not, or that have but one, so that all take as long.
  const nobodys = [randomBytes(32).toString('hex'), randomBytes(32).toString('hex')];
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const kind = kindOf(request.headers);
    const result = await receive(request, { handlers, reader, nobodys }).catch((): WebhookResult => 'undelivered');
    handlers.counted({ result, kind });
    answer(response, result);
    getRidOf(request, response);
  };
}

interface Receiving {
  readonly handlers: WebhookHandlers;
  readonly reader: BodyReader;
  readonly nobodys: readonly string[];
}

async function receive(request: IncomingMessage, { handlers, reader, nobodys }: Receiving): Promise<WebhookResult> {
  if (request.method !== 'POST') return 'method';
  const proofs = proofsIn(request.headers);
  if (proofs === undefined) return 'unauthorized';
  const reading = await reader.read(request);
  if (reading.state !== 'read') return reading.state;
  const source = find(request.url, handlers);
  const known = (await source?.secrets()) ?? [];
  const secrets = [...known, ...nobodys].slice(0, Math.max(known.length, nobodys.length));
  if (!isGenuine(proofs, reading.bytes, { secrets, nowMs: handlers.now() }) || source === undefined) return 'unauthorized';
  const meaning: WebhookMeaning = meaningOf(request.headers, reading.bytes, source.branch);
  if (meaning === 'ping') return 'ping';
  if (meaning === 'nothing') return 'ignored';
  await source.wake(meaning);
  return 'accepted';
}

function find(url: string | undefined, handlers: WebhookHandlers): WebhookSource | undefined {
  const [, namespace, name] = path.exec((url ?? '').split('?', 1)[0] ?? '') ?? [];
  return namespace === undefined || name === undefined ? undefined : handlers.find(namespace, name);
}

function answer(response: ServerResponse, result: WebhookResult): void {
  if (response.destroyed) return;
  const [status, text] = answers[result];
  const headers = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' };
  const more = status === 503 ? { 'retry-after': '5' } : result === 'method' ? { allow: 'POST' } : {};
  response.writeHead(status, { ...headers, ...more, ...(response.req.complete ? {} : { connection: 'close' }) });
  response.end(`${text}\n`);
}

const drainMs = 500;

/** What was not read is let pass for a moment, so that the sender can read the answer, and is cut off then. Nothing of it is kept. */
function getRidOf(request: IncomingMessage, response: ServerResponse): void {
  if (request.complete || request.destroyed) return;
  request.resume();
  const cut = setTimeout(() => request.destroy(), drainMs);
  response.on('close', () => clearTimeout(cut));
  request.on('end', () => clearTimeout(cut));
}
