import { isReadable, type ParsedDocument } from '../parsed.js';
import { enumerate, quote } from '../quote.js';
import { environmentKey, type RepositoryIndex, readable } from '../repository-index.js';
import { nearest, suggestion } from '../suggest.js';
import { error, placeOf, seeAlso, subjectOf, type Verdict } from './verdict.js';

type EnvironmentDocument = ParsedDocument<'MasterVersion'> | ParsedDocument<'EnvironmentConfig'>;

function isEnvironmentDocument(document: ParsedDocument): document is EnvironmentDocument {
  return document.kind === 'MasterVersion' || document.kind === 'EnvironmentConfig';
}

/** A MasterVersion and an EnvironmentConfig name a product that there is. */
export function productsExist(index: RepositoryIndex): Verdict[] {
  const likely = likelyPartners(lonelyDocuments(index));
  const names = [...index.products.keys()];
  const known = names.length === 0 ? 'there is none' : enumerate(names);
  // A suggestion costs; who has misspelled a hundred names has other worries.
  let suggestions = 100;
  const hint = (product: string): string => {
    suggestions -= 1;
    return suggestions >= 0 ? suggestion(product, names) : '';
  };
  return index.documents.flatMap((document) => {
    if (!isEnvironmentDocument(document) && document.kind !== 'Release') return [];
    if (document.content === undefined || index.products.has(document.content.spec.product)) return [];
    // Where both documents of an environment name it, the config is reported.
    if (document.kind === 'MasterVersion' && partnersOf(index, document).some(({ content }) => content !== undefined)) return [];
    const { product } = document.content.spec;
    const message = `there is no product ${quote(product)} (${known})${hint(product)}${alsoIn(index, document)}`;
    const verdict = error(document, { rule: 'unknown-product', path: ['spec', 'product'], message });
    const partner = isEnvironmentDocument(document) ? likely.get(document) : undefined;
    return [partner === undefined ? verdict : { ...verdict, stops: [...verdict.stops, ...subjectOf(partner)] }];
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

/** An environment has a MasterVersion and an EnvironmentConfig. Two that most likely belong together are reported once. */
export function environmentsAreComplete(index: RepositoryIndex): Verdict[] {
  const lonely = lonelyDocuments(index);
  const likely = likelyPartners(lonely);
  return lonely.flatMap((document) => {
    if (document.content === undefined || !index.products.has(document.content.spec.product)) return [];
    const missing = document.kind === 'MasterVersion' ? 'EnvironmentConfig' : 'MasterVersion';
    const partner = likely.get(document);
    // The partner says what is wrong: it is broken, names no product that there is, or is the one that is reported of the two.
    if (partner?.content === undefined && partner !== undefined) return saidBy(partner, document);
    const said = partner !== undefined && !index.products.has(partner.content?.spec.product ?? '');
    if (partner !== undefined && (said || document.kind === 'EnvironmentConfig')) return [];
    const { metadata, spec } = document.content;
    const message = `environment ${metadata.name} of product ${spec.product} has no ${missing}${hintAt(document, partner)}`;
    const verdict = error(document, { rule: 'incomplete-environment', path: ['metadata', 'name'], message });
    return [partner === undefined ? verdict : { ...verdict, stops: [...verdict.stops, ...subjectOf(partner)] }];
  });
}

/** What is wrong with a broken document stops its partner as well. */
function saidBy(broken: EnvironmentDocument, partner: EnvironmentDocument): Verdict[] {
  const findings = broken.valid ? [] : broken.findings;
  return findings.map((finding) => ({ document: broken, finding, stops: subjectOf(partner) }));
}

/** The documents of environments that have only one. */
function lonelyDocuments(index: RepositoryIndex): EnvironmentDocument[] {
  return index.documents.filter(isEnvironmentDocument).filter((document) => partnersOf(index, document).length === 0);
}

function hintAt(document: EnvironmentDocument, partner: EnvironmentDocument | undefined): string {
  if (partner === undefined) return '';
  if (partner.name === document.name)
    return `; the ${partner.kind} ${placeOf(partner, ['spec', 'product'])} is of product ${partner.product}`;
  return `; did you mean ${quote(partner.name ?? '')}? See ${placeOf(partner, ['metadata', 'name'])}`;
}

/** For documents without partner, the one of the other kind that has none either and is called nearly the same. */
function likelyPartners(lonely: readonly EnvironmentDocument[]): ReadonlyMap<EnvironmentDocument, EnvironmentDocument> {
  const partners = new Map<EnvironmentDocument, EnvironmentDocument>();
  const configs = lonely.filter(({ kind }) => kind === 'EnvironmentConfig').slice(0, 100);
  for (const version of lonely.filter(({ kind }) => kind === 'MasterVersion').slice(0, 100)) {
    const free = configs.filter(
      (config) => !partners.has(config) && (config.product === version.product || config.name === version.name),
    );
    const { name = '' } = version;
    const near = nearest(
      name,
      free.map((config) => config.name ?? ''),
    );
    const config = free.find((candidate) => candidate.name === name) ?? free.find((candidate) => candidate.name === near);
    if (config === undefined) continue;
    partners.set(version, config).set(config, version);
  }
  return partners;
}

/** An environment stands at a stage of its product. */
export function stagesExist(index: RepositoryIndex): Verdict[] {
  return index.documents.flatMap((document) => {
    if (!isReadable(document, 'EnvironmentConfig')) return [];
    const product = readable(index.products, document.content.spec.product);
    const stages = product?.content.spec.stages.map(({ name }) => name);
    const { stage } = document.content.spec;
    if (product === undefined || stages === undefined || stages.includes(stage)) return [];
    const known = `${product.content.metadata.name} (${enumerate(stages)})`;
    const where = placeOf(product, ['spec', 'stages']);
    const message = `${quote(stage)} is not a stage of product ${known}${seeAlso(suggestion(stage, stages), where)}`;
    return [error(document, { rule: 'unknown-stage', path: ['spec', 'stage'], message })];
  });
}
