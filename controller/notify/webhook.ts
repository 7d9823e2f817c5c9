import { createHmac } from 'node:crypto';
import { toCloudEvent } from '../core/notify/cloud-event.js';
import type { Sink } from '../reconcile/ports.js';
import { misconfigured, parseSinkUrl } from './address.js';
import { exchange, toFailure } from './exchange.js';
import type { OpenSink } from './open-sink.js';

/**
 * A generic webhook: a CloudEvent in structured mode, signed as Standard Webhooks 1.0 has it (standardwebhooks.com): `webhook-id`,
 * `webhook-timestamp` and `webhook-signature`, an HMAC-SHA256 over `id.timestamp.body`, once for each secret while they are rotated.
 * The id is the key: whoever remembers the ids gets each message once.
 */
export function createWebhook({ spec, secret, exchanging, now }: OpenSink): Sink {
  const url = parseSinkUrl({ sink: spec.name, url: secret.url ?? spec.url, allowInsecure: spec.allowInsecure });
  const keys = (secret.secret ?? '').split(/\s+/).filter((key) => key !== '');
  if (keys.length === 0) throw misconfigured(spec.name, 'its Secret has no secret to sign with');
  return {
    certainty: 'key',
    async send(message, _handle, signal) {
      const body = JSON.stringify(toCloudEvent(message));
      const timestamp = String(Math.floor(now() / 1000));
      const headers = {
        'content-type': 'application/cloudevents+json; charset=utf-8',
        'webhook-id': message.key,
        'webhook-timestamp': timestamp,
        'webhook-signature': keys.map((key) => sign(key, `${message.key}.${timestamp}.${body}`)).join(' '),
      };
      const result = await exchange({ method: 'POST', url, headers, body }, exchanging, signal);
      const taken = result.kind === 'answer' && result.status >= 200 && result.status < 300;
      return taken ? { state: 'delivered' } : toFailure(result, spec.name);
    },
    find: async () => ({ state: 'absent' }),
  };
}

function sign(secret: string, content: string): string {
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : Buffer.from(secret, 'utf8');
  return `v1,${createHmac('sha256', key).update(content, 'utf8').digest('base64')}`;
}
