import { UsageError } from '../config.js';

const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

/** A time with an offset (RFC 3339). Throws UsageError. */
export function parseTime(written: string, flag: string): number {
  const at = instant.test(written) ? Date.parse(written) : Number.NaN;
  if (Number.isNaN(at)) throw new UsageError(`${flag} ${written} is no time with an offset, such as 2026-12-01T20:00:00+11:00`);
  return at;
}

/** The same, or a date, which stands for its beginning in UTC. Throws UsageError. */
export function parseDay(written: string, flag: string): number {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(written)) return parseTime(written, flag);
  const at = Date.parse(`${written}T00:00:00Z`);
  if (Number.isNaN(at)) throw new UsageError(`${flag} ${written} is not in the calendar`);
  return at;
}
