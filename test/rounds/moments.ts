import { setTimeout as sleep } from 'node:timers/promises';
import { ClaimsWatch } from './claims-watch.js';
import type { Moment } from './plan.js';
import type { Site } from './site.js';

/** Waits for the moments of a round; `close` it at the end of the round. */
export interface Moments {
  until(moment: Moment): Promise<void>;
  close(): void;
}

/** What never comes, because something else holds the round up, is not waited for. */
const patienceMs = 15_000;
const pollMs = 2;

export function createMoments({ jenkins, kube, closing }: Site): Moments {
  const startedAt = performance.now();
  const claims = new ClaimsWatch(kube);
  const pause = (ms: number) => sleep(ms, undefined, { signal: closing });
  let read = jenkins.requests.length;
  let triggers = 0;
  const countTriggers = () => {
    for (; read < jenkins.requests.length; read += 1) {
      const seen = jenkins.requests[read];
      if (seen?.method === 'POST' && seen.path.endsWith('/buildWithParameters')) triggers += 1;
    }
    return triggers;
  };
  const isReached = (moment: Moment) => {
    if ('claim' in moment) return claims.count >= moment.claim;
    return !('trigger' in moment) || countTriggers() >= moment.trigger;
  };
  return {
    close: () => claims.close(),
    async until(moment) {
      if ('afterMs' in moment) return pause(moment.afterMs);
      while (!isReached(moment) && performance.now() - startedAt < patienceMs) await pause(pollMs);
      await pause(moment.plusMs);
    },
  };
}
