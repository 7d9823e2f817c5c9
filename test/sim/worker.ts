import { parentPort, workerData } from 'node:worker_threads';
import { draw } from './plan.js';
import { type Report, simulate } from './simulation.js';
import { installVirtualTime } from './virtual-time.js';

/** One core's share of the seeds; tells of each as it ends. */
export interface Share {
  readonly first: number;
  readonly count: number;
  readonly step: number;
}

const { first, count, step } = workerData as Share;
const time = installVirtualTime();
for (let seed = first; seed < first + count; seed += step) {
  const report: Report = await simulate(draw(seed), time);
  parentPort?.postMessage(report);
}
