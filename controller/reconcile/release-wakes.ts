import type { ProductGovernance, ReleaseDocument } from '../core/governance.js';
import { jump } from '../core/jump/jump.js';
import type { Product } from '../core/model.js';
import { releaseName } from '../core/release/name.js';
import type { EnvironmentResource } from '../core/resources/environment.js';
import type { Key, Ports } from './ports.js';
import { type PublishedStates, toKeyText } from './published.js';

/** `namespace/product`, in the queue of releases: all releases of a product. Names of releases have a dot. */
const productKey = (namespace: string, product: string): string => toKeyText({ namespace, name: product });

export const isProductKey = ({ name }: Key): boolean => !name.includes('.');

interface Options {
  readonly ports: Ports;
  readonly published: PublishedStates;
  readonly wake: (key: string) => void;
}

/** What a change in git, or of an environment, means for releases: only those that it touches are looked at again. */
export class ReleaseWakes {
  readonly #options: Options;
  /** Source → what was told of it last. */
  readonly #seen = new Map<string, unknown>();
  readonly #documents = new Map<string, ReadonlyMap<string, unknown>>();
  readonly #environments = new Map<string, EnvironmentResource>();

  constructor(options: Options) {
    this.#options = options;
  }

  /** A snapshot was published, or the source is gone. */
  source(source: Key): void {
    const { published, wake } = this.#options;
    // The same again until the next snapshot.
    const snapshot = published.releasesOf(source);
    if (this.#seen.get(toKeyText(source)) === snapshot) return;
    const before = this.#documents.get(toKeyText(source)) ?? new Map<string, unknown>();
    const after = documentsOf(source, published);
    this.#seen.set(toKeyText(source), snapshot);
    this.#documents.set(toKeyText(source), after);
    for (const key of new Set([...before.keys(), ...after.keys()])) if (!isSame(before.get(key), after.get(key))) wake(key);
    for (const { metadata, spec } of this.#options.ports.releases.list())
      if (metadata.namespace === source.namespace && spec.source === source.name && before.size === 0) wake(toKeyText(metadata));
  }

  /** An environment changed, came or went. */
  environment(key: Key): void {
    const text = toKeyText(key);
    const before = this.#environments.get(text);
    const after = this.#options.ports.environments.get(key);
    if (after === undefined) this.#environments.delete(text);
    else this.#environments.set(text, after);
    const one = after ?? before;
    if (one === undefined) return;
    // Where no version was known before, every later release is to come from now on.
    const isNew = before === undefined || after === undefined || !isSame(before.spec, after.spec);
    if (isNew || versionsIn(before.status).length === 0) {
      this.#options.wake(productKey(key.namespace, one.spec.product));
      return;
    }
    for (const version of this.#touched(before, after)) {
      const name = releaseName(one.spec.product, version);
      if (name !== undefined) this.#options.wake(toKeyText({ namespace: key.namespace, name }));
    }
  }

  /** Every release of a product that there is a record or a document of, or that an environment has or is to have. */
  ofProduct({ namespace, name: product }: Key): void {
    const { ports, published, wake } = this.#options;
    const versions = new Set<string>();
    for (const { metadata } of ports.releases.ofProduct(namespace, product)) wake(toKeyText(metadata));
    for (const { status } of ports.environments.ofProduct(namespace, product))
      for (const version of versionsIn(status)) versions.add(version);
    for (const { metadata } of ports.sources.list())
      if (metadata.namespace === namespace)
        for (const version of Object.keys(published.governanceOf(metadata, product).releases)) versions.add(version);
    for (const version of versions) {
      const name = releaseName(product, version);
      if (name !== undefined) wake(toKeyText({ namespace, name }));
    }
  }

  /** The versions of which something else is to be said than before. */
  #touched(before: EnvironmentResource, after: EnvironmentResource): ReadonlySet<string> {
    const touched = new Set<string>();
    if (!isSame(toldOf(before), toldOf(after))) {
      for (const version of [...versionsIn(before.status), ...versionsIn(after.status)]) touched.add(version);
      for (const version of this.#between(before, after)) touched.add(version);
    }
    if (!isSame(before.status?.verified, after.status?.verified)) {
      const was = new Set(before.status?.verified?.map((entry) => JSON.stringify(entry)));
      for (const entry of after.status?.verified ?? []) if (!was.has(JSON.stringify(entry))) touched.add(entry.version);
      for (const version of this.#waitingForVerification(after)) touched.add(version);
    }
    return touched;
  }

  /** The releases on the way from one version to another: they are not to come here any more, or are again. */
  #between({ metadata, spec, status: before }: EnvironmentResource, { status: after }: EnvironmentResource): string[] {
    const governance = this.#options.published.governanceOf({ namespace: metadata.namespace, name: spec.source }, spec.product);
    return [
      ...way(governance, before?.recorded?.version, after?.recorded?.version),
      ...way(governance, before?.desired?.version, after?.desired?.version),
    ];
  }

  /** What is verified now may be what earlier releases owe. */
  #waitingForVerification({ metadata, spec }: EnvironmentResource): string[] {
    return this.#options.ports.releases
      .ofProduct(metadata.namespace, spec.product)
      .filter(({ status }) => status?.owed?.some(({ kind, state }) => kind === 'verification' && state !== 'met'))
      .map((release) => release.spec.version);
  }
}

function way(governance: ProductGovernance, from: string | undefined, to: string | undefined): string[] {
  if (to === undefined || from === to) return [];
  const { over, undone } = jump(governance, { from, to });
  return [...over, ...undone].map(({ version }) => version);
}

function versionsIn(status: EnvironmentResource['status']): string[] {
  return [status?.recorded?.version, status?.desired?.version].filter((version) => version !== undefined);
}

/** What releases tell of an environment, what is verified there apart. */
function toldOf({ status }: EnvironmentResource): unknown {
  const { desired, recorded, observed, waitingFor, history = [], delta, conditions = [] } = status ?? {};
  const isDelta = recorded !== undefined && delta !== undefined;
  const states = conditions.map(({ type, status: value, reason }) => [type, value, reason]);
  const [last] = history;
  return [desired?.version, desired?.digest, recorded, observed?.url, waitingFor, last?.run, last?.finishedAt, isDelta, states];
}

const isSame = (a: unknown, b: unknown): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);

/** Key of a release, or of a product → what a source says of it. */
function documentsOf(source: Key, published: PublishedStates): Map<string, unknown> {
  const { namespace } = source;
  const found = new Map<string, ReleaseDocument | readonly unknown[]>();
  for (const [name, release] of published.releasesOf(source)) found.set(toKeyText({ namespace, name }), release);
  const products = new Set<Product>(published.environmentsOf(source).map(({ product }) => product));
  for (const { name, stages, classes } of products) found.set(productKey(namespace, name), [stages, classes]);
  return found;
}
