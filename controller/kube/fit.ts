import type { Json, JsonObject } from '../core/model.js';
import type { ResourceDefinition } from '../core/resources/definition.js';

/**
 * The first place where an object does not have the type that the code relies on; undefined where it fits.
 * Types, required fields and enumerations only: patterns and bounds may have been wider when the object was stored.
 */
export function misfit(definition: ResourceDefinition, object: unknown): string | undefined {
  if (!isObject(object) || !isObject(object.metadata)) return 'metadata is missing';
  const { name, namespace } = object.metadata;
  if (typeof name !== 'string' || typeof namespace !== 'string') return 'metadata has no name or no namespace';
  const spec = check(definition.spec as unknown as JsonObject, object.spec, 'spec');
  if (spec !== undefined || object.status === undefined) return spec;
  return check(definition.status as unknown as JsonObject, object.status, 'status');
}

function check(schema: JsonObject, value: Json | undefined, path: string): string | undefined {
  switch (schema.type) {
    case 'object':
      return isObject(value) ? checkFields(schema, value, path) : `${path} is not an object`;
    case 'array':
      return Array.isArray(value) ? checkItems(schema.items as JsonObject, value, path) : `${path} is not a list`;
    case 'integer':
    case 'number':
      return typeof value === 'number' ? undefined : `${path} is not a number`;
    case 'boolean':
      return typeof value === 'boolean' ? undefined : `${path} is not a boolean`;
    case 'string':
      return typeof value === 'string' ? checkChoice(schema, value, path) : `${path} is not a string`;
    default:
      return undefined;
  }
}

function checkFields(schema: JsonObject, value: JsonObject, path: string): string | undefined {
  const required = (schema.required ?? []) as string[];
  const missing = required.find((name) => value[name] === undefined);
  if (missing !== undefined) return `${path}.${missing} is missing`;
  for (const [name, field] of Object.entries((schema.properties ?? {}) as Record<string, JsonObject>)) {
    const found = value[name] === undefined ? undefined : check(field, value[name], `${path}.${name}`);
    if (found !== undefined) return found;
  }
  const ofMap = Object.values((schema.patternProperties ?? {}) as Record<string, JsonObject>)[0];
  if (ofMap === undefined) return undefined;
  return first(Object.entries(value), ([name, entry]) => check(ofMap, entry, `${path}.${name}`));
}

function checkItems(schema: JsonObject, values: readonly Json[], path: string): string | undefined {
  return first([...values.entries()], ([index, item]) => check(schema, item, `${path}[${index}]`));
}

function checkChoice(schema: JsonObject, value: string, path: string): string | undefined {
  if (schema.enum === undefined || (schema.enum as Json[]).includes(value)) return undefined;
  return `${path} is none of ${(schema.enum as string[]).join(', ')}`;
}

function first<T>(items: readonly T[], find: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
