import type { NotificationEvent } from './notify/events.js';
import type { Digest, Millis } from './units.js';

/** Governance as git says it: the normal form of Release, DeploymentWindow, Roles and Incident documents, and of what products demand by them. */

export type ChecklistState = 'pending' | 'done' | 'not-applicable';

/** When an item has to be done: before the deployment (it gates), while it goes on, or after it (it becomes an obligation). */
export type ChecklistPhase = 'pre' | 'during' | 'post';

/** How far an item is in one place; what is not given stands for every one. */
export interface ChecklistCompletion {
  readonly stage?: string;
  readonly client?: string;
  readonly environment?: string;
  readonly state: ChecklistState;
  readonly by?: string;
  readonly at?: Millis;
  readonly reason?: string;
  readonly evidence?: string;
}

/** Something that a release asks to be done wherever it, or a later release, is deployed. */
export interface ChecklistItem {
  readonly id: string;
  readonly kind: string;
  readonly title: string;
  readonly phase: ChecklistPhase;
  /** False: once done it cannot be taken back, so neither can the release. */
  readonly reversible: boolean;
  /** How one goes back, or on, where it is not reversible. */
  readonly rollback?: string;
  /** The role that does it. */
  readonly owner?: string;
  /** After the deployment: how long it may take. */
  readonly withinMs?: Millis;
  /** Where it is demanded; an absent list stands for everywhere. */
  readonly stages?: readonly string[];
  readonly clients?: readonly string[];
  readonly environments?: readonly string[];
  /** The item's own state first, for everywhere; later ones are more special. */
  readonly completions: readonly ChecklistCompletion[];
}

/** A role's yes for one desired digest. */
export interface Signoff {
  readonly role: string;
  readonly stage: string;
  readonly client?: string;
  /** Name or e-mail of the person. */
  readonly by: string;
  readonly at: Millis;
  readonly digest: Digest;
  readonly evidence?: string;
  readonly comment?: string;
  /** The commit that brought it, as the repository shows it. */
  readonly brought?: Brought;
  /** Why the commit that brought it is not known. */
  readonly unbrought?: string;
}

/** The commit that brought something into the repository: the first of an unbroken row of commits, up to the present one, that all have it. */
export interface Brought {
  readonly commit: string;
  /** Name and e-mail of the author. */
  readonly author: string;
  readonly email: string;
  readonly time: Millis;
  /** What its signature came to; absent where the source verifies none. */
  readonly signature?: CommitSignature;
}

export type CommitSignature =
  /** The key, as people know it (`SHA256:…`, or a fingerprint in hex), and the digests of the texts of those keys in Roles documents that are it. */
  | { readonly signedBy: string; readonly keys: readonly Digest[] }
  /** Why it does not count, as what follows "the commit". */
  | { readonly problem: string };

/** Who asks for what an environment shall have. */
export interface Asked {
  /** The commit that brought its version. */
  readonly version?: Brought;
  /** The commit that changed its settings after that, where one did. */
  readonly settings?: Brought;
  /** Why the commit that brought the version is not known. */
  readonly unknown?: string;
}

export interface Ticket {
  readonly id: string;
  readonly state: 'resolved' | 'reopened';
}

/** When a release is planned to reach a stage, and how long it may keep it down. */
export interface PlannedStep {
  readonly stage: string;
  readonly client?: string;
  readonly planned?: Millis;
  readonly plannedDowntimeMs?: Millis;
  readonly actualDowntimeMs?: Millis;
}

/** What a `Release` document says. */
export interface ReleaseDocument {
  readonly product: string;
  readonly version: string;
  readonly class: string;
  /** What it builds on: orders releases for cumulative jumps. */
  readonly previous?: string;
  /** Product → semver range. */
  readonly dependencies: Readonly<Record<string, string>>;
  /** The components that it claims to change; absent: any. */
  readonly components?: readonly string[];
  readonly notes: { readonly user?: string; readonly technical?: string };
  readonly tickets: readonly Ticket[];
  /** When it was announced: notice periods count from here. */
  readonly announced?: Millis;
  readonly schedule: readonly PlannedStep[];
  readonly checklist: readonly ChecklistItem[];
  readonly signoffs: readonly Signoff[];
}

/** What a path skips: to be made up for by an owner (a role) within a time after the deployment. */
export interface SkippedStage {
  readonly stage: string;
  readonly owner: string;
  readonly withinMs: Millis;
}

export interface DeferredSignoff {
  readonly role: string;
  readonly withinMs: Millis;
}

/** Something that is due after every release of a class: a review. */
export interface FollowUp {
  readonly id: string;
  readonly title: string;
  readonly owner: string;
  readonly withinMs: Millis;
}

/** A class of releases of a product, and the path that it takes. */
export interface ReleaseClass {
  readonly name: string;
  readonly priority: number;
  readonly skips: readonly SkippedStage[];
  readonly defers: readonly DeferredSignoff[];
  readonly followUps: readonly FollowUp[];
  /** Closed until the release was announced this long ago. */
  readonly notice?: { readonly periodMs: Millis; readonly stages: readonly string[] };
  /** Whether the delta may hold more components than the release claims. */
  readonly changes: 'any' | 'claimed';
}

/** A sign-off that a stage demands. */
export interface DemandedSignoff {
  readonly role: string;
  /** Different people; absent: as the role says. */
  readonly quorum?: number;
  /** How long a sign-off stands; absent: as the role says. */
  readonly expiresMs?: Millis;
}

/** Settings here must not hold what was not tested there. */
export interface ParityRule {
  readonly with: string;
  /** Paths of settings, such as `integrations.crm.url` or `featureToggles.*`, that may differ. */
  readonly allow: readonly string[];
}

export interface Person {
  readonly name: string;
  readonly emails: readonly string[];
  /** Signs for these clients only. */
  readonly clients?: readonly string[];
  /** Keys that the person's commits are signed with: an OpenPGP public key (armored), or an SSH public key (one line). */
  readonly keys: readonly string[];
}

/** Who may say yes as what. */
export interface Role {
  readonly name: string;
  readonly aliases: readonly string[];
  /** Absent: for every product. */
  readonly products?: readonly string[];
  readonly people: readonly Person[];
  readonly quorum: number;
  readonly expiresMs?: Millis;
  /** Whether the author of the commit that asks for the release may sign it as this role. */
  readonly authorMaySign: boolean;
}

export interface Selector {
  readonly products?: readonly string[];
  readonly stages?: readonly string[];
  readonly clients?: readonly string[];
  readonly environments?: readonly string[];
}

/** When deployments may, or may not, start. Local times are of `timeZone`, `YYYY-MM-DDTHH:MM:SS`. */
export interface DeploymentWindow {
  readonly name: string;
  readonly effect: 'allow' | 'deny';
  readonly selector: Selector;
  readonly timeZone: string;
  readonly reason?: string;
  readonly exempt: readonly string[];
  readonly when:
    | { readonly from: string; readonly to: string }
    /** Cron of five fields. */
    | { readonly schedule: string; readonly durationMs: Millis };
}

/** A failure that a release caused. */
export interface Incident {
  readonly name: string;
  readonly product: string;
  readonly version: string;
  readonly environments: readonly string[];
  readonly from: Millis;
  readonly to?: Millis;
  readonly severity: string;
  readonly summary: string;
  readonly url?: string;
}

/** A sink as a policy names it, and where. */
export interface NamedSink {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Who is told of what; an absent list of events stands for all. */
export interface NotificationRule {
  readonly selector: Selector;
  readonly events?: readonly NotificationEvent[];
  readonly sinks: readonly NamedSink[];
}

export interface NotificationPolicy {
  readonly name: string;
  readonly rules: readonly NotificationRule[];
}

/** A governing document that is not valid. What depends on it stays closed: nobody knows what it was to say. */
export interface BrokenDocument {
  readonly kind: 'DeploymentWindow' | 'Roles' | 'Release';
  /** Empty where it cannot be told: a Release may be any that there is none of. */
  readonly name: string;
  /** The product that a Release is of; absent where it cannot be told. */
  readonly product?: string;
  /** What a window selects, where that can still be told; absent: everything. */
  readonly selector?: Selector;
  /** `file:line:column message` of the first finding. */
  readonly message: string;
}

/** Everything of a repository that governs whether something may be deployed. */
export interface Governance {
  readonly releases: readonly ReleaseDocument[];
  readonly windows: readonly DeploymentWindow[];
  readonly roles: readonly Role[];
  readonly incidents: readonly Incident[];
  readonly broken: readonly BrokenDocument[];
  /** Absent where there is none. They hold nothing back, whatever is wrong with them. */
  readonly policies?: readonly NotificationPolicy[];
}

/** The part of it that concerns one product; releases by version. */
export interface ProductGovernance extends Pick<Governance, 'windows' | 'roles' | 'broken'> {
  readonly releases: Readonly<Record<string, ReleaseDocument>>;
}

/** Nothing that holds anything back. */
export const noGovernance: Governance = { releases: [], windows: [], roles: [], incidents: [], broken: [] };

/** What governs one product. */
export function governanceOf({ releases, windows, roles, broken }: Governance, product: string): ProductGovernance {
  const own = Object.fromEntries(
    releases.filter((release) => release.product === product).map((release) => [release.version, release]),
  );
  return {
    releases: own,
    windows: windows.filter(({ selector }) => concerns(selector.products, product)),
    roles: roles.filter(({ products }) => concerns(products, product)),
    broken: broken.filter((document) =>
      document.product === undefined ? !Object.hasOwn(own, document.name) : document.product === product,
    ),
  };
}

const concerns = (products: readonly string[] | undefined, product: string): boolean =>
  products === undefined || products.length === 0 || products.includes(product);

/** A gate that the document that asks for a version says to pass, with the reason; for that version alone. */
export interface Override {
  readonly gates: readonly string[];
  readonly version: string;
  readonly reason: string;
  readonly by?: string;
}
