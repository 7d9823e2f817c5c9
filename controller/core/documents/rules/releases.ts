import { isRange } from '../../jump/version.js';
import { isReadable, type ReadableDocument } from '../parsed.js';
import { enumerate, quote } from '../quote.js';
import { environmentKey, type RepositoryIndex, readable } from '../repository-index.js';
import { suggestion } from '../suggest.js';
import { error, type Verdict, warning } from './verdict.js';

export function readableReleases(index: RepositoryIndex): ReadableDocument<'Release'>[] {
  return index.documents.flatMap((document) => (isReadable(document, 'Release') ? [document] : []));
}

/** The release that another builds on exists; a repository may begin at any release, so this is a warning. */
export function previousReleasesExist(index: RepositoryIndex): Verdict[] {
  return readableReleases(index).flatMap((document) => {
    const { metadata, spec } = document.content;
    const path = ['spec', 'previous'];
    if (spec.previous === undefined) return [];
    if (spec.previous === metadata.name) {
      return [error(document, { rule: 'release-order', path, message: `release ${metadata.name} cannot build on itself` })];
    }
    if (index.releases.has(environmentKey(spec.product, spec.previous))) return [];
    const message = `product ${spec.product} has no Release ${quote(spec.previous)}: what it needs is not counted in jumps over it`;
    return [warning(document, { rule: 'unknown-release', path, message })];
  });
}

/** Releases do not build on each other in a circle. Each circle is reported once. */
export function releaseOrdersEnd(index: RepositoryIndex): Verdict[] {
  const settled = new Set<string>();
  return readableReleases(index).flatMap((document) => {
    const way: string[] = [];
    let key: string | undefined = environmentKey(document.content.spec.product, document.content.metadata.name);
    while (key !== undefined && !settled.has(key)) {
      settled.add(key);
      way.push(key);
      key = previousKey(index, key);
    }
    const start = key === undefined ? -1 : way.indexOf(key);
    if (start < 0 || way.length - start < 2) return [];
    const circle = [...way.slice(start), key ?? ''].map((member) => member.slice(member.indexOf('/') + 1));
    const first = readable(index.releases, key ?? '') ?? document;
    const message = `the order of releases is a circle: ${enumerate(circle).replaceAll(', ', ' builds on ')}`;
    return [error(first, { rule: 'release-order', path: ['spec', 'previous'], message })];
  });
}

function previousKey(index: RepositoryIndex, key: string): string | undefined {
  const content = readable(index.releases, key)?.content;
  return content?.spec.previous === undefined ? undefined : environmentKey(content.spec.product, content.spec.previous);
}

/** Dependencies are on products of the repository; they may live in another one, so this is a warning. */
export function dependenciesExist(index: RepositoryIndex): Verdict[] {
  const names = [...index.products.keys()];
  return readableReleases(index).flatMap((document) =>
    Object.keys(document.content.spec.dependencies ?? {}).flatMap((name) => {
      const path = ['spec', 'dependencies', name];
      if (name === document.content.spec.product)
        return [
          error(document, { rule: 'release-order', path, message: `product ${name} cannot depend on itself`, atKey: true }),
        ];
      if (index.products.has(name)) return [];
      const message = `there is no product ${quote(name)} (${enumerate(names)})${suggestion(name, names)}`;
      return [warning(document, { rule: 'unknown-product', path, message, atKey: true })];
    }),
  );
}

/** Where a product requires it, the version of an environment has a Release document. The gate holds it; before the merge it is a warning. */
export function requiredReleasesExist(index: RepositoryIndex): Verdict[] {
  const versionsOf = new Map<string, string[]>();
  for (const { content } of readableReleases(index)) {
    const known = versionsOf.get(content.spec.product);
    if (known === undefined) versionsOf.set(content.spec.product, [content.metadata.name]);
    else known.push(content.metadata.name);
  }
  return index.documents.flatMap((document) => {
    if (!isReadable(document, 'MasterVersion')) return [];
    const { product, version } = document.content.spec;
    if (readable(index.products, product)?.content.spec.releases !== 'required') return [];
    if (index.releases.has(environmentKey(product, version))) return [];
    const versions = versionsOf.get(product) ?? [];
    const message = `product ${product} has no Release ${quote(version)}, and requires one before it deploys${suggestion(version, versions)}`;
    return [warning(document, { rule: 'unknown-release', path: ['spec', 'version'], message })];
  });
}

/** Dependencies are semver ranges; a version of another form only where the product has a release of exactly that name. */
export function dependenciesAreRanges(index: RepositoryIndex): Verdict[] {
  return readableReleases(index).flatMap((document) =>
    Object.entries(document.content.spec.dependencies ?? {}).flatMap(([product, range]) => {
      if (isRange(range) || index.releases.has(environmentKey(product, range))) return [];
      const likely = [range.replace(/^=>/, '>=').replace(/^=</, '<='), `>=${range.replace(/\+$/, '')}`].find(
        (text) => text !== range && isRange(text),
      );
      const near = likely === undefined ? '' : `; did you mean ${quote(likely)}?`;
      const message = `${quote(range)} is not a range of versions, such as ">=5.1", "^5.1.0" or "5.1.0"${near}`;
      return [error(document, { rule: 'dependency-range', path: ['spec', 'dependencies', product], message })];
    }),
  );
}
