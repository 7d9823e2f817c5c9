import type { Millis } from '../../controller/core/model.js';
import type { ResourceDefinition } from '../../controller/core/resources/definition.js';
import { type DeploymentRunResource, deploymentRun } from '../../controller/core/resources/deployment-run.js';
import { type EnvironmentResource, environment } from '../../controller/core/resources/environment.js';
import { type HoldResource, hold } from '../../controller/core/resources/hold.js';
import { type ReleaseResource, release } from '../../controller/core/resources/release.js';
import { type ReleaseSourceResource, releaseSource } from '../../controller/core/resources/release-source.js';
import type { KubeClient } from '../../controller/kube/client.js';
import { createFreshReads } from '../../controller/kube/fresh-reads.js';
import type { Change, Kind } from '../../controller/kube/kube.js';
import { createLeadership, type Elector } from '../../controller/kube/leadership.js';
import { collectionPath } from '../../controller/kube/paths.js';
import {
  createEnvironmentRecords,
  createHoldRecords,
  createReleaseRecords,
  createRunRecords,
  createSourceRecords,
  environmentGroup,
  productGroup,
} from '../../controller/kube/records.js';
import { Reflector, type ReflectorSink, usualTimings } from '../../controller/kube/reflector.js';
import { ResourceCache } from '../../controller/kube/resource-cache.js';
import { ResourceWriter } from '../../controller/kube/writer.js';
import { Controller } from '../../controller/reconcile/controller.js';
import type { Deployer, Key, Ports } from '../../controller/reconcile/ports.js';
import { createApiClient } from './api-client.js';
import { noAudit } from './audit.js';
import { createClaims } from './claims.js';
import type { Owner } from './scheduler.js';
import { Violation } from './violation.js';
import type { World } from './world.js';

/** One controller process: the real controller, caches, writers, reflectors and leader election, over simulated servers. */
export class Replica implements Owner {
  readonly name: string;
  dead = false;
  pausedUntil: Millis = 0;
  /** What its wall clock is off by. */
  skewMs: Millis;
  isLeading = false;
  /** It has read the repository at least once. */
  hasRead = false;
  /** Which commits it has read and when, each once in a row; only where something governs. */
  readonly reads: { readonly at: Millis; readonly commit: string }[] = [];
  readonly #world: World;
  readonly #stop = new AbortController();
  #controller: Controller | undefined;
  #leadership: Elector | undefined;
  readonly #onEnd: (replica: Replica) => void;

  constructor(world: World, name: string, how: { skewMs: Millis; onEnd: (replica: Replica) => void }) {
    this.#world = world;
    this.name = name;
    this.skewMs = how.skewMs;
    this.#onEnd = how.onEnd;
  }

  wall(): Millis {
    return this.#world.wall() + this.skewMs;
  }

  start(): void {
    this.#world.scheduler.after(0, () => void this.#run(), this);
  }

  /** SIGKILL: nothing of it runs any more; what it has sent goes on its way. */
  kill(): void {
    this.dead = true;
    this.isLeading = false;
  }

  /** SIGTERM: takes no more work, leaves each step at a durable point, lets go of the lease. */
  terminate(): void {
    this.#world.scheduler.after(
      0,
      () =>
        void (async () => {
          await this.#controller?.stop();
          this.isLeading = false;
          this.#stop.abort();
          await this.#leadership?.release();
          this.#end();
        })(),
      this,
    );
  }

  #read(commit: string): void {
    this.hasRead = true;
    if (this.#world.plan.governed === undefined || this.reads.at(-1)?.commit === commit) return;
    this.reads.push({ at: this.#world.scheduler.now, commit });
  }

  #end(): void {
    if (this.dead) return;
    this.kill();
    this.#onEnd(this);
  }

  async #run(): Promise<void> {
    const world = this.#world;
    const client = createApiClient(world, this);
    const now = () => this.wall();
    const leadership = createLeadership({
      kube: { client, now },
      name: 'towpath',
      namespace: 'default',
      identity: this.name,
      leaseMs: 35_000,
      renewDeadlineMs: 30_000,
      // Mostly twice the usual: elections are most of what happens, and little depends on how soon they are tried again.
      retryMs: world.plan.seed % 4 === 0 ? 5_000 : 10_000,
      monotonicNow: () => world.scheduler.now,
      onElected: () => {
        this.isLeading = true;
        world.happened(() => `${this.name} leads`);
        controller.start();
      },
      onLost: () => {
        world.happened(() => `${this.name} has lost the lease and ends`);
        this.#end();
      },
    });
    this.#leadership = leadership;
    const { parts, caches } = createRecords(client, (change) => controller.notice(change));
    const controller = new Controller({
      ports: this.#ports(parts, leadership),
      timers: { now: () => world.scheduler.now, after: (ms, callback) => world.scheduler.after(ms, callback) },
      random: () => world.random.next(),
      onPass: ({ queue, key, error }) => {
        if (error === undefined) return;
        world.happened(() => `${this.name}: pass of ${queue} ${key}: ${error.message}`);
        if (error.retry === 'backoff') world.lastBackoffAt = world.scheduler.now;
        if (error.reason === 'Unexpected')
          world.broken ??= new Violation('every failure is foreseen', `${key}: ${String((error.cause as Error).stack)}`);
      },
    });
    this.#controller = controller;
    await Promise.all(caches.map(([definition, cache]) => follow(client, definition, { cache, signal: this.#stop.signal })));
    await leadership.run(this.#stop.signal);
  }

  #ports(parts: ReturnType<typeof createRecords>['parts'], leadership: Elector): Ports {
    const world = this.#world;
    const wait = (ms: Millis) => new Promise<void>((resolve) => void world.scheduler.after(ms, resolve));
    const latency = () => (world.network.steady ? 5 : world.random.between(1, 200));
    const silent = () => undefined;
    return {
      ...parts,
      clock: { now: () => this.wall() },
      repositories: world.git.clone({ wait, latency, onRead: (commit) => this.#read(commit) }),
      descriptors: world.bucket.reader(world),
      claims: createClaims(world),
      audit: noAudit,
      deployers: { open: async (): Promise<Deployer> => world.openDeployer(this.name) },
      events: {
        record: ({ reason, message, regarding }) =>
          world.happened(() => `${this.name}: ${reason} ${regarding.key.name}: ${message}`),
      },
      leadership,
      measurements: { runEnded: silent },
      log: { debug: silent, info: silent, warn: silent, error: silent },
    };
  }
}

type AnyCache = ReflectorSink;

function createRecords(client: KubeClient, tell: (change: Change) => void) {
  const onChange = (kind: Kind) => (key: Key, byOthers: boolean) => tell({ kind, key, byOthers });
  const sources = new ResourceCache<ReleaseSourceResource>({ definition: releaseSource, onChange: onChange('ReleaseSource') });
  const environments = new ResourceCache<EnvironmentResource>({
    definition: environment,
    groupsOf: ({ metadata, spec }) => [productGroup(metadata.namespace, spec.product)],
    onChange: onChange('Environment'),
  });
  const runs = new ResourceCache<DeploymentRunResource>({
    definition: deploymentRun,
    groupsOf: ({ metadata, spec }) => [
      productGroup(metadata.namespace, spec.product),
      environmentGroup(metadata.namespace, spec.product, spec.environment),
    ],
    onChange: onChange('DeploymentRun'),
  });
  const releases = new ResourceCache<ReleaseResource>({
    definition: release,
    groupsOf: ({ metadata, spec }) => [productGroup(metadata.namespace, spec.product)],
    onChange: onChange('Release'),
  });
  const holds = new ResourceCache<HoldResource>({ definition: hold, onChange: onChange('Hold') });
  const parts = {
    sources: createSourceRecords(sources, new ResourceWriter(client, sources, releaseSource)),
    environments: createEnvironmentRecords(environments, new ResourceWriter(client, environments, environment)),
    runs: createRunRecords(runs, new ResourceWriter(client, runs, deploymentRun)),
    releases: createReleaseRecords(releases, new ResourceWriter(client, releases, release)),
    holds: createHoldRecords(holds),
    fresh: createFreshReads(client, { sources, environments, runs }),
  };
  const caches: readonly (readonly [ResourceDefinition, AnyCache])[] = [
    [releaseSource, sources],
    [environment, environments],
    [deploymentRun, runs],
    [release, releases],
    [hold, holds],
  ];
  return { parts, caches };
}

function follow(
  client: KubeClient,
  definition: ResourceDefinition,
  { cache, signal }: { cache: AnyCache; signal: AbortSignal },
): Promise<void> {
  const reflector = new Reflector({
    client,
    name: definition.plural,
    path: collectionPath(definition),
    sink: cache,
    timings: usualTimings,
    random: Math.random,
    onState: () => undefined,
  });
  return new Promise((resolve) => void reflector.run(signal, resolve));
}
