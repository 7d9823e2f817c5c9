import { cloneJson, getOwn, isObject, setOwn } from './json.js';
import type { Json, OpenApiSchema } from './resource-type.js';

/**
 * Fills in the `default`s of a structural schema, in place. A null where the schema does not allow one is replaced by the default, or
 * dropped where there is none ("Defaulting and Nullable").
 */
export function applyDefaults(schema: OpenApiSchema, value: Json): void {
  if (Array.isArray(value)) {
    const items = schema.items;
    if (isObject(items)) for (const item of value) applyDefaults(items, item);
    return;
  }
  if (!isObject(value)) return;
  const properties = isObject(schema.properties) ? schema.properties : {};
  for (const [key, property] of Object.entries(properties)) {
    if (isObject(property)) defaultMember(property, value, key);
  }
  const additional = schema.additionalProperties;
  if (!isObject(additional)) return;
  for (const key of Object.keys(value)) if (!Object.hasOwn(properties, key)) defaultMember(additional, value, key);
}

function defaultMember(schema: OpenApiSchema, parent: { [key: string]: Json }, key: string): void {
  const present = getOwn(parent, key);
  const fallback = schema.default;
  const isRefusedNull = present === null && schema.nullable !== true;
  if ((present === undefined || isRefusedNull) && fallback !== undefined) setOwn(parent, key, cloneJson(fallback));
  else if (isRefusedNull) delete parent[key];
  const value = getOwn(parent, key);
  if (value !== undefined) applyDefaults(schema, value);
}
