import { compact } from '../core/compact.js';
import { configurationProblem, jobOf } from '../core/configuration.js';
import { needsDescriptor } from '../core/decide.js';
import { descriptorKey } from '../core/desired.js';
import { buildsFor } from '../core/drift.js';
import type { DescriptorPin, EnvironmentFacts } from '../core/facts.js';
import type { DescriptorReading, DesiredEnvironment } from '../core/model.js';
import type { EnvironmentResource } from '../core/resources/environment.js';
import type { HoldResource } from '../core/resources/hold.js';
import type { ReleaseSourceResource } from '../core/resources/release-source.js';
import type { Audited } from './audit.js';
import { capacitiesOf } from './capacities.js';
import type { ClaimAges } from './claim-ages.js';
import type { ComponentCache } from './components.js';
import type { JobHistories } from './histories.js';
import { neighboursOf } from './neighbours.js';
import type { PathView } from './path-view.js';
import type { Ports } from './ports.js';
import type { PublishedEnvironment, PublishedStates } from './published.js';
import { usualDurationHere } from './usual-duration.js';

/** What the loop remembers between passes; all of it can be lost at any time. */
export interface Memory {
  readonly published: PublishedStates;
  readonly path: PathView;
  readonly histories: JobHistories;
  readonly components: ComponentCache;
  readonly claimAges: ClaimAges;
  readonly audited: Audited;
}

export interface Subject {
  readonly environment: EnvironmentResource;
  readonly published: PublishedEnvironment | undefined;
  /** Its source has not been read since the start, as it was when `published` was looked up. */
  readonly unread: boolean;
  readonly source: ReleaseSourceResource | undefined;
  readonly holds: readonly HoldResource[];
  /** Those that do not fit their type. */
  readonly unreadableHolds?: NonNullable<EnvironmentFacts['unreadableHolds']>;
}

/** Everything that is known about one environment now; reads a descriptor only where a decision hangs on it. */
export async function gather(subject: Subject, ports: Ports, memory: Memory, signal: AbortSignal): Promise<EnvironmentFacts> {
  const facts = gatherCached(subject, ports, memory);
  if (!needsDescriptor(facts) || facts.desired === undefined) return facts;
  const descriptor = await readDescriptor(subject, facts.desired, { ports, signal });
  if (descriptor.state === 'found') memory.components.put(bucketOf(subject, facts), descriptor.descriptor);
  const recordedComponents = await memory.components.recorded(bucketOf(subject, facts), facts, (recordedVersion) =>
    readDescriptor(subject, facts.desired, { ports, signal, recordedVersion }),
  );
  return compact<EnvironmentFacts>({ ...facts, descriptor, recordedComponents });
}

/** The same without anything from outside: caches and memory alone. `descriptor` is taken over from an earlier look in the same pass. */
export function gatherCached(subject: Subject, ports: Ports, memory: Memory, earlier?: EnvironmentFacts): EnvironmentFacts {
  const { environment, published, source } = subject;
  const { namespace } = environment.metadata;
  const { product, environment: name } = environment.spec;
  // Without its source nothing that git said of it stands any more.
  const desired = source === undefined ? undefined : published?.desired;
  const governance = memory.published.governanceOf(published?.source, product);
  return compact<EnvironmentFacts>({
    now: ports.clock.now(),
    environment,
    desired,
    commit: published?.commit,
    governance,
    findings: published?.findings ?? [],
    unread: subject.unread ? true : undefined,
    problem: desired === undefined || source === undefined ? undefined : configurationProblem(desired, source),
    source: {
      name: source?.metadata.name ?? environment.spec.source,
      suspended: source?.spec.suspend ?? false,
      firstDeployment: source?.spec.firstDeployment ?? 'confirm',
      ...((source?.spec.git.verify?.mode ?? 'none') === 'none' ? {} : { verifies: true }),
    },
    runs: ports.runs.ofEnvironment(namespace, product, name),
    unreadableRun: unreadableRun(environment, ports),
    path: desired === undefined ? [] : memory.path.of(desired, namespace, { ports, published: memory.published, source }),
    neighbours: desired && neighboursOf(desired, namespace, { ports, published: memory.published, governance }),
    parity: desired && memory.path.parityOf(desired, namespace, { published: memory.published, source }),
    pin: desired === undefined ? undefined : pinOf(desired, ports.environments.ofProduct(namespace, product)),
    holds: subject.holds,
    unreadableHolds: subject.unreadableHolds,
    usualDurationMs: desired === undefined ? undefined : usualDurationHere(environment, governance, ports),
    capacities: desired === undefined ? [] : capacitiesOf(environment, desired, { ports, published: memory.published, source }),
    history: desired === undefined ? undefined : historyOf(environment, desired, memory, source),
    descriptor: earlier?.descriptor,
    recordedComponents: earlier?.recordedComponents,
  });
}

/** Older ones than the newest that can be read have ended: one follows on the end of another. */
function unreadableRun({ metadata, spec }: EnvironmentResource, { runs }: Ports): EnvironmentFacts['unreadableRun'] {
  const numberOf = (name: string) => Number(name.slice(name.lastIndexOf('.') + 1));
  const newest = runs.ofEnvironment(metadata.namespace, spec.product, spec.environment).at(-1)?.spec.number ?? 0;
  return runs.quarantined(metadata.namespace, spec.product, spec.environment).find(({ name }) => !(numberOf(name) < newest));
}

/** The descriptor of this version as the environment that saw it first saw it. */
function pinOf(desired: DesiredEnvironment, peers: readonly EnvironmentResource[]): DescriptorPin | undefined {
  const key = descriptorKey(desired);
  if (key === undefined) return undefined;
  let first: { pin: DescriptorPin; since: string } | undefined;
  for (const { spec, status } of peers) {
    const seen = status?.desired;
    if (seen?.descriptorKey !== key || seen.descriptorSha256 === undefined || seen.version !== desired.version) continue;
    if (first === undefined || seen.since < first.since)
      first = { pin: { sha256: seen.descriptorSha256, environment: spec.environment }, since: seen.since };
  }
  return first?.pin;
}

function historyOf(
  environment: EnvironmentResource,
  desired: DesiredEnvironment,
  memory: Memory,
  source: ReleaseSourceResource | undefined,
) {
  const { product } = desired;
  if (source === undefined) return undefined;
  const builds = memory.histories.get({
    namespace: environment.metadata.namespace,
    source: source.metadata.name,
    server: product.deployer.server,
    job: jobOf(desired),
  });
  return builds?.filter(buildsFor(product, environment.spec));
}

/** Names the bucket across namespaces and sources. */
function bucketOf({ environment, source }: Subject, { desired }: EnvironmentFacts): string {
  return `${environment.metadata.namespace}/${source?.metadata.name}/${desired?.product.descriptor?.bucket}`;
}

/** Reads the descriptor of the desired version, or of the recorded one. */
export async function readDescriptor(
  subject: Subject,
  desired: DesiredEnvironment | undefined,
  how: { ports: Ports; signal: AbortSignal; recordedVersion?: string },
): Promise<DescriptorReading> {
  const wanted = desired?.product.descriptor;
  const version = how.recordedVersion ?? desired?.version;
  const key = desired && descriptorKey(desired, version);
  const bucket = subject.source?.spec.buckets?.find(({ name }) => name === wanted?.bucket);
  if (desired === undefined || version === undefined || bucket === undefined || key === undefined) {
    return { state: 'unavailable', message: `the bucket ${wanted?.bucket ?? ''} is not configured` };
  }
  const { namespace } = subject.environment.metadata;
  return how.ports.descriptors.read({ namespace, bucket, key, product: desired.product.name, version }, how.signal);
}
