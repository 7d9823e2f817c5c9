import type { DeploymentWindow } from '../governance.js';
import type { Millis } from '../units.js';
import { type Cron, parseCron } from './cron.js';
import { dayMs, type LocalMillis, Zone } from './zone.js';

/** From a moment on, and up to another, which is no part of it. */
export interface Interval {
  readonly from: Millis;
  readonly to: Millis;
}

/** When a window is: its intervals, those that overlap or touch made one. */
export interface Timeline {
  /** The end of the interval that holds `at`; undefined where none does. An end beyond `horizon` may be told as any time beyond it. */
  endOfInterval(at: Millis, horizon: Millis): Millis | undefined;
  /** The first beginning of an interval after `at` and not after `horizon`. */
  nextBeginning(at: Millis, horizon: Millis): Millis | undefined;
}

/** Of the windows that were asked for; what is remembered is what would be worked out again. */
const timelines = new WeakMap<DeploymentWindow, Timeline | 'unknown'>();
const zones = new Map<string, Zone>();
const mostZones = 100;

/** Undefined where the zone or the schedule is not known: nobody can say when such a window is. */
export function timelineOf(window: DeploymentWindow): Timeline | undefined {
  const known = timelines.get(window) ?? makeTimeline(window) ?? 'unknown';
  timelines.set(window, known);
  return known === 'unknown' ? undefined : known;
}

function makeTimeline({ timeZone, when }: DeploymentWindow): Timeline | undefined {
  const zone = zoneOf(timeZone);
  if (zone === undefined) return undefined;
  if ('from' in when) return oneOff(zone, Date.parse(`${when.from}Z`), Date.parse(`${when.to}Z`));
  const cron = parseCron(when.schedule);
  return typeof cron === 'string' || !(when.durationMs > 0) ? undefined : new Recurring(zone, cron, when.durationMs);
}

/** Undefined where there is no such zone. */
export function zoneOf(name: string): Zone | undefined {
  const known = zones.get(name);
  if (known !== undefined) return known;
  if (zones.size >= mostZones) zones.clear();
  try {
    const zone = new Zone(name);
    zones.set(name, zone);
    return zone;
  } catch {
    return undefined;
  }
}

/** From the first time that the clock shows `from` to the last time that it shows `to`. */
function oneOff(zone: Zone, fromLocal: LocalMillis, toLocal: LocalMillis): Timeline | undefined {
  if (Number.isNaN(fromLocal) || Number.isNaN(toLocal)) return undefined;
  const from = zone.firstMoment(fromLocal);
  const to = zone.lastMoment(toLocal);
  return {
    endOfInterval: (at) => (from <= at && at < to ? to : undefined),
    nextBeginning: (at, horizon) => (at < from && from <= horizon && from < to ? from : undefined),
  };
}

/** Intervals of a schedule, worked out day by day as far as they are asked for. */
class Recurring implements Timeline {
  readonly #zone: Zone;
  readonly #cron: Cron;
  readonly #durationMs: Millis;
  readonly #steadyDay: readonly Interval[];
  /** Sorted; none touches another. */
  #intervals: { from: Millis; to: Millis }[] = [];
  /** What is known begins here: earlier questions start afresh. */
  #since: Millis = Number.POSITIVE_INFINITY;
  /** The first day of the calendar that is not worked out yet. */
  #nextDay = 0;

  constructor(zone: Zone, cron: Cron, durationMs: Millis) {
    this.#zone = zone;
    this.#cron = cron;
    this.#durationMs = durationMs;
    const merged: { from: Millis; to: Millis }[] = [];
    for (const minute of cron.minutes) put(merged, minute * 60_000, minute * 60_000 + durationMs);
    this.#steadyDay = merged;
  }

  endOfInterval(at: Millis, horizon: Millis): Millis | undefined {
    this.#reach(at);
    const index = this.#lastBeginningBy(at);
    let end = this.#intervals[index]?.to;
    while (end !== undefined && end > at && end >= this.#knownUntil && end <= horizon) {
      this.#workOutDay();
      end = this.#intervals[index]?.to;
    }
    return end !== undefined && end > at ? end : undefined;
  }

  nextBeginning(at: Millis, horizon: Millis): Millis | undefined {
    this.#reach(at);
    const index = this.#lastBeginningBy(at) + 1;
    const nextKnown = () => this.#intervals[index]?.from ?? Number.POSITIVE_INFINITY;
    // Of a day whose end comes twice the last beginnings may come after the first of the day that follows.
    while (nextKnown() >= this.#knownUntil && this.#knownUntil <= horizon) this.#workOutDay();
    const next = this.#intervals[index]?.from;
    return next !== undefined && next <= horizon ? next : undefined;
  }

  /** All that begins before this moment is known: no clock is further ahead of UTC. */
  get #knownUntil(): Millis {
    return this.#nextDay * dayMs - 16 * 3_600_000;
  }

  #reach(at: Millis): void {
    if (at < this.#since) this.#startAt(at);
    while (this.#knownUntil <= at) this.#workOutDay();
  }

  /** With the days whose intervals may hold `at`: of those long ago the last is enough, because all are of one length. */
  #startAt(at: Millis): void {
    const today = Math.floor(this.#zone.localTime(at) / dayMs);
    const earliest = today - Math.ceil(this.#durationMs / dayMs) - 2;
    let day = today - 2;
    while (day > earliest && !this.#cron.comesOn(day)) day -= 1;
    this.#intervals = [];
    this.#since = at;
    this.#nextDay = day;
  }

  #workOutDay(): void {
    const day = this.#nextDay;
    this.#nextDay += 1;
    if (!this.#cron.comesOn(day)) return;
    const midnight = day * dayMs;
    const offset = this.#zone.steadyOffset(day);
    if (offset === undefined) {
      for (const minute of this.#cron.minutes) this.#putMoments(midnight + minute * 60_000);
      return;
    }
    for (const { from, to } of this.#steadyDay) put(this.#intervals, midnight + from - offset, midnight + to - offset);
  }

  /** Of a local time that comes twice, the first; only a schedule of every hour comes with every hour, whatever the clock calls it. */
  #putMoments(local: LocalMillis): void {
    const first = this.#zone.firstMoment(local);
    put(this.#intervals, first, first + this.#durationMs);
    const last = this.#zone.lastMoment(local);
    if (this.#cron.everyHour && last > first) put(this.#intervals, last, last + this.#durationMs);
  }

  /** Index of the last interval that begins at or before a moment; -1 where there is none. */
  #lastBeginningBy(at: Millis): number {
    let low = 0;
    let high = this.#intervals.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#intervals[middle]?.from ?? 0) <= at) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

/** Puts an interval among sorted ones, and makes one of those that overlap or touch; nearly always at the end. */
function put(intervals: { from: Millis; to: Millis }[], from: Millis, to: Millis): void {
  let index = intervals.length;
  while (index > 0 && (intervals[index - 1]?.from ?? 0) > from) index -= 1;
  const before = intervals[index - 1];
  if (before !== undefined && before.to >= from) {
    before.to = Math.max(before.to, to);
    index -= 1;
  } else {
    intervals.splice(index, 0, { from, to });
  }
  const merged = intervals[index];
  for (let next = intervals[index + 1]; merged !== undefined && next !== undefined && next.from <= merged.to; ) {
    merged.to = Math.max(merged.to, next.to);
    intervals.splice(index + 1, 1);
    next = intervals[index + 1];
  }
}
