/** Time as the stand-in sees it, so that a test may move it by hand. */
export interface StandInClock {
  now(): number;
  /** Calls back after that many milliseconds unless it is cancelled. */
  schedule(afterMs: number, callback: () => void): () => void;
}

export const systemClock: StandInClock = {
  now: () => Date.now(),
  schedule(afterMs, callback) {
    // A timer of Node can fire a millisecond before Date.now() has come so far; what is due then would be missed for ever.
    const timer = setTimeout(callback, Math.min(Math.max(0, afterMs) + 1, 2 ** 31 - 1));
    return () => clearTimeout(timer);
  },
};

export interface ManualClock extends StandInClock {
  /** Moves time forward to `time`, calling everything that is due on the way, in order. */
  moveTo(time: number): void;
}

export function manualClock(start: number): ManualClock {
  let now = start;
  const due: { at: number; callback: () => void }[] = [];
  return {
    now: () => now,
    schedule(afterMs, callback) {
      const entry = { at: now + Math.max(0, afterMs), callback };
      due.push(entry);
      return () => {
        const index = due.indexOf(entry);
        if (index >= 0) due.splice(index, 1);
      };
    },
    moveTo(time) {
      for (;;) {
        due.sort((a, b) => a.at - b.at);
        const [next] = due;
        if (next === undefined || next.at > time) break;
        due.shift();
        now = Math.max(now, next.at);
        next.callback();
      }
      now = Math.max(now, time);
    },
  };
}
