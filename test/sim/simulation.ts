import type { Millis, Product } from '../../controller/core/model.js';
import { checkEnd } from './end-state.js';
import type { Place } from './governed-plan.js';
import { Governors } from './governors.js';
import { Invariants } from './invariants.js';
import { Mischief } from './mischief.js';
import type { Plan } from './plan.js';
import { Users } from './users.js';
import { demand, Violation } from './violation.js';
import type { VirtualTime } from './virtual-time.js';
import { World } from './world.js';

export interface Report {
  readonly seed: number;
  readonly violation?: { readonly rule: string; readonly message: string; readonly at: Millis };
  readonly virtualMs: Millis;
  readonly writes: number;
  readonly posts: number;
  readonly builds: number;
  readonly tasks: number;
}

const minute = 60_000;
const quietMs = 7 * minute;
/** The longest backoff of a queue: after a failure, who is quiet for longer has nothing left to do. */
const backoffMs = 16 * minute;
const settleMs = 240 * minute;

/** One seed from its first commit to its end state. `tell` gets every happening, with its virtual time. */
export async function simulate(plan: Plan, time: VirtualTime, tell?: (line: string) => void): Promise<Report> {
  const world = new World(plan);
  time.use(world.scheduler, world.random);
  if (tell !== undefined) world.onHappening = (text) => tell(`${clock(world.scheduler.now)} ${text()}`);
  const invariants = new Invariants(world);
  let violation: Report['violation'];
  try {
    await live(world, invariants);
  } catch (error) {
    const { rule, message } = error instanceof Violation ? error : { rule: 'crash', message: String((error as Error).stack) };
    violation = { rule, message, at: world.scheduler.now };
    tell?.(`${clock(world.scheduler.now)} VIOLATED: ${message}`);
  }
  const { scheduler, jenkins } = world;
  const counted = { writes: invariants.writes, posts: invariants.posts, builds: jenkins.effects.length, tasks: scheduler.tasks };
  return { seed: plan.seed, virtualMs: scheduler.now, ...counted, ...(violation === undefined ? {} : { violation }) };
}

async function live(world: World, invariants: Invariants): Promise<void> {
  const { plan, scheduler, random } = world;
  const { governed } = plan;
  const governors = governed && new Governors(world, governed);
  prepare(world);
  for (let host = 0; host < plan.replicas; host += 1) world.startReplica(host);
  const users = new Users(world);
  const mischief = new Mischief(world);
  repeat(world, plan.userMs, () => users.act());
  if (governors !== undefined) repeat(world, governors.actMs, () => governors.act());
  if (plan.troubles.size > 0) repeat(world, plan.troubleMs, () => mischief.strike());
  await scheduler.runUntil(plan.activeMs);
  mischief.end();
  // What was under way when the troubles ended ends as well: nothing is undone later than this.
  scheduler.outside(4 * minute, () => mischief.end());
  random.next();
  await settle(world, invariants);
  checkEnd(world);
  invariants.governed?.checkEnd();
}

/** Whoever acts does so at random moments while the active time lasts. */
function repeat(world: World, meanMs: Millis, act: () => void): void {
  const { scheduler, random, plan } = world;
  scheduler.outside(random.between(1, 2 * meanMs), () => {
    if (scheduler.now >= plan.activeMs) return;
    act();
    repeat(world, meanMs, act);
  });
}

/** Runs on until nothing has been written and nothing triggered for a while. */
export async function settle(world: World, invariants: Invariants): Promise<void> {
  const { scheduler } = world;
  const end = scheduler.now + settleMs;
  const mark = () => invariants.writes + invariants.posts + world.jenkins.effects.length;
  let [seen, since] = [mark(), scheduler.now];
  while (scheduler.now - since < quietMs || scheduler.now - world.lastBackoffAt < backoffMs) {
    demand(scheduler.now < end, 'it becomes quiet', () => `there are still writes or builds after ${settleMs / minute} min`);
    await scheduler.runUntil(scheduler.now + minute);
    if (mark() !== seen) [seen, since] = [mark(), scheduler.now];
  }
}

/** The operator's configuration, the jobs, and the first commit. */
function prepare(world: World): void {
  prepareServers(world, world.random.chance(0.5));
  const places = world.plan.governed?.environments ?? [
    { environment: 'qa', stage: 'qa' },
    { environment: 'uat', stage: 'uat' },
  ];
  for (const product of world.plan.products) for (const place of places) addEnvironment(world, product, place);
  world.git.commit('Start');
}

export function addEnvironment({ git }: World, product: Product, place: Place): void {
  git.environments.push({ product, ...place, version: '1.1.0', setting: 1, isBroken: false, isRemoved: false });
}

/** The operator's configuration and the jobs in Jenkins. */
export function prepareServers(world: World, isSerial: boolean): void {
  const { plan, api, jenkins } = world;
  const spec = {
    git: { url: 'https://git.test/releases.git', ref: { branch: 'main' }, path: '.', interval: '1m', timeout: '60s' },
    jenkins: [
      {
        name: 'main',
        url: 'https://jenkins.test',
        jobs: ['*'],
        delay: `${plan.delayMs / 1_000}s`,
        grace: '3m',
        timeout: '30s',
        pollInterval: `${plan.pollMs / 1_000}s`,
        observeInterval: '1m',
        ...(plan.maxConcurrent === undefined ? {} : { maxConcurrent: plan.maxConcurrent }),
      },
    ],
    buckets: [
      { name: 'candidates', bucket: 'candidates' },
      { name: 'claims', bucket: 'claims' },
    ],
    firstDeployment: plan.firstDeployment,
    historyLimit: 20,
    suspend: false,
  };
  const body = { metadata: { name: 'releases' }, spec };
  api.handle({ method: 'POST', plural: 'releasesources', name: undefined, isStatus: false, body, by: 'user' });
  jenkins.addJob('smoke', ['TOWPATH_RUN', 'ENVIRONMENT'], { isSerial: false });
  for (const { deployer } of plan.products) {
    const ledger = deployer.claim === undefined ? undefined : world.ledger;
    jenkins.addJob(deployer.job, ['TOWPATH_RUN', ...Object.keys(deployer.parameters)], { isSerial, ledger });
  }
}

function clock(ms: Millis): string {
  const seconds = Math.floor(ms / 1_000);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(Math.floor(seconds / 3_600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}.${String(ms % 1_000).padStart(3, '0')}`;
}
