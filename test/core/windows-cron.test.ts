import { describe, expect, it } from 'vitest';
import { parseCron } from '../../controller/core/windows/cron.js';
import { timelineOf } from '../../controller/core/windows/timeline.js';
import { aWindow, day } from './windows-fixture.js';

/** The first times of a schedule after Sunday, 22 November 2026, 10:00, `11-24 20:00`. */
function times(schedule: string, count: number): string[] {
  const timeline = timelineOf(aWindow({ timeZone: 'UTC', when: { schedule, durationMs: 1_000 } }));
  const found: string[] = [];
  let at: number | undefined = Date.parse('2026-11-22T10:00:00Z');
  for (let index = 0; index < count; index++) {
    at = at === undefined ? undefined : timeline?.nextBeginning(at, at + 20 * 365 * day);
    found.push(at === undefined ? 'never' : new Date(at).toISOString().slice(2, 16).replace('T', ' '));
  }
  return found;
}

describe('a schedule', () => {
  it.each([
    ['0 20 * * 2,4', ['26-11-24 20:00', '26-11-26 20:00', '26-12-01 20:00']],
    ['0 20 * * tue-wed', ['26-11-24 20:00', '26-11-25 20:00', '26-12-01 20:00']],
    ['0 20 * * 0', ['26-11-22 20:00', '26-11-29 20:00', '26-12-06 20:00']],
    ['0 20 * * 7', ['26-11-22 20:00', '26-11-29 20:00', '26-12-06 20:00']],
    ['0 20 * * SUN', ['26-11-22 20:00', '26-11-29 20:00', '26-12-06 20:00']],
    ['30 2 1 jan,Jul *', ['27-01-01 02:30', '27-07-01 02:30', '28-01-01 02:30']],
    ['0 0 31 * *', ['26-12-31 00:00', '27-01-31 00:00', '27-03-31 00:00']],
    ['0 0 29 2 *', ['28-02-29 00:00', '32-02-29 00:00', '36-02-29 00:00']],
    ['*/20 11 22 11 *', ['26-11-22 11:00', '26-11-22 11:20', '26-11-22 11:40']],
    ['50/5 23 * * *', ['26-11-22 23:50', '26-11-22 23:55', '26-11-23 23:50']],
    ['0 8-12/2 23 * *', ['26-11-23 08:00', '26-11-23 10:00', '26-11-23 12:00']],
    ['  0   0  *  *  *  ', ['26-11-23 00:00', '26-11-24 00:00', '26-11-25 00:00']],
  ])('%s comes at %j', (schedule, expected) => {
    expect(times(schedule, expected.length)).toEqual(expected);
  });

  it('that gives both days of the month and of the week comes on either', () => {
    expect(times('0 0 24 * 4', 3)).toEqual(['26-11-24 00:00', '26-11-26 00:00', '26-12-03 00:00']);
  });

  it('whose day of the month or of the week begins with * comes where both agree', () => {
    expect(times('0 0 */12 * 1', 3)).toEqual(['27-01-25 00:00', '27-02-01 00:00', '27-03-01 00:00']);
    expect(times('0 0 13 * */5', 3)).toEqual(['26-12-13 00:00', '27-06-13 00:00', '27-08-13 00:00']);
  });

  it.each(['', '* * * *', '* * * * * *', '60 * * * *', '* 24 * * *', '* * 0 * *', '* * 32 * *', '* * * 13 *', '* * * * 8'])(
    '"%s" is refused',
    (schedule) => {
      expect(typeof parseCron(schedule)).toBe('string');
    },
  );

  it.each(['5-x * * * *', '5-2 * * * *', '1-2-3 * * * *', '*/0 * * * *', '*/100 * * * *', '1/2/3 * * * *', '-1 * * * *'])(
    '"%s" is refused for its minute',
    (schedule) => {
      expect(parseCron(schedule)).toBe(`"${schedule}" is not a schedule: its minute is not one of 0 to 59, or *`);
    },
  );

  it.each(['L * * * *', '? * * * *', '@daily', '* * * foo *', '* * * * 1#2', ',1 * * * *'])('"%s" is refused', (schedule) => {
    expect(typeof parseCron(schedule)).toBe('string');
  });

  it.each(['0 0 31 2,4,6,9,11 *', '0 0 30 feb *', '0 0 30-31 2 */2'])('"%s" is refused: it never comes', (schedule) => {
    expect(parseCron(schedule)).toBe(`"${schedule}" never comes: none of its months has such a day`);
  });
});
