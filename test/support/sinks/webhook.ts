import { createHmac, timingSafeEqual } from 'node:crypto';
import { type HttpSink, type Received, type Reply, startHttpSink } from './http-sink.js';

export interface CloudEvent {
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly time: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A receiver as the documentation describes it: it checks the signature, and takes each id once. */
export interface WebhookSink extends HttpSink {
  /** What it has taken, in order. */
  readonly events: readonly CloudEvent[];
  /** How often an id came that was there. */
  readonly repeated: readonly string[];
  /** Requests whose signature was wrong. */
  readonly forged: number;
  /** Takes messages again. */
  recover(): void;
}

export async function startWebhookSink(secret: string): Promise<WebhookSink> {
  const events = new Map<string, CloudEvent>();
  const repeated: string[] = [];
  const counts = { forged: 0 };
  const take = (request: Received): Reply => {
    if (!isSigned(request, secret)) {
      counts.forged += 1;
      return { status: 401 };
    }
    const event = JSON.parse(request.body) as CloudEvent;
    if (events.has(event.id)) repeated.push(event.id);
    else events.set(event.id, event);
    return { status: 202 };
  };
  const server = await startHttpSink(take);
  return {
    ...server,
    get events() {
      return [...events.values()];
    },
    repeated,
    recover: () => server.answer(take),
    get forged() {
      return counts.forged;
    },
  };
}

/** Standard Webhooks: one of the signatures is ours, over `id.timestamp.body`, and the time is near. */
export function isSigned({ headers, body, at }: Received, secret: string): boolean {
  const [id, timestamp, signatures] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => headers[name]);
  if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof signatures !== 'string') return false;
  if (Math.abs(at / 1000 - Number(timestamp)) > 300) return false;
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : Buffer.from(secret);
  const wanted = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest();
  return signatures.split(' ').some((signature) => {
    const given = Buffer.from(signature.replace(/^v1,/, ''), 'base64');
    return given.length === wanted.length && timingSafeEqual(given, wanted);
  });
}
