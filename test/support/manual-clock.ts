import { setImmediate as turn } from 'node:timers/promises';
import type { Millis } from '../../controller/core/model.js';

/** Time that passes only when it is told to; wall clock and timers in one. */
export class ManualClock {
  #now: Millis;
  #timers: { readonly at: Millis; readonly callback: () => void }[] = [];

  constructor(now: Millis) {
    this.#now = now;
  }

  now(): Millis {
    return this.#now;
  }

  after(ms: Millis, callback: () => void): () => void {
    const timer = { at: this.#now + ms, callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer);
    };
  }

  /** Lets time pass, timer by timer, with all that follows from each. */
  async advance(ms: Millis): Promise<void> {
    const end = this.#now + ms;
    await settled();
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#timers = this.#timers.filter((one) => one !== next);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
      await settled();
    }
    this.#now = end;
  }

  #next(end: Millis) {
    return this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
  }
}

/** Until nothing that is in memory alone goes on by itself any more. */
async function settled(): Promise<void> {
  for (let turns = 0; turns < 5; turns += 1) await turn();
}
