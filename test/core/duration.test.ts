import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { durationOr, formatDuration, parseDuration } from '../../controller/core/duration.js';
import { readableTime, toTime } from '../../controller/core/time.js';

describe('durations', () => {
  it.each([
    ['1h30m', 5_400_000],
    ['1.5s', 1_500],
    ['2d', 172_800_000],
    ['250ms', 250],
    ['99999999999999999999d', 36_525 * 86_400_000],
  ])('%s is %d ms', (text, ms) => expect(parseDuration(text)).toBe(ms));

  it.each(['', '1', 'h', '-1h', '1h ', '1e9s', `${'1h'.repeat(21)}`])('%j is none', (text) =>
    expect([parseDuration(text), durationOr(text, 7)]).toEqual([undefined, 7]),
  );

  it('of any length can be added to a time that is then written down', () => {
    const part = fc.tuple(fc.bigInt({ min: 0n, max: 10n ** 30n }), fc.constantFrom('ms', 's', 'm', 'h', 'd'));
    fc.assert(
      fc.property(part, ([count, unit]) => {
        const ms = parseDuration(`${count}${unit}`) ?? Number.NaN;
        const until = Date.parse('2026-11-22T00:00:00Z') + ms;
        expect([toTime(until).length, readableTime(until).length]).toEqual([20, 20]);
        expect(formatDuration(ms)).toMatch(/^\d+(d|h|m|s)( \d+(h|m|s))?$/);
      }),
    );
  });
});
