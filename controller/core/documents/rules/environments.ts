import type { ParsedDocument } from '../parsed.js';
import { enumerate, quote } from '../quote.js';
import { environmentKey, only, type RepositoryIndex } from '../repository-index.js';
import { suggestion } from '../suggest.js';
import { error, placeOf, type Verdict } from './verdict.js';

type EnvironmentDocument = ParsedDocument<'MasterVersion'> | ParsedDocument<'EnvironmentConfig'>;

function isEnvironmentDocument(document: ParsedDocument): document is EnvironmentDocument {
  return document.kind === 'MasterVersion' || document.kind === 'EnvironmentConfig';
}

/** A MasterVersion and an EnvironmentConfig name a product that there is. */
export function productsExist(index: RepositoryIndex): Verdict[] {
  return index.documents.flatMap((document) => {
    if (!isEnvironmentDocument(document) && document.kind !== 'Release') return [];
    if (!document.valid || index.products.has(document.content.spec.product)) return [];
    const { product } = document.content.spec;
    const names = [...index.products.keys()];
    const known = names.length === 0 ? 'there is none' : enumerate(names);
    const message = `there is no product ${quote(product)} (${known})${suggestion(product, names)}${alsoIn(index, document)}`;
    return [error(document, { rule: 'unknown-product', path: ['spec', 'product'], message })];
  });
}

function alsoIn(index: RepositoryIndex, document: ParsedDocument): string {
  if (!isEnvironmentDocument(document)) return '';
  const partner = partnersOf(index, document)[0];
  return partner === undefined ? '' : `; its ${partner.kind} is ${placeOf(partner, ['spec', 'product'])}`;
}

function partnersOf(index: RepositoryIndex, document: EnvironmentDocument): readonly EnvironmentDocument[] {
  const key = environmentKey(document.product ?? '', document.name ?? '');
  return (document.kind === 'MasterVersion' ? index.environmentConfigs : index.masterVersions).get(key) ?? [];
}

/** An environment has a MasterVersion and an EnvironmentConfig. */
export function environmentsAreComplete(index: RepositoryIndex): Verdict[] {
  const sameName = namesakes(index);
  return index.documents.flatMap((document) => {
    if (!isEnvironmentDocument(document) || !document.valid || !index.products.has(document.content.spec.product)) return [];
    if (partnersOf(index, document).length > 0) return [];
    const missing = document.kind === 'MasterVersion' ? 'EnvironmentConfig' : 'MasterVersion';
    const others = (sameName.get(document.content.metadata.name) ?? []).filter(({ kind }) => kind === missing);
    // A partner that is misspelled or unreadable has a finding of its own.
    if (others.some((other) => !other.valid || !index.products.has(other.content.spec.product))) return [];
    const [other] = others.filter((candidate) => partnersOf(index, candidate).length === 0);
    const hint =
      other === undefined ? '' : `; the ${missing} ${placeOf(other, ['spec', 'product'])} is of product ${other.product}`;
    const { name } = document.content.metadata;
    const message = `environment ${name} of product ${document.content.spec.product} has no ${missing}${hint}`;
    return [error(document, { rule: 'incomplete-environment', path: ['metadata', 'name'], message })];
  });
}

function namesakes(index: RepositoryIndex): ReadonlyMap<string, readonly EnvironmentDocument[]> {
  const names = new Map<string, EnvironmentDocument[]>();
  for (const document of index.documents) {
    if (!isEnvironmentDocument(document) || document.name === undefined) continue;
    const known = names.get(document.name);
    if (known === undefined) names.set(document.name, [document]);
    else known.push(document);
  }
  return names;
}

/** An environment stands at a stage of its product. */
export function stagesExist(index: RepositoryIndex): Verdict[] {
  return index.documents.flatMap((document) => {
    if (document.kind !== 'EnvironmentConfig' || !document.valid) return [];
    const product = only(index.products, document.content.spec.product);
    const stages = product?.content.spec.stages.map(({ name }) => name);
    const { stage } = document.content.spec;
    if (product === undefined || stages === undefined || stages.includes(stage)) return [];
    const known = `${product.content.metadata.name} (${enumerate(stages)})`;
    const where = placeOf(product, ['spec', 'stages']);
    const message = `${quote(stage)} is not a stage of product ${known}${suggestion(stage, stages)} See ${where}`;
    return [error(document, { rule: 'unknown-stage', path: ['spec', 'stage'], message })];
  });
}
