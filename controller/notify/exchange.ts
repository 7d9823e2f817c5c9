import { Agent, type Dispatcher, request } from 'undici';
import type { Delivery } from '../reconcile/ports.js';

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH';
  readonly url: URL | string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** How one request ended. `isSent`: a part of it may have reached the sink. */
export type Exchange =
  | { readonly kind: 'answer'; readonly status: number; readonly body: string; readonly afterMs?: number }
  | { readonly kind: 'failed'; readonly code: string; readonly isSent: boolean };

export interface Exchanging {
  readonly dispatcher: Dispatcher;
  readonly timeoutMs: number;
}

const maxBytes = 4 * 1024 * 1024;
const longestAfterMs = 3_600_000;

/** Connections to one sink, few and short-lived; certificates are always verified. Requests are never repeated or redirected by themselves. */
export function createAgent(timeoutMs: number, ca: string | undefined): Agent {
  return new Agent({
    connections: 4,
    pipelining: 1,
    keepAliveTimeout: 4_000,
    maxRedirections: 0,
    connect: { timeout: timeoutMs, rejectUnauthorized: true, ...(ca === undefined ? {} : { ca }) },
  } as Agent.Options);
}

/** One request: its answer as far as it may be kept, or what kept it from being answered. Throws for an aborted signal alone. */
export async function exchange(call: Call, { dispatcher, timeoutMs }: Exchanging, signal: AbortSignal): Promise<Exchange> {
  const deadline = AbortSignal.timeout(timeoutMs);
  try {
    const answer = await request(call.url, {
      method: call.method,
      dispatcher,
      headers: { 'user-agent': 'towpath', ...call.headers },
      ...(call.body === undefined ? {} : { body: call.body }),
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      signal: AbortSignal.any([signal, deadline]),
    });
    const body = await readBody(answer.body);
    const afterMs = readRetryAfter(answer.headers['retry-after']);
    return { kind: 'answer', status: answer.statusCode, body, ...(afterMs === undefined ? {} : { afterMs }) };
  } catch (error) {
    signal.throwIfAborted();
    const code = deadline.aborted ? 'TIMEOUT' : errorCode(error);
    return { kind: 'failed', code, isSent: !neverSent.has(code) };
  }
}

/** Then there was no connection that anything could have gone out on. */
const neverSent: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_HAS_EXPIRED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

async function readBody(body: Dispatcher.ResponseData['body']): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) {
      body.destroy();
      break;
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Seconds or a date, RFC 9110 section 10.2.3; an hour at most. */
function readRetryAfter(header: string | string[] | undefined): number | undefined {
  if (typeof header !== 'string') return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), longestAfterMs) : undefined;
}

/** What is kept of an error: its code. Messages can hold the address, which may be a secret. */
function errorCode(error: unknown): string {
  for (let each: unknown = error; typeof each === 'object' && each !== null; each = (each as { cause?: unknown }).cause) {
    const code = (each as { code?: unknown }).code;
    if (typeof code === 'string' && /^[A-Z0-9_]{1,60}$/.test(code)) return code;
  }
  return 'FAILED';
}

/** What an exchange that is no success means: a refusal of this message for good, or a failure that may pass. */
export function toFailure(result: Exchange, sink: string): Exclude<Delivery, { state: 'delivered' }> {
  if (result.kind === 'failed')
    return { state: 'failed', message: `${sink} cannot be reached: ${result.code}`, isSent: result.isSent };
  const { status, afterMs } = result;
  const message = `${sink} answered ${status}`;
  if (refusals.has(status)) return { state: 'refused', message };
  // What says that it did nothing did nothing; what broke may have done it before.
  return { state: 'failed', message, isSent: status >= 500 && status !== 503, ...(afterMs === undefined ? {} : { afterMs }) };
}

/** Bad content: the same again would be refused again. Credentials, addresses and limits can be put right. */
const refusals: ReadonlySet<number> = new Set([400, 406, 409, 413, 415, 422, 431]);
