import { sequence } from '../support/e2e/sequence.js';
import { nameOf, type Place, places, retrying } from './places.js';

/** What happens in a round; it follows from its seed alone. */
export interface RoundPlan {
  readonly seed: number;
  readonly promotions: readonly Promotion[];
  readonly faults: readonly Fault[];
}

export interface Promotion {
  readonly afterMs: number;
  readonly places: readonly Place[];
  /** Names of environments whose next build fails. */
  readonly failing: readonly string[];
}

export type FaultKind = (typeof faultKinds)[number];

export const faultKinds = [
  'kill leader',
  'kill standby',
  'freeze leader',
  'kill apiserver',
  'kill etcd',
  'kill jenkins',
  'terminate jenkins',
  'git away',
] as const;

export interface Fault {
  readonly kind: FaultKind;
  readonly moment: Moment;
  /** How long the victim is away; for a frozen leader, by how much it is longer than the lease. */
  readonly lastingMs: number;
}

/** After the first commit; after the trigger of that number has reached Jenkins; or after the claim right before one is durable. */
export type Moment =
  | { readonly afterMs: number }
  | { readonly trigger: number; readonly plusMs: number }
  | { readonly claim: number; readonly plusMs: number };

const longestAwayMs: Readonly<Record<FaultKind, number>> = {
  'kill leader': 3_000,
  'kill standby': 3_000,
  'freeze leader': 7_000,
  'kill apiserver': 6_000,
  'kill etcd': 4_000,
  'kill jenkins': 4_000,
  'terminate jenkins': 4_000,
  'git away': 8_000,
};

export function drawRound(seed: number, kinds: readonly FaultKind[] = faultKinds): RoundPlan {
  // Neighbouring seeds begin alike otherwise.
  const random = sequence(Math.imul(seed + 1, 0x9e3779b1));
  const chance = (probability: number) => random() < probability;
  const below = (limit: number) => Math.floor(random() * limit);
  const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T;

  const promotion = (afterMs: number): Promotion => {
    const chosen = places.filter(({ product }) => product === retrying || chance(0.6));
    const failing = chosen.filter(({ product }) => product === retrying && chance(0.25)).map(nameOf);
    return { afterMs, places: chance(0.8) ? chosen : chosen.filter(({ product }) => product === retrying), failing };
  };
  const moment = (): Moment => {
    const kind = random();
    if (kind < 0.35) return { afterMs: below(7_000) };
    const number = 1 + below(5);
    if (kind < 0.7) return { trigger: number, plusMs: pick([0, 0, 5, 30, 300, below(2_000)]) };
    return { claim: number, plusMs: pick([0, 0, 1, 3, 10]) };
  };
  const fault = (): Fault => {
    const kind = pick(kinds);
    return { kind, moment: moment(), lastingMs: 200 + below(longestAwayMs[kind]) };
  };

  const promotions = [promotion(0), ...(chance(0.25) ? [promotion(1_000 + below(5_000))] : [])];
  return { seed, promotions, faults: Array.from({ length: 1 + below(3) }, fault) };
}

const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;

/** The plan on one line, for people. */
export function describePlan({ promotions, faults }: RoundPlan): string {
  const asked = promotions.map(({ places: all, failing, afterMs }) => {
    const names = all.map(nameOf).join(' ');
    const first = failing.length === 0 ? '' : ` (fails once: ${failing.join(' ')})`;
    return `${afterMs === 0 ? '' : `after ${seconds(afterMs)} `}${names}${first}`;
  });
  const when = (moment: Moment) => {
    if ('afterMs' in moment) return `at ${seconds(moment.afterMs)}`;
    const what = 'claim' in moment ? `claim ${moment.claim}` : `trigger ${moment.trigger}`;
    return `${moment.plusMs} ms after ${what}`;
  };
  const hit = faults.map(({ kind, moment, lastingMs }) => `${kind} ${when(moment)} for ${seconds(lastingMs)}`);
  return `${asked.join('; ')} | ${hit.join(', ')}`;
}
