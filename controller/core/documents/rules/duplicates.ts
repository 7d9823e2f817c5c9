import type { ParsedDocument } from '../parsed.js';
import type { RepositoryIndex } from '../repository-index.js';
import { error, placeOf, type Verdict } from './verdict.js';

/** There is one document of each kind and name; of a name that is there twice neither counts. */
export function namesAreUnique(index: RepositoryIndex): Verdict[] {
  const groups: readonly ReadonlyMap<string, readonly ParsedDocument[]>[] = [
    index.products,
    index.masterVersions,
    index.environmentConfigs,
    index.releases,
    index.windows,
  ];
  return groups.flatMap((group) => [...group.values()].flatMap(repeated));
}

function repeated([first, ...others]: readonly ParsedDocument[]): Verdict[] {
  if (first === undefined) return [];
  return others.map((document) => {
    const of = document.kind === 'Product' || document.kind === 'DeploymentWindow' ? '' : ` of product ${document.product}`;
    const message = `a second ${document.kind} ${document.name}${of}; the first is ${placeOf(first, ['metadata', 'name'])}`;
    return error(document, { rule: 'duplicate-document', path: ['metadata', 'name'], message });
  });
}
