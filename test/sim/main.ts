import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { draw } from './plan.js';
import { type Report, simulate } from './simulation.js';
import { Sums, tellFailure } from './sums.js';
import { sweepAll } from './sweep.js';
import { installVirtualTime } from './virtual-time.js';
import type { Share } from './worker.js';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    jobs: { type: 'string', default: String(availableParallelism()) },
    trace: { type: 'boolean', default: false },
    sweep: { type: 'boolean', default: false },
  },
});

const startedAt = process.hrtime.bigint();
const seconds = () => Number(process.hrtime.bigint() - startedAt) / 1e9;
const say = (line: string) => process.stdout.write(`${line}\n`);

/** All seeds, on as many cores as were asked for. */
async function runSeeds(first: number, count: number, jobs: number): Promise<Sums> {
  const sums = new Sums();
  const add = (report: Report) => {
    sums.add(report);
    if (report.violation !== undefined) say(tellFailure(report));
    if (sums.seeds % 1_000 === 0) process.stderr.write(`${sums.seeds} seeds, ${seconds().toFixed(0)} s\n`);
  };
  const shares = Array.from({ length: jobs }, (_, at): Share => ({ first: first + at, count: count - at, step: jobs }));
  await Promise.all(shares.filter((share) => share.count > 0).map((share) => runShare(share, add)));
  return sums;
}

function runShare(share: Share, add: (report: Report) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: share });
    worker.on('message', add);
    worker.on('error', reject);
    worker.on('exit', () => resolve());
  });
}

async function runOne(seed: number): Promise<boolean> {
  const report = await simulate(draw(seed), installVirtualTime(), values.trace ? say : undefined);
  const sums = new Sums();
  sums.add(report);
  if (report.violation !== undefined) say(tellFailure(report));
  // Nothing that differs from one run to the next: a trace is compared byte by byte.
  if (!values.trace) say(sums.tell(seconds(), 1));
  return report.violation === undefined;
}

async function main(): Promise<boolean> {
  const [first, count, jobs] = [Number(values.seed), Number(values.seeds), Math.max(1, Number(values.jobs))];
  if (values.sweep) return sweepAll(installVirtualTime(), say);
  if (count === 1) return runOne(first);
  const sums = await runSeeds(first, count, jobs);
  say(sums.tell(seconds(), jobs));
  return sums.failed.length === 0;
}

process.exitCode = (await main()) ? 0 : 1;
