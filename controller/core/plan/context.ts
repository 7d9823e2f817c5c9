import type { EnvironmentFacts } from '../facts.js';
import type { Commit, DescriptorReading, DesiredEnvironment, Finding, Millis, Product } from '../model.js';
import type { PlanRevision } from './plan.js';

/** What is known beside the two sides. */
export interface PlanContext {
  /** When the gates are judged. */
  readonly now: Millis;
  readonly base: PlanRevision;
  readonly head: PlanRevision;
  /** The newest commit of the head, for sign-offs: whoever asks may not sign. Absent for what is not committed. */
  readonly commit?: Commit;
  /**
   * What a cluster knows of an environment that the head names, as a pass gathers it; what git says in it is replaced by the head. Undefined
   * for an environment that it does not know. Absent: everything is judged from git alone.
   */
  readonly facts?: (desired: DesiredEnvironment) => EnvironmentFacts | undefined;
  /** A descriptor as it was read; undefined for one that was not. Absent: none was. */
  readonly descriptor?: (product: Product, version: string) => DescriptorReading | undefined;
  /** What else could not be known, a sentence each. */
  readonly unknown?: readonly string[];
}

/** An environment as one side has it. */
export type SideState =
  | { readonly kind: 'valid'; readonly desired: DesiredEnvironment }
  | { readonly kind: 'invalid'; readonly product: string; readonly environment: string; readonly findings: readonly Finding[] };
