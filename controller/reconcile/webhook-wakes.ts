import { ReconcileError } from '../core/errors.js';
import type { Millis } from '../core/model.js';
import type { ReleaseSourceResource } from '../core/resources/release-source.js';
import type { Clock, Key, SourceRecords } from './ports.js';
import { toKeyText } from './published.js';
import type { KeyedQueue, Timers } from './queue.js';

/** What a webhook wants to be looked at. */
export type Wanted = 'branch' | 'pull-requests';

export interface WebhookWakesOptions {
  readonly sources: Pick<SourceRecords, 'get' | 'writeStatus'>;
  readonly clock: Clock;
  readonly timers: Timers;
  /** Whether this process is the one that works. */
  readonly isLeading: () => boolean;
  readonly queues: () => Readonly<Record<Wanted, Pick<KeyedQueue, 'add' | 'addAfter'>>>;
}

/** What is asked for more often is done this often. */
const gapMs: Millis = 2_000;
const writeDeadlineMs: Millis = 5_000;
const mostTries = 5;

interface Note {
  readonly running: Promise<void>;
  next?: Promise<void>;
}

/**
 * Brings what webhooks want to who works. Where this process works, into its queues. Where another does, into the status of the source:
 * that is durable and the other follows it, so that a request that was answered is not lost.
 */
export class WebhookWakes {
  readonly #options: WebhookWakesOptions;
  readonly #lastAdded = new Map<string, Millis>();
  readonly #notes = new Map<string, Note>();

  constructor(options: WebhookWakesOptions) {
    this.#options = options;
  }

  /** Resolves when it cannot be lost any more; throws where it could be. Many at a time are as good as one. */
  async wake(key: Key, wanted: Wanted): Promise<void> {
    if (this.#options.isLeading()) this.#add(key, wanted);
    else await this.#note(key);
  }

  #add(key: Key, wanted: Wanted): void {
    const { timers, queues } = this.#options;
    const text = toKeyText(key);
    const now = timers.now();
    const sinceLast = now - (this.#lastAdded.get(`${wanted} ${text}`) ?? Number.NEGATIVE_INFINITY);
    if (sinceLast < gapMs) {
      queues()[wanted].addAfter(text, gapMs - sinceLast);
      return;
    }
    this.#lastAdded.set(`${wanted} ${text}`, now);
    queues()[wanted].add(text);
  }

  /** One write at a time, and one for all that came during it or shortly after. */
  #note(key: Key): Promise<void> {
    const text = toKeyText(key);
    const under = this.#notes.get(text);
    if (under !== undefined) {
      under.next ??= under.running
        .catch(() => undefined)
        .then(() => this.#after(gapMs))
        .then(() => this.#begin(key));
      return under.next;
    }
    return this.#begin(key);
  }

  #begin(key: Key): Promise<void> {
    const text = toKeyText(key);
    const running = this.#write(key);
    const note: Note = { running };
    this.#notes.set(text, note);
    void running
      .catch(() => undefined)
      .then(() => this.#after(gapMs))
      .then(() => {
        if (this.#notes.get(text) === note && note.next === undefined) this.#notes.delete(text);
      });
    return running;
  }

  #after(ms: Millis): Promise<void> {
    return new Promise((resolve) => void this.#options.timers.after(ms, resolve));
  }

  async #write(key: Key): Promise<void> {
    const { sources, clock } = this.#options;
    const signal = AbortSignal.timeout(writeDeadlineMs);
    for (let tries = 1; ; tries++) {
      const source = sources.get(key);
      if (source === undefined) return;
      try {
        const status = source.status ?? { observedGeneration: -1 };
        const webhook = { receivedAt: new Date(clock.now()).toISOString() };
        return await sources.writeStatus(source, { ...status, webhook }, signal);
      } catch (error) {
        // The one that works wrote at the same time: what it wrote comes in a moment.
        if (!(error instanceof ReconcileError && error.reason === 'Conflict') || tries === mostTries) throw error;
        await this.#after(50 * tries);
      }
    }
  }
}

/** What other replicas noted of webhooks; told once each. */
export class NotedWebhooks {
  readonly #seen = new Map<string, string>();

  isNews(key: Key, source: ReleaseSourceResource | undefined): boolean {
    const text = toKeyText(key);
    const receivedAt = source?.status?.webhook?.receivedAt;
    if (receivedAt === undefined) {
      this.#seen.delete(text);
      return false;
    }
    const isNews = this.#seen.get(text) !== receivedAt;
    this.#seen.set(text, receivedAt);
    return isNews;
  }
}
