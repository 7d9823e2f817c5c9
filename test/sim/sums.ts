import type { Report } from './simulation.js';

/** What many seeds came to. */
export class Sums {
  seeds = 0;
  virtualMs = 0;
  builds = 0;
  posts = 0;
  writes = 0;
  tasks = 0;
  readonly failed: Report[] = [];

  add(report: Report): void {
    this.seeds += 1;
    this.virtualMs += report.virtualMs;
    this.builds += report.builds;
    this.posts += report.posts;
    this.writes += report.writes;
    this.tasks += report.tasks;
    if (report.violation !== undefined) this.failed.push(report);
  }

  /** `cpuSeconds` of all cores together: what others do on the machine does not count. */
  tell(seconds: number, cpuSeconds: number, jobs: number): string {
    const hours = this.virtualMs / 3_600_000;
    const rate = hours / cpuSeconds;
    return [
      `${this.seeds} seeds in ${seconds.toFixed(1)} s on ${jobs} ${jobs === 1 ? 'core' : 'cores'}: ${this.failed.length} failed`,
      `${hours.toFixed(1)} simulated hours, ${rate.toFixed(1)} a second of processor time (${cpuSeconds.toFixed(1)} s)`,
      `${this.builds} builds, ${this.posts} triggers, ${this.writes} writes, ${this.tasks} steps`,
    ].join('\n');
  }
}

/** A failed seed in one line, and how to see its story. */
export function tellFailure({ seed, violation }: Report): string {
  const minutes = ((violation?.at ?? 0) / 60_000).toFixed(1);
  return `seed ${seed}: violated after ${minutes} min: ${violation?.message}\n  its story: npm run sim -- --seed ${seed} --trace`;
}
