import { compact } from '../core/compact.js';
import type { Millis } from '../core/model.js';
import type { Due } from '../core/notify/due.js';
import type { ReleaseSourceResource, ReleaseSourceStatus, SinkStatus } from '../core/resources/release-source.js';
import { sameJson } from '../core/same-json.js';
import { fromTime, toTime } from '../core/time.js';

/** The time of the last delivery alone is not worth more writes than this. */
export const deliveryShownEveryMs: Millis = 60_000;

/** How one sink stands, as this process knows it. */
export class SinkStanding {
  readonly #waiting = new Map<string, { readonly count: number; readonly oldest: Millis }>();
  lastDelivered: Millis | undefined;
  dropped = 0;
  problem: string | undefined;

  constructor(shown: SinkStatus | undefined) {
    this.lastDelivered = fromTime(shown?.lastDelivered);
    this.dropped = shown?.dropped ?? 0;
    this.problem = shown?.problem;
  }

  waits(place: string, due: readonly Due[]): void {
    if (due.length === 0) this.#waiting.delete(place);
    else this.#waiting.set(place, { count: due.length, oldest: Math.min(...due.map(({ at }) => at)) });
  }

  get undelivered(): number {
    return [...this.#waiting.values()].reduce((sum, { count }) => sum + count, 0);
  }

  get oldest(): Millis | undefined {
    const all = [...this.#waiting.values()].map(({ oldest }) => oldest);
    return all.length === 0 ? undefined : Math.min(...all);
  }

  toStatus(name: string): SinkStatus {
    const { undelivered, oldest, lastDelivered, dropped, problem } = this;
    return compact<SinkStatus>({
      name,
      lastDelivered: lastDelivered === undefined ? undefined : toTime(lastDelivered),
      undelivered: undelivered === 0 ? undefined : undelivered,
      oldest: oldest === undefined ? undefined : toTime(oldest),
      dropped: dropped === 0 ? undefined : dropped,
      problem,
    });
  }
}

/** The status of a source with one sink's standing put in; undefined where what is shown is good enough. */
export function withSink(source: ReleaseSourceResource, wanted: SinkStatus): ReleaseSourceStatus | undefined {
  const { status, spec } = source;
  if (status === undefined) return undefined;
  const configured = new Set(spec.sinks?.map(({ name }) => name));
  const others = (status.sinks ?? []).filter(({ name }) => configured.has(name) && name !== wanted.name);
  const before = status.sinks?.find(({ name }) => name === wanted.name);
  if (isGoodEnough(before, wanted) && others.length + (before === undefined ? 0 : 1) === (status.sinks ?? []).length)
    return undefined;
  const { name: _, ...rest } = wanted;
  const entries = Object.keys(rest).length === 0 ? others : [...others, wanted];
  const sinks = entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  return compact<ReleaseSourceStatus>({ ...status, sinks: sinks.length === 0 ? undefined : sinks });
}

function isGoodEnough(before: SinkStatus | undefined, wanted: SinkStatus): boolean {
  const { lastDelivered: shown, ...was } = before ?? { name: wanted.name };
  const { lastDelivered: known, ...is } = wanted;
  if (!sameJson(was, is)) return false;
  return shown === known || (fromTime(known) ?? 0) - (fromTime(shown) ?? 0) < deliveryShownEveryMs;
}
