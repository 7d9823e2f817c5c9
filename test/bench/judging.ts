import { cpus } from 'node:os';
import { decide, judge } from '../../controller/core/decide.js';
import type { EnvironmentFacts } from '../../controller/core/facts.js';
import { deploymentRun } from '../../controller/core/resources/deployment-run.js';
import { environment } from '../../controller/core/resources/environment.js';
import { environmentGroup, productGroup } from '../../controller/kube/records.js';
import { type RawObject, ResourceCache } from '../../controller/kube/resource-cache.js';
import { Audited } from '../../controller/reconcile/audit.js';
import { CaughtUp } from '../../controller/reconcile/caught-up.js';
import { ClaimAges } from '../../controller/reconcile/claim-ages.js';
import { ComponentCache } from '../../controller/reconcile/components.js';
import { gatherCached, type Memory } from '../../controller/reconcile/gather.js';
import { JobHistories } from '../../controller/reconcile/histories.js';
import { Locks } from '../../controller/reconcile/locks.js';
import { PathView } from '../../controller/reconcile/path-view.js';
import type { Ports } from '../../controller/reconcile/ports.js';
import { PublishedStates } from '../../controller/reconcile/published.js';
import { type EnvironmentLoop, subjectOf } from '../../controller/reconcile/subject.js';
import { MemoryWorld } from '../support/memory-world.js';
import { buildWorld, type Size, type World } from './judging-world.js';

/**
 * How long it takes to judge every environment once, with every gate configured: facts as a pass gathers them from the caches, the
 * decision with its status, and the record that is stored with a run.
 */

type EnvironmentStored = ReturnType<Ports['environments']['list']>[number];
type RunStored = ReturnType<Ports['runs']['list']>[number];

interface Figures {
  readonly environments: number;
  readonly gates: string;
  readonly gatherMs: number;
  readonly decideMs: number;
  readonly recordMs: number;
  readonly worldBytes: number;
  readonly keptBytes: number;
  readonly recordMedian: number;
  readonly recordMax: number;
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Of this process's own work, so that what else goes on on the machine does not count. */
function now(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function heap(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

/** The caches of the API as the controller has them, filled; everything that writes is left out. */
function portsOf({ environments, runs }: World): Ports {
  const onChange = () => undefined;
  const product = ({ metadata, spec }: EnvironmentStored | RunStored) => productGroup(metadata.namespace, spec.product);
  const ofEnvironment = ({ metadata, spec }: RunStored) => environmentGroup(metadata.namespace, spec.product, spec.environment);
  const kept = {
    environments: new ResourceCache<EnvironmentStored>({ definition: environment, onChange, groupsOf: (one) => [product(one)] }),
    runs: new ResourceCache<RunStored>({
      definition: deploymentRun,
      onChange,
      groupsOf: (run) => [product(run), ofEnvironment(run)],
    }),
  };
  for (const one of environments) kept.environments.observe(one as RawObject);
  for (const run of runs) kept.runs.observe(run as RawObject);
  const { api } = new MemoryWorld();
  const ports = api.ports();
  return {
    ...ports,
    environments: {
      ...ports.environments,
      get: (key) => kept.environments.get(key),
      list: () => kept.environments.list(),
      ofProduct: (namespace, name) => kept.environments.inGroup(productGroup(namespace, name)),
    },
    runs: {
      ...ports.runs,
      get: (key) => kept.runs.get(key),
      list: () => kept.runs.list(),
      ofProduct: (namespace, name) => kept.runs.inGroup(productGroup(namespace, name)),
      ofEnvironment: (...place) => kept.runs.inGroup(environmentGroup(...place)),
    },
  };
}

function loopOf(world: World): EnvironmentLoop {
  const memory: Memory = {
    published: new PublishedStates(),
    path: new PathView(),
    histories: new JobHistories(),
    components: new ComponentCache(),
    claimAges: new ClaimAges(() => 0),
    audited: new Audited(),
  };
  memory.published.publish({ namespace: 'default', name: 'releases' }, '2026-01-01T00:00:00Z', world.snapshot);
  return { ports: portsOf(world), memory, locks: new Locks(), caughtUp: new CaughtUp() };
}

function timed<T>(work: () => T): { readonly ms: number; readonly result: T } {
  const from = now();
  const result = work();
  return { ms: now() - from, result };
}

function measure(size: Size): Figures {
  const empty = heap();
  const loop = loopOf(buildWorld(size));
  const full = heap();
  const all = loop.ports.environments.list();
  const gatherAll = (): EnvironmentFacts[] => all.map((one) => gatherCached(subjectOf(one, loop), loop.ports, loop.memory));
  const gathered = timed(gatherAll);
  const decided = timed(() => gathered.result.map((facts) => decide(facts).status));
  const kept = heap();
  const recorded = timed(() => gathered.result.map((facts) => judge(facts).record.inputs.length));
  const sizes = recorded.result.toSorted((a, b) => a - b);
  const gates = decided.result.map((status) => status.gates?.length ?? 0);
  const open = decided.result.filter(({ gates: own = [] }) => own.every(({ state }) => state === 'Passed')).length;
  return {
    environments: all.length,
    gates: `${Math.min(...gates)} to ${Math.max(...gates)} (${open} open)`,
    gatherMs: gathered.ms,
    decideMs: decided.ms,
    recordMs: recorded.ms,
    worldBytes: full - empty,
    keptBytes: kept - full,
    recordMedian: sizes[Math.floor(sizes.length / 2)] ?? 0,
    recordMax: sizes.at(-1) ?? 0,
  };
}

function row({ products, clients }: Size, figures: Figures): string {
  const { environments } = figures;
  const each = (total: number) => Math.round(total / environments);
  const total = figures.gatherMs + figures.decideMs;
  return `| ${[
    `${products} × ${clients} × 2`,
    environments,
    figures.gates,
    `${Math.round(figures.gatherMs)} + ${Math.round(figures.decideMs)}`,
    each(total * 1000),
    each(figures.recordMs * 1000),
    each(figures.worldBytes),
    each(figures.keptBytes),
    `${figures.recordMedian} / ${figures.recordMax}`,
  ].join(' | ')} |`;
}

/** `npm run bench -- 2x2500`: products and clients. */
const asked = process.argv.slice(2).map((text): Size => {
  const [products = 2, clients = 50] = text.split('x').map(Number);
  return { products, clients };
});
const usual: readonly Size[] = [
  { products: 10, clients: 50 },
  { products: 10, clients: 500 },
  { products: 2, clients: 500 },
  { products: 2, clients: 2500 },
];

say(`${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}\n`);
say(
  '| products × clients × stages | environments | gates each | gather + decide, ms of CPU | µs each | µs each for the record | heap of caches, bytes each | heap of facts and statuses, bytes each | record: median / max, bytes |',
);
say('| --- | --- | --- | --- | --- | --- | --- | --- | --- |');
// What is not yet compiled is no measure.
measure({ products: 2, clients: 50 });
for (const size of asked.length > 0 ? asked : usual) say(row(size, measure(size)));
