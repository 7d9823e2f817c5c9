import { setTimeout as sleep } from 'node:timers/promises';
import { type Dispatcher, request } from 'undici';
import { ReconcileError } from '../core/errors.js';
import type { Millis } from '../core/model.js';
import type { Connection } from './connection.js';
import { orAborted, withDeadline } from './deadline.js';
import { errorCode, toFailure, toNetworkFailure } from './failure.js';
import { type WatchEvent, watchEvents } from './watch-events.js';

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: unknown;
  /** Of the body; JSON where absent. */
  readonly contentType?: string;
  /** The form of the answer; JSON where absent. */
  readonly accept?: string;
  /** What is asked for, as it finishes the sentence "the API server does not allow Towpath to …". */
  readonly what: string;
  readonly signal: AbortSignal;
  /** Limit of the whole call, repetitions included; the client's own where absent. */
  readonly timeoutMs?: Millis;
}

type Answer = Dispatcher.ResponseData;

const maxAttempts = 4;
const mergePatch = 'application/merge-patch+json';

/**
 * Calls to the API server. Each has a deadline and obeys the caller's signal; 429 and 5xx with Retry-After are asked again
 * while the deadline allows; a 401 once, with credentials read anew. Bodies never reach an error.
 */
export class KubeClient {
  readonly #connection: Connection;
  readonly #timeoutMs: Millis;

  constructor(connection: Connection, timeoutMs: Millis) {
    this.#connection = connection;
    this.#timeoutMs = timeoutMs;
  }

  /** The parsed answer. Throws ApiFailure for an answer that is no success, ReconcileError where there is none. */
  async request<T>(call: ApiRequest): Promise<T> {
    const timeoutMs = call.timeoutMs ?? this.#timeoutMs;
    return withDeadline({ ...call, timeoutMs }, async (signal, remainingMs) => {
      for (let attempt = 1; ; attempt += 1) {
        const answer = await this.#send(call, { signal });
        const text = await answer.body.text();
        if (answer.statusCode < 300) return parseAnswer<T>(text, call.what);
        const retryAfterMs = readRetryAfter(answer);
        const waitMs = this.#waitBeforeNext(answer, attempt, retryAfterMs);
        if (waitMs === undefined || waitMs >= remainingMs())
          throw toFailure(call.what, { code: answer.statusCode, text, retryAfterMs });
        await sleep(waitMs, undefined, { signal });
      }
    });
  }

  /** As `request`, but undefined where the server says 404. */
  async find<T>(call: ApiRequest): Promise<T | undefined> {
    try {
      return await this.request<T>(call);
    } catch (error) {
      if (error instanceof ReconcileError && error.reason === 'NotFound') return undefined;
      throw error;
    }
  }

  patch<T>(call: Omit<ApiRequest, 'method' | 'contentType'>): Promise<T> {
    return this.request<T>({ ...call, method: 'PATCH', contentType: mergePatch });
  }

  /** Opens a watch and gives its events: the deadline holds until the first byte of the answer, `stallMs` between any two later ones. */
  async watch(call: ApiRequest, stallMs: Millis): Promise<AsyncIterable<readonly WatchEvent[]>> {
    const timeouts = { headersTimeout: this.#timeoutMs, bodyTimeout: stallMs };
    try {
      const answer = await orAborted(call.signal, this.#send(call, { signal: call.signal, ...timeouts }));
      if (answer.statusCode < 300) return watchEvents(answer.body);
      if (answer.statusCode === 401) this.#connection.reload();
      const text = await answer.body.text();
      throw toFailure(call.what, { code: answer.statusCode, text, retryAfterMs: readRetryAfter(answer) });
    } catch (error) {
      throw toNetworkFailure(call.what, error);
    }
  }

  async #send(call: ApiRequest, options: Partial<Dispatcher.RequestOptions>): Promise<Answer> {
    const { dispatcher, headers } = await this.#connection.credentials();
    const url = new URL(this.#connection.server + call.path);
    for (const [name, value] of Object.entries(call.query ?? {}))
      if (value !== undefined) url.searchParams.set(name, String(value));
    const body = call.body === undefined ? {} : { body: JSON.stringify(call.body) };
    const contentType = call.body === undefined ? {} : { 'content-type': call.contentType ?? 'application/json' };
    return request(url, {
      ...options,
      ...body,
      method: call.method,
      dispatcher,
      headers: { accept: call.accept ?? 'application/json', 'user-agent': 'towpath', ...contentType, ...headers },
    });
  }

  #waitBeforeNext(answer: Answer, attempt: number, retryAfterMs: Millis | undefined): Millis | undefined {
    if (answer.statusCode === 401 && attempt === 1) {
      this.#connection.reload();
      return 0;
    }
    const busy = answer.statusCode === 429 || answer.statusCode >= 500;
    return busy && attempt < maxAttempts ? retryAfterMs : undefined;
  }
}

/** The parser's own error quotes what it could not read, so it goes no further. */
function parseAnswer<T>(text: string, what: string): T {
  try {
    return JSON.parse(text) as T;
  } catch {
    throw new ReconcileError('Unavailable', `the API server answered with something else than JSON when asked to ${what}`);
  }
}

/** Seconds, as RFC 9110 section 10.2.3 has it; API servers do not send the form with a date. */
function readRetryAfter(answer: Answer): Millis | undefined {
  const seconds = Number(answer.headers['retry-after'] ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds, 3_600) * 1_000 : undefined;
}

/** Whether the stream was silent for too long. */
export function isStall(error: unknown): boolean {
  return errorCode(error) === 'UND_ERR_BODY_TIMEOUT';
}
