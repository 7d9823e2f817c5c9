import type { Millis } from '../core/model.js';

const limit = 10_000;

/**
 * How long this process has known each claim, by its monotonic clock: a wall clock that is set, or that differs from the one of the
 * process that claimed, must not end the grace early. What is forgotten, at a restart for instance, waits anew.
 */
export class ClaimAges {
  readonly #since = new Map<string, Millis>();
  readonly #now: () => Millis;

  constructor(monotonicNow: () => Millis) {
    this.#now = monotonicNow;
  }

  /** Milliseconds since this was first asked of the claim here; 0 the first time. */
  ageMs(id: string, posts: number): Millis {
    const key = `${id} ${posts}`;
    const known = this.#since.get(key);
    if (known !== undefined) return this.#now() - known;
    this.#since.set(key, this.#now());
    const [oldest] = this.#since.keys();
    if (this.#since.size > limit && oldest !== undefined) this.#since.delete(oldest);
    return 0;
  }
}
