import { compact } from '../compact.js';
import { overridable } from '../documents/schema/master-version.js';
import type { Millis } from '../model.js';
import type { EnvironmentStatus, GateStatus } from '../resources/environment.js';
import { fromTime, toTime } from '../time.js';
import { checklist } from './checklist.js';
import { releaseClass } from './class.js';
import { concurrency } from './concurrency.js';
import { dependencies } from './dependencies.js';
import { descriptor } from './descriptor.js';
import { firstDeployment } from './first-deployment.js';
import { held } from './held.js';
import { notBefore } from './not-before.js';
import { notice } from './notice.js';
import { order } from './order.js';
import { parity } from './parity.js';
import { releaseKnown } from './release-known.js';
import { signoffs } from './signoffs.js';
import { soak } from './soak.js';
import { suspended } from './suspended.js';
import { valid } from './valid.js';
import { type Gate, type GateInput, passed, type Verdict } from './verdict.js';
import { window } from './window.js';

/** Every gate, in the order that they are judged and shown. */
export const gates: readonly (readonly [name: string, gate: Gate])[] = [
  ['suspended', suspended],
  ['held', held],
  ['valid', valid],
  ['first-deployment', firstDeployment],
  ['release-known', releaseKnown],
  ['class', releaseClass],
  ['descriptor', descriptor],
  ['not-before', notBefore],
  ['notice', notice],
  ['order', order],
  ['soak', soak],
  ['dependencies', dependencies],
  ['parity', parity],
  ['checklist', checklist],
  ['signoffs', signoffs],
  ['window', window],
  ['concurrency', concurrency],
];

export interface JudgedGate extends Verdict {
  readonly name: string;
}

/** Judges every gate, never only the first closed one, so that what holds a release is explained in full. */
export function evaluate(input: GateInput): JudgedGate[] {
  return gates.flatMap(([name, gate]) => {
    const verdict = gate(input);
    return verdict === undefined ? [] : [{ name, ...(overridden(name, verdict, input) ?? verdict) }];
  });
}

/** A closed gate that the documents say to pass, for the very version that they ask for: open, with what would hold it and why it does not. */
function overridden(name: string, verdict: Verdict, { wanted }: GateInput): Verdict | undefined {
  const override = wanted?.override;
  if (override === undefined || override.version !== wanted?.version) return undefined;
  if (verdict.state === 'Passed' || !override.gates.includes(name) || !isOverridable(name)) return undefined;
  const by = override.by === undefined ? '' : ` by ${override.by}`;
  const open = passed('Overridden', `overridden${by} (${override.reason}); it would be held: ${verdict.message}`);
  return verdict.nextChange === undefined ? open : { ...open, nextChange: verdict.nextChange };
}

const isOverridable = (name: string): boolean => (overridable as readonly string[]).includes(name);

export function firstClosed<G extends { state: string }>(judged: readonly G[]): G | undefined {
  return judged.find(({ state }) => state !== 'Passed');
}

/** When one of the gates can first change by itself: an open one can close again. */
export function nextChangeOf(judged: readonly JudgedGate[]): Millis | undefined {
  const times = judged.flatMap(({ nextChange }) => (nextChange === undefined ? [] : [nextChange]));
  return times.length === 0 ? undefined : Math.min(...times);
}

/** The gates as the status shows them; `since` stays while a gate keeps its state. */
export function toGateStatuses(judged: readonly JudgedGate[], before: readonly GateStatus[], now: Millis): GateStatus[] {
  return judged.map(({ nextChange, ...gate }) => {
    const previous = before.find(({ name }) => name === gate.name);
    const since = previous?.state === gate.state ? previous.since : undefined;
    return compact<GateStatus>({
      ...gate,
      ...waited(previous, gate.state, now),
      since: since ?? toTime(now),
      nextChange: nextChange === undefined ? undefined : toTime(nextChange),
    });
  });
}

/** The gates as they were told last; what was waited for another content is not counted on. */
export function gatesBefore(status: EnvironmentStatus | undefined, digest: string | undefined): readonly GateStatus[] {
  const gates = status?.gates ?? [];
  return status?.desired?.digest === digest ? gates : gates.map(({ waitedSeconds: _, waitedFor: __, ...gate }) => gate);
}

/** What the gate cost in waiting: it adds up over the states in which it was closed. */
function waited(previous: GateStatus | undefined, state: string, now: Millis): Pick<GateStatus, 'waitedSeconds' | 'waitedFor'> {
  if (previous === undefined) return {};
  const { waitedSeconds = 0, waitedFor, since } = previous;
  const wasClosed = previous.state !== 'Passed' && previous.state !== state;
  const closed = wasClosed ? Math.max(0, Math.round((now - (fromTime(since) ?? now)) / 1000)) : 0;
  const seconds = waitedSeconds + closed;
  return seconds === 0 ? {} : compact({ waitedSeconds: seconds, waitedFor: (wasClosed ? previous.who : undefined) ?? waitedFor });
}
