import { parentPort, workerData } from 'node:worker_threads';
import { draw, type Trouble } from './plan.js';
import { simulate } from './simulation.js';
import { type SweepShare, sweep } from './sweep.js';
import { installVirtualTime } from './virtual-time.js';

/** Of these seeds those that have all of the troubles. */
export interface SeedShare {
  readonly first: number;
  readonly count: number;
  readonly step: number;
  readonly having: readonly Trouble[];
  /** All of them are governed, and not only those that are drawn so. */
  readonly isGoverned: boolean;
}

/** One core's share of the seeds, or of a crash sweep. */
export type Work = { readonly seeds: SeedShare } | { readonly sweep: SweepShare };

const work = workerData as Work;
// Failures are many, and who reads their stacks runs the one seed again.
Error.stackTraceLimit = 4;
const time = installVirtualTime();
if ('sweep' in work) {
  parentPort?.postMessage(await sweep(work.sweep, time));
} else {
  const { first, count, step, having, isGoverned } = work.seeds;
  for (let seed = first; seed < first + count; seed += step) {
    const plan = isGoverned ? draw(seed, true) : draw(seed);
    if (having.every((trouble) => plan.troubles.has(trouble))) parentPort?.postMessage(await simulate(plan, time));
  }
}
