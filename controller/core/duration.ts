import type { Millis } from './model.js';

const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const pattern = /^(?:[0-9]+(?:\.[0-9]+)?(?:ms|s|m|h|d))+$/;

/** A hundred years. Longer ones mean this one: what they are added to must stay a time that can be written down. */
const longestMs = 36_525 * 86_400_000;

/** `1h30m` → milliseconds; undefined where it is no duration. The form of Kubernetes' durations, with `d` for days. */
export function parseDuration(text: string): Millis | undefined {
  if (text.length > 40 || !pattern.test(text)) return undefined;
  let total = 0;
  for (const [, number, unit] of text.matchAll(/([0-9]+(?:\.[0-9]+)?)(ms|s|m|h|d)/g))
    total += Number(number) * (units[unit ?? ''] ?? 0);
  return Math.min(Math.round(total), longestMs);
}

/** The duration of a field that a schema has already checked, or the default. */
export function durationOr(text: string | undefined, fallbackMs: Millis): Millis {
  return text === undefined ? fallbackMs : (parseDuration(text) ?? fallbackMs);
}

/** Milliseconds → the two largest units, for people: `3d 4h`, `12m`, `40s`. */
export function formatDuration(ms: Millis): string {
  const steps: [string, number][] = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1_000],
  ];
  const first = steps.findIndex(([, size]) => ms >= size);
  if (first < 0) return '0s';
  const parts: string[] = [];
  let rest = ms;
  for (const [unit, size] of steps.slice(first, first + 2)) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count}${unit}`);
  }
  return parts.join(' ');
}
