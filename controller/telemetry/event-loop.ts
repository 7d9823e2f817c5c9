import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Watches the event loop; each reading gives the longest delay since the one before, in seconds. */
export function watchEventLoop(): { readonly lagSeconds: () => number; readonly stop: () => void } {
  const resolutionMs = 20;
  const histogram = monitorEventLoopDelay({ resolution: resolutionMs });
  histogram.enable();
  return {
    lagSeconds: () => {
      const lag = Math.max(0, histogram.max / 1e9 - resolutionMs / 1e3);
      histogram.reset();
      return lag;
    },
    stop: () => histogram.disable(),
  };
}
