import type { Millis } from '../core/model.js';
import type { EventRecord } from '../reconcile/ports.js';

/** What to write for a record: a new event (count 1), or one more of an event that was written before. */
export interface CorrelatedEvent {
  readonly record: EventRecord;
  readonly key: string;
  readonly count: number;
  readonly firstAt: Millis;
  readonly lastAt: Millis;
}

interface Similar {
  readonly messages: Set<string>;
  lastAt: Millis;
}

interface Bucket {
  tokens: number;
  filledAt: Millis;
}

// The numbers of client-go (tools/record/events_cache.go).
const similarLimit = 10;
const similarWindowMs = 600_000;
const burst = 25;
const refillMs = 300_000;
const remembered = 4096;
const maxNoteLength = 1024;

/** Keeps a controller from flooding the API with events: equal ones are counted, similar ones combined, floods cut off. */
export class EventCorrelator {
  readonly #similar = new Map<string, Similar>();
  readonly #written = new Map<string, { count: number; firstAt: Millis }>();
  readonly #buckets = new Map<string, Bucket>();

  /** Undefined where the object has used up what it may write. */
  correlate(record: EventRecord, now: Millis): CorrelatedEvent | undefined {
    const { kind, key, uid } = record.regarding;
    const object = JSON.stringify([kind, key.namespace, key.name, uid]);
    const combined = this.#combine(record, JSON.stringify([object, record.type, record.reason]), now);
    if (!this.#spend(object, now)) return undefined;
    const seen = this.#written.get(combined.key);
    const next = { count: (seen?.count ?? 0) + 1, firstAt: seen?.firstAt ?? now };
    remember(this.#written, combined.key, next);
    return { ...combined, ...next, lastAt: now };
  }

  /** The event could not be written, or is gone: the next one starts anew. */
  forget(key: string): void {
    this.#written.delete(key);
  }

  #combine(record: EventRecord, group: string, now: Millis): { record: EventRecord; key: string } {
    const message = cut(record.message);
    const known = this.#similar.get(group);
    const similar =
      known === undefined || now - known.lastAt > similarWindowMs ? { messages: new Set<string>(), lastAt: now } : known;
    similar.lastAt = now;
    remember(this.#similar, group, similar);
    if (similar.messages.size < similarLimit) similar.messages.add(message);
    if (similar.messages.has(message)) return { record: { ...record, message }, key: JSON.stringify([group, message]) };
    return { record: { ...record, message: cut(`(combined from similar events): ${record.message}`) }, key: group };
  }

  #spend(object: string, now: Millis): boolean {
    const bucket = this.#buckets.get(object) ?? { tokens: burst, filledAt: now };
    const tokens = Math.min(burst, bucket.tokens + Math.max(0, now - bucket.filledAt) / refillMs);
    remember(this.#buckets, object, { tokens: tokens < 1 ? tokens : tokens - 1, filledAt: now });
    return tokens >= 1;
  }
}

/** Sets an entry as the newest of a map that forgets its oldest. */
function remember<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key);
  map.set(key, value);
  const oldest = map.size > remembered ? map.keys().next().value : undefined;
  if (oldest !== undefined) map.delete(oldest);
}

/** The server refuses a note of more than 1024 bytes. */
function cut(message: string): string {
  const bytes = new TextEncoder().encode(message);
  if (bytes.length <= maxNoteLength) return message;
  return `${new TextDecoder().decode(bytes.slice(0, maxNoteLength - 3)).replace(/\uFFFD+$/, '')}…`;
}
