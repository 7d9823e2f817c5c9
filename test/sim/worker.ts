import { parentPort, workerData } from 'node:worker_threads';
import { draw } from './plan.js';
import { simulate } from './simulation.js';
import { type SweepShare, sweep } from './sweep.js';
import { installVirtualTime } from './virtual-time.js';

/** One core's share of the seeds, or of a crash sweep. */
export type Work =
  | { readonly seeds: { readonly first: number; readonly count: number; readonly step: number } }
  | { readonly sweep: SweepShare };

const work = workerData as Work;
// Failures are many, and who reads their stacks runs the one seed again.
Error.stackTraceLimit = 4;
const time = installVirtualTime();
if ('sweep' in work) {
  parentPort?.postMessage(await sweep(work.sweep, time));
} else {
  const { first, count, step } = work.seeds;
  for (let seed = first; seed < first + count; seed += step) parentPort?.postMessage(await simulate(draw(seed), time));
}
