import type { EnvironmentFacts } from '../facts.js';
import type { DesiredEnvironment, Millis } from '../model.js';
import type { DesiredStatus, RecordedState } from '../resources/environment.js';

/** What a gate says. Waiting opens by itself or by time, Blocked needs somebody, Failed needs a change in git or elsewhere. */
export interface Verdict {
  readonly state: 'Passed' | 'Waiting' | 'Blocked' | 'Failed';
  readonly reason: string;
  readonly message: string;
  /** Who can open it. */
  readonly who?: string;
  /** When it can next change by itself. */
  readonly nextChange?: Millis;
}

/** What gates judge: the facts, and what was worked out from them. */
export interface GateInput {
  readonly facts: EnvironmentFacts;
  /** The normal form of the documents; absent where they are not valid. */
  readonly wanted?: DesiredEnvironment;
  readonly desired?: DesiredStatus;
  readonly recorded?: RecordedState;
}

/** A gate; undefined where the product does not have it. */
export type Gate = (input: GateInput) => Verdict | undefined;

type Extra = { readonly who?: string; readonly nextChange?: Millis };

export const passed = (reason: string, message: string): Verdict => ({ state: 'Passed', reason, message });
export const waiting = (reason: string, message: string, extra: Extra = {}): Verdict => ({
  state: 'Waiting',
  reason,
  message,
  ...extra,
});
export const blocked = (reason: string, message: string, extra: Extra = {}): Verdict => ({
  state: 'Blocked',
  reason,
  message,
  ...extra,
});
export const failed = (reason: string, message: string, extra: Extra = {}): Verdict => ({
  state: 'Failed',
  reason,
  message,
  ...extra,
});
