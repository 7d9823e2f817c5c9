import type { Millis } from '../units.js';

/** A local time: milliseconds since 1970-01-01T00:00:00 as the clock on the wall counts them. */
export type LocalMillis = number;

export const dayMs: Millis = 86_400_000;

/** No zone has ever been further from UTC. */
const furthestMs: Millis = 16 * 3_600_000;

/** A stretch of time in which the offset stays. */
interface Stretch {
  readonly from: Millis;
  readonly to: Millis;
  readonly offset: Millis;
}

/**
 * The clock on the wall of a time zone, by the zone data of the runtime (Intl). Offsets are read once a day of UTC; where they
 * differ from one day to the next, the moment of the change is searched. Throws a RangeError for a zone that is not known.
 */
export class Zone {
  readonly #format: Intl.DateTimeFormat;
  readonly #offsets = new Map<number, Millis>();
  readonly #changes = new Map<number, Millis>();

  constructor(name: string) {
    this.#format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' });
  }

  localTime(at: Millis): LocalMillis {
    const day = Math.floor(at / dayMs);
    const before = this.#offsetAtStart(day);
    const after = this.#offsetAtStart(day + 1);
    return at + (before === after || at < this.#changeWithin(day) ? before : after);
  }

  /** The first moment at which the clock shows this time or a later one: in a gap, the first moment after it. */
  firstMoment(local: LocalMillis): Millis {
    for (const { from, to, offset } of this.#stretchesAround(local)) {
      if (to + offset > local) return Math.max(from, local - offset);
    }
    return local;
  }

  /** The moment after which the clock shows later times alone: of a time that comes twice, the second; in a gap, the first moment after it. */
  lastMoment(local: LocalMillis): Millis {
    for (const { from, to, offset } of this.#stretchesAround(local).reverse()) {
      if (from + offset <= local) return Math.min(to, local - offset);
    }
    return local;
  }

  /** The one offset of a day of the calendar, its neighbours included; undefined where the clock is changed around it. */
  steadyOffset(day: number): Millis | undefined {
    const offset = this.#offsetAtStart(day - 1);
    return [day, day + 1, day + 2].every((one) => this.#offsetAtStart(one) === offset) ? offset : undefined;
  }

  #stretchesAround(local: LocalMillis): Stretch[] {
    const firstDay = Math.floor((local - furthestMs) / dayMs);
    const lastDay = Math.floor((local + furthestMs) / dayMs);
    const stretches: Stretch[] = [];
    let from = firstDay * dayMs;
    for (let day = firstDay; day <= lastDay; day++) {
      const offset = this.#offsetAtStart(day);
      if (offset === this.#offsetAtStart(day + 1)) continue;
      const to = this.#changeWithin(day);
      stretches.push({ from, to, offset });
      from = to;
    }
    stretches.push({ from, to: (lastDay + 1) * dayMs, offset: this.#offsetAtStart(lastDay + 1) });
    return stretches;
  }

  #offsetAtStart(day: number): Millis {
    const known = this.#offsets.get(day);
    if (known !== undefined) return known;
    const offset = this.#readOffset(day * dayMs);
    this.#offsets.set(day, offset);
    return offset;
  }

  /** The moment within a day of UTC from which on the offset is that of its end, to the second. */
  #changeWithin(day: number): Millis {
    const known = this.#changes.get(day);
    if (known !== undefined) return known;
    const before = this.#offsetAtStart(day);
    let last = day * dayMs;
    let change = last + dayMs;
    while (change - last > 1_000) {
      const middle = Math.floor((last + change) / 2_000) * 1_000;
      if (this.#readOffset(middle) === before) last = middle;
      else change = middle;
    }
    this.#changes.set(day, change);
    return change;
  }

  /** From a text such as `12/18/2026, GMT+10:30`; UTC itself is `GMT`. */
  #readOffset(at: Millis): Millis {
    const found = /GMT(?:([+-])(\d{2}):(\d{2})(?::(\d{2}))?)?$/.exec(this.#format.format(at));
    const [, sign, hours, minutes, seconds] = found ?? [];
    const size = Number(hours ?? 0) * 3_600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0);
    return (sign === '-' ? -size : size) * 1_000;
  }
}
