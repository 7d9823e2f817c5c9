import type { AuditRecord } from '../core/audit/records.js';
import type { EventRecord } from '../core/events.js';
import type { StatusReport } from '../core/forge-report/status.js';
import type { ClaimPlace, DescriptorReading, Json, Millis, Snapshot } from '../core/model.js';
import type { Message } from '../core/notify/message.js';
import type { Resource } from '../core/resources/definition.js';
import type { DeploymentRunResource, DeploymentRunSpec, DeploymentRunStatus } from '../core/resources/deployment-run.js';
import type { EnvironmentResource, EnvironmentSpec, EnvironmentStatus } from '../core/resources/environment.js';
import type { HoldResource } from '../core/resources/hold.js';
import type { ReleaseResource, ReleaseSpec, ReleaseStatus } from '../core/resources/release.js';
import type {
  BucketSpec,
  ForgeSpec,
  JenkinsServer,
  ReleaseSourceResource,
  ReleaseSourceStatus,
  SinkSpec,
} from '../core/resources/release-source.js';
import type {
  BuildReading,
  ClaimReading,
  ItemReading,
  JobHistory,
  Lookup,
  Preflight,
  TriggerAnswer,
} from '../core/run/observation.js';

/** Every interface that the loop needs. Each method takes the pass's AbortSignal, which carries its deadline. */

export interface Clock {
  now(): Millis;
}

/** A namespaced name. */
export interface Key {
  readonly namespace: string;
  readonly name: string;
}

/** The release repository of one ReleaseSource. */
export interface Repositories {
  /** The newest commit, loaded. The same object again while nothing changed. Throws ReconcileError. */
  latest(source: ReleaseSourceResource, signal: AbortSignal): Promise<Snapshot>;
  /** Forgets a source that is gone and frees what it held. */
  forget(source: Key): Promise<void>;
}

/** A commit that a pull request wants to bring to the branch. */
export interface ProposalRequest {
  /** What names it at the git server, for instance `refs/pull/7/head`. */
  readonly ref: string;
  readonly sha: string;
  /** The newest commit of the branch that the source follows. */
  readonly branch: string;
}

export interface Proposal {
  /** Where it left the branch; the newest commit of the branch where that is not known. */
  readonly base: Snapshot;
  readonly isBaseKnown: boolean;
  readonly head: Snapshot;
}

/** What pull requests propose. */
export interface Proposals {
  /** Loaded like the branch, with all its limits. Throws ReconcileError. */
  read(source: ReleaseSourceResource, request: ProposalRequest, signal: AbortSignal): Promise<Proposal>;
  forget(source: Key): Promise<void>;
}

/** An open pull request; number as people see it. */
export interface OpenPullRequest {
  readonly number: number;
  readonly head: { readonly ref: string; readonly sha: string };
  readonly base: { readonly ref: string };
}

/** The code host that a repository lies on. What says the same as before is not written again. Throws ReconcileError. */
export interface Forge {
  readonly kind: ForgeSpec['kind'];
  pullRequests(signal: AbortSignal): Promise<readonly OpenPullRequest[]>;
  setStatus(status: StatusReport, signal: AbortSignal): Promise<void>;
  /** The one comment that carries the marker. */
  putComment(
    comment: { readonly pullRequest: number; readonly marker: string; readonly body: string },
    signal: AbortSignal,
  ): Promise<void>;
}

export interface Forges {
  /** That of `spec.forge`, with the credentials of its Secret as they are now. Throws ReconcileError. */
  open(source: ReleaseSourceResource, signal: AbortSignal): Promise<Forge>;
  forget(source: Key): Promise<void>;
}

export interface DescriptorRequest {
  readonly namespace: string;
  readonly bucket: BucketSpec;
  readonly key: string;
  /** What the descriptor must be of; absent: whatever it says. */
  readonly product?: string;
  readonly version?: string;
}

/** Descriptors in the buckets that the operator has configured. */
export interface Descriptors {
  /** Reads the object as it is now; never from a cache. */
  read(request: DescriptorRequest, signal: AbortSignal): Promise<DescriptorReading>;
}

/** One invocation of a job: what carries `TOWPATH_RUN=id`. `job` is the full name, for instance `platform/deploy`. */
export interface JobRequest {
  readonly job: string;
  readonly id: string;
  readonly parameters: Readonly<Record<string, string>>;
}

export interface BuildRequest {
  readonly job: string;
  readonly id: string;
  readonly number: number;
  readonly parameters?: JobRequest['parameters'];
}

export interface LookupRequest {
  readonly job: string;
  readonly id: string;
  /** The next build number as read before the claim. */
  readonly since: number;
  /** What was asked for: what is found is compared with it. Absent: the id alone counts. */
  readonly parameters?: JobRequest['parameters'];
}

export interface JobTriggering {
  preflight(request: JobRequest, signal: AbortSignal): Promise<Preflight>;
  /** One POST, never repeated; then, within the delay, the parameters are compared and doubles cancelled. Does not throw once it was sent. */
  trigger(request: JobRequest, signal: AbortSignal): Promise<TriggerAnswer>;
  lookup(request: LookupRequest, signal: AbortSignal): Promise<Lookup>;
}

export interface JobTracking {
  /** `parameters`: what was asked for, which the item is compared with; absent: the id alone counts. */
  readItem(
    request: { job: string; id: string; queueId: number; parameters?: JobRequest['parameters'] },
    signal: AbortSignal,
  ): Promise<ItemReading>;
  /** With `parameters` it says as well what of the build's is not as it was asked for. */
  readBuild(request: BuildRequest, signal: AbortSignal): Promise<BuildReading>;
  /** The last lines of the log, without console notes; empty where it cannot be read. */
  readLogTail(request: { job: string; number: number; lines: number }, signal: AbortSignal): Promise<string[]>;
  readHistory(job: string, signal: AbortSignal): Promise<JobHistory>;
}

export interface JobControl {
  /** Cancels a waiting item that carries the id; nothing happens where it is not there or not ours. */
  cancelItem(request: { job: string; id: string; queueId: number }, signal: AbortSignal): Promise<void>;
  /** Asks a build that carries the id to stop; repeating it is harmless. */
  stopBuild(request: { job: string; id: string; number: number }, signal: AbortSignal): Promise<void>;
}

/** What performs runs: one Jenkins server. Throws ReconcileError where it cannot even be asked. */
export interface Deployer extends JobTriggering, JobTracking, JobControl {}

export interface Deployers {
  /** The server of that name, with the credentials of its Secret as they are now. Throws ReconcileError where there is none. */
  open(namespace: string, server: JenkinsServer, signal: AbortSignal): Promise<Deployer>;
}

export interface ClaimRequest {
  readonly namespace: string;
  /** Whose buckets a claim may name. */
  readonly source: ReleaseSourceResource | undefined;
  readonly claim: ClaimPlace;
  /** TOWPATH_RUN. */
  readonly id: string;
}

/** The claim ledgers of products whose jobs claim each run. Only builds write there. */
export interface Claims {
  /** As it is now, never from a cache. Throws for an aborted signal alone. */
  read(request: ClaimRequest, signal: AbortSignal): Promise<ClaimReading>;
}

/** Where the audit trail of a source stands: objects that are created once and never changed. Throws ReconcileError. */
export interface AuditTrail {
  /** Creates the object; nothing happens where it is there already. Durable when it returns. */
  append(source: ReleaseSourceResource, record: AuditRecord, signal: AbortSignal): Promise<void>;
  has(source: ReleaseSourceResource, key: string, signal: AbortSignal): Promise<boolean>;
  /** The keys below a prefix, in order. */
  list(source: ReleaseSourceResource, prefix: string, signal: AbortSignal): Promise<string[]>;
  read(source: ReleaseSourceResource, key: string, signal: AbortSignal): Promise<Json>;
}

/** Reads come from a cache that follows the API and holds own writes at once. */
export interface Cache<R extends Resource<unknown, unknown>> {
  get(key: Key): R | undefined;
  list(): readonly R[];
}

export interface SourceRecords extends Cache<ReleaseSourceResource> {
  writeStatus(source: ReleaseSourceResource, status: ReleaseSourceStatus, signal: AbortSignal): Promise<void>;
}

export interface EnvironmentRecords extends Cache<EnvironmentResource> {
  /** The environments of a product in a namespace. */
  ofProduct(namespace: string, product: string): readonly EnvironmentResource[];
  /** Creates it, or makes spec and labels equal; writes nothing where they are. */
  ensure(key: Key, spec: EnvironmentSpec, labels: Readonly<Record<string, string>>, signal: AbortSignal): Promise<void>;
  /** Compare-and-swap on the resourceVersion of `environment`; a conflict throws ReconcileError with retry at once. */
  writeStatus(environment: EnvironmentResource, status: EnvironmentStatus, signal: AbortSignal): Promise<void>;
  remove(key: Key, signal: AbortSignal): Promise<void>;
}

export interface RunRecords extends Cache<DeploymentRunResource> {
  /** The runs of an environment, lowest number first. */
  ofEnvironment(namespace: string, product: string, environment: string): readonly DeploymentRunResource[];
  /** Runs of an environment, by their names, that do not fit their type and are therefore among no others; and what does not fit. */
  quarantined(namespace: string, product: string, environment: string): readonly { name: string; message: string }[];
  /** The runs of a product. */
  ofProduct(namespace: string, product: string): readonly DeploymentRunResource[];
  /** Durable when it returns. A name that exists throws ReconcileError (retry at once): somebody was faster. */
  create(
    key: Key,
    spec: DeploymentRunSpec,
    labels: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<DeploymentRunResource>;
  /** Compare-and-swap; durable when it returns; the answer carries the new resourceVersion. */
  writeStatus(run: DeploymentRunResource, status: DeploymentRunStatus, signal: AbortSignal): Promise<DeploymentRunResource>;
  remove(key: Key, signal: AbortSignal): Promise<void>;
}

export interface HoldRecords extends Cache<HoldResource> {
  /** Holds of a namespace, by their names, that do not fit their type and are therefore among no others; and what does not fit. */
  quarantined(namespace: string): readonly { name: string; message: string }[];
}

export interface ReleaseRecords extends Cache<ReleaseResource> {
  /** The releases of a product in a namespace. */
  ofProduct(namespace: string, product: string): readonly ReleaseResource[];
  /** Creates it, or makes spec and labels equal; writes nothing where they are. */
  ensure(key: Key, spec: ReleaseSpec, labels: Readonly<Record<string, string>>, signal: AbortSignal): Promise<void>;
  /** Compare-and-swap; writes nothing where the status is the same. */
  writeStatus(release: ReleaseResource, status: ReleaseStatus, signal: AbortSignal): Promise<void>;
  remove(key: Key, signal: AbortSignal): Promise<void>;
}

/** What must be known for certain right before a trigger: read from the API itself, not from the cache. */
export interface FreshReads {
  holds(namespace: string, signal: AbortSignal): Promise<readonly HoldResource[]>;
  environment(key: Key, signal: AbortSignal): Promise<EnvironmentResource | undefined>;
  /** The highest number that a run of the environment has; 0 where it has none. What cannot be read as a run counts by its name. */
  newestRun(namespace: string, product: string, environment: string, signal: AbortSignal): Promise<number>;
  /** Brings what is known of the namespace's sources, environments and runs up to what the API has now. */
  catchUp(namespace: string, signal: AbortSignal): Promise<void>;
}

export type { EventRecord } from '../core/events.js';

export interface Events {
  /** Never throws and never waits: an event that cannot be written is dropped. */
  record(event: EventRecord): void;
}

/** Whether this process may still have effects. */
export interface Leadership {
  /** Milliseconds of the lease that are left, by the local monotonic clock; 0 where it is not held. */
  remainingMs(): number;
  readonly identity: string;
}

/** What is counted and timed; never throws. */
export interface Measurements {
  /** A run has become terminal. */
  runEnded(run: DeploymentRunResource): void;
}

/** Structured log lines: the message is a constant, what varies are fields. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Everything that the loop works with. */
export interface Ports {
  readonly clock: Clock;
  readonly repositories: Repositories;
  readonly descriptors: Descriptors;
  readonly deployers: Deployers;
  readonly claims: Claims;
  readonly audit: AuditTrail;
  readonly sources: SourceRecords;
  readonly environments: EnvironmentRecords;
  readonly runs: RunRecords;
  readonly releases: ReleaseRecords;
  readonly holds: HoldRecords;
  readonly fresh: FreshReads;
  readonly events: Events;
  readonly leadership: Leadership;
  readonly measurements: Measurements;
  readonly log: Log;
}

/** A small text that is kept in the cluster for the loop itself. */
export interface StoredText {
  readonly text: string;
  /** What it is compared with when it is written again. */
  readonly version: string;
}

/** Small records that nobody but the loop reads: each is a ConfigMap. */
export interface TextRecords {
  /** As it is now, never from a cache; undefined where there is none. */
  read(key: Key, signal: AbortSignal): Promise<StoredText | undefined>;
  /** Compare-and-swap with what was read (undefined: there must be none); durable when it returns. A conflict throws ReconcileError with retry at once. */
  write(
    key: Key,
    change: { readonly before: StoredText | undefined; readonly text: string },
    signal: AbortSignal,
  ): Promise<StoredText>;
  /** All of them in a namespace, by name. */
  list(namespace: string, signal: AbortSignal): Promise<readonly (readonly [name: string, stored: StoredText])[]>;
  remove(key: Key, signal: AbortSignal): Promise<void>;
}

/** What became of an attempt to hand a message over. */
export type Delivery =
  /** The sink has it. `handle`: what the sink calls it, for later messages of the same deployment. */
  | { readonly state: 'delivered'; readonly handle?: Json }
  /** The sink will never take it. */
  | { readonly state: 'refused'; readonly message: string }
  /** It may be tried again. `isSent`: it may have arrived nevertheless. */
  | { readonly state: 'failed'; readonly message: string; readonly isSent: boolean; readonly afterMs?: Millis };

/** Whether the sink has a message that may have been sent. */
export type Search =
  | { readonly state: 'found'; readonly handle?: Json }
  | { readonly state: 'absent' }
  | { readonly state: 'failed'; readonly message: string; readonly afterMs?: Millis };

/** Somebody, or something, that is told what happens. Throws for an aborted signal, and ReconcileError where it cannot even be asked. */
export interface Sink {
  /** How a message is known again: the sink knows its key, it can be looked for, or not at all. */
  readonly certainty: 'key' | 'lookup' | 'none';
  /** `handle`: what was given for an earlier message of the same deployment. */
  send(message: Message, handle: Json | undefined, signal: AbortSignal): Promise<Delivery>;
  /** Where it can be looked for: whether the sink has it. `since`: when it was sent at the earliest. */
  find(
    message: Message,
    sent: { readonly since: Millis; readonly handle: Json | undefined },
    signal: AbortSignal,
  ): Promise<Search>;
}

export interface Sinks {
  /** The sink, with its Secret as it is now. Throws ReconcileError where that cannot be used. */
  open(namespace: string, sink: SinkSpec, signal: AbortSignal): Promise<Sink>;
}
