import type { StatusCause } from './errors.js';
import { getOwn, isObject, sortedJson } from './json.js';
import type { Json, OpenApiSchema } from './resource-type.js';

/** Lists that are sets or maps (`x-kubernetes-list-type`) may not hold an element twice. */
export function listFaults(schema: OpenApiSchema, value: Json, path: string): StatusCause[] {
  if (Array.isArray(value)) {
    const { items } = schema;
    const inside = isObject(items) ? value.flatMap((item, index) => listFaults(items, item, `${path}[${index}]`)) : [];
    return [...duplicates(schema, value, path), ...inside];
  }
  if (!isObject(value)) return [];
  const properties = isObject(schema.properties) ? schema.properties : {};
  return Object.entries(value).flatMap(([key, item]) => {
    const declared = getOwn(properties, key) ?? schema.additionalProperties;
    return isObject(declared) ? listFaults(declared, item, path === '' ? key : `${path}.${key}`) : [];
  });
}

function duplicates(schema: OpenApiSchema, list: readonly Json[], path: string): StatusCause[] {
  const kind = schema['x-kubernetes-list-type'];
  if (kind !== 'set' && kind !== 'map') return [];
  const seen = new Set<string>();
  return list.flatMap((item, index) => {
    const key = kind === 'map' ? keyOf(schema, item) : item;
    const text = sortedJson(key);
    if (!seen.has(text)) {
      seen.add(text);
      return [];
    }
    const shown = kind === 'map' ? `map[string]interface {}${text}` : text;
    return [{ reason: 'FieldValueDuplicate', message: `Duplicate value: ${shown}`, field: `${path}[${index}]` }];
  });
}

/** The members of a list item that make its key. */
export function keyOf(schema: OpenApiSchema, item: Json): { [key: string]: Json } {
  const names = Array.isArray(schema['x-kubernetes-list-map-keys']) ? schema['x-kubernetes-list-map-keys'].map(String) : [];
  const properties = isObject(schema.items) && isObject(schema.items.properties) ? schema.items.properties : {};
  const members = names.flatMap((name): [string, Json][] => {
    const property = properties[name];
    const value = (isObject(item) ? getOwn(item, name) : undefined) ?? (isObject(property) ? property.default : undefined);
    return value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(members);
}
