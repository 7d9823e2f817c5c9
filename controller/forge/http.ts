import { rootCertificates } from 'node:tls';
import { Agent, type Dispatcher, EnvHttpProxyAgent, request } from 'undici';
import { attempt } from '../core/attempt.js';
import { ReconcileError } from '../core/errors.js';
import { type Flavour, type ForgeAddress, invalid, parseForgeAddress } from './address.js';
import { busy, exhaustedFor, refusalOf, unavailable, waitOf } from './failures.js';
import type { Forge, ForgeCredentials, ForgeOptions } from './forge.js';

export interface ForgeCall {
  readonly operation: keyof Forge;
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** From the root of the API, encoded, with its query. */
  readonly path: string;
  readonly body?: unknown;
  /** Statuses that are no failure. */
  readonly expected?: readonly number[];
}

export interface ForgeAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Parsed JSON; undefined where there is none. */
  readonly body: unknown;
}

const mostBytes = 16 * 1_048_576;
const mostRedirects = 3;
const connectMs = 10_000;
const certificates = /CERT|SELF_SIGNED|UNABLE_TO_(?:GET_ISSUER|VERIFY)|ALTNAME/;

/** What a host wants to be sent beside. */
const own: Readonly<Partial<Record<Flavour, Readonly<Record<string, string>>>>> = {
  github: { 'x-github-api-version': '2022-11-28' },
  // Else it takes a DELETE for a forged form: https://confluence.atlassian.com/kb/rest-api-calls-with-a-browser-user-agent-header-may-fail-csrf-checks-802591455.html
  'bitbucket-data-center': { 'x-atlassian-token': 'no-check' },
};

/**
 * The way to one code host: a deadline for every request, a limit on every answer, and credentials that go to its own origin alone. What the
 * host said about its limits is kept: until then nothing is sent.
 */
export class ForgeHttp {
  readonly address: ForgeAddress;
  readonly #options: ForgeOptions;
  readonly #agent: Dispatcher;
  readonly #where: string;
  #restUntil = 0;

  constructor(options: ForgeOptions) {
    this.address = parseForgeAddress(options);
    this.#options = options;
    this.#where = `${options.project} at ${new URL(this.address.root).host}`;
    checkToken(options.credentials);
    this.#agent = openAgent(options, this.address);
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  /** An answer of status 2xx, or one that is expected. Throws ReconcileError for every other, and the signal's reason when it aborts. */
  async call(call: ForgeCall, signal: AbortSignal): Promise<ForgeAnswer> {
    const rest = this.#restUntil - this.#options.now();
    if (rest > 0) throw busy(this.#where, rest);
    const answer = await this.#follow(call, signal);
    const now = this.#options.now();
    const wait = waitOf(answer, now);
    const pause = wait ?? exhaustedFor(answer.headers, now);
    if (pause !== undefined) this.#restUntil = now + pause;
    if (wait !== undefined) throw busy(this.#where, wait);
    if ((answer.status >= 200 && answer.status < 300) || call.expected?.includes(answer.status) === true) return answer;
    throw refusalOf(answer, this.#where, (text) => this.#redact(text));
  }

  /** The answer is not in the form that the host promises. */
  odd(what: string): ReconcileError {
    return unavailable(this.#where, `answers with ${what}`);
  }

  /** Inside the origin alone; with 301 and 302 only what reads is asked again. */
  async #follow(call: ForgeCall, signal: AbortSignal): Promise<ForgeAnswer> {
    const method = call.method ?? 'GET';
    let url = `${this.address.root}${call.path}`;
    for (let redirects = 0; ; redirects += 1) {
      const answer = await this.#observed(call, url, signal);
      const follows = method === 'GET' ? [301, 302, 307, 308] : [307, 308];
      const location = answer.headers.location;
      if (!follows.includes(answer.status) || location === undefined || redirects === mostRedirects) return answer;
      const next = attempt(() => new URL(location, url));
      if (next?.origin !== this.address.origin) return answer;
      url = next.href;
    }
  }

  async #observed(call: ForgeCall, url: string, signal: AbortSignal): Promise<ForgeAnswer> {
    const startedAt = performance.now();
    let code = 'FAILED';
    try {
      const answer = await this.#send(call, url, signal);
      code = String(answer.status);
      return answer;
    } catch (error) {
      code = errorCode(error);
      signal.throwIfAborted();
      if (error instanceof ReconcileError) throw error;
      throw unavailable(this.#where, whatFailed(code));
    } finally {
      this.#options.onRequest?.({ operation: call.operation, code, durationMs: performance.now() - startedAt });
    }
  }

  async #send(call: ForgeCall, url: string, signal: AbortSignal): Promise<ForgeAnswer> {
    const { requestTimeoutMs = 30_000, credentials } = this.#options;
    const answer = await request(url, {
      method: call.method ?? 'GET',
      dispatcher: this.#agent,
      signal: AbortSignal.any([signal, AbortSignal.timeout(requestTimeoutMs)]),
      headers: {
        accept: this.address.flavour === 'github' ? 'application/vnd.github+json' : 'application/json',
        'user-agent': 'towpath',
        ...own[this.address.flavour],
        ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(credentials === undefined ? {} : { authorization: authorization(this.address.flavour, credentials) }),
      },
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
    });
    const headers = Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name, String(value ?? '')]));
    return { status: answer.statusCode, headers, body: this.#parse(await this.#read(answer), answer.statusCode, headers) };
  }

  async #read({ body }: Dispatcher.ResponseData): Promise<string> {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of body) {
      size += chunk.length;
      if (size > mostBytes) throw this.odd(`more than ${mostBytes} bytes`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString('utf8');
  }

  /** A success that is no JSON is the page of a login or of a proxy; in a failure it tells nothing. */
  #parse(text: string, status: number, headers: ForgeAnswer['headers']): unknown {
    const isSuccess = status >= 200 && status < 300;
    if (text === '') return undefined;
    try {
      return JSON.parse(text);
    } catch {
      if (isSuccess && status !== 204) throw this.odd(`something that is no JSON (${headers['content-type'] ?? 'of no type'})`);
      return undefined;
    }
  }

  #redact(text: string): string {
    const token = this.#options.credentials?.token ?? '';
    return token.length < 6 ? text : text.replaceAll(token, '[redacted]');
  }
}

/** EnvHttpProxyAgent reads the environment itself where it is given nothing, hence all three. */
function openAgent({ ca, proxy }: ForgeOptions, { origin }: ForgeAddress): Dispatcher {
  const tls = ca === undefined ? {} : { ca: [...rootCertificates, ca] };
  const options = { connect: { timeout: connectMs, ...tls }, connections: 4 };
  const through = origin.startsWith('https:') ? proxy?.https : proxy?.http;
  if (proxy === undefined || through === undefined) return new Agent(options);
  if (attempt(() => new URL(through)) === undefined) throw invalid('The address of the proxy is not a URL.');
  return new EnvHttpProxyAgent({ ...options, requestTls: tls, httpProxy: through, httpsProxy: through, noProxy: proxy.except });
}

/** https://docs.gitlab.com/api/rest/authentication/ takes every kind of token as a bearer; Gitea wants a word of its own. */
function authorization(flavour: Flavour, { username, token }: ForgeCredentials): string {
  if (flavour === 'gitea') return `token ${token}`;
  if (username !== undefined && flavour.startsWith('bitbucket'))
    return `Basic ${Buffer.from(`${username}:${token}`, 'utf8').toString('base64')}`;
  return `Bearer ${token}`;
}

function checkToken(credentials: ForgeCredentials | undefined): void {
  if (credentials === undefined) return;
  if (!/^[\x21-\x7e]{1,8000}$/.test(credentials.token))
    throw invalid('The token for the code host holds characters that no token has.');
}

function errorCode(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return 'TIMEOUT';
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[A-Z0-9_]{1,60}$/.test(code) ? code : 'FAILED';
}

function whatFailed(code: string): string {
  if (code === 'TIMEOUT' || code.endsWith('_TIMEOUT') || code === 'ETIMEDOUT') return 'does not answer in time';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `is not a host that is known (${code})`;
  if (certificates.test(code))
    return `has a certificate that is not trusted (${code}); a private CA belongs into ca.crt of the Secret`;
  return `cannot be reached, or broke off its answer (${code})`;
}
