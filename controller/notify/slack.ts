import type { Json } from '../core/model.js';
import type { Message } from '../core/notify/message.js';
import { slackMessage, slackReply } from '../core/notify/slack.js';
import type { Delivery, Search, Sink } from '../reconcile/ports.js';
import { misconfigured, parseSinkUrl } from './address.js';
import type { OpenSink } from './open-sink.js';
import { type Failure, type Handle, SlackApi } from './slack-api.js';

const api = 'https://slack.com/api/';
const eventType = 'towpath_notification';

/**
 * Slack by its Web API: one message a deployment (chat.postMessage), edited in place (chat.update), each further step in its thread.
 * Slack knows no idempotency key, so each post carries its key as metadata, and after a doubt it is looked for
 * (conversations.history, conversations.replies with include_all_metadata; scopes chat:write, channels:history or groups:history).
 */
export function createSlack(open: OpenSink): Sink {
  const { spec, secret } = open;
  if (secret.token === undefined) throw misconfigured(spec.name, 'its Secret has neither token nor url');
  if (spec.channel === undefined) throw misconfigured(spec.name, 'it names no channel');
  const root = parseSinkUrl({ sink: spec.name, url: spec.url ?? api, allowInsecure: spec.allowInsecure });
  const slack = new SlackApi(open, root, secret.token);
  const { channel } = spec;
  return {
    certainty: 'lookup',
    send: (message, known, signal) => {
      const handle = handleOf(known);
      return handle === undefined
        ? begin(message, { slack, channel, signal })
        : goOn(message, handle, { slack, channel, signal });
    },
    find: (message, sent, signal) => find(message, { ...sent, handle: handleOf(sent.handle) }, { slack, channel, signal }),
  };
}

interface Calling {
  readonly slack: SlackApi;
  readonly channel: string;
  readonly signal: AbortSignal;
}

async function begin(message: Message, { slack, channel, signal }: Calling): Promise<Delivery> {
  const posted = await slack.post({ channel, ...slackMessage(message), metadata: metadataOf(message) }, signal);
  if (posted.state !== 'ok') return posted.failure;
  const handle = { channel: posted.answer.channel ?? channel, ts: posted.answer.ts ?? '' };
  if (!hasDetails(message)) return { state: 'delivered', handle };
  const replied = await slack.post(detailsOf(message, handle), signal);
  // Where that failed the message is looked for, and its details with it.
  return replied.state === 'ok' ? { state: 'delivered', handle } : inDoubt(replied.failure);
}

async function goOn(message: Message, handle: Handle, calling: Calling): Promise<Delivery> {
  const { slack, signal } = calling;
  const updated = await slack.call('chat.update', { ...handle, ...slackMessage(message) }, signal);
  if (updated.state === 'gone') return begin(message, calling);
  if (updated.state !== 'ok') return updated.failure;
  const reply = { channel: handle.channel, thread_ts: handle.ts, ...slackReply(message), metadata: metadataOf(message) };
  const replied = await slack.post(reply, signal);
  return replied.state === 'ok' ? { state: 'delivered', handle: { ...handle } } : replied.failure;
}

async function find(
  message: Message,
  { since, handle }: { since: number; handle: Handle | undefined },
  calling: Calling,
): Promise<Search> {
  const { slack, channel, signal } = calling;
  const found = await slack.find(message.key, { since, handle, channel }, signal);
  // Where somebody has removed the message to be edited, another was begun.
  if (handle !== undefined && found.state === 'absent') return find(message, { since, handle: undefined }, calling);
  const posted = found.state === 'found' ? handleOf(found.handle) : undefined;
  if (handle !== undefined || posted === undefined || !hasDetails(message)) return found;
  const details = await slack.find(detailsKey(message), { since, handle: posted, channel }, signal);
  if (details.state === 'failed') return details;
  if (details.state === 'found') return found;
  const replied = await slack.post(detailsOf(message, posted), signal);
  return replied.state === 'ok' ? found : { state: 'failed', message: replied.failure.message };
}

function handleOf(handle: Json | undefined): Handle | undefined {
  if (typeof handle !== 'object' || handle === null || Array.isArray(handle)) return undefined;
  const { channel, ts } = handle as Record<string, Json>;
  return typeof channel === 'string' && typeof ts === 'string' && ts !== '' ? { channel, ts } : undefined;
}

const metadataOf = ({ key }: { readonly key: string }) => ({ event_type: eventType, event_payload: { key } });

const hasDetails = ({ details, changes }: Message): boolean => details.length > 0 || (changes?.components.length ?? 0) > 0;
const detailsKey = ({ key }: Message): string => `${key}#details`;

/** The channel shows one line a deployment; what there is to say beside it is a reply. */
const detailsOf = (message: Message, { channel, ts }: Handle) => ({
  channel,
  thread_ts: ts,
  ...slackReply(message),
  metadata: metadataOf({ key: detailsKey(message) }),
});

function inDoubt(failure: Failure): Delivery {
  return failure.state === 'refused' ? failure : { ...failure, isSent: true };
}
