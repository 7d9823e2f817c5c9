import type { ProductGovernance } from './governance.js';
import type { Commit, DescriptorReading, DesiredEnvironment, Finding, Millis } from './model.js';
import type { ParityFacts } from './parity/facts.js';
import type { DeploymentRunResource } from './resources/deployment-run.js';
import type { EnvironmentResource, VerifiedRelease } from './resources/environment.js';
import type { HoldResource } from './resources/hold.js';
import type { HistoryBuild } from './run/observation.js';

/** What an environment upstream says of releases; the order and soak gates read nothing else. */
export interface PathEnvironment {
  readonly environment: string;
  readonly stage: string;
  readonly client?: string;
  readonly verified: readonly VerifiedRelease[];
  /** Something that Towpath did not start runs there in place of what is recorded, which has this digest; `what` as in `bob deployed 1.0.9`. */
  readonly drifted?: { readonly releaseDigest?: string; readonly what: string };
}

/** What is recorded of an environment of another product. */
export interface Neighbour {
  readonly product: string;
  readonly environment: string;
  readonly stage: string;
  readonly client?: string;
  /** Absent: nothing is recorded. */
  readonly version?: string;
  readonly certain: boolean;
  readonly verified: boolean;
  /** Something that Towpath did not start runs there in place of it, as in `bob deployed 1.0.9`. */
  readonly drifted?: string;
}

/** A descriptor's digest, pinned when some environment of the product first saw it. */
export interface DescriptorPin {
  readonly sha256: string;
  readonly environment: string;
}

/** How many deployments may go on at a time, and how many others do. */
export interface Capacity {
  readonly what: string;
  readonly limit: number;
  readonly others: number;
  /** Those that are more urgent, and wait for nothing but room. */
  readonly urgent?: number;
}

/** Everything known about one environment, gathered before anything is judged. */
export interface EnvironmentFacts {
  readonly now: Millis;
  readonly environment: EnvironmentResource;
  /** What git asks for; absent where its documents are not valid. */
  readonly desired?: DesiredEnvironment;
  readonly commit?: Commit;
  /** What git says may be deployed, by whose leave and when. */
  readonly governance: ProductGovernance;
  /** Why the documents are not valid; empty where they are. */
  readonly findings: readonly Finding[];
  /** The repository has not been read yet since this process started. */
  readonly unread?: boolean;
  /** What the documents name and the operator has not configured. */
  readonly problem?: string;
  /** A record of the newest run that cannot be read: nobody knows whether that run is under way. */
  readonly unreadableRun?: { readonly name: string; readonly message: string };
  readonly source: {
    readonly name: string;
    readonly suspended: boolean;
    readonly firstDeployment: 'confirm' | 'deploy';
    /** Commits that bring sign-offs have to be signed. */
    readonly verifies?: boolean;
  };
  /** Absent where the product has none, or where nothing hangs on it in this pass. */
  readonly descriptor?: DescriptorReading;
  readonly pin?: DescriptorPin;
  /** Component versions of what is recorded, for the delta; absent where they are not known. */
  readonly recordedComponents?: Readonly<Record<string, string>>;
  /** Lowest number first. */
  readonly runs: readonly DeploymentRunResource[];
  readonly path: readonly PathEnvironment[];
  /** Of the products that the wanted release depends on, for the same client at the same stage; absent where it depends on none. */
  readonly neighbours?: readonly Neighbour[];
  /** Absent where the stage does not ask that settings be tested elsewhere. */
  readonly parity?: ParityFacts;
  readonly holds: readonly HoldResource[];
  /** Holds of the namespace that do not fit their type: nobody knows what they stop. */
  readonly unreadableHolds?: readonly { readonly name: string; readonly message: string }[];
  /** How long a deployment here usually takes, its verification included; absent where none is known, or nothing hangs on it. */
  readonly usualDurationMs?: Millis;
  readonly capacities: readonly Capacity[];
  /** Builds of the product's job for this environment, newest first; absent until the history was read. */
  readonly history?: readonly HistoryBuild[];
}

/** Annotations by which operators ask for something. */
export const annotations = {
  requestedAt: 'towpath.dev/requestedAt',
  retryRequestedAt: 'towpath.dev/retryRequestedAt',
  verifyRequestedAt: 'towpath.dev/verifyRequestedAt',
  adopt: 'towpath.dev/adopt',
  confirm: 'towpath.dev/confirm',
  suspend: 'towpath.dev/suspend',
  resolve: 'towpath.dev/resolve',
} as const;

export function annotation(facts: EnvironmentFacts, name: keyof typeof annotations): string | undefined {
  return facts.environment.metadata.annotations?.[annotations[name]];
}
