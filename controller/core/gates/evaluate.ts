import { compact } from '../compact.js';
import type { Millis } from '../model.js';
import type { GateStatus } from '../resources/environment.js';
import { toTime } from '../time.js';
import { checklist } from './checklist.js';
import { concurrency } from './concurrency.js';
import { descriptor } from './descriptor.js';
import { firstDeployment } from './first-deployment.js';
import { held } from './held.js';
import { notBefore } from './not-before.js';
import { order } from './order.js';
import { releaseKnown } from './release-known.js';
import { signoffs } from './signoffs.js';
import { soak } from './soak.js';
import { suspended } from './suspended.js';
import { valid } from './valid.js';
import type { Gate, GateInput, Verdict } from './verdict.js';

/** Every gate, in the order that they are judged and shown. */
export const gates: readonly (readonly [name: string, gate: Gate])[] = [
  ['suspended', suspended],
  ['held', held],
  ['valid', valid],
  ['first-deployment', firstDeployment],
  ['release-known', releaseKnown],
  ['descriptor', descriptor],
  ['not-before', notBefore],
  ['order', order],
  ['soak', soak],
  ['checklist', checklist],
  ['signoffs', signoffs],
  ['concurrency', concurrency],
];

export interface JudgedGate extends Verdict {
  readonly name: string;
}

/** Judges every gate, never only the first closed one, so that what holds a release is explained in full. */
export function evaluate(input: GateInput): JudgedGate[] {
  return gates.flatMap(([name, gate]) => {
    const verdict = gate(input);
    return verdict === undefined ? [] : [{ name, ...verdict }];
  });
}

export function firstClosed<G extends { state: string }>(judged: readonly G[]): G | undefined {
  return judged.find(({ state }) => state !== 'Passed');
}

/** When one of the closed gates can first change by itself. */
export function nextChangeOf(judged: readonly JudgedGate[]): Millis | undefined {
  const times = judged.flatMap(({ state, nextChange }) => (state === 'Passed' || nextChange === undefined ? [] : [nextChange]));
  return times.length === 0 ? undefined : Math.min(...times);
}

/** The gates as the status shows them; `since` stays while a gate keeps its state. */
export function toGateStatuses(judged: readonly JudgedGate[], before: readonly GateStatus[], now: Millis): GateStatus[] {
  return judged.map(({ nextChange, ...gate }) => {
    const previous = before.find(({ name }) => name === gate.name);
    const since = previous?.state === gate.state ? previous.since : undefined;
    return compact<GateStatus>({
      ...gate,
      since: since ?? toTime(now),
      nextChange: nextChange === undefined ? undefined : toTime(nextChange),
    });
  });
}
