import { endedBy } from './failure.js';
import type { GitLimits } from './limits.js';
import { SourceWorker } from './source-worker.js';

/** Workers by source, at most `limits.workers` alive, and few of them without work. One that nobody uses makes room for the source that needs one. */
export class WorkerPool {
  readonly #url: URL;
  readonly #limits: GitLimits;
  /** In the order of their last use. */
  readonly #workers = new Map<string, SourceWorker>();
  readonly #used = new Set<SourceWorker>();
  readonly #waiting = new Set<() => void>();

  constructor(url: URL, limits: GitLimits) {
    this.#url = url;
    this.#limits = limits;
  }

  /** Lends the source's worker for one use. Rejects at once when the signal aborts. */
  async use<T>(source: string, signal: AbortSignal, work: (worker: SourceWorker) => Promise<T>): Promise<T> {
    const worker = await this.#acquire(source, signal);
    try {
      return await work(worker);
    } finally {
      // The worker may still be busy stopping; until then it is in nobody's way but its own source's.
      void worker.idle.then(() => this.#release(source, worker));
    }
  }

  async end(source: string): Promise<void> {
    const worker = this.#workers.get(source);
    this.#workers.delete(source);
    await worker?.end();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#workers.keys()].map((source) => this.end(source)));
  }

  async #acquire(source: string, signal: AbortSignal): Promise<SourceWorker> {
    for (;;) {
      if (signal.aborted) throw endedBy(signal);
      const worker = this.#take(source);
      if (worker !== undefined) {
        this.#used.add(worker);
        return worker;
      }
      await this.#freed(signal);
    }
  }

  #take(source: string): SourceWorker | undefined {
    const known = this.#workers.get(source);
    if (known !== undefined && this.#used.has(known)) return undefined;
    this.#workers.delete(source);
    const worker = known === undefined || known.ended ? this.#start() : known;
    if (worker !== undefined) this.#workers.set(source, worker);
    return worker;
  }

  #start(): SourceWorker | undefined {
    this.#endIdle(this.#limits.workers - 1);
    return this.#workers.size < this.#limits.workers ? new SourceWorker(this.#url, this.#limits) : undefined;
  }

  /** Ends idle workers, those first that were not used for longest, until no more than `most` workers are left. */
  #endIdle(most: number): void {
    for (const [source, worker] of this.#workers) {
      if (this.#workers.size <= most) return;
      if (this.#used.has(worker)) continue;
      this.#workers.delete(source);
      void worker.end();
    }
  }

  #release(source: string, worker: SourceWorker): void {
    this.#used.delete(worker);
    if (worker.ended && this.#workers.get(source) === worker) this.#workers.delete(source);
    this.#endIdle(this.#used.size + this.#limits.idleWorkers);
    for (const wake of this.#waiting) wake();
  }

  #freed(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        this.#waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal.addEventListener('abort', wake, { once: true });
    });
  }
}
