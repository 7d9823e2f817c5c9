import { parseCron } from '../windows/cron.js';

/** What is wrong with a cron schedule of five fields; undefined where nothing is. */
export function scheduleProblem(schedule: string): string | undefined {
  const read = parseCron(schedule);
  return typeof read === 'string' ? read : undefined;
}
