import { type Governance, governanceOf, noGovernance, type ProductGovernance, type ReleaseDocument } from '../core/governance.js';
import type { Commit, DesiredEnvironment, Finding, Product, Snapshot } from '../core/model.js';
import { releaseName } from '../core/release/name.js';
import { environmentName } from '../core/run/identity.js';
import { EnvironmentIndex, neededBy, type Place, testedIn } from './environment-index.js';
import type { Key } from './ports.js';

/** What git says of one environment now. */
export interface PublishedEnvironment {
  readonly source: Key;
  readonly commit: Commit;
  readonly desired?: DesiredEnvironment;
  readonly findings: readonly Finding[];
}

interface Publication {
  readonly source: Key;
  readonly createdAt: string;
  readonly snapshot: Snapshot;
  readonly environments: ReadonlyMap<string, PublishedEnvironment>;
  /** Product → what governs it; made when it is first asked for. */
  readonly governance: Map<string, ProductGovernance>;
  /** Name of the Release → its document; filled when it is first asked for. */
  readonly releases: Map<string, ReleaseDocument>;
}

export const toKeyText = ({ namespace, name }: Key): string => `${namespace}/${name}`;

export function fromKeyText(text: string): Key {
  const [namespace = '', name = ''] = text.split('/');
  return { namespace, name };
}

/** The last snapshot of every source: what the environment passes read instead of git. Of two sources that name one environment, the older keeps it. */
export class PublishedStates {
  readonly #bySource = new Map<string, Publication>();
  readonly #productText = new WeakMap<Product, string>();
  readonly #places = new WeakMap<Snapshot, EnvironmentIndex>();

  /** Takes over a snapshot; returns the environments (`namespace/name`) for which something changed. */
  publish(source: Key, createdAt: string, snapshot: Snapshot): string[] {
    const before = this.#bySource.get(toKeyText(source));
    if (before?.snapshot === snapshot) return [];
    const environments = index(source, snapshot);
    this.#bySource.set(toKeyText(source), {
      source,
      createdAt,
      snapshot,
      environments,
      governance: new Map(),
      releases: new Map(),
    });
    const isGovernedAnew = governanceChange(before?.snapshot.repository.governance, snapshot.repository.governance);
    const names = new Set([...environments.keys(), ...(before?.environments.keys() ?? [])]);
    const changed = [...names].filter(
      (name) =>
        isGovernedAnew(name.slice(0, name.indexOf('.'))) || !this.#same(before?.environments.get(name), environments.get(name)),
    );
    const seen = changed.flatMap((name) => [before?.environments.get(name)?.desired, environments.get(name)?.desired]);
    // What was tested in one environment is judged in others.
    const compared = testedIn(seen, this.#placesIn(snapshot));
    const appeared = changed.filter((name) => !before?.environments.has(name)).map((name) => environments.get(name)?.desired);
    const waiting = neededBy(appeared, snapshot.repository.governance.releases, this.#placesIn(snapshot));
    return [...new Set([...changed, ...compared, ...waiting])].map((name) => toKeyText({ namespace: source.namespace, name }));
  }

  /** What a source says that governs a product; nothing for one that was not read. */
  governanceOf(source: Key | undefined, product: string): ProductGovernance {
    const publication = source && this.#bySource.get(toKeyText(source));
    if (publication === undefined) return ungoverned;
    const known = publication.governance.get(product);
    if (known !== undefined) return known;
    const found = governanceOf(publication.snapshot.repository.governance, product);
    publication.governance.set(product, found);
    return found;
  }

  /** What a source was last read to say; undefined for one that was not read. */
  snapshotOf(source: Key): Snapshot | undefined {
    return this.#bySource.get(toKeyText(source))?.snapshot;
  }

  /** What each source says that governs, of those that were read. */
  governing(): readonly Governance[] {
    return [...this.#bySource.values()].map(({ snapshot }) => snapshot.repository.governance);
  }

  /** Whether the source was read since the start. */
  has(source: Key): boolean {
    return this.#bySource.has(toKeyText(source));
  }

  /** Forgets a source; returns the environments (`namespace/name`) that it named. */
  withdraw(source: Key): string[] {
    const before = this.#bySource.get(toKeyText(source));
    this.#bySource.delete(toKeyText(source));
    return [...(before?.environments.keys() ?? [])].map((name) => toKeyText({ namespace: source.namespace, name }));
  }

  /** Undefined while no source that was read names it. */
  of(environment: Key): PublishedEnvironment | undefined {
    let oldest: { publication: Publication; found: PublishedEnvironment } | undefined;
    for (const publication of this.#bySource.values()) {
      if (publication.source.namespace !== environment.namespace) continue;
      const found = publication.environments.get(environment.name);
      if (found !== undefined && (oldest === undefined || isOlder(publication, oldest.publication)))
        oldest = { publication, found };
    }
    return oldest?.found;
  }

  /** The environments of a place that git names: in one source, or in every one of the namespace. */
  environmentsAt({ namespace, name }: Partial<Key> & Pick<Key, 'namespace'>, place: Place): readonly DesiredEnvironment[] {
    return [...this.#bySource.values()].flatMap(({ source, snapshot }) =>
      source.namespace === namespace && (name === undefined || source.name === name) ? this.#placesIn(snapshot).at(place) : [],
    );
  }

  /** The Release documents of a source that nothing is wrong with, by the name of the Release. */
  releasesOf(source: Key): ReadonlyMap<string, ReleaseDocument> {
    const publication = this.#bySource.get(toKeyText(source));
    if (publication === undefined) return noReleases;
    const { releases, snapshot } = publication;
    if (releases.size > 0) return releases;
    for (const release of snapshot.repository.governance.releases) {
      const name = releaseName(release.product, release.version);
      if (name !== undefined && !releases.has(name)) releases.set(name, release);
    }
    return releases;
  }

  environmentsOf(source: Key): readonly DesiredEnvironment[] {
    return this.#bySource.get(toKeyText(source))?.snapshot.repository.environments ?? [];
  }

  /** Environments that another, older source already names: `[name, source]`. */
  conflicts(source: Key): [environment: string, keptBy: string][] {
    const own = this.#bySource.get(toKeyText(source));
    if (own === undefined) return [];
    const found: [string, string][] = [];
    for (const name of own.environments.keys()) {
      const keeper = this.of({ namespace: source.namespace, name })?.source;
      if (keeper !== undefined && keeper.name !== source.name) found.push([name, keeper.name]);
    }
    return found;
  }

  #placesIn(snapshot: Snapshot): EnvironmentIndex {
    const known = this.#places.get(snapshot) ?? new EnvironmentIndex(snapshot.repository.environments);
    this.#places.set(snapshot, known);
    return known;
  }

  #same(a: PublishedEnvironment | undefined, b: PublishedEnvironment | undefined): boolean {
    if (a === undefined || b === undefined) return a === b;
    if (a.findings.length > 0 || b.findings.length > 0)
      return JSON.stringify(a.findings) === JSON.stringify(b.findings) && !a.desired === !b.desired;
    if (a.desired === undefined || b.desired === undefined) return a.desired === b.desired;
    const { product: before, settings: _, ...was } = a.desired;
    const { product: after, settings: __, ...is } = b.desired;
    return this.#text(before) === this.#text(after) && JSON.stringify(was) === JSON.stringify(is);
  }

  /** Thousands of environments share one product: its text is made once. */
  #text(product: Product): string {
    const known = this.#productText.get(product);
    if (known !== undefined) return known;
    const text = JSON.stringify(product);
    this.#productText.set(product, text);
    return text;
  }
}

const noReleases: ReadonlyMap<string, ReleaseDocument> = new Map();
const ungoverned: ProductGovernance = governanceOf(noGovernance, '');

/** For which products something changed in what governs them. */
function governanceChange(before: Governance | undefined, after: Governance): (product: string) => boolean {
  if (before === undefined || before === after) return () => false;
  const common = ({ windows, roles, broken }: Governance) => JSON.stringify([windows, roles, broken]);
  if (common(before) !== common(after)) return () => true;
  const was = releaseTexts(before);
  const is = releaseTexts(after);
  return (product) => was.get(product) !== is.get(product);
}

function releaseTexts({ releases }: Governance): Map<string, string> {
  const texts = new Map<string, string>();
  for (const release of releases) texts.set(release.product, `${texts.get(release.product) ?? ''}${JSON.stringify(release)}`);
  return texts;
}

function isOlder(a: Publication, b: Publication): boolean {
  return a.createdAt < b.createdAt || (a.createdAt === b.createdAt && a.source.name < b.source.name);
}

function index(source: Key, { commit, repository }: Snapshot): Map<string, PublishedEnvironment> {
  const environments = new Map<string, PublishedEnvironment>();
  for (const desired of repository.environments) {
    environments.set(environmentName(desired.product.name, desired.environment), { source, commit, desired, findings: [] });
  }
  for (const { product, environment, findings } of repository.invalid) {
    environments.set(environmentName(product, environment), { source, commit, findings });
  }
  return environments;
}
