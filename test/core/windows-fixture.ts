import type { DeploymentWindow } from '../../controller/core/governance.js';

/** Wall clocks as Intl shows them in numbers: what the code under test, which reads names of offsets, is held against. */

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;

const begin = Date.UTC(2024, 0, 1);
const end = Date.UTC(2029, 0, 1);

/** When the clock of a zone is changed, and how far it is from UTC before and after. */
export interface Change {
  readonly zone: string;
  readonly at: number;
  readonly before: number;
  readonly after: number;
}

/** Local time, in milliseconds as if it were UTC. */
export function wallClock(zone: string): (at: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return (at) => {
    const [month = 0, date = 0, year = 0, hours = 0, minutes = 0, seconds = 0] = (format.format(at).match(/\d+/g) ?? []).map(
      Number,
    );
    return Date.UTC(year, month - 1, date, hours, minutes, seconds) + (((at % 1000) + 1000) % 1000);
  };
}

/** Every change of every zone of the runtime from 2024 to 2028. */
export function everyChange(): Change[] {
  return Intl.supportedValuesOf('timeZone').flatMap(changesOf);
}

function changesOf(zone: string): Change[] {
  const local = wallClock(zone);
  const offset = (at: number) => local(at) - at;
  const changes: Change[] = [];
  for (let from = begin; from < end; from += 5 * day) {
    const [before, after] = [offset(from), offset(from + 5 * day)];
    if (before === after) continue;
    let [low, high] = [from, from + 5 * day];
    while (high - low > 1_000) {
      const middle = Math.floor((low + high) / 2_000) * 1_000;
      if (offset(middle) === before) low = middle;
      else high = middle;
    }
    changes.push({ zone, at: high, before, after });
  }
  return changes;
}

/** One of each kind: zones that change their clocks at the same moment by the same are the same here. */
export function distinct(changes: readonly Change[]): Change[] {
  const byKind = new Map(changes.map((change) => [`${change.at} ${change.before} ${change.after}`, change]));
  return [...byKind.values()];
}

/** `2026-03-29T02:30:00` of a local time in milliseconds. */
export const written = (local: number): string => new Date(local).toISOString().slice(0, 19);

export function aWindow(over: Partial<DeploymentWindow> = {}): DeploymentWindow {
  return {
    name: 'freeze',
    effect: 'deny',
    selector: {},
    timeZone: 'Australia/Adelaide',
    exempt: [],
    when: { from: '2026-12-18T00:00:00', to: '2027-01-05T00:00:00' },
    ...over,
  };
}
