import type { ParsedDocument } from '../documents/parsed.js';
import { enumerate, printable, quote } from '../documents/quote.js';
import { type RepositoryIndex, readable } from '../documents/repository-index.js';
import { suggestion } from '../documents/suggest.js';
import { PromoteRefused } from './refused.js';

/** An environment as the documents have it, valid or not: a promotion may be what makes it valid. */
export interface PromotionPlace {
  readonly product: string;
  readonly environment: string;
  /** Absent where its EnvironmentConfig cannot be read. */
  readonly stage?: string;
  readonly client?: string;
  /** What it asks for; empty where that cannot be read. */
  readonly version: string;
  readonly document: ParsedDocument<'MasterVersion'>;
}

/** What is promoted to: environments by name, or all of a stage; of one client alone where it is named. */
export interface TargetRequest {
  readonly product: string;
  readonly environments: readonly string[];
  readonly stage?: string;
  readonly client?: string;
}

/** All environments of a product, by name. Throws PromoteRefused where there is no such product. */
export function placesOf(index: RepositoryIndex, product: string): PromotionPlace[] {
  if (!index.products.has(product)) {
    const names = [...index.products.keys()].sort();
    const known = names.length === 0 ? 'there is none here' : enumerate(names);
    throw new PromoteRefused(`there is no product ${quote(product)} (${known})${suggestion(product, names)}`);
  }
  const places: PromotionPlace[] = [];
  for (const [key, documents] of index.masterVersions) {
    if (!key.startsWith(`${product}/`)) continue;
    for (const document of documents) {
      const { name = '', value } = document;
      const config = readable(index.environmentConfigs, key)?.content.spec;
      const { spec } = value as { readonly spec?: { readonly version?: unknown } };
      const version = spec?.version === undefined || spec.version === null ? '' : printable(String(spec.version), 63);
      const { stage, client } = config ?? {};
      const where = { ...(stage === undefined ? {} : { stage }), ...(client === undefined ? {} : { client }) };
      places.push({ product, environment: name, version, document, ...where });
    }
  }
  return places.sort((a, b) => (a.environment < b.environment ? -1 : 1));
}

/** The environments that are meant, in the order of the request, or by name. Throws PromoteRefused. */
export function chooseTargets(places: readonly PromotionPlace[], request: TargetRequest): PromotionPlace[] {
  const chosen =
    request.stage === undefined ? request.environments.map((name) => named(places, name, request)) : ofStage(places, request);
  const twice = chosen.find((one, index) => chosen.findIndex(({ environment }) => environment === one.environment) !== index);
  if (twice !== undefined) {
    const files = places
      .filter(({ environment }) => environment === twice.environment)
      .map(({ document }) => document.places.file);
    const why = files.length > 1 ? `has more than one master version file: ${enumerate(files)}` : 'is named twice';
    throw new PromoteRefused(`${twice.environment} ${why}`);
  }
  return chosen;
}

function named(places: readonly PromotionPlace[], written: string, { product, client }: TargetRequest): PromotionPlace {
  const name = written.startsWith(`${product}.`) ? written.slice(product.length + 1) : written;
  const found = places.filter(({ environment }) => environment === name);
  const [first, second] = found;
  if (first === undefined) {
    const names = places.map(({ environment }) => environment);
    const known = names.length === 0 ? 'it has none' : enumerate(names);
    throw new PromoteRefused(
      `there is no environment ${quote(written)} of ${product} (${known})${suggestion(name, names, 2_000)}`,
    );
  }
  if (second !== undefined) {
    const files = found.map(({ document }) => document.places.file);
    throw new PromoteRefused(`${name} has more than one master version file: ${enumerate(files)}`);
  }
  if (client !== undefined && first.client !== client)
    throw new PromoteRefused(
      `${name} is ${first.client === undefined ? 'of no client' : `of the client ${first.client}`}, not of ${client}`,
    );
  return first;
}

function ofStage(places: readonly PromotionPlace[], { product, stage = '', client }: TargetRequest): PromotionPlace[] {
  const stages = [...new Set(places.flatMap((place) => place.stage ?? []))].sort();
  const there = places.filter((place) => place.stage === stage);
  if (there.length === 0)
    throw new PromoteRefused(
      `${product} has no environment at a stage ${quote(stage)} (${enumerate(stages)})${suggestion(stage, stages)}`,
    );
  if (client === undefined) return there;
  const found = there.filter((place) => place.client === client);
  if (found.length > 0) return found;
  const clients = [...new Set(there.flatMap((place) => place.client ?? []))].sort();
  const known = clients.length === 0 ? 'of no client' : enumerate(clients);
  throw new PromoteRefused(
    `${product} has no environment of the client ${quote(client)} at ${stage} (${known})${suggestion(client, clients)}`,
  );
}
