import type { Json, JsonObject } from '../model.js';
import { formatTests } from './formats.js';

/**
 * Plain JSON Schemas, judged as they stand. Compiling one takes longer than judging a thousand small documents, so a compiler is only
 * asked where this says no: it alone says what is wrong. What is accepted here, a compiler accepts as well; not the other way round.
 */

const types: Readonly<Record<string, (value: Json) => boolean>> = {
  object: (value) => isObject(value),
  array: (value) => Array.isArray(value),
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number' && Number.isFinite(value),
  integer: (value) => Number.isInteger(value),
  boolean: (value) => typeof value === 'boolean',
  null: (value) => value === null,
};

const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf = (value: Json): Json[] => (Array.isArray(value) ? value : [value]);
const isCount = (value: Json): boolean => Number.isSafeInteger(value) && Number(value) >= 0;
const isScalar = (value: Json): boolean => typeof value !== 'object' || value === null;
const isText = (value: Json): boolean => typeof value === 'string';

/** What stands under each keyword of a plain schema. Whatever is not listed makes a schema one for the compiler. */
const keywords: Readonly<Record<string, (value: Json, patterns: boolean) => boolean>> = {
  type: (value) =>
    listOf(value).length > 0 && listOf(value).every((name) => typeof name === 'string' && Object.hasOwn(types, name)),
  properties: (value, patterns) => isObject(value) && Object.values(value).every((child) => isPlainSchema(child, patterns)),
  patternProperties: (value, patterns) =>
    patterns && isObject(value) && Object.values(value).every((child) => isPlainSchema(child, patterns)),
  required: (value) => Array.isArray(value) && value.every(isText) && new Set(value).size === value.length,
  additionalProperties: (value, patterns) => typeof value === 'boolean' || isPlainSchema(value, patterns),
  items: (value, patterns) => isPlainSchema(value, patterns),
  anyOf: (value, patterns) => Array.isArray(value) && value.length > 0 && value.every((child) => isPlainSchema(child, patterns)),
  enum: (value) => Array.isArray(value) && value.length > 0 && value.every(isScalar) && new Set(value).size === value.length,
  const: isScalar,
  pattern: (value, patterns) => patterns && typeof value === 'string',
  format: (value) => typeof value === 'string' && formatTests.has(value),
  uniqueItems: (value) => typeof value === 'boolean',
  minimum: (value) => Number.isFinite(value),
  maximum: (value) => Number.isFinite(value),
  ...Object.fromEntries(
    ['minLength', 'maxLength', 'minItems', 'maxItems', 'minProperties', 'maxProperties'].map((name) => [name, isCount]),
  ),
  ...Object.fromEntries(['title', 'description', '$comment'].map((name) => [name, isText])),
  ...Object.fromEntries(['default', 'examples'].map((name) => [name, () => true])),
};

/** Whether a schema says only what can be judged here; `patterns` for those whose expressions are known to cost little. */
export function isPlainSchema(schema: Json, patterns: boolean): boolean {
  return (
    isObject(schema) &&
    Object.entries(schema).every(([name, value]) => Object.hasOwn(keywords, name) && keywords[name]?.(value, patterns))
  );
}

/** Whether a value keeps to a plain schema for certain. */
export function isAccepted(schema: JsonObject, value: Json): boolean {
  if (schema.type !== undefined && !listOf(schema.type).some((name) => types[String(name)]?.(value))) return false;
  if ('const' in schema && value !== schema.const) return false;
  if (Array.isArray(schema.enum) && !schema.enum.includes(value)) return false;
  if (Array.isArray(schema.anyOf) && !schema.anyOf.some((one) => isAccepted(one as JsonObject, value))) return false;
  if (typeof value === 'string') return isTextAccepted(schema, value);
  if (typeof value === 'number') return isWithin(value, schema.minimum, schema.maximum);
  if (Array.isArray(value)) return isListAccepted(schema, value);
  return !isObject(value) || isObjectAccepted(schema, value);
}

const isWithin = (value: number, least: Json | undefined, most: Json | undefined): boolean =>
  !(typeof least === 'number' && value < least) && !(typeof most === 'number' && value > most);

/** What is longer is for an engine that takes linear time whatever the expression. */
const longest = 2_048;

function isTextAccepted({ pattern, format, minLength, maxLength }: JsonObject, value: string): boolean {
  if (minLength !== undefined || maxLength !== undefined) {
    let length = 0;
    for (const _ of value) length += 1;
    if (!isWithin(length, minLength, maxLength)) return false;
  }
  if (typeof pattern === 'string' && (value.length > longest || !new RegExp(pattern, 'u').test(value))) return false;
  return typeof format !== 'string' || formatTests.get(format)?.(value) === true;
}

function isListAccepted({ items, minItems, maxItems, uniqueItems }: JsonObject, value: readonly Json[]): boolean {
  if (!isWithin(value.length, minItems, maxItems)) return false;
  if (uniqueItems === true && !(value.every(isScalar) && new Set(value).size === value.length)) return false;
  return items === undefined || value.every((item) => isAccepted(items as JsonObject, item));
}

function isObjectAccepted(schema: JsonObject, value: JsonObject): boolean {
  const { required, additionalProperties, minProperties, maxProperties } = schema;
  const names = Object.keys(value);
  if (!isWithin(names.length, minProperties, maxProperties)) return false;
  if (Array.isArray(required) && !required.every((name) => Object.hasOwn(value, String(name)))) return false;
  const properties = (schema.properties ?? {}) as Record<string, JsonObject>;
  const patterns = Object.entries((schema.patternProperties ?? {}) as Record<string, JsonObject>);
  return names.every((name) => {
    const inner = value[name] ?? null;
    const own = Object.hasOwn(properties, name) ? properties[name] : undefined;
    const matching = patterns.filter(([pattern]) => name.length <= longest && new RegExp(pattern, 'u').test(name));
    if (own !== undefined && !isAccepted(own, inner)) return false;
    if (!matching.every(([, child]) => isAccepted(child, inner))) return false;
    if (own !== undefined || matching.length > 0 || additionalProperties === undefined || additionalProperties === true)
      return true;
    return additionalProperties !== false && isAccepted(additionalProperties as JsonObject, inner);
  });
}
