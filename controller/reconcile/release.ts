import { compact } from '../core/compact.js';
import { computeDelta, type Delta } from '../core/delta/compute.js';
import { descriptorKey } from '../core/desired.js';
import type { Asked, ProductGovernance, ReleaseDocument } from '../core/governance.js';
import type { DesiredEnvironment, Millis } from '../core/model.js';
import { releaseEvents } from '../core/release/events.js';
import { productOfRelease, releaseName } from '../core/release/name.js';
import { nextDue, type ReleaseInput, releaseStatus } from '../core/release/status.js';
import type { EnvironmentResource } from '../core/resources/environment.js';
import type { ReleaseResource, ReleaseSpec } from '../core/resources/release.js';
import { fromTime } from '../core/time.js';
import type { Memory } from './gather.js';
import { releaseLabels } from './labels.js';
import type { Key, Ports } from './ports.js';
import type { Requeue } from './queue.js';

const unlistedMs: Millis = 3_600_000;

export interface ReleaseLoop {
  readonly ports: Ports;
  readonly memory: Pick<Memory, 'published' | 'components'>;
}

/** One level-triggered pass: what git and the environments say of one release, told in one place. */
export async function reconcileRelease(key: Key, loop: ReleaseLoop, signal: AbortSignal): Promise<Requeue> {
  const { ports } = loop;
  const record = ports.releases.get(key);
  const environments = ports.environments.ofProduct(key.namespace, productOfRelease(key.name));
  if (isUnread(key, loop, { record, environments })) return {};
  const found = find(key, loop, { record, environments });
  if (found === undefined) {
    if (record !== undefined) await ports.releases.remove(key, signal);
    return {};
  }
  await ports.releases.ensure(key, found.spec, releaseLabels(found.spec), signal);
  const release = ports.releases.get(key);
  return release === undefined ? {} : report(release, { ...found, environments }, { loop, signal });
}

interface Known {
  readonly record: ReleaseResource | undefined;
  readonly environments: readonly EnvironmentResource[];
}

/** Until a source is read nothing is known of what it says, and what was said of it before stands. */
function isUnread({ namespace }: Key, { ports, memory }: ReleaseLoop, { record, environments }: Known): boolean {
  const sources = new Set(environments.map(({ spec }) => spec.source));
  if (record !== undefined) sources.add(record.spec.source);
  return [...sources].some(
    (name) => ports.sources.get({ namespace, name }) !== undefined && !memory.published.has({ namespace, name }),
  );
}

interface Found {
  readonly spec: ReleaseSpec;
  readonly document: ReleaseDocument | undefined;
  readonly governance: ProductGovernance;
}

/** What the release is, by its document, or else by the environments that have it or are to have it; undefined where nothing refers to it. */
function find(key: Key, loop: ReleaseLoop, known: Known): Found | undefined {
  const product = productOfRelease(key.name);
  for (const source of sourcesOf(key, loop, known)) {
    const governance = loop.memory.published.governanceOf({ namespace: key.namespace, name: source }, product);
    const document = loop.memory.published.releasesOf({ namespace: key.namespace, name: source }).get(key.name);
    if (document === undefined) continue;
    const { version, class: name, previous } = document;
    const spec = compact<ReleaseSpec>({ product, version, documented: true, class: name, previous, source });
    return { spec, document, governance };
  }
  const named = known.environments.flatMap(({ spec, status }) =>
    [status?.recorded?.version, status?.desired?.version].flatMap((version) =>
      version !== undefined && releaseName(product, version) === key.name ? [{ version, source: spec.source }] : [],
    ),
  );
  const one = named.find(({ version }) => version === known.record?.spec.version) ?? named[0];
  if (one === undefined) return undefined;
  const governance = loop.memory.published.governanceOf({ namespace: key.namespace, name: one.source }, product);
  return { spec: { product, version: one.version, documented: false, source: one.source }, document: undefined, governance };
}

/** The source that it was of comes first: of two that document a release, the one keeps it. */
function sourcesOf({ namespace }: Key, { ports }: ReleaseLoop, { record }: Known): string[] {
  const names = ports.sources.list().flatMap(({ metadata }) => (metadata.namespace === namespace ? [metadata.name] : []));
  const own = record?.spec.source;
  return own !== undefined && names.includes(own) ? [own, ...names.filter((name) => name !== own)] : names.sort();
}

async function report(
  release: ReleaseResource,
  { document, governance, environments }: Found & { environments: readonly EnvironmentResource[] },
  { loop, signal }: { loop: ReleaseLoop; signal: AbortSignal },
): Promise<Requeue> {
  const { ports } = loop;
  const now = ports.clock.now();
  const desired = oneDesired(environments, loop);
  const delta = desired && deltaOf(release, desired, loop);
  const input = compact<ReleaseInput>({
    now,
    release,
    document,
    product: desired?.product,
    governance,
    verifies: verifiesCommits(release, ports),
    asked: askedFor(release, environments, loop),
    environments,
    delta,
  });
  const status = releaseStatus(input);
  await ports.releases.writeStatus(release, status, signal);
  for (const event of releaseEvents(release, status)) ports.events.record(event);
  const due = fromTime(nextDue(status));
  if (due !== undefined) return { afterMs: Math.max(1_000, due - now) };
  // The list is full of what is overdue already: the counts are looked at again all the same.
  return status.owed?.some(({ state }) => state === 'open') ? { afterMs: unlistedMs } : {};
}

function verifiesCommits({ metadata, spec }: ReleaseResource, { sources }: Ports): boolean {
  const mode = sources.get({ namespace: metadata.namespace, name: spec.source })?.spec.git.verify?.mode;
  return (mode ?? 'none') !== 'none';
}

function askedFor(
  { spec }: ReleaseResource,
  environments: readonly EnvironmentResource[],
  { memory }: ReleaseLoop,
): Map<string, Asked> {
  const found = new Map<string, Asked>();
  for (const {
    metadata,
    spec: { environment },
  } of environments) {
    const desired = memory.published.of(metadata)?.desired;
    if (desired?.version === spec.version && desired.asked !== undefined) found.set(environment, desired.asked);
  }
  return found;
}

/** Some environment of the product that git describes: all share the product. */
function oneDesired(environments: readonly EnvironmentResource[], { memory }: ReleaseLoop): DesiredEnvironment | undefined {
  for (const { metadata } of environments) {
    const desired = memory.published.of(metadata)?.desired;
    if (desired !== undefined) return desired;
  }
  return undefined;
}

/** Against the release before, where both descriptors were read since the start; nothing is read for it. */
function deltaOf({ metadata, spec }: ReleaseResource, desired: DesiredEnvironment, { memory }: ReleaseLoop): Delta | undefined {
  const { previous, version, source } = spec;
  const bucket = `${metadata.namespace}/${source}/${desired.product.descriptor?.bucket}`;
  const components = (of: string | undefined) => {
    const key = of === undefined ? undefined : descriptorKey(desired, of);
    return key === undefined ? undefined : memory.components.known(bucket, key);
  };
  const [from, to] = [components(previous), components(version)];
  return from === undefined || to === undefined ? undefined : computeDelta(from, to);
}
