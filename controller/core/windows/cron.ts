import { quote } from '../documents/quote.js';
import { dayMs } from './zone.js';

interface Field {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  /** Names that stand for `from`, `from + 1`, … */
  readonly names?: readonly string[];
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

const fields: readonly Field[] = [
  { name: 'minute', from: 0, to: 59 },
  { name: 'hour', from: 0, to: 23 },
  { name: 'day of month', from: 1, to: 31 },
  { name: 'month', from: 1, to: 12, names: months },
  { name: 'day of week', from: 0, to: 7, names: days },
];

/** A cron schedule as data. */
export interface Cron {
  /** Minutes since midnight, lowest first. */
  readonly minutes: readonly number[];
  /** The hour is `*`: it has no times of its own but follows the hours as they pass. */
  readonly everyHour: boolean;
  /** Whether it comes on a day (days since 1970-01-01 of the calendar). */
  readonly comesOn: (day: number) => boolean;
}

/**
 * Reads a cron schedule of five fields: lists, ranges, steps, English names of months and days, 0 and 7 for Sunday. As in
 * crontab(5), a day of month and a day of week that are both given (neither begins with `*`) are alternatives. A text says what is wrong.
 */
export function parseCron(schedule: string): Cron | string {
  const written = schedule.trim().split(/\s+/);
  if (written.length !== fields.length)
    return `${quote(schedule)} is not a schedule: five fields (minute, hour, day of month, month, day of week), such as "0 20 * * 2,4"`;
  const sets: (ReadonlySet<number> | undefined)[] = fields.map((field, at) => valuesOf(written[at] ?? '', field));
  const wrong = fields.find((_, at) => sets[at] === undefined);
  if (wrong !== undefined)
    return `${quote(schedule)} is not a schedule: its ${wrong.name} is not one of ${wrong.from} to ${wrong.to}, or *`;
  const [minutes, hours, daysOfMonth, monthsOfYear, daysOfWeek] = sets.map((set) => set ?? new Set<number>());
  if (!minutes || !hours || !daysOfMonth || !monthsOfYear || !daysOfWeek) return `${quote(schedule)} is not a schedule`;
  const either = !written[2]?.startsWith('*') && !written[4]?.startsWith('*');
  if (!either && ![...monthsOfYear].some((month) => Math.min(...daysOfMonth) <= longest(month)))
    return `${quote(schedule)} never comes: none of its months has such a day`;
  return {
    minutes: sorted(hours).flatMap((hour) => sorted(minutes).map((minute) => hour * 60 + minute)),
    everyHour: written[1] === '*',
    comesOn: (day) => {
      const date = new Date(day * dayMs);
      if (!monthsOfYear.has(date.getUTCMonth() + 1)) return false;
      const ofMonth = daysOfMonth.has(date.getUTCDate());
      const ofWeek = daysOfWeek.has(date.getUTCDay()) || (date.getUTCDay() === 0 && daysOfWeek.has(7));
      return either ? ofMonth || ofWeek : ofMonth && ofWeek;
    },
  };
}

const sorted = (numbers: ReadonlySet<number>): number[] => [...numbers].sort((a, b) => a - b);

/** Days of a month, in a leap year. */
const longest = (month: number): number => new Date(Date.UTC(2024, month, 0)).getUTCDate();

function valuesOf(written: string, field: Field): ReadonlySet<number> | undefined {
  const values = new Set<number>();
  for (const part of written.split(',')) {
    const [range = '', step, ...more] = part.split('/');
    if (more.length > 0 || (step !== undefined && !/^[1-9][0-9]?$/.test(step))) return undefined;
    const ends = range === '*' ? [field.from, field.to] : range.split('-').map((end) => valueOfEnd(end, field));
    // `5/10` begins at 5 and goes on to the end.
    const [first, last = step === undefined ? first : field.to] = ends;
    if (ends.length > 2 || ends.includes(undefined) || first === undefined || last === undefined || first > last)
      return undefined;
    for (let value = first; value <= last; value += Number(step ?? 1)) values.add(value);
  }
  return values;
}

function valueOfEnd(text: string, { from, to, names = [] }: Field): number | undefined {
  const named = names.indexOf(text.toLowerCase());
  const value = named >= 0 ? from + named : /^[0-9]{1,2}$/.test(text) ? Number(text) : Number.NaN;
  return value >= from && value <= to ? value : undefined;
}
