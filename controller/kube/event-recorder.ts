import { setTimeout as sleep } from 'node:timers/promises';
import { ReconcileError } from '../core/errors.js';
import type { Millis } from '../core/model.js';
import type { EventRecord, Events } from '../reconcile/ports.js';
import type { KubeClient } from './client.js';
import { type CorrelatedEvent, EventCorrelator } from './event-correlator.js';
import { type EventApi, eventsPath, newEvent, repeatedEvent } from './event-forms.js';

interface RecorderOptions {
  readonly client: KubeClient;
  readonly now: () => Millis;
  /** Names this process. */
  readonly instance: string;
  /** The uid of an object, where it is known: kubectl describe finds events by it. */
  readonly uidOf: (regarding: EventRecord['regarding']) => string | undefined;
  readonly logger?: { warn(fields: object, message: string): void } | undefined;
}

const queueLimit = 1_000;
const attempts = 12;
const retryMs = 10_000;

/** Writes events one after the other, in the background; what cannot be written is dropped and logged. */
export class EventRecorder implements Events {
  readonly #options: RecorderOptions;
  readonly #correlator = new EventCorrelator();
  readonly #names = new Map<string, string>();
  readonly #queue: { record: EventRecord; at: Millis }[] = [];
  readonly #stop = new AbortController();
  #draining: Promise<void> | undefined;
  #api: EventApi | undefined;
  #created = 0;

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  record(record: EventRecord): void {
    if (this.#stop.signal.aborted || this.#queue.length >= queueLimit) return;
    const uid = record.regarding.uid ?? this.#options.uidOf(record.regarding);
    const regarding = { ...record.regarding, ...(uid === undefined ? {} : { uid }) };
    this.#queue.push({ record: { ...record, regarding }, at: this.#options.now() });
    this.#draining ??= this.#drain();
  }

  /** Takes no more events, waits at most so long for those that wait, and drops the rest. */
  async close(withinMs: Millis): Promise<void> {
    const timer = setTimeout(() => this.#stop.abort(), withinMs);
    await this.#draining;
    clearTimeout(timer);
    this.#stop.abort();
  }

  async #drain(): Promise<void> {
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      if (this.#stop.signal.aborted) break;
      const event = this.#correlator.correlate(next.record, next.at);
      if (event !== undefined) await this.#writeOrDrop(event);
    }
    this.#draining = undefined;
  }

  async #writeOrDrop(event: CorrelatedEvent): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#write(event);
      } catch (error) {
        const again = error instanceof ReconcileError && ['Unreachable', 'Unavailable'].includes(error.reason);
        if (again && attempt < attempts && !this.#stop.signal.aborted) {
          await sleep(retryMs, undefined, { signal: this.#stop.signal }).catch(() => undefined);
          continue;
        }
        this.#forget(event.key);
        const { reason, regarding } = event.record;
        const message = error instanceof Error ? error.message : String(error);
        this.#options.logger?.warn({ reason, regarding: regarding.key, error: message }, 'event dropped');
        return;
      }
    }
  }

  async #write(event: CorrelatedEvent): Promise<void> {
    const { client, instance } = this.#options;
    const api = await this.#chooseApi();
    const path = eventsPath(api, event.record.regarding.key.namespace);
    const signal = this.#stop.signal;
    const written = this.#names.get(event.key);
    if (written !== undefined && event.count > 1) {
      const body = repeatedEvent(api, event);
      const call = { path: `${path}/${written}`, body, what: 'write events', signal };
      if ((await found(client.patch(call))) !== undefined) return;
      // Servers forget events after an hour: this one starts anew.
      this.#forget(event.key);
    }
    const name = this.#nextName(event);
    await client.request({ method: 'POST', path, body: newEvent(api, event, { name, instance }), what: 'write events', signal });
    this.#remember(event.key, name);
  }

  async #chooseApi(): Promise<EventApi> {
    if (this.#api !== undefined) return this.#api;
    const { client } = this.#options;
    const call = {
      method: 'GET',
      path: '/apis/events.k8s.io',
      what: 'find the API of events',
      signal: this.#stop.signal,
    } as const;
    const group = await client.find<{ versions?: { version: string }[] }>(call);
    this.#api = group?.versions?.some(({ version }) => version === 'v1') ? 'events.k8s.io/v1' : 'v1';
    return this.#api;
  }

  /** As client-go: the object's name and the time, made unique here. */
  #nextName(event: CorrelatedEvent): string {
    this.#created = (this.#created + 1) % 1_000;
    const unique = (event.lastAt * 1_000 + this.#created).toString(16);
    return `${event.record.regarding.key.name.slice(0, 230)}.${unique}`;
  }

  #remember(key: string, name: string): void {
    this.#names.set(key, name);
    const oldest = this.#names.size > 4096 ? this.#names.keys().next().value : undefined;
    if (oldest !== undefined) this.#names.delete(oldest);
  }

  #forget(key: string): void {
    this.#names.delete(key);
    this.#correlator.forget(key);
  }
}

async function found<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ReconcileError && error.reason === 'NotFound') return undefined;
    throw error;
  }
}
