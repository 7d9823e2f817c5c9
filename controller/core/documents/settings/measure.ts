import type { Finding, Json, JsonObject } from '../../model.js';
import { limits } from '../limits.js';
import { schemaLists, schemaMaps } from './keywords.js';
import type { SchemaFile } from './schema-file.js';

export interface Link {
  readonly file: SchemaFile;
  readonly pointer: string;
}

/** How many schemas at most judge one value: the value that a schema stands for, and any value below it. */
interface Weight {
  readonly here: number;
  readonly below: number;
}

const none: Weight = { here: 0, below: 0 };
const inPlace = ['not', 'if', 'then', 'else', ...schemaLists.filter((keyword) => keyword !== 'prefixItems')];
const onChildren = ['additionalProperties', 'items', 'contains', 'propertyNames', 'unevaluatedItems', 'unevaluatedProperties'];
const definitions: readonly string[] = ['$defs', 'definitions'];
const oneOfThem: readonly string[] = ['properties', 'prefixItems'];

interface Measuring {
  readonly links: ReadonlyMap<JsonObject, Link>;
  readonly known: Map<JsonObject, Weight>;
  readonly open: Set<JsonObject>;
  circle: boolean;
}

/**
 * How many schemas at most judge one value of the settings; or why a schema is refused. References that lead back to themselves or unfold to
 * very many schemas could keep a validator busy for years in a few lines; what is left takes at most that many checks for each value.
 */
export function measure(
  root: SchemaFile,
  files: readonly SchemaFile[],
  links: ReadonlyMap<JsonObject, Link>,
): { weight: number; findings: Finding[] } {
  const refused = (message: string) => ({
    weight: 0,
    findings: [root.toFinding({ rule: 'settings-schema', path: [], message })],
  });
  const parts = files.reduce((sum, file) => sum + (file.clean?.schemas.size ?? 0), 0);
  if (parts > limits.settingsSchemaParts)
    return refused(`is too large: more than ${limits.settingsSchemaParts.toLocaleString('en')} schemas`);
  const measuring: Measuring = { links, known: new Map(), open: new Set(), circle: false };
  for (const file of files) for (const schema of file.clean?.schemas.values() ?? []) weigh(measuring, schema);
  if (measuring.circle) return refused('refers to itself in a circle, which is not supported');
  const { here, below } = weigh(measuring, root.clean?.schema);
  const weight = Math.max(here, below);
  if (weight <= limits.settingsSchemaWeight) return { weight, findings: [] };
  return refused(`judges one value by more than ${limits.settingsSchemaWeight.toLocaleString('en')} schemas`);
}

function weigh(measuring: Measuring, schema: Json | undefined): Weight {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema))
    return schema === undefined ? none : { here: 1, below: 0 };
  const known = measuring.known.get(schema);
  if (known !== undefined) return known;
  if (measuring.open.has(schema)) {
    measuring.circle = true;
    return none;
  }
  measuring.open.add(schema);
  let here = 1;
  let below = 0;
  const add = (weight: Weight): void => {
    here += weight.here;
    below += weight.below;
  };
  const target = measuring.links.get(schema);
  if (target !== undefined) add(weigh(measuring, target.file.clean?.schemas.get(target.pointer)));
  for (const [keyword, value] of Object.entries(schema)) {
    const weights = subschemas(keyword, value).map((inner) => weigh(measuring, inner));
    if (inPlace.includes(keyword) || keyword === 'dependentSchemas') for (const weight of weights) add(weight);
    else if (!definitions.includes(keyword)) below += childWeight(keyword, weights);
  }
  measuring.open.delete(schema);
  measuring.known.set(schema, { here, below });
  return { here, below };
}

/** What a keyword for children adds to one child: of `properties` only one entry can be its own. */
function childWeight(keyword: string, weights: readonly Weight[]): number {
  const each = weights.map(({ here, below }) => Math.max(here, below));
  if (oneOfThem.includes(keyword)) return each.reduce((most, weight) => Math.max(most, weight), 0);
  return each.reduce((sum, weight) => sum + weight, 0);
}

function subschemas(keyword: string, value: Json): Json[] {
  if ((schemaMaps as readonly string[]).includes(keyword))
    return typeof value === 'object' && value !== null ? Object.values(value) : [];
  if ((schemaLists as readonly string[]).includes(keyword)) return Array.isArray(value) ? value : [];
  return inPlace.includes(keyword) || onChildren.includes(keyword) ? [value] : [];
}
