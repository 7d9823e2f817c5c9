import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Unavailable } from '../core/run/observation.js';
import { type Address, parseAddress } from './address.js';
import { type Call, type Exchange, exchange } from './exchange.js';
import { type Reads, read } from './reading.js';
import { isFromJenkins, whyForbidden, whyUnavailable } from './words.js';

export interface Credentials {
  readonly username: string;
  readonly secret: string;
  readonly kind: 'token' | 'password';
}

export interface ConnectionOptions {
  readonly url: string;
  readonly credentials?: Credentials;
  /** PEM of a private certificate authority. */
  readonly ca?: string;
  readonly allowInsecure?: boolean;
  readonly requestTimeoutMs: number;
  /** How long 401 may be a restart, which it cannot be told from; 60 s where absent. */
  readonly unauthorizedPatienceMs?: number;
  /** Called once a request, for the metrics. `code` is the status, or what went wrong with the connection. */
  readonly onRequest?: (request: { operation: string; code: string; durationMs: number }) => void;
}

export type Operation = 'trigger' | 'preflight' | 'queue' | 'build' | 'history' | 'log' | 'stop' | 'cancel' | 'crumb';

/** What a read of JSON came to. `missing` and `forbidden` are Jenkins' own words; what a proxy says is `unavailable`. */
export type JsonAnswer =
  | { readonly kind: 'json'; readonly value: unknown; readonly session: string; readonly answeredAt: number | undefined }
  | { readonly kind: 'missing' }
  | { readonly kind: 'forbidden'; readonly message: string }
  | { readonly kind: 'unavailable'; readonly message: string };

export interface Sending {
  readonly method: Call['method'];
  /** From the root of Jenkins, with its query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly maxBytes?: number;
  /** See Call. */
  readonly sendBefore?: number;
}

const idleMs = 20_000;
const jsonBytes = 32 * 1024 * 1024;
const pageBytes = 64 * 1024;

/** A secret that is shorter is a word like others. */
const shortestSecret = 6;

/** A secret as servers and scripts print it: as it is, in a URL, and in the header that it is sent in. */
function secretForms(credentials: Credentials | undefined): string[] {
  if (credentials === undefined || credentials.secret.length < shortestSecret) return [];
  const { username, secret } = credentials;
  return [`${username}:${secret}`, secret].flatMap((text) => {
    const encoded = Buffer.from(text, 'utf8').toString('base64');
    return [text, encodeURIComponent(text), encoded, encoded.replace(/=+$/, '')];
  });
}

/** The way to one server: its address, its credentials, and one reused connection for reads. */
export class Connection {
  readonly address: Address;
  readonly credentials: Credentials | undefined;
  readonly #options: ConnectionOptions;
  readonly #agent: HttpAgent | HttpsAgent;
  readonly #secretForms: readonly string[];
  #unauthorizedSince: number | undefined;

  constructor(options: ConnectionOptions) {
    this.address = parseAddress(options.url, options.allowInsecure === true);
    this.credentials = options.credentials;
    this.#secretForms = secretForms(options.credentials);
    this.#options = options;
    // Jetty closes an idle connection after 30 s, and Node's `timeout` closes it before that.
    const agentOptions = { keepAlive: true, maxSockets: 4, maxFreeSockets: 2, timeout: idleMs };
    // Said here so that an environment variable of Node cannot switch it off.
    const tls = { rejectUnauthorized: true, ...(options.ca === undefined ? {} : { ca: options.ca }) };
    this.#agent = this.address.isTls ? new HttpsAgent({ ...agentOptions, ...tls }) : new HttpAgent(agentOptions);
  }

  close(): void {
    this.#agent.destroy();
  }

  /** The sentence about this server. */
  says(what: string): string {
    return this.redact(`Jenkins at ${this.address.root} ${what}`);
  }

  /** Text of the server as it may be shown: without our own credentials, should it repeat them. */
  redact(text: string): string {
    return this.#secretForms.reduce((shown, form) => shown.replaceAll(form, '[redacted]'), text);
  }

  unavailable(exchange: Exchange): Unavailable {
    return { state: 'unavailable', message: this.says(whyUnavailable(exchange)) };
  }

  /** One request on a connection of its own. */
  async send(operation: Operation, sending: Sending, signal: AbortSignal): Promise<Exchange> {
    const { method, path, headers, body, maxBytes = pageBytes, sendBefore } = sending;
    const call: Call = {
      method,
      url: this.address.root + path,
      headers: { ...this.#headers(), ...headers },
      ca: this.#options.ca,
      timeoutMs: this.#options.requestTimeoutMs,
      maxBytes,
      ...(body === undefined ? {} : { body }),
      ...(sendBefore === undefined ? {} : { sendBefore }),
    };
    return this.#observed(operation, () => exchange(call, signal));
  }

  async readJson(operation: Operation, call: (reads: Reads) => Promise<unknown>, signal: AbortSignal): Promise<JsonAnswer> {
    const options = {
      root: this.address.root,
      headers: this.#headers(),
      agent: this.#agent,
      timeoutMs: this.#options.requestTimeoutMs,
      maxBytes: jsonBytes,
    };
    const once = (): Promise<Exchange> => this.#observed(operation, () => read(options, call, signal));
    const first = await once();
    // A kept connection may have been closed at the other end meanwhile; a read is asked again, once.
    const found = first.kind === 'failed' && first.code === 'ECONNRESET' ? await once() : first;
    if (found.kind === 'answer' && found.status === 401) return this.#unauthorized(found, signal);
    const answer = this.#toJson(found);
    if (answer.kind === 'json') this.#unauthorizedSince = undefined;
    return answer;
  }

  #toJson(found: Exchange): JsonAnswer {
    const unavailable = { kind: 'unavailable', message: this.says(whyUnavailable(found)) } as const;
    if (found.kind === 'failed') return unavailable;
    const session = found.headers['x-jenkins-session'];
    if (!isFromJenkins(found) || session === undefined) return unavailable;
    if (found.status === 404) return { kind: 'missing' };
    if (found.status === 403) return { kind: 'forbidden', message: this.says(whyForbidden(found)) };
    if (found.status !== 200 || !/^application\/json\b/i.test(found.headers['content-type'] ?? '')) return unavailable;
    try {
      const date = Date.parse(found.headers.date ?? '');
      return { kind: 'json', value: JSON.parse(found.body), session, answeredAt: Number.isNaN(date) ? undefined : date };
    } catch {
      return unavailable;
    }
  }

  /** A server that goes down answers 401 to good credentials; they are bad where it goes on for a minute while it serves its login page. */
  async #unauthorized(found: Exchange, signal: AbortSignal): Promise<JsonAnswer> {
    const now = performance.now();
    this.#unauthorizedSince ??= now;
    const message = this.says(whyUnavailable(found));
    const { unauthorizedPatienceMs = 60_000 } = this.#options;
    if (now - this.#unauthorizedSince < unauthorizedPatienceMs) return { kind: 'unavailable', message };
    const { ca, requestTimeoutMs: timeoutMs } = this.#options;
    const url = `${this.address.root}/login`;
    const call: Call = { method: 'GET', url, headers: {}, ca, timeoutMs, maxBytes: pageBytes };
    const login = await this.#observed('preflight', () => exchange(call, signal));
    const isUp = login.kind === 'answer' && login.status === 200 && isFromJenkins(login);
    const user = this.credentials?.username ?? 'anonymous';
    if (!isUp) return { kind: 'unavailable', message };
    return { kind: 'forbidden', message: this.says(`does not accept the credentials of the user ${user}`) };
  }

  #headers(): Record<string, string> {
    const named = { 'user-agent': 'towpath' };
    if (this.credentials === undefined) return named;
    const { username, secret } = this.credentials;
    return { ...named, authorization: `Basic ${Buffer.from(`${username}:${secret}`, 'utf8').toString('base64')}` };
  }

  async #observed(operation: Operation, ask: () => Promise<Exchange>): Promise<Exchange> {
    const startedAt = performance.now();
    const found = await ask();
    const code = found.kind === 'answer' ? String(found.status) : found.code;
    this.#options.onRequest?.({ operation, code, durationMs: performance.now() - startedAt });
    return found;
  }
}
