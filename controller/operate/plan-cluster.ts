import { compact } from '../core/compact.js';
import type { EnvironmentFacts } from '../core/facts.js';
import type { Commit, DesiredEnvironment, ReleaseRepository } from '../core/model.js';
import { withKnownDigest } from '../core/plan/known-digest.js';
import type { EnvironmentResource } from '../core/resources/environment.js';
import type { ReleaseSourceResource } from '../core/resources/release-source.js';
import { environmentName } from '../core/run/identity.js';
import type { Kube } from '../kube/kube.js';
import { CaughtUp } from '../reconcile/caught-up.js';
import { gatherCached } from '../reconcile/gather.js';
import { Locks } from '../reconcile/locks.js';
import type { Ports } from '../reconcile/ports.js';
import { subjectOf } from '../reconcile/subject.js';
import { createDescriptors } from '../s3/descriptors.js';
import { createMemory, readPorts } from './explain.js';
import type { ReadDescriptor } from './plan-descriptors.js';

/** What a cluster knows of the environments of a plan. */
export interface ClusterView {
  facts(desired: DesiredEnvironment): EnvironmentFacts | undefined;
  readonly read: ReadDescriptor;
  /** What could not be found out, a sentence each. */
  readonly unknown: readonly string[];
  close(): void;
}

interface Head {
  readonly repository: ReleaseRepository;
  readonly commit: Commit | undefined;
  readonly now: number;
}

/** Looks at what a pass of the controller looks at, as if git already said what the head says. */
export function viewCluster(kube: Kube, { repository, commit, now }: Head, signal: AbortSignal): ClusterView {
  const descriptors = createDescriptors({ readSecret: kube.readSecret.bind(kube), allowDirectories: false });
  const memory = createMemory();
  const ports = readPorts(kube, descriptors, now);
  const snapshot = { commit: commit ?? { sha: '', author: '', time: now, subject: '' }, repository };
  const sources = new Sources(kube, repository.environments);
  for (const { metadata } of sources.used())
    memory.published.publish({ namespace: metadata.namespace, name: metadata.name }, metadata.creationTimestamp ?? '', snapshot);
  const loop = { ports, memory, locks: new Locks(), caughtUp: new CaughtUp() };
  return {
    facts: (desired) => {
      const source = sources.of(desired);
      if (source === undefined) return undefined;
      const resource = resourceOf(desired, source, ports);
      const facts = gatherCached(subjectOf(resource, loop), ports, memory);
      const peers = ports.environments.ofProduct(resource.metadata.namespace, desired.product.name);
      return { ...facts, environment: withKnownDigest(facts, peers) };
    },
    read: async (desired, version, key) => {
      const source = sources.of(desired);
      const bucket = source?.spec.buckets?.find(({ name }) => name === desired.product.descriptor?.bucket);
      if (source === undefined || bucket === undefined)
        return { state: 'unavailable', message: `the bucket ${desired.product.descriptor?.bucket} is not configured` };
      const { namespace } = source.metadata;
      return descriptors.read({ namespace, bucket, key, product: desired.product.name, version }, signal);
    },
    unknown: sources.unknown(),
    close: () => descriptors.close(),
  };
}

/** Which ReleaseSource an environment is of: its own, that of its product, or the only one that there is. */
class Sources {
  readonly #kube: Kube;
  readonly #all: readonly ReleaseSourceResource[];
  readonly #byName: ReadonlyMap<string, EnvironmentResource>;
  readonly #byProduct: ReadonlyMap<string, EnvironmentResource>;
  readonly #wanted: readonly DesiredEnvironment[];

  constructor(kube: Kube, wanted: readonly DesiredEnvironment[]) {
    const resources = kube.environments.list();
    this.#kube = kube;
    this.#wanted = wanted;
    this.#all = kube.sources.list();
    this.#byName = new Map(resources.map((one) => [one.metadata.name, one]));
    this.#byProduct = new Map(resources.map((one) => [one.spec.product, one]));
  }

  of({ product, environment }: DesiredEnvironment): ReleaseSourceResource | undefined {
    const known = this.#byName.get(environmentName(product.name, environment)) ?? this.#byProduct.get(product.name);
    if (known !== undefined) return this.#kube.sources.get({ namespace: known.metadata.namespace, name: known.spec.source });
    return this.#all.length === 1 ? this.#all[0] : undefined;
  }

  used(): ReadonlySet<ReleaseSourceResource> {
    return new Set(this.#wanted.flatMap((one) => this.of(one) ?? []));
  }

  unknown(): string[] {
    const lost = this.#wanted.filter((one) => this.of(one) === undefined).map(({ product }) => product.name);
    return [...new Set(lost)].map(
      (product) => `The cluster has no ReleaseSource that names product ${product}: its environments are judged from git alone.`,
    );
  }
}

/** The record of an environment; for one that the cluster does not know yet, one in which nothing is recorded. */
function resourceOf({ product, environment, stage, client }: DesiredEnvironment, source: ReleaseSourceResource, ports: Ports) {
  const { namespace, name } = source.metadata;
  const key = { namespace, name: environmentName(product.name, environment) };
  const known = ports.environments.get(key);
  const spec = compact<EnvironmentResource['spec']>({ product: product.name, environment, stage, client, source: name });
  return known ?? { metadata: { ...key, generation: 1 }, spec };
}
