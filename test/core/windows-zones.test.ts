import { describe, expect, it } from 'vitest';
import { standing } from '../../controller/core/windows/opening.js';
import { timelineOf } from '../../controller/core/windows/timeline.js';
import { Zone } from '../../controller/core/windows/zone.js';
import { aWindow, type Change, day, distinct, everyChange, hour, minute, wallClock, written } from './windows-fixture.js';

const changes = everyChange();
const kinds = distinct(changes);

/** The clock around one change, from what the oracle found. */
const clockOf =
  ({ at, before, after }: Change) =>
  (moment: number) =>
    moment + (moment < at ? before : after);

/** The times of the clock that it skips or shows twice, and a little more on both sides. */
function timesAround({ at, before, after }: Change): number[] {
  const [low, high] = [at + Math.min(before, after), at + Math.max(before, after)];
  return [low - 45 * minute, low - 1, low, low + 10 * minute, high - 1, high, high + 45 * minute];
}

function sampled(from: number, to: number, { at }: Change): number[] {
  const moments = [at - 1, at].filter((moment) => from <= moment && moment < to);
  for (let moment = from; moment < to; moment += 10 * minute) moments.push(moment);
  return moments;
}

describe('local time, at every change of every zone from 2024 to 2028', () => {
  it('has as many changes to be held against as the world makes', () => {
    expect(new Set(changes.map(({ zone }) => zone)).size).toBeGreaterThan(100);
    expect(changes.length).toBeGreaterThan(1_000);
    expect(kinds.length).toBeGreaterThan(250);
  });

  it('is what the clock on the wall shows', () => {
    const wrong = changes.flatMap((change) => {
      const zone = new Zone(change.zone);
      const local = wallClock(change.zone);
      return [-day, -hour, -minute, -1, 0, 1, minute, hour, day]
        .map((step) => change.at + step)
        .filter((moment) => zone.localTime(moment) !== local(moment))
        .map((moment) => `${change.zone} ${new Date(moment).toISOString()}`);
    });
    expect(wrong).toEqual([]);
  });

  it('comes for the first time at the first moment that shows it or a later one: none is skipped', () => {
    const wrong = kinds.flatMap((change) => {
      const zone = new Zone(change.zone);
      const clock = clockOf(change);
      return timesAround(change).filter((local) => {
        const first = zone.firstMoment(local);
        return clock(first) < local || sampled(first - 6 * hour, first, change).some((moment) => clock(moment) >= local);
      });
    });
    expect(wrong).toEqual([]);
  });

  it('comes for the last time at the moment after which later times alone are shown', () => {
    const wrong = kinds.flatMap((change) => {
      const zone = new Zone(change.zone);
      const clock = clockOf(change);
      return timesAround(change).filter((local) => {
        const last = zone.lastMoment(local);
        const isShown = clock(last) === local || last === change.at;
        return !isShown || sampled(last + 1, last + 6 * hour, change).some((moment) => clock(moment) <= local);
      });
    });
    expect(wrong).toEqual([]);
  });
});

describe('a freeze from one local time to another', () => {
  it('holds at every moment whose local time lies in it, and never for less than is written but what the clock skips', () => {
    const wrong = kinds.flatMap((change) => {
      const clock = clockOf(change);
      const skipped = Math.max(0, change.after - change.before);
      const times = timesAround(change).map((time) => Math.floor(time / 1_000) * 1_000);
      return times.flatMap((from, index) =>
        times.slice(index + 1).flatMap((to) => {
          const freeze = aWindow({ timeZone: change.zone, when: { from: written(from), to: written(to) } });
          const holds = (moment: number) => standing([freeze], moment).state === 'denied';
          const moments = sampled(change.at - 4 * hour, change.at + 4 * hour, change);
          const missed = moments.find((moment) => from <= clock(moment) && clock(moment) < to && !holds(moment));
          const begins = timelineOf(freeze)?.nextBeginning(change.at - 2 * day, change.at + 2 * day);
          const ends = begins === undefined ? undefined : timelineOf(freeze)?.endOfInterval(begins, change.at + 2 * day);
          const length = begins === undefined || ends === undefined ? 0 : ends - begins;
          return missed !== undefined || length < to - from - skipped
            ? [`${change.zone} ${written(from)} to ${written(to)}`]
            : [];
        }),
      );
    });
    expect(wrong).toEqual([]);
  });
});

describe('a daily window', () => {
  const beginnings = (change: Change, local: number) => {
    const [hours, minutes] = [new Date(local).getUTCHours(), new Date(local).getUTCMinutes()];
    const window = aWindow({
      timeZone: change.zone,
      when: { schedule: `${minutes} ${hours} * * *`, durationMs: 30 * minute },
    });
    const timeline = timelineOf(window);
    const found: { from: number; length: number }[] = [];
    for (let at = change.at - 3 * day; ; ) {
      const from = timeline?.nextBeginning(at, change.at + 3 * day);
      if (from === undefined) return found;
      found.push({ from, length: (timeline?.endOfInterval(from, change.at + 4 * day) ?? 0) - from });
      at = from;
    }
  };

  it('opens exactly once each local day, at the first moment of its time or, where the clock skips that, right after, for its whole length', () => {
    const wrong = kinds.flatMap((change) => {
      const clock = clockOf(change);
      const midnight = Math.floor(clock(change.at) / day) * day;
      const times = [...timesAround(change), midnight, midnight + 23 * hour + 30 * minute];
      return times.flatMap((time) => {
        const found = beginnings(change, time);
        const timeOfDay = Math.floor((time % day) / minute) * minute;
        const expected: number[] = [];
        for (let local = midnight - 4 * day + timeOfDay; local < midnight + 4 * day; local += day) {
          const moments = [local - change.before, local - change.after].sort((a, b) => a - b);
          const first = moments.find((moment) => clock(moment) === local) ?? change.at;
          if (first > change.at - 3 * day && first <= change.at + 3 * day) expected.push(first);
        }
        const same = JSON.stringify(found) === JSON.stringify(expected.map((from) => ({ from, length: 30 * minute })));
        return same ? [] : [`${change.zone} ${written(time)}`];
      });
    });
    expect(wrong).toEqual([]);
  });
});

describe('a schedule of every hour', () => {
  it('has no hole where an hour comes twice, and none where one is skipped', () => {
    const wrong = kinds.filter((change) => {
      const window = aWindow({ timeZone: change.zone, when: { schedule: '0 * * * *', durationMs: hour } });
      const end = timelineOf(window)?.endOfInterval(change.at - 2 * day, change.at + 2 * day) ?? 0;
      return end < change.at + 2 * day;
    });
    // There the clock is put back by half an hour, from 2:00: the hours of that night are an hour and a half apart.
    expect([...new Set(wrong.map(({ zone }) => zone))]).toEqual(['Australia/Lord_Howe']);
  });
});
