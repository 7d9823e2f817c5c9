import { getOwn, isObject, type JsonObject, setOwn } from './json.js';
import type { ApiObject, Json, OpenApiSchema } from './resource-type.js';

export interface Pruned {
  readonly object: ApiObject;
  /** The paths of the fields that were dropped, as `spec.x` and `spec.list[0].x`. */
  readonly unknown: readonly string[];
}

/** The fields of ObjectMeta (API reference, v1.20 to the newest). */
const metadataFields = new Set(
  (
    'name generateName namespace selfLink uid resourceVersion generation creationTimestamp deletionTimestamp ' +
    'deletionGracePeriodSeconds labels annotations ownerReferences finalizers clusterName managedFields'
  ).split(' '),
);

/** Drops what a structural schema does not specify ("pruning"), in a copy. `apiVersion`, `kind` and `metadata` are always known. */
export function pruneObject(schema: OpenApiSchema, object: ApiObject): Pruned {
  const unknown: string[] = [];
  const pruned = pruneResource(schema, object as unknown as JsonObject, { path: '', unknown });
  return { object: pruned as unknown as ApiObject, unknown };
}

interface Walk {
  readonly path: string;
  readonly unknown: string[];
}

function pruneResource(schema: OpenApiSchema, resource: JsonObject, walk: Walk): JsonObject {
  const { apiVersion, kind, metadata, ...rest } = resource;
  const pruned = pruneValue(withoutEnvelope(schema), rest, walk) as JsonObject;
  const envelope: JsonObject = {};
  if (apiVersion !== undefined) envelope.apiVersion = apiVersion;
  if (kind !== undefined) envelope.kind = kind;
  if (metadata !== undefined) envelope.metadata = pruneMetadata(metadata, step(walk, 'metadata'));
  return { ...envelope, ...pruned };
}

function withoutEnvelope(schema: OpenApiSchema): OpenApiSchema {
  if (!isObject(schema.properties)) return schema;
  const { apiVersion: _version, kind: _kind, metadata: _metadata, ...properties } = schema.properties;
  return { ...schema, properties };
}

function pruneMetadata(metadata: Json, walk: Walk): Json {
  if (!isObject(metadata)) return metadata;
  const kept: JsonObject = {};
  for (const [key, value] of Object.entries(metadata)) {
    if (metadataFields.has(key)) kept[key] = value;
    else walk.unknown.push(`${walk.path}.${key}`);
  }
  return kept;
}

function pruneValue(schema: OpenApiSchema | undefined, value: Json, walk: Walk): Json {
  if (schema === undefined) return value;
  if (Array.isArray(value)) {
    const items = asSchema(schema.items);
    return value.map((item, index) => pruneNested(items, item, { ...walk, path: `${walk.path}[${index}]` }));
  }
  return isObject(value) ? pruneMap(schema, value, walk) : value;
}

function pruneNested(schema: OpenApiSchema | undefined, value: Json, walk: Walk): Json {
  if (schema?.['x-kubernetes-embedded-resource'] === true && isObject(value)) return pruneResource(schema, value, walk);
  return pruneValue(schema, value, walk);
}

function pruneMap(schema: OpenApiSchema, value: JsonObject, walk: Walk): JsonObject {
  const properties = isObject(schema.properties) ? schema.properties : {};
  const additional = schema.additionalProperties;
  const keepsUnknown = schema['x-kubernetes-preserve-unknown-fields'] === true || additional === true;
  const kept: JsonObject = {};
  for (const [key, item] of Object.entries(value)) {
    const declared = asSchema(getOwn(properties, key)) ?? asSchema(additional);
    if (declared !== undefined) setOwn(kept, key, pruneNested(declared, item, step(walk, key)));
    else if (keepsUnknown) setOwn(kept, key, item);
    else walk.unknown.push(step(walk, key).path);
  }
  return kept;
}

function step(walk: Walk, key: string): Walk {
  return { path: walk.path === '' ? key : `${walk.path}.${key}`, unknown: walk.unknown };
}

function asSchema(value: Json | undefined): OpenApiSchema | undefined {
  return isObject(value) ? value : undefined;
}
