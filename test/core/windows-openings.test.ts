import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DeploymentWindow } from '../../controller/core/governance.js';
import { type Standing, standing } from '../../controller/core/windows/opening.js';
import { aWindow, type Change, day, distinct, everyChange, hour, minute, written } from './windows-fixture.js';

const kinds = distinct(everyChange());

/** Days around a change that are worked out minute by minute. */
const reach = 4 * day;

/** A window as it was drawn, from which the oracle works without reading what is written. */
interface Drawn {
  readonly effect: 'allow' | 'deny';
  readonly oneOff?: readonly [from: number, to: number];
  readonly minutes: readonly number[];
  /** Absent: `*`. */
  readonly hours?: readonly number[];
  /** Absent: `*`. */
  readonly days?: readonly number[];
  readonly durationMs: number;
}

const quarters = (from: number, to: number) => fc.integer({ min: from * 4, max: to * 4 }).map((quarter) => quarter * 15 * minute);

const drawnWindow: fc.Arbitrary<Drawn> = fc.record(
  {
    effect: fc.constantFrom('allow' as const, 'deny' as const),
    oneOff: fc.tuple(quarters(-30, 30), quarters(0, 20)).map(([from, length]) => [from, from + length + 15 * minute] as const),
    minutes: fc.constantFrom([0], [15], [30], [0, 30], [10, 50]),
    hours: fc.constantFrom([0], [1], [2], [3], [1, 2], [23], [22, 23], [0, 6, 12, 18], [9, 10, 11, 12]),
    days: fc.constantFrom([0], [6], [5, 6, 0], [1, 2, 3, 4, 5]),
    durationMs: fc.constantFrom(15 * minute, 30 * minute, hour, 2 * hour, 5 * hour, 24 * hour, 30 * hour, 100 * hour),
  },
  { requiredKeys: ['effect', 'minutes', 'durationMs'] },
);

function toWindow(drawn: Drawn, change: Change, index: number): DeploymentWindow {
  const { effect, oneOff, minutes, hours, days, durationMs } = drawn;
  const middle = Math.floor((change.at + change.before) / hour) * hour;
  const schedule = `${minutes} ${hours ?? '*'} * * ${days ?? '*'}`;
  const when =
    oneOff === undefined ? { schedule, durationMs } : { from: written(middle + oneOff[0]), to: written(middle + oneOff[1]) };
  return aWindow({ name: `window-${index}`, effect, timeZone: change.zone, when });
}

/** For every minute around a change, whether the windows let a deployment start in it. */
function openMinutes(drawn: readonly Drawn[], change: Change): boolean[] {
  const begin = change.at - reach;
  const size = (2 * reach) / minute;
  const [denied, allowed] = [new Uint8Array(size), new Uint8Array(size)];
  for (const one of drawn) {
    const covered = one.effect === 'deny' ? denied : allowed;
    for (const [from, to] of intervalsOf(one, change))
      covered.fill(1, Math.max(0, (from - begin) / minute), Math.max(0, (to - begin) / minute));
  }
  const isAllowed = drawn.every(({ effect }) => effect === 'deny');
  return Array.from(denied, (isDenied, index) => isDenied === 0 && (isAllowed || allowed[index] === 1));
}

/** The moments that show a local time, earlier first: none where the clock skips it. */
function momentsOf({ at, before, after }: Change, local: number): number[] {
  return [local - before].filter((moment) => moment < at).concat([local - after].filter((moment) => moment >= at));
}

const everyHour = Array.from({ length: 24 }, (_, index) => index);

function intervalsOf({ oneOff, minutes, hours, days, durationMs }: Drawn, change: Change): [number, number][] {
  const { at, before } = change;
  if (oneOff !== undefined) {
    const middle = Math.floor((at + before) / hour) * hour;
    return [[momentsOf(change, middle + oneOff[0])[0] ?? at, momentsOf(change, middle + oneOff[1]).at(-1) ?? at]];
  }
  const today = Math.floor((at + before) / day) * day;
  return [-9, -8, -7, -6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5]
    .map((step) => today + step * day)
    .filter((date) => days?.includes(new Date(date).getUTCDay()) ?? true)
    .flatMap((date) => (hours ?? everyHour).flatMap((each) => minutes.map((one) => date + each * hour + one * minute)))
    .flatMap((local) => {
      const found = momentsOf(change, local);
      return found.length === 0 ? [at] : hours === undefined ? found : found.slice(0, 1);
    })
    .map((from) => [from, from + durationMs]);
}

/** What has to be said at a minute, as far as the minutes around the change reach. */
function expected(open: readonly boolean[], now: number, needed: number): { starts: boolean; next?: number } {
  const roomFrom = (index: number) => {
    const closed = open.indexOf(false, index);
    return closed < 0 ? Number.POSITIVE_INFINITY : closed - index;
  };
  if (open[now] && roomFrom(now) >= needed) return { starts: true };
  // The rest of an opening that is too short is none.
  let index = open[now] ? now + roomFrom(now) : now;
  while (index < open.length && !(open[index] && roomFrom(index) >= needed)) index += open[index] ? roomFrom(index) : 1;
  return index + needed < open.length ? { starts: false, next: index } : { starts: false };
}

const openingOf = (found: Standing) => (found.state === 'open' ? undefined : found.opening?.from);

describe('how windows stand, around every change of a clock from 2024 to 2028', () => {
  const draw = fc.record({
    windows: fc.array(drawnWindow, { minLength: 1, maxLength: 4 }),
    usual: fc.constantFrom(0, 20 * minute, 35 * minute, 2 * hour),
    minutes: fc.array(fc.integer({ min: -36 * 60, max: 36 * 60 }), { minLength: 8, maxLength: 8 }),
  });
  const cases = fc.sample(draw, { numRuns: 3 * kinds.length, seed: 20_241_103 });

  it('is what minute after minute shows, and the next opening is the first that is long enough', () => {
    const wrong: unknown[] = [];
    let starts = 0;
    let openings = 0;
    for (const [index, { windows, usual, minutes }] of cases.entries()) {
      const change = kinds[index % kinds.length] as Change;
      const open = openMinutes(windows, change);
      const written = windows.map((one, at) => toWindow(one, change, at));
      for (const offset of minutes) {
        const now = change.at + offset * minute;
        const found = standing(written, now, usual);
        const shown = expected(open, (now - change.at + reach) / minute, usual / minute);
        const next = shown.next === undefined ? undefined : change.at - reach + shown.next * minute;
        const told = openingOf(found);
        // What lies beyond the minutes that were worked out is told as some later time, or as none.
        const isSame = next === undefined ? told === undefined || told >= change.at + reach - 2 * hour : told === next;
        if ((found.state === 'open') !== shown.starts || (!shown.starts && !isSame))
          wrong.push({ change, written, usual, now: new Date(now).toISOString(), found, shown: next });
        starts += shown.starts ? 1 : 0;
        openings += next === undefined ? 0 : 1;
      }
    }
    expect(wrong.slice(0, 1)).toEqual([]);
    expect([starts > 1_000, openings > 1_000]).toEqual([true, true]);
  });

  it('opens at the moment that it names and not a moment before, and names it until then', () => {
    const wrong: unknown[] = [];
    for (const [index, { windows, usual, minutes }] of cases.entries()) {
      const change = kinds[index % kinds.length] as Change;
      const written = windows.map((one, at) => toWindow(one, change, at));
      const now = change.at + (minutes[0] ?? 0) * minute;
      const next = openingOf(standing(written, now, usual));
      if (next === undefined) continue;
      const between = [now + 1, Math.floor((now + next) / 2), next - 1].filter((moment) => moment > now && moment < next);
      const named = between.map((moment) => openingOf(standing(written, moment, usual)));
      if (standing(written, next, usual).state !== 'open' || named.some((moment) => moment !== next))
        wrong.push({ change, written, usual, now: new Date(now).toISOString(), next, named });
    }
    expect(wrong.slice(0, 1)).toEqual([]);
  });
});
