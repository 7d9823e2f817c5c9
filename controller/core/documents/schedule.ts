import { quote } from './quote.js';

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

/** What is wrong with a cron schedule of five fields (lists, ranges, steps, English names of months and days); undefined where nothing is. */
export function scheduleProblem(schedule: string): string | undefined {
  const written = schedule.trim().split(/\s+/);
  if (written.length !== fields.length)
    return `${quote(schedule)} is not a schedule: five fields (minute, hour, day of month, month, day of week), such as "0 20 * * 2,4"`;
  const wrong = fields.find((field, at) => !(written[at] ?? '').split(',').every((part) => isPart(part, field)));
  return wrong === undefined
    ? undefined
    : `${quote(schedule)} is not a schedule: its ${wrong.name} is not one of ${wrong.from} to ${wrong.to}, or *`;
}

function isPart(part: string, field: Field): boolean {
  const [range = '', step, ...more] = part.split('/');
  if (more.length > 0 || (step !== undefined && !/^[1-9][0-9]?$/.test(step))) return false;
  if (range === '*') return true;
  const ends = range.split('-').map((end) => valueOfEnd(end, field));
  const [first, last = first] = ends;
  return ends.length <= 2 && first !== undefined && last !== undefined && first <= last;
}

function valueOfEnd(text: string, { from, to, names = [] }: Field): number | undefined {
  const named = names.indexOf(text.toLowerCase());
  const value = named >= 0 ? from + named : /^[0-9]{1,2}$/.test(text) ? Number(text) : Number.NaN;
  return value >= from && value <= to ? value : undefined;
}
