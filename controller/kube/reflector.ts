import { setTimeout as sleep } from 'node:timers/promises';
import { ReconcileError } from '../core/errors.js';
import type { Millis } from '../core/model.js';
import { isStall, type KubeClient } from './client.js';
import { ApiFailure, toNetworkFailure } from './failure.js';
import { isNamed, type RawObject } from './resource-cache.js';
import type { WatchEvent } from './watch-events.js';

/** What a reflector keeps equal to the API. None of it may throw. */
export interface ReflectorSink {
  startReplacing(): void;
  replace(objects: readonly RawObject[]): void;
  observe(object: RawObject): void;
  observeDeleted(object: RawObject): void;
}

export interface ReflectorTimings {
  /** A watch that is silent for this long is taken for dead; servers send a bookmark each minute. */
  readonly stallMs: Millis;
  /** A full list at least this often, at the end of a watch. */
  readonly relistMs: Millis;
  readonly firstBackoffMs: Millis;
  readonly maxBackoffMs: Millis;
  readonly minWatchSeconds: number;
}

export const usualTimings: ReflectorTimings = {
  stallMs: 90_000,
  relistMs: 3_600_000,
  firstBackoffMs: 800,
  maxBackoffMs: 30_000,
  minWatchSeconds: 300,
};

export type ReflectorState = 'idle' | 'listing' | 'watching' | 'backing-off' | 'stopped';

export interface ReflectorOptions {
  readonly client: KubeClient;
  /** For messages: the plural of the kind. */
  readonly name: string;
  readonly path: string;
  readonly sink: ReflectorSink;
  readonly timings: ReflectorTimings;
  readonly random: () => number;
  readonly onState: (state: ReflectorState, error?: ReconcileError) => void;
}

const pageSize = 500;

/**
 * Keeps a sink equal to what the API holds of one kind: a paged list, then watches with bookmarks, for ever. A watch that
 * ends, fails or goes silent is opened again where it stopped; a list is made anew when the server has forgotten that
 * place (410), after a silence and from time to time. After client-go's reflector.
 */
export class Reflector {
  readonly #options: ReflectorOptions;
  #state: ReflectorState = 'idle';
  #version: string | undefined;
  #listedAt = 0;
  #lastByteAt = performance.now();
  #failures = 0;

  constructor(options: ReflectorOptions) {
    this.#options = options;
  }

  get state(): ReflectorState {
    return this.#state;
  }

  /** How long ago the server last said anything. */
  silentMs(): Millis {
    return performance.now() - this.#lastByteAt;
  }

  /** Runs until the signal fires; never throws for what the server does. `onSynced` is called after the first list. */
  async run(signal: AbortSignal, onSynced: () => void): Promise<void> {
    if (this.#state !== 'idle') throw new Error('a reflector runs once');
    while (!signal.aborted) {
      try {
        if (this.#needsList()) await this.#list(signal);
        onSynced();
        await this.#watch(signal);
      } catch (error) {
        if (!signal.aborted) await this.#recover(error, signal);
      }
    }
    this.#enter('stopped');
  }

  #needsList(): boolean {
    return this.#version === undefined || performance.now() - this.#listedAt > this.#options.timings.relistMs;
  }

  async #list(signal: AbortSignal): Promise<void> {
    this.#enter('listing');
    const { client, name, path, sink } = this.#options;
    sink.startReplacing();
    const objects: RawObject[] = [];
    let next: string | undefined;
    let version: string | undefined;
    do {
      const query = { limit: pageSize, continue: next };
      const page = await client.request<unknown>({ method: 'GET', path, query, what: `list ${name}`, signal });
      signal.throwIfAborted();
      if (!isPage(page))
        throw new ReconcileError('Unavailable', `the API server answered with something that is no list of ${name}`);
      for (const object of page.items ?? []) {
        // A third of the memory of a large list, and nobody reads it.
        delete object.metadata.managedFields;
        objects.push(object);
      }
      next = page.metadata.continue || undefined;
      version = page.metadata.resourceVersion;
    } while (next !== undefined);
    sink.replace(objects);
    this.#version = version;
    this.#listedAt = performance.now();
    this.#lastByteAt = performance.now();
  }

  async #watch(signal: AbortSignal): Promise<void> {
    this.#enter('watching');
    const { client, name, path, timings, random } = this.#options;
    const opened = performance.now();
    const query = {
      watch: true,
      allowWatchBookmarks: true,
      resourceVersion: this.#version,
      timeoutSeconds: Math.round(timings.minWatchSeconds * (1 + random())),
    };
    const watch = await client.watch({ method: 'GET', path, query, what: `watch ${name}`, signal }, timings.stallMs);
    let events = 0;
    for await (const batch of watch) {
      signal.throwIfAborted();
      for (const event of batch) this.#apply(event);
      events += batch.length;
      this.#heard();
    }
    // A server that hangs up at once must not be asked in a tight loop.
    if (events === 0 && performance.now() - opened < 1_000)
      throw new ReconcileError('Unavailable', `the watch of ${name} ended at once`);
  }

  #apply({ type, object }: WatchEvent): void {
    const { sink, name } = this.#options;
    if (type === 'ERROR') {
      const answer = { code: object.code ?? 500, status: object.reason ?? '' };
      throw new ApiFailure(answer, 'Unavailable', {
        message: `the watch of ${name} ended with ${answer.code}`,
        retry: 'backoff',
      });
    }
    if (type === 'ADDED' || type === 'MODIFIED') sink.observe(object);
    if (type === 'DELETED') sink.observeDeleted(object);
    this.#version = object.metadata.resourceVersion ?? this.#version;
  }

  /** The watch works: what failed before is over. */
  #heard(): void {
    this.#lastByteAt = performance.now();
    this.#failures = 0;
  }

  async #recover(error: unknown, signal: AbortSignal): Promise<void> {
    const failure = toNetworkFailure(`follow ${this.#options.name}`, error);
    // After a silence nobody knows whether the place is still good: a restored server counts from an earlier number.
    if (isExpired(error) || isStall(error)) this.#version = undefined;
    this.#enter('backing-off', failure);
    const { firstBackoffMs, maxBackoffMs } = this.#options.timings;
    const limit = Math.min(firstBackoffMs * 2 ** Math.min(this.#failures, 16), maxBackoffMs);
    this.#failures += 1;
    const asked = typeof failure.retry === 'object' ? failure.retry.afterMs : 0;
    const delay = Math.max(asked, limit / 2 + (limit / 2) * this.#options.random());
    await sleep(delay, undefined, { signal }).catch(() => undefined);
  }

  #enter(state: ReflectorState, error?: ReconcileError): void {
    this.#state = state;
    this.#options.onState(state, error);
  }
}

interface Page {
  readonly metadata: { readonly resourceVersion?: string; readonly continue?: string };
  readonly items?: RawObject[];
}

function isPage(page: unknown): page is Page {
  if (typeof page !== 'object' || page === null || !('metadata' in page)) return false;
  const { metadata } = page;
  const items = 'items' in page ? (page.items ?? []) : [];
  return typeof metadata === 'object' && metadata !== null && Array.isArray(items) && items.every(isNamed);
}

function isExpired(error: unknown): boolean {
  return error instanceof ApiFailure && (error.code === 410 || error.code === 504 || error.status === 'Expired');
}
