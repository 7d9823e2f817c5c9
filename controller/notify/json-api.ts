import type { Delivery } from '../reconcile/ports.js';
import { type Call, exchange, toFailure } from './exchange.js';
import type { OpenSink } from './open-sink.js';

export type Failure = Exclude<Delivery, { state: 'delivered' }>;

/** What a sink has answered that is no success. It ends what was going on, and says how to go on. */
export class SinkFailure extends Error {
  readonly failure: Failure;
  readonly status: number | undefined;

  constructor(failure: Failure, status: number | undefined) {
    super(failure.message);
    this.failure = failure;
    this.status = status;
  }
}

/** Calls to a JSON API below one address; throws SinkFailure. */
export class JsonApi {
  readonly #open: OpenSink;
  readonly #root: string;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(open: OpenSink, root: URL, headers: Readonly<Record<string, string>>) {
    this.#open = open;
    this.#root = root.href.replace(/\/+$/, '');
    this.#headers = headers;
  }

  async call<T>(method: Call['method'], path: string, { body, signal }: { body?: object; signal: AbortSignal }): Promise<T> {
    const headers = { ...this.#headers, accept: 'application/json', ...(body && { 'content-type': 'application/json' }) };
    const call = { method, url: `${this.#root}${path}`, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    const { name } = this.#open.spec;
    const result = await exchange(call, this.#open.exchanging, signal);
    if (result.kind === 'failed' || result.status >= 300)
      throw new SinkFailure(toFailure(result, name), result.kind === 'answer' ? result.status : undefined);
    try {
      return (result.body === '' ? undefined : JSON.parse(result.body)) as T;
    } catch {
      const message = `${name} answered with something else than JSON`;
      throw new SinkFailure({ state: 'failed', message, isSent: method !== 'GET' }, result.status);
    }
  }
}

/** What came of several calls: the failure of the first that had one. */
export async function deliver(act: () => Promise<Delivery>): Promise<Delivery> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof SinkFailure) return error.failure;
    throw error;
  }
}
