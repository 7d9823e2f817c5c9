import { formatDuration } from '../duration.js';
import type { Millis } from '../model.js';
import type { DeploymentRunResource } from '../resources/deployment-run.js';
import { isTerminal, phaseOf } from '../run/run.js';
import { fromTime } from '../time.js';

/** How far a run is, in per cent, and how long it still takes, by the usual duration of its job; undefined where nobody knows. */
export function progressOf(
  run: DeploymentRunResource,
  now: Millis,
): { readonly percent: number; readonly leftMs: Millis } | undefined {
  const { estimatedEnd, timestamps = {}, progress } = run.status ?? {};
  const end = fromTime(estimatedEnd);
  const start = fromTime(timestamps.Running);
  if (isTerminal(run) || end === undefined) return undefined;
  // The record is written when something happens; in between the clock says how far it is.
  const byClock = start === undefined || end <= start ? 0 : Math.floor(((now - start) / (end - start)) * 100);
  return { percent: Math.min(99, Math.max(progress ?? 0, byClock, 0)), leftMs: end - now };
}

const full = '█';
const empty = '░';

/** `████░░░░`, of so many columns. */
export function bar(percent: number, width: number): string {
  const done = Math.max(0, Math.min(width, Math.round((percent / 100) * width)));
  return full.repeat(done) + empty.repeat(width - done);
}

/** `████░░░░  42 %, about 12m left`; the phase alone where nobody knows. */
export function progressText(run: DeploymentRunResource, now: Millis, width: number): string {
  const known = progressOf(run, now);
  if (known === undefined) return phaseOf(run);
  const left =
    known.leftMs > 0 ? `about ${formatDuration(known.leftMs)} left` : `${formatDuration(-known.leftMs)} over its usual time`;
  return `${bar(known.percent, width)}  ${String(known.percent).padStart(2)} %, ${left}`;
}
