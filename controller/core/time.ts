import type { Millis } from './model.js';

/** RFC 3339 in UTC with whole seconds, as metav1.Time wants it. */
export function toTime(at: Millis): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

/** Milliseconds of an RFC 3339 time; undefined where it is absent or none. */
export function fromTime(text: string | undefined): Millis | undefined {
  if (text === undefined) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : at;
}

/** A time for people, to the minute: `2026-11-22 07:30 UTC`. */
export function readableTime(at: Millis): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
