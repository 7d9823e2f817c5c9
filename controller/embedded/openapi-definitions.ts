import { isObject, type JsonObject } from './json.js';
import {
  listMetaSchema,
  managedFieldsEntrySchema,
  objectFields,
  objectMetaSchema,
  ownerReferenceSchema,
} from './meta-schemas.js';
import type { Json, OpenApiSchema, ResourceType } from './resource-type.js';

/** The two forms of the document: Swagger 2.0 (/openapi/v2) and OpenAPI 3.0 (/openapi/v3). */
export type Dialect = 'v2' | 'v3';

export interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

const metaPrefix = 'io.k8s.apimachinery.pkg.apis.meta.v1.';
const builtinGroups: { readonly [group: string]: string } = {
  '': 'io.k8s.api.core',
  'events.k8s.io': 'io.k8s.api.events',
  'coordination.k8s.io': 'io.k8s.api.coordination',
};

/** A kind's name in the document, as in Kubernetes: `dev.towpath.v1alpha1.Environment`, `io.k8s.api.core.v1.Secret`. */
export function definitionName({ group, version, kind }: GroupVersionKind): string {
  const prefix = builtinGroups[group] ?? group.split('.').reverse().join('.');
  return `${prefix}.${version}.${kind}`;
}

export function refTo(name: string, dialect: Dialect): JsonObject {
  return { $ref: `${dialect === 'v2' ? '#/definitions/' : '#/components/schemas/'}${name}` };
}

/** The schema of every kind, of its list, and of the metadata they share. */
export function definitionsOf(types: readonly ResourceType[], dialect: Dialect): { [name: string]: Json } {
  const meta: [string, OpenApiSchema][] = [
    ['ListMeta', listMetaSchema],
    ['ManagedFieldsEntry', managedFieldsEntrySchema],
    ['ObjectMeta', withRefs(objectMetaSchema, dialect)],
    ['OwnerReference', ownerReferenceSchema],
  ];
  const shared = meta.map(([name, schema]): [string, Json] => [metaPrefix + name, translate(schema, dialect)]);
  const kinds = types.flatMap((type): [string, Json][] => [
    [definitionName(type), kindSchema(type, dialect)],
    [definitionName({ ...type, kind: type.listKind }), listSchema(type, dialect)],
  ]);
  return Object.fromEntries([...kinds, ...shared].sort(([left], [right]) => (left < right ? -1 : 1)));
}

/** ObjectMeta names the schemas of its items; here they become references. */
function withRefs(schema: OpenApiSchema, dialect: Dialect): OpenApiSchema {
  const properties = { ...(schema.properties as JsonObject) };
  for (const [field, kind] of [
    ['managedFields', 'ManagedFieldsEntry'],
    ['ownerReferences', 'OwnerReference'],
  ] as const) {
    properties[field] = { ...(properties[field] as JsonObject), items: refTo(metaPrefix + kind, dialect) };
  }
  return { ...schema, properties };
}

function kindSchema(type: ResourceType, dialect: Dialect): Json {
  const schema = translate(type.schema, dialect) as JsonObject;
  const own = isObject(schema.properties) ? schema.properties : undefined;
  const properties = own === undefined ? undefined : { ...objectFields, ...own, metadata: metadataField('ObjectMeta', dialect) };
  return {
    type: 'object',
    ...schema,
    ...(properties === undefined ? {} : { properties }),
    'x-kubernetes-group-version-kind': [gvkOf(type)],
  };
}

function listSchema(type: ResourceType, dialect: Dialect): Json {
  const properties = {
    ...objectFields,
    metadata: metadataField('ListMeta', dialect),
    items: {
      description: `List of ${type.plural}.`,
      type: 'array',
      items: refTo(definitionName(type), dialect),
    },
  };
  return {
    description: `${type.listKind} is a list of ${type.kind}`,
    type: 'object',
    required: ['items'],
    properties,
    'x-kubernetes-group-version-kind': [gvkOf({ ...type, kind: type.listKind })],
  };
}

export function gvkOf({ group, version, kind }: GroupVersionKind): JsonObject {
  return { group, version, kind };
}

function metadataField(name: 'ObjectMeta' | 'ListMeta', dialect: Dialect): Json {
  const description = name === 'ObjectMeta' ? "Standard object's metadata." : 'Standard list metadata.';
  const reference = refTo(metaPrefix + name, dialect);
  return dialect === 'v2' ? { description, ...reference } : { description, allOf: [reference] };
}

/** What Swagger 2.0 cannot say is left out, as kube-apiserver does (apiextensions, ToStructuralOpenAPIV2). */
const onlyV3 = new Set(['nullable', 'default', 'oneOf', 'anyOf', 'allOf', 'not']);
const shapes = new Set(['type', 'items', 'properties', 'additionalProperties', 'required']);

function translate(schema: Json, dialect: Dialect): Json {
  if (!isObject(schema) || dialect === 'v3') return schema;
  // A client that checks against a narrower schema would refuse what the server takes.
  const open = schema.nullable === true || schema['x-kubernetes-preserve-unknown-fields'] === true;
  const entries = Object.entries(schema)
    .filter(([key]) => !onlyV3.has(key) && !(open && shapes.has(key)))
    .map(([key, value]): [string, Json] => [key, translateField(key, value)]);
  return Object.fromEntries(entries);
}

function translateField(key: string, value: Json): Json {
  if (key === 'properties' && isObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, schema]) => [name, translate(schema, 'v2')]));
  }
  return key === 'items' || key === 'additionalProperties' ? translate(value, 'v2') : value;
}
