import type { DeploymentWindow, Selector } from '../../controller/core/governance.js';
import type { Millis } from '../../controller/core/model.js';

/** Windows minute by minute, as somebody reads them off a clock on the wall: slow, simple, and without anything of the product's. */

const minute = 60_000;
/** No clock is ever set by more. */
const furthest = 120;

type LocalMinute = number;

const clocks = new Map<string, { format: Intl.DateTimeFormat; known: Map<number, LocalMinute> }>();

/** What the clock on the wall shows in a minute of UTC, as minutes since 1970. */
function shown(timeZone: string, at: number): LocalMinute {
  const clock = clocks.get(timeZone) ?? { format: wallClock(timeZone), known: new Map<number, LocalMinute>() };
  clocks.set(timeZone, clock);
  if (clock.known.size > 20_000) clock.known.clear();
  const known = clock.known.get(at);
  if (known !== undefined) return known;
  const [, month, day, year, hour, min] = /^(\d+)\/(\d+)\/(\d+), (\d+):(\d+)$/.exec(clock.format.format(at * minute)) ?? [];
  const local = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(min)) / minute;
  clock.known.set(at, local);
  return local;
}

function wallClock(timeZone: string): Intl.DateTimeFormat {
  const two = '2-digit';
  return new Intl.DateTimeFormat('en-US', {
    ...{ timeZone, year: 'numeric', month: two, day: two, hour: two, minute: two },
    hourCycle: 'h23',
  });
}

/** Whether the minute lies in the window. */
function holds({ timeZone, when }: DeploymentWindow, at: number): boolean {
  if ('from' in when) {
    const [from, to] = [Date.parse(`${when.from}Z`) / minute, Date.parse(`${when.to}Z`) / minute];
    let [hasBegun, isOver] = [false, true];
    // From the first time that the clock shows `from` or later, to the last time that it shows `to`, or what comes before it.
    for (let back = 0; back <= furthest; back += 1) {
      if (shown(timeZone, at - back) >= from) hasBegun = true;
      const later = shown(timeZone, at + back);
      if (later < to || (later === to && back > 0)) isOver = false;
    }
    return hasBegun && !isOver;
  }
  for (let start = at; start > at - when.durationMs / minute; start -= 1) if (begins(when.schedule, timeZone, start)) return true;
  return false;
}

/** Whether a schedule begins in the minute; what the clock skips begins right after the gap. */
function begins(schedule: string, timeZone: string, at: number): boolean {
  const [now, before] = [shown(timeZone, at), shown(timeZone, at - 1)];
  const everyHour = schedule.split(' ')[1] === '*';
  // A time that comes a second time begins nothing, but for what begins in every hour.
  const isAgain = [30, 60].some((back) => shown(timeZone, at - back) === now);
  if (isAgain && !everyHour) return false;
  for (let local = now; local > Math.max(before, now - furthest) || local === now; local -= 1)
    if (comes(schedule, local)) return true;
  return false;
}

/** Cron with plain numbers, lists and `*` alone; day of month and day of week are never both given. */
function comes(schedule: string, local: LocalMinute): boolean {
  const date = new Date(local * minute);
  const values = [date.getUTCMinutes(), date.getUTCHours(), date.getUTCDate(), date.getUTCMonth() + 1, date.getUTCDay()];
  return schedule.split(' ').every(
    (field, index) =>
      field === '*' ||
      field
        .split(',')
        .map(Number)
        .includes(values[index] ?? -1),
  );
}

export interface Selected {
  readonly product: string;
  readonly environment: string;
  readonly stage: string;
  readonly client?: string;
}

export function isMeant({ products, stages, clients, environments }: Selector, one: Selected): boolean {
  const within = (list: readonly string[] | undefined, name: string | undefined) =>
    list === undefined || list.length === 0 || list.includes(name ?? '\0');
  return (
    within(products, one.product) &&
    within(stages, one.stage) &&
    within(clients, one.client) &&
    within(environments, one.environment)
  );
}

/** Why the windows are closed; undefined where a deployment of that length may start. Only windows that concern it. */
export function windowClosed(windows: readonly DeploymentWindow[], at: Millis, lengthMs: Millis): string | undefined {
  const denying = windows.filter(({ effect }) => effect === 'deny');
  const allowing = windows.filter(({ effect }) => effect === 'allow');
  const first = Math.floor(at / minute);
  // The last minute that the deployment, or its start, lies in.
  const last = Math.max(first, Math.ceil((at + lengthMs) / minute) - 1);
  for (let now = first; now <= last; now += 1) {
    const denied = denying.find((one) => holds(one, now));
    if (denied !== undefined) return `${denied.name} denies`;
    if (allowing.length > 0 && !allowing.some((one) => holds(one, now))) return `it is outside of ${allowing[0]?.name}`;
  }
  return undefined;
}
