import { toAdaptiveCard } from '../core/notify/adaptive-card.js';
import type { Message } from '../core/notify/message.js';
import { slackWhole } from '../core/notify/slack.js';
import type { Sink } from '../reconcile/ports.js';
import { misconfigured, parseSinkUrl } from './address.js';
import { exchange, toFailure } from './exchange.js';
import type { OpenSink } from './open-sink.js';

/** An incoming webhook of Slack, the simplest form: each step is a message, and nothing can be edited or looked up. */
export const createSlackWebhook = (open: OpenSink): Sink => createPosted(open, slackWhole);

/** A Workflow of Microsoft Teams with the trigger "When a Teams webhook request is received". */
export const createTeams = (open: OpenSink): Sink => createPosted(open, toAdaptiveCard);

/** Something that takes JSON at an address which is the secret, and knows no keys. */
function createPosted({ spec, secret, exchanging }: OpenSink, render: (message: Message) => object): Sink {
  if (secret.url === undefined && spec.url === undefined) throw misconfigured(spec.name, 'its Secret has no url');
  const url = parseSinkUrl({ sink: spec.name, url: secret.url ?? spec.url, allowInsecure: spec.allowInsecure });
  return {
    certainty: 'none',
    async send(message, _handle, signal) {
      const headers = { 'content-type': 'application/json; charset=utf-8' };
      const body = JSON.stringify(render(message));
      const result = await exchange({ method: 'POST', url, headers, body }, exchanging, signal);
      const taken = result.kind === 'answer' && result.status >= 200 && result.status < 300;
      return taken ? { state: 'delivered' } : toFailure(result, spec.name);
    },
    find: async () => ({ state: 'absent' }),
  };
}
