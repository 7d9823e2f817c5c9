import { ReconcileError } from '../../controller/core/errors.js';
import type { DescriptorReading, Millis, Snapshot } from '../../controller/core/model.js';
import type { Resource } from '../../controller/core/resources/definition.js';
import type { DeploymentRunResource } from '../../controller/core/resources/deployment-run.js';
import type { EnvironmentResource } from '../../controller/core/resources/environment.js';
import type { HoldResource } from '../../controller/core/resources/hold.js';
import type { ReleaseResource } from '../../controller/core/resources/release.js';
import type { ReleaseSourceResource } from '../../controller/core/resources/release-source.js';
import type { ClaimReading } from '../../controller/core/run/observation.js';
import { toTime } from '../../controller/core/time.js';
import type { Change } from '../../controller/reconcile/controller.js';
import type { EventRecord, Key, Ports } from '../../controller/reconcile/ports.js';
import type { ManualClock } from './manual-clock.js';
import { MemoryAudit } from './memory-audit.js';
import type { MemoryJenkins } from './memory-jenkins.js';

/** What happens to a write: `lost` is applied and its answer never comes; `failed` is not applied. */
export type Fault = 'lost' | 'failed' | 'conflict' | undefined;
export type Operation = 'create' | 'ensure' | 'writeStatus' | 'remove';

const copy = <T>(value: T): T => structuredClone(value);
const text = ({ namespace, name }: Key) => `${namespace}/${name}`;

/** The objects of one kind: compare-and-swap, generations, and word of every change. */
export class MemoryRecords<R extends Resource<unknown, unknown>> {
  readonly #objects = new Map<string, R>();
  readonly #kind: Change['kind'];
  readonly #world: MemoryPorts;

  constructor(kind: Change['kind'], world: MemoryPorts) {
    this.#kind = kind;
    this.#world = world;
  }

  get(key: Key): R | undefined {
    return this.#objects.get(text(key));
  }

  list(): readonly R[] {
    return [...this.#objects.values()];
  }

  /** Puts an object there, or changes it, as a person does. */
  apply(key: Key, change: { spec?: R['spec']; annotations?: Record<string, string>; labels?: Record<string, string> }): R {
    const { spec, annotations, labels } = change;
    const before = this.get(key);
    const changed = spec !== undefined && JSON.stringify(spec) !== JSON.stringify(before?.spec);
    const metadata = {
      ...(before?.metadata ?? this.#world.birth(key)),
      generation: (before?.metadata.generation ?? 0) + (changed ? 1 : 0),
      ...(annotations === undefined ? {} : { annotations }),
      ...(labels === undefined ? {} : { labels }),
    };
    return this.#put({ ...before, metadata, spec: spec ?? before?.spec } as R);
  }

  async ensure(key: Key, spec: R['spec'], labels: Readonly<Record<string, string>>): Promise<void> {
    const found = this.get(key);
    const same = JSON.stringify([found?.spec, found?.metadata.labels]) === JSON.stringify([spec, labels]);
    if (!same) this.#write('ensure', key, () => this.apply(key, { spec, labels: { ...labels } }));
  }

  async create(key: Key, spec: R['spec'], labels: Readonly<Record<string, string>>): Promise<R> {
    if (this.get(key) !== undefined) throw conflict();
    return this.#write('create', key, () => this.apply(key, { spec: copy(spec), labels: { ...labels } }));
  }

  async writeStatus(object: R, status: R['status']): Promise<R> {
    if (JSON.stringify(sorted(object.status)) === JSON.stringify(sorted(status))) return object;
    const found = this.get(object.metadata);
    if (found?.metadata.resourceVersion !== object.metadata.resourceVersion) throw conflict();
    return this.#write('writeStatus', object.metadata, () => this.#put({ ...object, status: copy(status) }));
  }

  async remove(key: Key): Promise<void> {
    if (this.get(key) === undefined) return;
    this.#write('remove', key, () => {
      this.#objects.delete(text(key));
      this.#world.tell({ kind: this.#kind, key });
    });
  }

  #write<T>(operation: Operation, key: Key, apply: () => T): T {
    // Releases are told anew from everything else: tests of deployments count and break the writes that those hang on.
    if (this.#kind === 'Release') {
      this.#world.releaseWrites.push(`${operation} ${key.name}`);
      return apply();
    }
    this.#world.writes.push(`${operation} ${this.#kind} ${key.name}`);
    const fault = this.#world.fault(operation, this.#kind, key);
    if (fault === 'failed') throw new ReconcileError('Unreachable', 'the API server could not be reached');
    if (fault === 'conflict') throw conflict();
    const applied = apply();
    if (fault === 'lost') throw new ReconcileError('Unreachable', 'the API server did not answer');
    return applied;
  }

  #put(object: R): R {
    const put = { ...object, metadata: { ...object.metadata, resourceVersion: this.#world.nextVersion() } };
    this.#objects.set(text(put.metadata), put);
    this.#world.tell({ kind: this.#kind, key: put.metadata });
    return put;
  }
}

const conflict = () => new ReconcileError('Conflict', 'somebody else was faster', { retry: 'now' });

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, entry]) => entry !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, entry]) => [name, sorted(entry)]),
  );
}

/** Everything that the loop works with, in memory and without a real clock. */
export class MemoryPorts {
  readonly sources = new MemoryRecords<ReleaseSourceResource>('ReleaseSource', this);
  readonly environments = new MemoryRecords<EnvironmentResource>('Environment', this);
  readonly runs = new MemoryRecords<DeploymentRunResource>('DeploymentRun', this);
  readonly releases = new MemoryRecords<ReleaseResource>('Release', this);
  readonly holds = new MemoryRecords<HoldResource>('Hold', this);
  readonly events: EventRecord[] = [];
  /** Every write that was asked for, in order. */
  readonly writes: string[] = [];
  /** Every write of a Release, in order. */
  readonly releaseWrites: string[] = [];
  /** What each source's repository holds; absent: it cannot be read. */
  readonly snapshots = new Map<string, Snapshot>();
  readonly servers = new Map<string, MemoryJenkins>();
  descriptor: (key: string) => DescriptorReading = () => ({ state: 'missing', message: 'there is none' });
  claim: (id: string) => ClaimReading = () => ({ state: 'absent' });
  /** Decides what happens to a write. */
  fault: (operation: Operation, kind: Change['kind'], key: Key) => Fault = () => undefined;
  /** Holds that do not fit their type. */
  quarantinedHolds: readonly { name: string; message: string }[] = [];
  leaseMs: Millis = 30_000;
  readonly audit = new MemoryAudit();
  /** Runs that the API has and the caches do not show yet. */
  readonly unheardOf = new Set<string>();
  /** Called when the API is asked for the newest run of an environment. */
  onAskedForNewest: () => void = () => undefined;
  readonly #clock: ManualClock;
  readonly #listeners: ((change: Change) => void)[] = [];
  #version = 0;

  constructor(clock: ManualClock) {
    this.#clock = clock;
  }

  /** Lowest number first, those that the caches have not heard of included. */
  storedRuns(namespace: string, product: string, environment: string): DeploymentRunResource[] {
    return this.runs
      .list()
      .filter((run) => isOf(namespace, product)(run) && run.spec.environment === environment)
      .sort((a, b) => a.spec.number - b.spec.number);
  }

  onChange(listener: (change: Change) => void): void {
    this.#listeners.push(listener);
  }

  tell(change: Change): void {
    for (const listener of this.#listeners) listener(change);
  }

  nextVersion(): string {
    this.#version += 1;
    return String(this.#version);
  }

  birth({ namespace, name }: Key) {
    return { namespace, name, uid: this.nextVersion().padStart(8, '0'), creationTimestamp: toTime(this.#clock.now()) };
  }

  ports(identity = 'a'): Ports {
    const { sources, environments, runs, releases, holds } = this;
    return {
      clock: this.#clock,
      sources: { ...reads(sources), writeStatus: async (object, status) => void (await sources.writeStatus(object, status)) },
      environments: {
        ...reads(environments),
        ofProduct: (namespace, product) => environments.list().filter(isOf(namespace, product)),
        ensure: (key, spec, labels) => environments.ensure(key, spec, labels),
        writeStatus: async (object, status) => void (await environments.writeStatus(object, status)),
        remove: (key) => environments.remove(key),
      },
      runs: {
        ...reads(runs),
        ofProduct: (namespace, product) =>
          runs.list().filter((run) => isOf(namespace, product)(run) && !this.unheardOf.has(run.metadata.name)),
        ofEnvironment: (namespace, product, environment) =>
          this.storedRuns(namespace, product, environment).filter(({ metadata }) => !this.unheardOf.has(metadata.name)),
        quarantined: () => [],
        create: (key, spec, labels) => runs.create(key, spec, labels),
        writeStatus: (run, status) => runs.writeStatus(run, status),
        remove: (key) => runs.remove(key),
      },
      releases: {
        ...reads(releases),
        ofProduct: (namespace, product) => releases.list().filter(isOf(namespace, product)),
        ensure: (key, spec, labels) => releases.ensure(key, spec, labels),
        writeStatus: async (object, status) => void (await releases.writeStatus(object, status)),
        remove: (key) => releases.remove(key),
      },
      holds: { ...reads(holds), quarantined: () => this.quarantinedHolds },
      fresh: {
        holds: async (namespace) => holds.list().filter(({ metadata }) => metadata.namespace === namespace),
        environment: async (key) => environments.get(key),
        catchUp: async () => this.unheardOf.clear(),
        newestRun: async (namespace, product, environment) => {
          this.onAskedForNewest();
          return Math.max(0, ...this.storedRuns(namespace, product, environment).map(({ spec }) => spec.number));
        },
      },
      repositories: { latest: async ({ metadata }) => this.#latest(metadata.name), forget: async () => undefined },
      descriptors: { read: async ({ key }) => this.descriptor(key) },
      deployers: { open: async (_namespace, { name }) => this.#server(name) },
      events: { record: (event) => void this.events.push(event) },
      leadership: { identity, remainingMs: () => this.leaseMs },
      claims: { read: async ({ id }) => this.claim(id) },
      audit: this.audit,
      measurements: { runEnded: () => undefined },
      log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
    };
  }

  #latest(source: string): Snapshot {
    const found = this.snapshots.get(source);
    if (found === undefined) throw new ReconcileError('Unreachable', 'the repository cannot be reached');
    return found;
  }

  #server(name: string): MemoryJenkins {
    const found = this.servers.get(name);
    if (found === undefined) throw new ReconcileError('SecretMissing', `Jenkins server ${name}: there is no Secret`);
    return found;
  }
}

function reads<R extends Resource<unknown, unknown>>(records: MemoryRecords<R>) {
  return { get: (key: Key) => records.get(key), list: () => records.list() };
}

function isOf(namespace: string, product: string) {
  return ({ metadata, spec }: EnvironmentResource | DeploymentRunResource | ReleaseResource) =>
    metadata.namespace === namespace && spec.product === product;
}
