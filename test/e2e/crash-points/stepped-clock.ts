import { type StandInClock, systemClock } from '../../support/jenkins/clock.js';

/** The clock of the system, except that what is due after one certain time waits until a test lets it happen. */
export interface SteppedClock extends StandInClock {
  /** From now on. */
  hold(): void;
  /** Lets the oldest of what is held happen; waits for it where there is none yet. */
  step(): Promise<void>;
  /** Lets everything happen, what is held and what comes. */
  release(): void;
}

interface Due {
  readonly callback: () => void;
  isCancelled: boolean;
}

export function steppedClock(heldMs: number): SteppedClock {
  const due: Due[] = [];
  const waiting: ((due: Due) => void)[] = [];
  let isHolding = false;
  const happen = ({ callback, isCancelled }: Due) => {
    if (!isCancelled) callback();
  };
  return {
    now: systemClock.now,
    schedule(afterMs, callback) {
      if (!isHolding || afterMs !== heldMs) return systemClock.schedule(afterMs, callback);
      const entry: Due = { callback, isCancelled: false };
      const waiter = waiting.shift();
      if (waiter === undefined) due.push(entry);
      else queueMicrotask(() => waiter(entry));
      return () => {
        entry.isCancelled = true;
      };
    },
    hold: () => {
      isHolding = true;
    },
    step: () =>
      new Promise((resolve) => {
        const take = (entry: Due) => {
          happen(entry);
          resolve();
        };
        const first = due.shift();
        if (first === undefined) waiting.push(take);
        else take(first);
      }),
    release: () => {
      isHolding = false;
      for (const entry of due.splice(0)) happen(entry);
    },
  };
}
