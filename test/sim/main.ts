import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { draw, troubles } from './plan.js';
import { scenarios } from './scenarios.js';
import { type Report, simulate } from './simulation.js';
import { Sums, tellFailure } from './sums.js';
import type { Swept } from './sweep.js';
import { SweepTable } from './sweep-table.js';
import { installVirtualTime } from './virtual-time.js';
import type { Work } from './worker.js';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    jobs: { type: 'string', default: String(availableParallelism()) },
    trace: { type: 'boolean', default: false },
    'until-failure': { type: 'boolean', default: false },
    sweep: { type: 'boolean', default: false },
    scenario: { type: 'string' },
    having: { type: 'string', default: '' },
    governed: { type: 'boolean', default: false },
    shallow: { type: 'boolean', default: false },
  },
});

const startedAt = process.hrtime.bigint();
const seconds = () => Number(process.hrtime.bigint() - startedAt) / 1e9;
const cpuSeconds = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
const say = (line: string) => process.stdout.write(`${line}\n`);

/** All seeds, on as many cores as were asked for; with `untilFailure` no more than the first that fails. */
async function runSeeds(first: number, count: number, jobs: number): Promise<Sums> {
  const sums = new Sums();
  const enough = new AbortController();
  const add = (report: Report) => {
    if (enough.signal.aborted) return;
    sums.add(report);
    if (report.violation !== undefined) say(tellFailure(report));
    if (report.violation !== undefined && values['until-failure']) enough.abort();
    if (sums.seeds % 1_000 === 0)
      process.stderr.write(`${sums.seeds} seeds, ${sums.failed.length} failed, ${seconds().toFixed(0)} s\n`);
  };
  const having = troubles.filter((trouble) => values.having.split(',').includes(trouble));
  const shares = Array.from(
    { length: jobs },
    (_, at): Work => ({ seeds: { first: first + at, count: count - at, step: jobs, having, isGoverned: values.governed } }),
  );
  await Promise.all(shares.map((share) => runShare<Report>(share, add, enough.signal)));
  return sums;
}

/** The crash sweep, its first points spread over the cores. */
async function runSweep(jobs: number): Promise<boolean> {
  const table = new SweepTable();
  for (const { name } of scenarios.filter((scenario) => (values.scenario ?? scenario.name) === scenario.name)) {
    const shares = Array.from(
      { length: jobs },
      (_, from): Work => ({ sweep: { scenario: name, from, step: jobs, isDeep: !values.shallow } }),
    );
    await Promise.all(shares.map((share) => runShare<Swept>(share, (swept) => table.add(swept))));
  }
  for (const line of table.lines()) say(line);
  say(`in ${seconds().toFixed(0)} s on ${jobs} cores`);
  return table.failures === 0;
}

function runShare<T>(work: Work, add: (result: T) => void, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./worker.js', import.meta.url), {
      workerData: work,
      // Nearly all that is made is dropped at once: what is collected rarely is collected cheaply.
      resourceLimits: { maxYoungGenerationSizeMb: 192 },
    });
    signal?.addEventListener('abort', () => void worker.terminate());
    worker.on('message', add);
    worker.on('error', reject);
    worker.on('exit', () => resolve());
  });
}

async function runOne(seed: number): Promise<boolean> {
  const report = await simulate(
    values.governed ? draw(seed, true) : draw(seed),
    installVirtualTime(),
    values.trace ? say : undefined,
  );
  const sums = new Sums();
  sums.add(report);
  if (report.violation !== undefined) say(tellFailure(report));
  // Nothing that differs from one run to the next: a trace is compared byte by byte.
  if (!values.trace) say(sums.tell(seconds(), cpuSeconds(), 1));
  return report.violation === undefined;
}

async function main(): Promise<boolean> {
  const [first, count, jobs] = [Number(values.seed), Number(values.seeds), Math.max(1, Number(values.jobs))];
  if (values.sweep) return runSweep(jobs);
  if (count === 1) return runOne(first);
  const sums = await runSeeds(first, count, jobs);
  say(sums.tell(seconds(), cpuSeconds(), jobs));
  return sums.failed.length === 0;
}

process.exitCode = (await main()) ? 0 : 1;
