import { ReconcileError, type Retry, toReconcileError } from '../core/errors.js';
import type { Millis } from '../core/model.js';

/** What a pass asks for: to be called again after some time, or not before something changes. */
export interface Requeue {
  readonly afterMs?: Millis;
}

/** Time, as the queue needs it; injected so that a simulation can own it. */
export interface Timers {
  now(): Millis;
  /** Calls back once; returns how to cancel it. */
  after(ms: Millis, callback: () => void): () => void;
}

export interface PassReport {
  readonly queue: string;
  readonly key: string;
  readonly result: 'success' | 'requeue_after' | 'error';
  /** How long the key waited for a worker. */
  readonly waitedMs: Millis;
  readonly durationMs: Millis;
  readonly error?: ReconcileError;
}

export interface QueueOptions {
  readonly name: string;
  readonly concurrency: number;
  /** The longest wait after failures of a key; 15 min where absent. */
  readonly longestWaitMs?: (key: string) => Millis;
  /** How long one pass may take before its signal is aborted. */
  readonly deadlineMs: Millis;
  readonly timers: Timers;
  readonly process: (key: string, signal: AbortSignal) => Promise<Requeue>;
  readonly onPass?: (report: PassReport) => void;
}

const minBackoffMs = 750;
const maxBackoffMs = 15 * 60_000;
/** Node fires a timer of more than 2^31-1 ms at once; and looking again after hours costs nothing. */
const maxDelayMs = 10 * 3_600_000;

interface Entry {
  failures: number;
  running: boolean;
  /** Asked for again while it was running. */
  dirty: boolean;
  dueAt?: Millis;
  cancelTimer?: () => void;
  readyAt: Millis;
  startedAt?: Millis;
}

/**
 * A keyed work queue: a key is processed by one worker at a time, however often it was added; failures back off
 * exponentially per key; a trigger always comes through at once.
 */
export class KeyedQueue {
  readonly #options: QueueOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #ready = new Set<string>();
  /** The passes under way, to abort them when the queue stops. */
  readonly #passes = new Set<AbortController>();
  /** Keys that were made ready, since the start. */
  adds = 0;
  #active = 0;
  #started = false;
  #idle: (() => void)[] = [];

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  /** Adds the key to be processed as soon as a worker is free. */
  add(key: string): void {
    const entry = this.#entry(key);
    if (entry.running) {
      entry.dirty = true;
      return;
    }
    this.#unschedule(entry);
    if (!this.#ready.has(key)) {
      this.adds += 1;
      entry.readyAt = this.#options.timers.now();
    }
    this.#ready.add(key);
    this.#fill();
  }

  /** Adds the key after some time, unless it is already due earlier. */
  addAfter(key: string, ms: Millis): void {
    if (ms <= 0) {
      this.add(key);
      return;
    }
    const entry = this.#entry(key);
    if (entry.running || this.#ready.has(key)) {
      entry.dirty ||= entry.running;
      return;
    }
    this.#schedule(key, entry, ms);
  }

  start(): void {
    this.#started = true;
    this.#fill();
  }

  /** Takes no more work, aborts what runs, and resolves when all of it has ended. */
  async stop(): Promise<void> {
    this.#started = false;
    for (const pass of this.#passes) pass.abort(interrupted('the queue is stopping'));
    for (const entry of this.#entries.values()) this.#unschedule(entry);
    this.#ready.clear();
    if (this.#active > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  /** Whether a pass of the key is going on now. */
  isRunning(key: string): boolean {
    return this.#entries.get(key)?.running ?? false;
  }

  get depth(): number {
    return this.#ready.size;
  }

  /** How long the passes under way have been going on, in milliseconds. */
  get runningMs(): number[] {
    const now = this.#options.timers.now();
    return [...this.#entries.values()].flatMap(({ startedAt }) => (startedAt === undefined ? [] : [now - startedAt]));
  }

  /** The key of a pass that goes on long after its deadline: what it waits for does not obey its signal. */
  get stuck(): string | undefined {
    const limit = this.#options.timers.now() - 2 * this.#options.deadlineMs;
    for (const [key, { startedAt }] of this.#entries) if (startedAt !== undefined && startedAt < limit) return key;
    return undefined;
  }

  #entry(key: string): Entry {
    const known = this.#entries.get(key);
    if (known !== undefined) return known;
    const entry: Entry = { failures: 0, running: false, dirty: false, readyAt: this.#options.timers.now() };
    this.#entries.set(key, entry);
    return entry;
  }

  #schedule(key: string, entry: Entry, ms: Millis): void {
    const delay = Math.min(ms, maxDelayMs);
    const dueAt = this.#options.timers.now() + delay;
    if (entry.dueAt !== undefined && entry.dueAt <= dueAt) return;
    this.#unschedule(entry);
    entry.dueAt = dueAt;
    entry.cancelTimer = this.#options.timers.after(delay, () => {
      this.#unschedule(entry);
      this.add(key);
    });
  }

  #unschedule(entry: Entry): void {
    entry.cancelTimer?.();
    delete entry.cancelTimer;
    delete entry.dueAt;
  }

  #fill(): void {
    while (this.#started && this.#active < this.#options.concurrency) {
      const [key] = this.#ready;
      if (key === undefined) return;
      this.#ready.delete(key);
      void this.#work(key);
    }
  }

  async #work(key: string): Promise<void> {
    const entry = this.#entry(key);
    entry.running = true;
    this.#active += 1;
    const startedAt = this.#options.timers.now();
    entry.startedAt = startedAt;
    const outcome = await this.#run(key);
    entry.running = false;
    delete entry.startedAt;
    this.#active -= 1;
    const error = 'error' in outcome ? outcome.error : undefined;
    const afterMs = 'error' in outcome ? this.#delayAfter(key, outcome.error.retry, entry) : this.#succeeded(outcome, entry);
    const result = error !== undefined ? 'error' : afterMs === undefined ? 'success' : 'requeue_after';
    const waitedMs = startedAt - entry.readyAt;
    const report = {
      queue: this.#options.name,
      key,
      result,
      waitedMs,
      durationMs: this.#options.timers.now() - startedAt,
    } as const;
    this.#options.onPass?.(error === undefined ? report : { ...report, error });
    this.#settle(key, entry, afterMs);
  }

  #settle(key: string, entry: Entry, afterMs: Millis | undefined): void {
    if (this.#started) {
      if (entry.dirty) {
        entry.dirty = false;
        this.add(key);
      } else if (afterMs !== undefined) {
        this.addAfter(key, afterMs);
      } else if (!this.#ready.has(key)) {
        this.#entries.delete(key);
      }
      this.#fill();
    }
    if (this.#active === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }

  async #run(key: string): Promise<Requeue | { error: ReconcileError }> {
    const pass = new AbortController();
    this.#passes.add(pass);
    const cancel = this.#options.timers.after(this.#options.deadlineMs, () =>
      pass.abort(interrupted(`the pass took longer than ${this.#options.deadlineMs / 1000} s`)),
    );
    try {
      return await this.#options.process(key, pass.signal);
    } catch (error) {
      return { error: toReconcileError(error) };
    } finally {
      this.#passes.delete(pass);
      cancel();
    }
  }

  #succeeded(requeue: Requeue, entry: Entry): Millis | undefined {
    entry.failures = 0;
    return requeue.afterMs;
  }

  #delayAfter(key: string, retry: Retry, entry: Entry): Millis | undefined {
    if (retry === 'never') return undefined;
    entry.failures += 1;
    const longestMs = this.#options.longestWaitMs?.(key) ?? maxBackoffMs;
    // A conflict is worth another look at once, but never in a tight loop.
    if (retry === 'now') return Math.min(longestMs, 20 * 2 ** Math.min(entry.failures, 16));
    if (typeof retry === 'object') return retry.afterMs;
    return Math.min(longestMs, minBackoffMs * 2 ** Math.min(entry.failures - 1, 16));
  }
}

/** Why a signal is aborted. Whoever throws that on has not met with anything unforeseen. */
function interrupted(why: string): ReconcileError {
  return new ReconcileError('Interrupted', why);
}
