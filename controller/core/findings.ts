import type { EnvironmentFacts } from './facts.js';
import type { JudgedGate } from './gates/evaluate.js';
import type { Need } from './need.js';
import type { DeploymentRunResource } from './resources/deployment-run.js';
import type { DesiredStatus, ObservedState, RecordedState } from './resources/environment.js';

/** What was worked out from the facts; conditions and gates read it. */
export interface Findings {
  readonly facts: EnvironmentFacts;
  readonly desired: DesiredStatus | undefined;
  readonly recorded: RecordedState | undefined;
  readonly observed: ObservedState | undefined;
  readonly foreign: boolean;
  readonly active: DeploymentRunResource | undefined;
  readonly need: Need;
  readonly gates: readonly JudgedGate[];
  /** An adoption is carried out in this pass. */
  readonly adopting: boolean;
}
