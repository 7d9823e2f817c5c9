/** Figures over durations, in seconds. */
export interface Spread {
  readonly count: number;
  readonly median?: number;
  readonly p90?: number;
}

/** The middle and the ninth tenth (nearest rank); nothing but the count where there is none. */
export function spreadOf(seconds: readonly number[]): Spread {
  const sorted = [...seconds].sort((a, b) => a - b);
  const rank = (part: number) => sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)];
  const [median, p90] = [rank(0.5), rank(0.9)];
  return median === undefined || p90 === undefined ? { count: 0 } : { count: sorted.length, median, p90 };
}

/** Adds to what is counted under a name. */
export function count<K extends string>(counts: Map<K, number>, name: K, by = 1): void {
  counts.set(name, (counts.get(name) ?? 0) + by);
}

/** Sorted by name, so that two reports of the same time compare line by line. */
export function toRecord<V>(map: ReadonlyMap<string, V>): Record<string, V> {
  return Object.fromEntries([...map].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}
