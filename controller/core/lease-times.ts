import { formatDuration } from './duration.js';
import type { Millis } from './model.js';

/** How leadership is passed on: a lease that nobody has renewed for `leaseMs` is free; its holder gives up after `renewDeadlineMs`. */
export interface LeaseTimes {
  readonly leaseMs: Millis;
  readonly renewDeadlineMs: Millis;
  /** How often the holder renews it, and the others look. */
  readonly retryMs: Millis;
}

export const defaultLeaseTimes: LeaseTimes = { leaseMs: 35_000, renewDeadlineMs: 30_000, retryMs: 5_000 };

/** What must be left of the lease for a request with an effect to be sent. */
export const leaseMarginMs: Millis = 5_000;

/** Others wait up to a fifth longer than `retryMs`, so that they do not all look at once. */
export const leaseJitter = 0.2;

/** Why these times cannot work together, in the words of the flags; undefined where they can. */
export function whyBadLeaseTimes({ leaseMs, renewDeadlineMs, retryMs }: LeaseTimes): string | undefined {
  if (retryMs < 1) return 'the retry period must be longer than nothing';
  if (renewDeadlineMs <= retryMs * (1 + leaseJitter)) return 'the renew deadline must be longer than 1.2 retry periods';
  if (leaseMs <= renewDeadlineMs) return 'the lease must be longer than the renew deadline';
  if (leaseMs >= leaseMarginMs + 2 * retryMs) return undefined;
  return `the lease must be longer than two retry periods by ${formatDuration(leaseMarginMs)}: nothing is started when less is left of it`;
}
