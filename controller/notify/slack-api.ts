import type { Delivery, Search } from '../reconcile/ports.js';
import { type Exchange, exchange, toFailure } from './exchange.js';
import type { OpenSink } from './open-sink.js';

/** The message of a deployment, as Slack names it. */
export interface Handle {
  readonly channel: string;
  readonly ts: string;
}

/** The same again would be refused again (docs.slack.dev, chat.postMessage, errors). */
const refusals: ReadonlySet<string> = new Set([
  'invalid_blocks',
  'msg_too_long',
  'no_text',
  'invalid_arguments',
  'metadata_too_large',
]);
/** Slack did not say whether it did it. */
const doubtful: ReadonlySet<string> = new Set(['internal_error', 'fatal_error', 'request_timeout', 'service_unavailable']);
/** Somebody has removed the message that was to be edited. */
const gone: ReadonlySet<string> = new Set(['message_not_found', 'thread_not_found', 'cant_update_message']);

interface SlackAnswer {
  readonly ok?: boolean;
  readonly error?: string;
  readonly channel?: string;
  readonly ts?: string;
  readonly messages?: readonly {
    readonly ts?: string;
    readonly metadata?: { readonly event_payload?: { readonly key?: string } };
  }[];
}

export type Failure = Exclude<Delivery, { state: 'delivered' }>;
export type Called =
  | { readonly state: 'ok'; readonly answer: SlackAnswer }
  | { readonly state: 'gone' | 'failed'; readonly failure: Failure };

/** Calls to the Web API of one workspace. */
export class SlackApi {
  readonly #open: OpenSink;
  readonly #root: URL;
  readonly #token: string;

  constructor(open: OpenSink, root: URL, token: string) {
    this.#open = open;
    this.#root = root;
    this.#token = token;
  }

  post(body: object, signal: AbortSignal): Promise<Called> {
    return this.call('chat.postMessage', { ...body, unfurl_links: false, unfurl_media: false }, signal);
  }

  async call(method: string, body: object, signal: AbortSignal): Promise<Called> {
    const headers = { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json; charset=utf-8' };
    const url = this.#url(method);
    return this.#read(
      await exchange({ method: 'POST', url, headers, body: JSON.stringify(body) }, this.#open.exchanging, signal),
    );
  }

  /** A message that carries the key, posted since then. */
  async find(
    key: string,
    { since, handle, channel }: { since: number; handle: Handle | undefined; channel: string },
    signal: AbortSignal,
  ): Promise<Search> {
    const method = handle === undefined ? 'conversations.history' : 'conversations.replies';
    const url = this.#url(method);
    url.searchParams.set('channel', handle?.channel ?? channel);
    if (handle !== undefined) url.searchParams.set('ts', handle.ts);
    // The clocks of the two may differ.
    url.searchParams.set('oldest', String(Math.floor(since / 1000) - 120));
    url.searchParams.set('limit', '200');
    url.searchParams.set('include_all_metadata', 'true');
    const headers = { authorization: `Bearer ${this.#token}` };
    const called = this.#read(await exchange({ method: 'GET', url, headers }, this.#open.exchanging, signal));
    if (called.state === 'gone') return { state: 'absent' };
    if (called.state !== 'ok') {
      const { message } = called.failure;
      const afterMs = called.failure.state === 'failed' ? called.failure.afterMs : undefined;
      return {
        state: 'failed',
        message: `${message}, when looked up what it has`,
        ...(afterMs === undefined ? {} : { afterMs }),
      };
    }
    const found = called.answer.messages?.find(({ metadata }) => metadata?.event_payload?.key === key);
    if (found === undefined) return { state: 'absent' };
    const posted = { channel: handle?.channel ?? channel, ts: found.ts ?? '' };
    return { state: 'found', handle: handle === undefined ? posted : { ...handle } };
  }

  #url(method: string): URL {
    return new URL(method, this.#root.href.endsWith('/') ? this.#root : `${this.#root.href}/`);
  }

  #read(result: Exchange): Called {
    const { name } = this.#open.spec;
    if (result.kind === 'failed' || result.status !== 200) return { state: 'failed', failure: toFailure(result, name) };
    const answer = parse(result.body);
    if (answer?.ok === true) return { state: 'ok', answer };
    // The word of Slack, never its text: it is one of a documented list.
    const word = /^[a-z_]{1,60}$/.test(answer?.error ?? '') ? answer?.error : undefined;
    const message = `${name} answered ${word ?? 'with something else than JSON'}`;
    if (word !== undefined && gone.has(word)) return { state: 'gone', failure: { state: 'refused', message } };
    if (word !== undefined && refusals.has(word)) return { state: 'failed', failure: { state: 'refused', message } };
    const isSent = word === undefined || doubtful.has(word);
    return { state: 'failed', failure: { state: 'failed', message, isSent } };
  }
}

function parse(text: string): SlackAnswer | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as SlackAnswer) : undefined;
  } catch {
    return undefined;
  }
}
