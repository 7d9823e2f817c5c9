import type { Resource } from '../core/resources/definition.js';
import type { DeploymentRunResource, DeploymentRunSpec, DeploymentRunStatus } from '../core/resources/deployment-run.js';
import type { Condition, EnvironmentResource, EnvironmentSpec, EnvironmentStatus } from '../core/resources/environment.js';
import type { HoldResource } from '../core/resources/hold.js';
import type { ReleaseResource, ReleaseSpec, ReleaseStatus } from '../core/resources/release.js';
import type { ReleaseSourceResource, ReleaseSourceSpec, ReleaseSourceStatus } from '../core/resources/release-source.js';
import { environmentName } from '../core/run/identity.js';
import { sameJson } from '../core/same-json.js';
import type {
  Cache,
  EnvironmentRecords,
  HoldRecords,
  Key,
  ReleaseRecords,
  RunRecords,
  SourceRecords,
} from '../reconcile/ports.js';
import type { ResourceCache } from './resource-cache.js';
import type { ResourceWriter } from './writer.js';

type Labels = Readonly<Record<string, string>>;

/** Labels that say what git says; all others, `towpath.dev/shard` among them, are other people's and stay. */
const ownLabels = new Set(
  ['source', 'product', 'environment', 'stage', 'client', 'version'].map((name) => `towpath.dev/${name}`),
);

export const productGroup = (namespace: string, product: string) => JSON.stringify([namespace, product]);
export const environmentGroup = (namespace: string, product: string, environment: string) =>
  JSON.stringify([namespace, product, environment]);

export function createSourceRecords(
  cache: ResourceCache<ReleaseSourceResource>,
  writer: ResourceWriter<ReleaseSourceSpec, ReleaseSourceStatus>,
): SourceRecords {
  return {
    ...reads(cache),
    writeStatus: async (source, status, signal) => {
      await writer.writeStatus(source, status, signal);
    },
  };
}

export function createEnvironmentRecords(
  cache: ResourceCache<EnvironmentResource>,
  writer: ResourceWriter<EnvironmentSpec, EnvironmentStatus>,
): EnvironmentRecords {
  return {
    ...reads(cache),
    ofProduct: (namespace, product) => cache.inGroup(productGroup(namespace, product)),
    ensure: (key, spec, labels, signal) => ensure({ key, spec, labels }, { cache, writer }, signal),
    writeStatus: async (environment, status, signal) => {
      await writer.writeStatus(environment, status, signal);
    },
    remove: (key, signal) => writer.remove(key, signal),
  };
}

export function createReleaseRecords(
  cache: ResourceCache<ReleaseResource>,
  writer: ResourceWriter<ReleaseSpec, ReleaseStatus>,
): ReleaseRecords {
  return {
    ...reads(cache),
    ofProduct: (namespace, product) => cache.inGroup(productGroup(namespace, product)),
    ensure: (key, spec, labels, signal) => ensure({ key, spec, labels }, { cache, writer }, signal),
    writeStatus: async (release, status, signal) => {
      await writer.writeStatus(release, status, signal);
    },
    remove: (key, signal) => writer.remove(key, signal),
  };
}

/** Creates an object, or makes its spec and labels equal; writes nothing where they are. */
async function ensure<Spec, Status extends { conditions?: Condition[] }>(
  { key, spec, labels }: { key: Key; spec: Spec; labels: Labels },
  { cache, writer }: { cache: ResourceCache<Resource<Spec, Status>>; writer: ResourceWriter<Spec, Status> },
  signal: AbortSignal,
): Promise<void> {
  const found = cache.get(key);
  const wanted = { spec, labels: mergeLabels(found?.metadata.labels, labels) };
  if (found === undefined) await writer.create(key, wanted, signal);
  else if (!sameJson(found.spec, spec) || !sameJson(found.metadata.labels ?? {}, wanted.labels))
    await writer.replace(found, wanted, signal);
}

export function createRunRecords(
  cache: ResourceCache<DeploymentRunResource>,
  writer: ResourceWriter<DeploymentRunSpec, DeploymentRunStatus>,
): RunRecords {
  return {
    ...reads(cache),
    ofEnvironment: (namespace, product, environment) =>
      [...cache.inGroup(environmentGroup(namespace, product, environment))].sort((a, b) => a.spec.number - b.spec.number),
    ofProduct: (namespace, product) => cache.inGroup(productGroup(namespace, product)),
    quarantined: (namespace, product, environment) =>
      cache
        .quarantined()
        .filter(({ key }) => key.namespace === namespace && key.name.startsWith(`${environmentName(product, environment)}.`))
        .map(({ key, message }) => ({ name: key.name, message })),
    create: (key, spec, labels, signal) => writer.create(key, { spec, labels }, signal),
    writeStatus: (run, status, signal) => writer.writeStatus(run, status, signal),
    remove: (key, signal) => writer.remove(key, signal),
  };
}

export function createHoldRecords(cache: ResourceCache<HoldResource>): HoldRecords {
  return {
    ...reads(cache),
    quarantined: (namespace) =>
      cache
        .quarantined()
        .filter(({ key }) => key.namespace === namespace)
        .map(({ key, message }) => ({ name: key.name, message })),
  };
}

/** The read-only face of a cache. */
function reads<R extends Resource<unknown, unknown>>(cache: Cache<R>): Cache<R> {
  return { get: (key: Key) => cache.get(key), list: () => cache.list() };
}

function mergeLabels(present: Labels | undefined, wanted: Labels): Record<string, string> {
  const others = Object.entries(present ?? {}).filter(([name]) => !ownLabels.has(name));
  return { ...Object.fromEntries(others), ...wanted };
}
