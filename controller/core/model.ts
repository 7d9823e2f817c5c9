import type { Asked, DemandedSignoff, Governance, Override, ParityRule, ReleaseClass } from './governance.js';
import type { Digest, Millis } from './units.js';

export type { Digest, Millis } from './units.js';

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** Where in the repository something stands; line and column count from 1. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One thing that is wrong in a document, or that its author should know. */
export interface Finding extends Position {
  readonly severity: 'error' | 'warning';
  /** A stable name of the rule, in kebab-case; the rule id in SARIF. */
  readonly rule: string;
  /** Path inside the document, for instance `spec.stage`; empty where the file as a whole is meant. */
  readonly path: string;
  /** What is wrong and, where it can be said, what would be right. */
  readonly message: string;
  /** The end of the place, where it is known. */
  readonly end?: { readonly line: number; readonly column: number };
}

/** A Jenkins job as a product names it: `${…}` is not yet substituted in `job` and `parameters`. */
export interface JobTemplate {
  readonly server: string;
  readonly job: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly timeoutMs: Millis;
}

export interface VerificationTemplate {
  readonly name: string;
  readonly jenkins: JobTemplate;
}

/** What must have happened before a stage: the same release verified in one, or all, environments of an earlier one. */
export interface AfterRule {
  readonly stage: string;
  readonly require: 'any' | 'all';
}

export interface Stage {
  readonly name: string;
  readonly after: readonly AfterRule[];
  readonly soakMs: Millis;
  readonly verification: readonly VerificationTemplate[];
  readonly signoffs: readonly DemandedSignoff[];
  readonly checklist: 'optional' | 'required';
  readonly parity?: ParityRule;
}

/** Where the builds of a job claim their run: objects in a bucket that the operator has configured, or ConfigMaps. */
export type ClaimPlace =
  | { readonly bucket: string; readonly prefix: string }
  | { readonly configMap: { readonly namespace: string } };

/** How a product is deployed: the normal form of a `Product` document. */
export interface Product {
  readonly name: string;
  readonly descriptor?: { readonly bucket: string; readonly key: string };
  readonly deployer: JobTemplate & {
    readonly retry: { readonly limit: number; readonly backoffMs: Millis };
    readonly onNewVersion: 'wait' | 'abort';
    readonly unstable: 'failure' | 'success';
    /** Absent: the job claims nothing. */
    readonly claim?: ClaimPlace;
  };
  /** Deployments of this product at a time; absent: as many as there are environments. */
  readonly concurrency?: number;
  readonly stages: readonly Stage[];
  readonly driftPolicy: 'report' | 'reconcile';
  readonly releases: 'optional' | 'required';
  /** The classes of its releases; empty: the usual ones, which all take the whole path. */
  readonly classes: readonly ReleaseClass[];
}

/** What git asks for in one environment: the normal form of its MasterVersion, EnvironmentConfig and Product. */
export interface DesiredEnvironment {
  readonly product: Product;
  readonly environment: string;
  readonly stage: string;
  readonly client?: string;
  readonly version: string;
  readonly reason?: string;
  readonly notBefore?: Millis;
  readonly settings: JsonObject;
  readonly settingsDigest: Digest;
  /** Of the version's Release document, where there is one. */
  readonly release?: { readonly class: string };
  readonly override?: Override;
  /** Who asks for it; only where sign-offs are demanded. */
  readonly asked?: Asked;
}

/** An environment whose documents are not valid; it keeps what it had. */
export interface InvalidEnvironment {
  readonly product: string;
  readonly environment: string;
  /** What is wrong with what it depends on; at least one. */
  readonly findings: readonly Finding[];
}

/** Everything that one commit of a release repository says. */
export interface ReleaseRepository {
  readonly environments: readonly DesiredEnvironment[];
  readonly invalid: readonly InvalidEnvironment[];
  readonly governance: Governance;
  readonly findings: readonly Finding[];
  readonly documents: { readonly valid: number; readonly invalid: number };
}

export interface Commit {
  readonly sha: string;
  readonly author: string;
  /** Of the author; absent where the commit has none. */
  readonly email?: string;
  readonly time: Millis;
  readonly subject: string;
}

/** The repository as it stands at one commit. */
export interface Snapshot {
  readonly commit: Commit;
  readonly repository: ReleaseRepository;
}

/** A descriptor: the exact version of every component of a release. */
export interface Descriptor {
  readonly key: string;
  readonly sha256: string;
  readonly versionId?: string;
  /** Component name → version. */
  readonly components: Readonly<Record<string, string>>;
  /** The parsed content: what the release digest covers. */
  readonly content: Json;
}

/** What reading a descriptor gave. `unavailable` is worth a retry, the others need a change. */
export type DescriptorReading =
  | { readonly state: 'found'; readonly descriptor: Descriptor }
  | { readonly state: 'missing' | 'invalid' | 'unavailable'; readonly message: string };
