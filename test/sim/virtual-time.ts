import { setMaxListeners } from 'node:events';
import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers/promises';
import type { Random } from './random.js';
import type { Scheduler } from './scheduler.js';

/** What the real adapters take from the process: replaced for the time of a simulation, so that they live on virtual time. */
export interface VirtualTime {
  use(scheduler: Scheduler, random: Random): void;
}

/**
 * Replaces the sleep of `node:timers/promises`, `performance.now` and `Math.random` in this process, for good. The product's code is
 * not changed for it: lookup, leader election and reflector run as they are.
 */
export function installVirtualTime(): VirtualTime {
  let now: { scheduler: Scheduler; random: Random } | undefined;
  const known = () => {
    if (now === undefined) throw new Error('no simulation is under way');
    return now;
  };
  const sleep = (ms = 0, value?: unknown, { signal }: { signal?: AbortSignal } = {}) =>
    new Promise((resolve, reject) => {
      const aborted = () => {
        cancel();
        reject(new Error('AbortError'));
      };
      const { scheduler } = known();
      const cancel = scheduler.after(ms, () => {
        forget?.();
        resolve(value);
      });
      const forget = signal && !signal.aborted ? scheduler.onAbort(signal, aborted) : undefined;
      if (signal?.aborted) aborted();
    });
  setMaxListeners(0);
  Object.assign(timers, { setTimeout: sleep });
  syncBuiltinESMExports();
  performance.now = () => known().scheduler.now;
  Math.random = () => known().random.next();
  return {
    use: (scheduler, random) => {
      now = { scheduler, random };
    },
  };
}
