import { type HttpSink, type Received, type Reply, startHttpSink } from './http-sink.js';

export interface SlackMessage {
  readonly ts: string;
  readonly threadTs?: string;
  text: string;
  edits: number;
  readonly metadata?: { readonly event_type: string; readonly event_payload: { readonly key: string } };
}

type Body = Record<string, unknown>;

/** As much of Slack's Web API as is used (docs.slack.dev): chat.postMessage, chat.update, conversations.history and .replies of one channel. */
export interface SlackStandIn extends HttpSink {
  readonly messages: readonly SlackMessage[];
  /** Decides what happens to a call; undefined: what Slack does. A lost answer is one of something that was done. */
  fault: (method: string) => Reply | 'lost' | undefined;
}

export async function startSlack(token: string, channel: string): Promise<SlackStandIn> {
  const messages: SlackMessage[] = [];
  const faults: { decide: SlackStandIn['fault'] } = { decide: () => undefined };
  const act = (request: Received): Reply => {
    const url = new URL(request.path, 'http://slack');
    const method = url.pathname.split('/').at(-1) ?? '';
    if (request.headers.authorization !== `Bearer ${token}`) return fail('invalid_auth');
    const body = request.body === '' ? {} : (JSON.parse(request.body) as Body);
    if ((body.channel ?? url.searchParams.get('channel')) !== channel) return fail('channel_not_found');
    const fault = faults.decide(method);
    if (fault !== undefined && fault !== 'lost') return fault;
    const reply = handlers[method]?.(body, url.searchParams, { messages, channel }) ?? fail('unknown_method');
    return fault === 'lost' ? { ...reply, lost: true } : reply;
  };
  const server = await startHttpSink(act);
  return {
    ...server,
    messages,
    get fault() {
      return faults.decide;
    },
    set fault(decide) {
      faults.decide = decide;
    },
  };
}

interface Channel {
  readonly messages: SlackMessage[];
  readonly channel: string;
}

const fail = (error: string): Reply => ({ status: 200, body: { ok: false, error } });
const ok = (body: object): Reply => ({ status: 200, body: { ok: true, ...body } });

const handlers: Record<string, (body: Body, query: URLSearchParams, channel: Channel) => Reply> = {
  'chat.postMessage': (body, _query, { messages, channel }) => {
    const threadTs = body.thread_ts as string | undefined;
    if (threadTs !== undefined && !messages.some(({ ts }) => ts === threadTs)) return fail('thread_not_found');
    const ts = `${Math.floor(Date.now() / 1000)}.${String(messages.length).padStart(6, '0')}`;
    const metadata = body.metadata as SlackMessage['metadata'];
    messages.push({
      ts,
      text: String(body.text),
      edits: 0,
      ...(threadTs === undefined ? {} : { threadTs }),
      ...(metadata === undefined ? {} : { metadata }),
    });
    return ok({ channel, ts });
  },
  'chat.update': (body, _query, { messages, channel }) => {
    const found = messages.find(({ ts }) => ts === body.ts);
    if (found === undefined) return fail('message_not_found');
    found.text = String(body.text);
    found.edits += 1;
    return ok({ channel, ts: found.ts });
  },
  'conversations.history': (_body, query, { messages }) =>
    ok({
      messages: shown(
        messages.filter(({ threadTs }) => threadTs === undefined),
        query,
      ),
    }),
  'conversations.replies': (_body, query, { messages }) => {
    const ts = query.get('ts');
    if (!messages.some((one) => one.ts === ts)) return fail('thread_not_found');
    return ok({
      messages: shown(
        messages.filter((one) => one.ts === ts || one.threadTs === ts),
        query,
      ),
    });
  },
};

/** Newest first, no older than asked for, and metadata on request alone. */
function shown(messages: readonly SlackMessage[], query: URLSearchParams): object[] {
  const oldest = Number(query.get('oldest') ?? 0);
  const withMetadata = query.get('include_all_metadata') === 'true';
  return messages
    .filter(({ ts }) => Number(ts) >= oldest)
    .toReversed()
    .slice(0, Number(query.get('limit') ?? 100))
    .map(({ ts, text, metadata }) => ({ type: 'message', ts, text, ...(withMetadata && metadata ? { metadata } : {}) }));
}
