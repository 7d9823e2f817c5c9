import { ReconcileError } from '../core/errors.js';
import type { Millis } from '../core/model.js';
import type { Resource, ResourceDefinition } from '../core/resources/definition.js';
import { type DeploymentRunResource, deploymentRun } from '../core/resources/deployment-run.js';
import { type EnvironmentResource, environment } from '../core/resources/environment.js';
import { type HoldResource, hold } from '../core/resources/hold.js';
import { type ReleaseResource, release } from '../core/resources/release.js';
import { type ReleaseSourceResource, releaseSource } from '../core/resources/release-source.js';
import type { ClaimReading } from '../core/run/observation.js';
import type {
  EnvironmentRecords,
  EventRecord,
  Events,
  FreshReads,
  HoldRecords,
  Key,
  ReleaseRecords,
  RunRecords,
  SourceRecords,
} from '../reconcile/ports.js';
import { readClaim } from './claims.js';
import { KubeClient } from './client.js';
import { type KubeTarget, openConnection } from './connection.js';
import { EventRecorder } from './event-recorder.js';
import { createFreshReads } from './fresh-reads.js';
import { collectionPath } from './paths.js';
import {
  createEnvironmentRecords,
  createHoldRecords,
  createReleaseRecords,
  createRunRecords,
  createSourceRecords,
  environmentGroup,
  productGroup,
} from './records.js';
import { Reflector, type ReflectorSink, type ReflectorState, type ReflectorTimings, usualTimings } from './reflector.js';
import { type Quarantined, ResourceCache } from './resource-cache.js';
import { readSecret } from './secrets.js';
import { ResourceWriter } from './writer.js';

export type Kind = 'ReleaseSource' | 'Environment' | 'DeploymentRun' | 'Release' | 'Hold';

/** As much of a logger as this adapter needs; pino's has it. */
export interface KubeLogger {
  debug(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface KubeOptions {
  /** Absent: what kubectl would use. */
  readonly kubeconfig?: KubeTarget;
  /** The one namespace to watch; absent: all. */
  readonly namespace?: string;
  /** Limit of each call; 10 s where absent. */
  readonly requestTimeoutMs?: Millis;
  readonly now: () => Millis;
  readonly logger?: KubeLogger;
  /** Told of every change of state of a watch. */
  readonly onWatch?: (change: { kind: Kind; state: ReflectorState; reason?: string }) => void;
  readonly timings?: Partial<ReflectorTimings>;
  /** Names this process in events. */
  readonly instance?: string;
}

export interface Change {
  readonly kind: Kind;
  readonly key: Key;
  /** It was not written here. */
  readonly byOthers: boolean;
}

/** Towpath's side of a Kubernetes API, a cluster's or the embedded one. */
export interface Kube {
  readonly sources: SourceRecords;
  readonly environments: EnvironmentRecords;
  readonly runs: RunRecords;
  readonly releases: ReleaseRecords;
  readonly fresh: FreshReads;
  readonly holds: HoldRecords;
  readonly events: Events;
  /** For leases, and for what no port speaks of. */
  readonly client: KubeClient;
  readonly now: () => Millis;
  /** The decoded values of a Secret, read from the API; undefined where there is none. */
  readSecret(namespace: string, name: string, signal: AbortSignal): Promise<Record<string, string> | undefined>;
  /** The claim of a run, a ConfigMap in that namespace, read from the API. */
  readClaim(claim: { readonly namespace: string; readonly id: string }, signal: AbortSignal): Promise<ClaimReading>;
  /** Told of everything that changes in a cache, own writes included. What it throws is logged and goes no further. */
  onChange(listener: (change: Change) => void): void;
  /** Starts to follow the API until the signal fires; resolves when every kind was listed once. */
  start(signal: AbortSignal): Promise<void>;
  /** Objects that do not fit their type and are therefore not in a cache. */
  quarantined(): readonly Quarantined[];
  /** Seconds since the API last said anything, by kind. */
  lastEventAgeSeconds(): Readonly<Record<Kind, number>>;
  /** Stops watches, writes the events that wait (for at most 2 s) and ends all connections. */
  close(): Promise<void>;
}

interface Followed {
  readonly kind: Kind;
  readonly reflector: Reflector;
  readonly quarantined: () => readonly Quarantined[];
}

/** Throws InvalidKubeconfig. Nothing is asked of the server before `start` or the first call. */
export async function createKube(options: KubeOptions): Promise<Kube> {
  const { now } = options;
  const connection = await openConnection(options.kubeconfig, now);
  const client = new KubeClient(connection, options.requestTimeoutMs ?? 10_000);
  const listeners: ((change: Change) => void)[] = [];
  const tell = (change: Change) => tellAll(listeners, change, options.logger);
  const parts = createParts(client, tell, (object) => tellOfQuarantine(object, events, options.logger));
  const followed = parts.caches.map(([kind, definition, cache]) => follow({ kind, definition, cache }, client, options));
  const uidOf = ({ kind, key }: EventRecord['regarding']) =>
    parts.caches.find(([name]) => name === kind)?.[2].get(key)?.metadata.uid;
  const events: Events & { close(withinMs: Millis): Promise<void> } = new EventRecorder({
    client,
    now,
    uidOf,
    instance: options.instance ?? 'towpath',
    logger: options.logger,
  });
  const stop = new AbortController();
  return {
    ...parts.records,
    events,
    client,
    now,
    readSecret: (namespace, name, signal) => readSecret(client, { namespace, name }, signal),
    readClaim: (claim, signal) => readClaim(client, claim, signal),
    onChange: (listener) => void listeners.push(listener),
    start: (signal) => start(followed, AbortSignal.any([signal, stop.signal])),
    quarantined: () => followed.flatMap(({ quarantined }) => quarantined()),
    lastEventAgeSeconds: () =>
      Object.fromEntries(followed.map(({ kind, reflector }) => [kind, reflector.silentMs() / 1_000])) as Record<Kind, number>,
    close: async () => {
      stop.abort();
      await events.close(2_000);
      await connection.close();
    },
  };
}

function createParts(client: KubeClient, tell: (change: Change) => void, onQuarantine: (object: Quarantined) => void) {
  const cacheOf = <R extends Resource<unknown, unknown>>(
    definition: ResourceDefinition,
    groupsOf: (object: R) => string[] = () => [],
  ) => {
    const onChange = (key: Key, byOthers: boolean) => tell({ kind: definition.kind as Kind, key, byOthers });
    return new ResourceCache<R>({ definition, groupsOf, onChange, onQuarantine });
  };
  const sources = cacheOf<ReleaseSourceResource>(releaseSource);
  const environments = cacheOf<EnvironmentResource>(environment, ({ metadata, spec }) => [
    productGroup(metadata.namespace, spec.product),
  ]);
  const runs = cacheOf<DeploymentRunResource>(deploymentRun, ({ metadata, spec }) => [
    productGroup(metadata.namespace, spec.product),
    environmentGroup(metadata.namespace, spec.product, spec.environment),
  ]);
  const releases = cacheOf<ReleaseResource>(release, ({ metadata, spec }) => [productGroup(metadata.namespace, spec.product)]);
  const holds = cacheOf<HoldResource>(hold);
  const records = {
    sources: createSourceRecords(sources, new ResourceWriter(client, sources, releaseSource)),
    environments: createEnvironmentRecords(environments, new ResourceWriter(client, environments, environment)),
    runs: createRunRecords(runs, new ResourceWriter(client, runs, deploymentRun)),
    releases: createReleaseRecords(releases, new ResourceWriter(client, releases, release)),
    holds: createHoldRecords(holds),
    fresh: createFreshReads(client, { sources, environments, runs }),
  };
  const caches = [
    ['ReleaseSource', releaseSource, sources],
    ['Environment', environment, environments],
    ['DeploymentRun', deploymentRun, runs],
    ['Release', release, releases],
    ['Hold', hold, holds],
  ] as const;
  return { records, caches };
}

interface Followable {
  readonly kind: Kind;
  readonly definition: ResourceDefinition;
  readonly cache: ReflectorSink & { quarantined(): readonly Quarantined[] };
}

function follow({ kind, definition, cache }: Followable, client: KubeClient, options: KubeOptions): Followed {
  const reflector = new Reflector({
    client,
    name: definition.plural,
    path: collectionPath(definition, options.namespace),
    sink: cache,
    timings: { ...usualTimings, ...options.timings },
    random: Math.random,
    onState: (state, error) => {
      const reason = error === undefined ? {} : { reason: error.reason };
      options.onWatch?.({ kind, state, ...reason });
      if (error !== undefined) options.logger?.warn({ kind, ...reason, error: error.message }, 'watch interrupted');
    },
  });
  return { kind, reflector, quarantined: () => cache.quarantined() };
}

async function start(followed: readonly Followed[], signal: AbortSignal): Promise<void> {
  const synced = followed.map(
    ({ reflector }) =>
      new Promise<void>((resolve, reject) => {
        reflector
          .run(signal, resolve)
          .then(() => reject(new ReconcileError('Interrupted', 'stopped before the API was read')), reject);
      }),
  );
  await Promise.all(synced);
}

/** Where people look: the log, and `kubectl describe` of the object. */
function tellOfQuarantine({ kind, key, message, uid }: Quarantined, events: Events, logger: KubeLogger | undefined): void {
  logger?.warn({ kind, ...key, problem: message }, 'object quarantined');
  const regarding = { kind: kind as Kind, key, ...(uid === undefined ? {} : { uid }) };
  const what = `does not fit its schema and is left alone until it does: ${message}`.slice(0, 1_000);
  events.record({ regarding, type: 'Warning', reason: 'Quarantined', message: what });
}

function tellAll(listeners: readonly ((change: Change) => void)[], change: Change, logger: KubeLogger | undefined): void {
  for (const listener of listeners) {
    try {
      listener(change);
    } catch (error) {
      logger?.warn({ ...change, error: error instanceof Error ? error.message : String(error) }, 'listener failed');
    }
  }
}
