import { getOwn, isObject, sortedJson } from './json.js';
import type { Json, OpenApiSchema } from './resource-type.js';
import { keyOf } from './schema-lists.js';

/** The part of ObjectMeta that field managers can own, as a schema. */
const metadataSchema: OpenApiSchema = {
  type: 'object',
  properties: {
    name: { type: 'string' },
    namespace: { type: 'string' },
    generateName: { type: 'string' },
    labels: { type: 'object', additionalProperties: { type: 'string' } },
    annotations: { type: 'object', additionalProperties: { type: 'string' } },
    finalizers: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
    ownerReferences: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['uid'],
      items: { type: 'object', 'x-kubernetes-map-type': 'atomic' },
    },
  },
};

/** The schema of a whole object, its metadata included. */
export function withMetadata(schema: OpenApiSchema): OpenApiSchema {
  const properties = isObject(schema.properties) ? schema.properties : {};
  return { ...schema, properties: { ...properties, metadata: metadataSchema } };
}

/** One member of a map, or one element of a list that merges by key. */
export interface Part {
  /** As in fieldsV1. */
  readonly step: string;
  readonly value: Json;
  readonly schema: OpenApiSchema | undefined;
  /** False for keys that the schema does not name (of maps and of lists): those are owned as such. */
  readonly isNamedField: boolean;
}

/** Whether a value merges part by part; what does not is owned and replaced as a whole. */
export function isGranular(schema: OpenApiSchema | undefined, value: Json | undefined): boolean {
  if (isObject(value)) return schema?.['x-kubernetes-map-type'] !== 'atomic';
  if (!Array.isArray(value)) return false;
  const kind = schema?.['x-kubernetes-list-type'];
  return kind === 'set' || kind === 'map';
}

/** The parts of a granular value, in its order. */
export function partsOf(schema: OpenApiSchema | undefined, value: Json | undefined): Part[] {
  if (isObject(value)) {
    return Object.entries(value).map(([key, item]) => {
      const named = isObject(schema?.properties) ? getOwn(schema.properties, key) : undefined;
      const member = isObject(named) ? named : schema?.additionalProperties;
      return { step: `f:${key}`, value: item, schema: isObject(member) ? member : undefined, isNamedField: isObject(named) };
    });
  }
  if (!Array.isArray(value) || schema === undefined) return [];
  const items = isObject(schema.items) ? schema.items : undefined;
  return value.map((item) => ({ step: stepOf(schema, item), value: item, schema: items, isNamedField: false }));
}

function stepOf(schema: OpenApiSchema, item: Json): string {
  return schema['x-kubernetes-list-type'] === 'map' ? `k:${sortedJson(keyOf(schema, item))}` : `v:${sortedJson(item)}`;
}

/** Live and applied, merged: what is applied wins, what it does not mention stays. */
export function mergeTyped(schema: OpenApiSchema | undefined, live: Json | undefined, applied: Json): Json {
  if (live === undefined || !isGranular(schema, live) || !isGranular(schema, applied)) return applied;
  if (Array.isArray(live) !== Array.isArray(applied)) return applied;
  const wanted = new Map(partsOf(schema, applied).map((part) => [part.step, part]));
  const merged = partsOf(schema, live).map((part): [string, Json] => {
    const change = wanted.get(part.step);
    wanted.delete(part.step);
    return [part.step, change === undefined ? part.value : mergeTyped(part.schema, part.value, change.value)];
  });
  for (const [step, part] of wanted) merged.push([step, part.value]);
  if (Array.isArray(live)) return merged.map(([, value]) => value);
  return Object.fromEntries(merged.map(([step, value]) => [step.slice(2), value]));
}
