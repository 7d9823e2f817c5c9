import { releaseName } from '../../release/name.js';
import { isReadable, type ReadableDocument } from '../parsed.js';
import { quote } from '../quote.js';
import type { RepositoryIndex } from '../repository-index.js';
import { error, placeOf, type Verdict, warning } from './verdict.js';

const path = ['metadata', 'name'];

/** Every release has a name of its own in the cluster, where letters are small and `+` and `_` are `-`: of two with one name neither counts. */
export function releaseNamesAreUnique(index: RepositoryIndex): Verdict[] {
  const byName = new Map<string, ReadableDocument<'Release'>[]>();
  const verdicts: Verdict[] = [];
  for (const document of index.documents) {
    if (!isReadable(document, 'Release')) continue;
    const { metadata, spec } = document.content;
    const name = releaseName(spec.product, metadata.name);
    const known = name === undefined ? undefined : byName.get(name);
    if (known !== undefined) known.push(document);
    else if (name !== undefined) byName.set(name, [document]);
    else {
      const message = `${quote(metadata.name)} gives no name in the cluster: between dots, a version there begins and ends with a letter or digit`;
      verdicts.push(error(document, { rule: 'release-name', path, message }));
    }
  }
  return [...verdicts, ...[...byName].flatMap(([name, documents]) => clashes(name, documents)), ...undocumented(index, byName)];
}

function clashes(name: string, documents: readonly ReadableDocument<'Release'>[]): Verdict[] {
  return documents.flatMap((document) => {
    const other = documents.find((one) => one.content.metadata.name !== document.content.metadata.name);
    if (other === undefined) return [];
    const message = `releases ${quote(document.content.metadata.name)} and ${quote(other.content.metadata.name)} (${placeOf(other, path)}) have the same name in the cluster, ${name}; rename one`;
    return [error(document, { rule: 'release-name', path, message })];
  });
}

/** A version without a document deploys all the same; it is told of under the other one's name, or not at all. */
function undocumented(index: RepositoryIndex, byName: ReadonlyMap<string, readonly ReadableDocument<'Release'>[]>): Verdict[] {
  return index.documents.flatMap((document) => {
    if (!isReadable(document, 'MasterVersion')) return [];
    const { product, version } = document.content.spec;
    const name = releaseName(product, version);
    const [other] = name === undefined ? [] : (byName.get(name) ?? []);
    if (other === undefined || other.content.metadata.name === version) return [];
    const message = `${quote(version)} has the same name in the cluster as release ${quote(other.content.metadata.name)} (${placeOf(other, path)}), ${name}`;
    return [warning(document, { rule: 'release-name', path: ['spec', 'version'], message })];
  });
}
