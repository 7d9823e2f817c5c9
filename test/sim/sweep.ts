import type { Millis } from '../../controller/core/model.js';
import { checkEnd } from './end-state.js';
import { Invariants } from './invariants.js';
import type { Effect } from './network.js';
import { type Scenario, scenarios } from './scenarios.js';
import { settle } from './simulation.js';
import { Violation } from './violation.js';
import type { VirtualTime } from './virtual-time.js';
import { World } from './world.js';

/** Where the controller dies: at its n-th effect, right before it leaves or right after it is done. */
export interface Point {
  readonly at: number;
  readonly side: 'before' | 'after';
}

interface Walk {
  /** Names of the effects, by which process in order (0: the first). */
  readonly effects: readonly (readonly string[])[];
  readonly failure?: string;
  readonly virtualMs: Millis;
}

export interface Swept {
  readonly scenario: string;
  readonly effects: number;
  readonly points: number;
  readonly recoveries: number;
  readonly failures: readonly string[];
  /** Points by what kind of effect they are at. */
  readonly byEffect: ReadonlyMap<string, { effects: number; points: number; recoveries: number; failures: number }>;
}

/** One scenario, with a kill at each of the points: the first in the first process, the second in the one after it. */
async function walk(
  scenario: Scenario,
  points: readonly Point[],
  time: VirtualTime,
  tell?: (line: string) => void,
): Promise<Walk> {
  const world = new World(scenario.plan);
  time.use(world.scheduler, world.random);
  world.network.steady = true;
  if (tell !== undefined) world.onHappening = (text) => tell(`${world.scheduler.now} ${text()}`);
  const invariants = new Invariants(world);
  const effects: string[][] = [];
  const order = new Map<string, number>();
  const isHere = (side: Point['side'], { owner }: Effect) => {
    const process = order.get(owner.name) ?? 0;
    const point = points[process];
    const isPoint = point?.side === side && effects[process]?.length === point.at;
    if (isPoint) kill(world, owner.name);
    return isPoint;
  };
  world.network.hooks.before = (effect) => {
    const process = order.get(effect.owner.name) ?? order.size;
    order.set(effect.owner.name, process);
    effects[process] ??= [];
    effects[process].push(effect.name);
    return isHere('before', effect);
  };
  world.network.hooks.after = (effect) => isHere('after', effect);
  const failure = await play(scenario, world, invariants);
  return { effects, virtualMs: world.scheduler.now, ...(failure === undefined ? {} : { failure }) };
}

async function play(scenario: Scenario, world: World, invariants: Invariants): Promise<string | undefined> {
  try {
    scenario.begin(world);
    world.startReplica(0);
    await world.scheduler.runUntil(scenario.plan.activeMs);
    await settle(world, invariants);
    checkEnd(world);
    scenario.check(world);
    return undefined;
  } catch (error) {
    return error instanceof Violation ? error.message : String((error as Error).stack);
  }
}

function kill(world: World, name: string): void {
  const replica = world.replicas.find((one) => one.name === name);
  if (replica === undefined) throw new Error(`there is no ${name}`);
  replica.kill();
  world.happened(() => `${name} is killed`);
  world.restartLater(replica);
}

const sides = ['before', 'after'] as const;

const pointsOf = (count: number): Point[] =>
  Array.from({ length: count }, (_, index) => sides.map((side) => ({ at: index + 1, side }))).flat();

/** Kills at every effect of the scenario in turn, and for each of these at every effect of the recovery. */
export async function sweep(scenario: Scenario, time: VirtualTime): Promise<Swept> {
  const plain = await walk(scenario, [], time);
  const names = plain.effects[0] ?? [];
  const failures = plain.failure === undefined ? [] : [`without a kill: ${plain.failure}`];
  const byEffect = new Map<string, { effects: number; points: number; recoveries: number; failures: number }>();
  let [points, recoveries] = [0, 0];
  for (const first of pointsOf(names.length)) {
    const kind = kindOf(names[first.at - 1] ?? '');
    const row = byEffect.get(kind) ?? { effects: 0, points: 0, recoveries: 0, failures: 0 };
    byEffect.set(kind, row);
    const note = (points: readonly Point[], { failure }: Walk) => {
      if (failure === undefined) return;
      row.failures += 1;
      failures.push(`${points.map(({ at, side }) => `${side} ${at}`).join(', then ')}: ${failure}`);
    };
    const once = await walk(scenario, [first], time);
    note([first], once);
    row.effects += first.side === 'before' ? 1 : 0;
    row.points += 1;
    points += 1;
    for (const second of pointsOf(once.effects[1]?.length ?? 0)) {
      note([first, second], await walk(scenario, [first, second], time));
      row.recoveries += 1;
      recoveries += 1;
    }
  }
  return { scenario: scenario.name, effects: names.length, points, recoveries, failures, byEffect };
}

/** `PUT deploymentruns/status`, `Jenkins trigger`: without the name of what it is done to. */
function kindOf(name: string): string {
  return name.split(' ').slice(0, 2).join(' ');
}

/** All scenarios, as a table; true where nothing was violated. */
export async function sweepAll(time: VirtualTime, say: (line: string) => void): Promise<boolean> {
  say('scenario                effect                        effects  points  in recovery  failures');
  let [effects, points, recoveries, failures] = [0, 0, 0, 0];
  for (const scenario of scenarios) {
    const swept = await sweep(scenario, time);
    for (const [kind, row] of swept.byEffect) say(line(swept.scenario, kind, row));
    for (const failure of swept.failures) say(`  ${failure}`);
    effects += swept.effects;
    points += swept.points;
    recoveries += swept.recoveries;
    failures += swept.failures.length;
  }
  say(line('all', '', { effects, points, recoveries, failures }));
  say(`${points} points swept, and ${recoveries} more in recovery: ${points + recoveries} in all`);
  return failures === 0;
}

function line(
  scenario: string,
  kind: string,
  row: { effects: number; points: number; recoveries: number; failures: number },
): string {
  const numbers = [row.effects, row.points, row.recoveries, row.failures].map((value, at) =>
    String(value).padStart([7, 8, 13, 10][at] ?? 8),
  );
  return `${scenario.padEnd(24)}${kind.padEnd(30)}${numbers.join('')}`;
}

/** One walk as a story, to look at a failure. */
export function tellWalk(
  scenario: Scenario,
  points: readonly Point[],
  time: VirtualTime,
  say: (line: string) => void,
): Promise<Walk> {
  return walk(scenario, points, time, say);
}
