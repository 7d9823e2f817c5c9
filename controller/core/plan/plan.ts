import type { Delta } from '../delta/compute.js';
import type { ChecklistPhase, ChecklistState } from '../governance.js';
import type { Finding } from '../model.js';

/** What a change of a release repository would do: plain JSON, the same for every way of printing it. Times are RFC 3339 in UTC. */

/** One of the two sides. */
export interface PlanRevision {
  /** As people call it: `origin/main`, `working tree`, or the beginning of a commit. */
  readonly name: string;
  /** Absent for what is not committed. */
  readonly commit?: string;
}

/**
 * `moved`: to another stage or client. `changed`: another version, other settings, or something that deploys nothing. `invalid`: its
 * documents are not valid, so it keeps what it has. `repaired`: they were not, and are now.
 */
export type PlannedChange = 'added' | 'removed' | 'moved' | 'changed' | 'invalid' | 'repaired';

export interface PlannedState {
  readonly version: string;
  readonly stage: string;
  readonly client?: string;
  /** Of what is promoted; absent where the descriptor was not read. */
  readonly releaseDigest?: string;
  /** What runs and sign-offs are bound to; absent where the descriptor was not read. */
  readonly digest?: string;
  readonly settingsDigest: string;
  readonly reason?: string;
  readonly notBefore?: string;
}

/** One setting; values of secrets are never in it. */
export interface SettingChange {
  /** As in `integrations.crm.url`. */
  readonly path: string;
  readonly change: 'added' | 'removed' | 'changed';
  /** As written in JSON, cut where it is long; absent where there is none, or it is hidden. */
  readonly from?: string;
  readonly to?: string;
  /** A secret reference, or something that is called like a secret: what it says is not told. */
  readonly hidden?: boolean;
}

/** `Unknown`: what decides it is not known from what was looked at; the message says what would be. */
export type PlannedGateState = 'Passed' | 'Waiting' | 'Blocked' | 'Failed' | 'Unknown';

export interface PlannedGate {
  readonly name: string;
  readonly state: PlannedGateState;
  readonly reason: string;
  readonly message: string;
  /** Who can open it. */
  readonly who?: string;
  /** When it can next change by itself. */
  readonly nextChange?: string;
}

/** A checklist item of a release on the way, as it stands here. */
export interface PlannedItem {
  readonly id: string;
  readonly release: string;
  readonly kind: string;
  readonly title: string;
  readonly phase: ChecklistPhase;
  readonly state: ChecklistState;
  readonly owner?: string;
  readonly reversible: boolean;
}

/** The way from one version to another, and all that it brings. */
export interface PlannedJump {
  readonly direction: 'forward' | 'back' | 'aside' | 'first';
  /** Gained, oldest first. */
  readonly over: readonly string[];
  /** Left behind, newest first. */
  readonly undone: readonly string[];
  /** Why the Release documents do not tell the whole way. */
  readonly gap?: string;
  readonly items: readonly PlannedItem[];
  readonly notes: readonly { readonly version: string; readonly user?: string; readonly technical?: string }[];
  readonly tickets: readonly { readonly id: string; readonly state: 'resolved' | 'reopened' }[];
}

/** Whether and how one could go back once it is deployed. */
export interface PlannedReturn {
  readonly possible: boolean;
  /** The oldest version that one could go back to. */
  readonly to?: string;
  /** The items that cannot be taken back. */
  readonly because: readonly string[];
  /** What they say of going back. */
  readonly how: readonly string[];
  /** Items that this change itself goes back over, and that cannot be taken back. */
  readonly crosses: readonly string[];
}

export interface EnvironmentPlan {
  readonly product: string;
  readonly environment: string;
  readonly change: PlannedChange;
  readonly from?: PlannedState;
  readonly to?: PlannedState;
  /** Whether it leads to a deployment once its gates are open. */
  readonly deploys: boolean;
  /** What is recorded there, where a cluster was asked. */
  readonly deployed?: { readonly version: string; readonly certain: boolean };
  readonly settings: readonly SettingChange[];
  /** How many more settings change than are listed. */
  readonly moreSettings?: number;
  /** Component by component; absent where both descriptors were not at hand, or there are none. */
  readonly delta?: Delta;
  /** Why there is no delta although the product has descriptors. */
  readonly deltaUnknown?: string;
  readonly jump?: PlannedJump;
  readonly reversible?: PlannedReturn;
  /** In the order of judging; empty where nothing is deployed. */
  readonly gates: readonly PlannedGate[];
  /** The first gate that is known to be closed. */
  readonly waitingFor?: string;
  /** When it could start at the earliest, by all gates that are known; absent where time alone does not open them. */
  readonly opensAt?: string;
  /** Why the documents are not valid. */
  readonly findings: readonly Finding[];
}

/** A document that governs and is not the same any more. */
export interface GoverningChange {
  readonly kind: 'Product' | 'Release' | 'DeploymentWindow' | 'Role' | 'Incident';
  readonly name: string;
  readonly product?: string;
  readonly change: 'added' | 'removed' | 'changed';
  /** What it says now, or said, in a few words; absent where there is nothing short to say. */
  readonly text?: string;
}

export interface Plan {
  readonly base: PlanRevision;
  readonly head: PlanRevision;
  /** When the gates were judged. */
  readonly at: string;
  /** What the gates were judged by. */
  readonly judgedBy: 'git' | 'cluster';
  /** False where a document that is new or changed, or that a change depends on, is not valid. */
  readonly valid: boolean;
  /** Sorted by product, then in the order of the path, then by name. */
  readonly environments: readonly EnvironmentPlan[];
  readonly governing: readonly GoverningChange[];
  /** What is wrong now and was not before, and what is wrong with what changes. */
  readonly findings: readonly Finding[];
  /** What could not be known from what was looked at, a sentence each. */
  readonly unknown: readonly string[];
}

/** Whether anything is different: what `--detailed-exitcode` asks. */
export function hasChanges({ environments, governing }: Plan): boolean {
  return environments.length + governing.length > 0;
}
