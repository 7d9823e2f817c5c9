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

/** One kill in the first process, and all that followed from it. */
export interface SweptPoint {
  readonly effect: string;
  readonly side: Point['side'];
  /** Second kills, in the recovery. */
  readonly recoveries: number;
  readonly failures: readonly string[];
}

export interface Swept {
  readonly scenario: string;
  /** All effects of the undisturbed scenario, in order. */
  readonly effects: readonly string[];
  readonly rows: readonly SweptPoint[];
  readonly failures: readonly string[];
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

/** Of all first points, those that one core takes. */
export interface SweepShare {
  readonly scenario: string;
  readonly from: number;
  readonly step: number;
  /** Whether the recovery from each kill is swept as well. */
  readonly isDeep: boolean;
}

/** Kills at every effect of the scenario in turn, and for each of these at every effect of the recovery. */
export async function sweep({ scenario: name, from, step, isDeep }: SweepShare, time: VirtualTime): Promise<Swept> {
  const scenario = scenarios.find((one) => one.name === name);
  if (scenario === undefined) throw new Error(`there is no scenario ${name}`);
  const plain = await walk(scenario, [], time);
  const names = plain.effects[0] ?? [];
  const rows: SweptPoint[] = [];
  for (const [index, first] of pointsOf(names.length).entries()) {
    if (index % step !== from) continue;
    const failures: string[] = [];
    const note = (points: readonly Point[], { failure }: Walk) => {
      if (failure !== undefined) failures.push(`${points.map(({ at, side }) => `${side} ${at}`).join(', then ')}: ${failure}`);
    };
    const once = await walk(scenario, [first], time);
    note([first], once);
    const seconds = isDeep ? pointsOf(once.effects[1]?.length ?? 0) : [];
    for (const second of seconds) note([first, second], await walk(scenario, [first, second], time));
    rows.push({ effect: kindOf(names[first.at - 1] ?? ''), side: first.side, recoveries: seconds.length, failures });
  }
  const failures = plain.failure === undefined ? [] : [`without a kill: ${plain.failure}`];
  return { scenario: name, effects: names, rows, failures };
}

/** `PUT deploymentruns/status`, `Jenkins trigger`: without the name of what it is done to. */
function kindOf(name: string): string {
  return name.split(' ').slice(0, 2).join(' ');
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
