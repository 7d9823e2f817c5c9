import type { Json, JsonObject } from '../model.js';
import { apiGroup, apiVersion, type ResourceDefinition } from './definition.js';

/** A CustomResourceDefinition (apiextensions.k8s.io/v1) as far as Towpath uses it; plain JSON. */
export interface CustomResourceDefinition {
  readonly apiVersion: 'apiextensions.k8s.io/v1';
  readonly kind: 'CustomResourceDefinition';
  readonly metadata: { readonly name: string };
  readonly spec: JsonObject;
}

const copied = ['description', 'format', 'pattern', 'enum', 'default', 'minimum', 'maximum', 'minLength', 'maxLength'];
const copiedOfLists = ['minItems', 'maxItems', 'x-kubernetes-list-type', 'x-kubernetes-list-map-keys'];
const understood = new Set([
  ...copied,
  ...copiedOfLists,
  'type',
  'properties',
  'required',
  'items',
  'patternProperties',
  'additionalProperties',
  'anyOf',
  'const',
]);

/**
 * The definition as an API server from v1.20 on accepts it: a structural schema without CEL.
 * Throws where a field has no description or says something that a structural schema cannot hold.
 */
export function toCrd(definition: ResourceDefinition): CustomResourceDefinition {
  const { kind, plural, shortNames } = definition;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${apiGroup}` },
    spec: {
      group: apiGroup,
      names: {
        kind,
        listKind: `${kind}List`,
        plural,
        singular: kind.toLowerCase(),
        shortNames: [...shortNames],
        categories: ['towpath'],
      },
      scope: 'Namespaced',
      versions: [
        {
          name: apiVersion,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: rootSchema(definition) },
          subresources: { status: {} },
          additionalPrinterColumns: definition.columns.map((column) => ({ ...column })),
        },
      ],
    },
  };
}

function rootSchema(definition: ResourceDefinition): JsonObject {
  const { kind, description } = definition;
  return {
    type: 'object',
    description,
    required: ['spec'],
    properties: {
      apiVersion: { type: 'string', description: `Version of the schema: ${apiGroup}/${apiVersion}.` },
      kind: { type: 'string', description: `Always ${kind}.` },
      metadata: { type: 'object' },
      spec: toStructural(asJson(definition.spec), `${kind}.spec`),
      status: statusSchema(definition),
    },
  };
}

/** Fresh objects say observedGeneration -1, so that `kubectl wait` and kstatus take them for work under way. A person writes a Hold: nothing waits for it. */
function statusSchema({ kind, status }: ResourceDefinition): JsonObject {
  const schema = toStructural(asJson(status), `${kind}.status`);
  if (kind === 'Hold') return schema;
  const start: JsonObject = { observedGeneration: -1 };
  for (const [name, field] of Object.entries(asObject(schema.properties))) {
    const value = asObject(field).default;
    if (value !== undefined) start[name] = value;
  }
  const missing = asArray(schema.required).find((name) => start[String(name)] === undefined);
  if (missing !== undefined) throw new Error(`${kind}.status.${String(missing)} is required and has no default`);
  return { ...schema, default: start };
}

/** JSON Schema as TypeBox writes it → structural schema; `path` names the field in errors. */
function toStructural(schema: JsonObject, path: string): JsonObject {
  for (const keyword of Object.keys(schema))
    if (!understood.has(keyword)) throw new Error(`${path}: a structural schema has no place for ${keyword}`);
  if (schema.description === undefined) throw new Error(`${path} has no description`);
  const choice = choiceOf(schema, path);
  const plain = choice === undefined ? schema : { ...schema, ...choice };
  const type = plain.type;
  if (type === 'object') return objectSchema(plain, path);
  if (type === 'array') return arraySchema(plain, path);
  if (type === 'string' || type === 'integer' || type === 'number' || type === 'boolean') return { type, ...pick(plain, copied) };
  throw new Error(`${path}: a structural schema needs one type, not ${JSON.stringify(type)}`);
}

/** A constant, or a union of constants, as an enumeration: structural schemas have neither. */
function choiceOf(schema: JsonObject, path: string): JsonObject | undefined {
  const options = schema.anyOf === undefined ? [schema] : asArray(schema.anyOf).map(asObject);
  if (schema.anyOf === undefined && schema.const === undefined) return undefined;
  const values = options.map((option) => option.const);
  if (!values.every((value) => typeof value === 'string'))
    throw new Error(`${path}: only a union of constant strings can be told`);
  return { type: 'string', enum: values };
}

function objectSchema(schema: JsonObject, path: string): JsonObject {
  const result: JsonObject = { type: 'object', ...pick(schema, copied) };
  const values = schema.patternProperties ?? schema.additionalProperties;
  if (typeof values === 'object' && schema.properties === undefined)
    return { ...result, additionalProperties: mapValues(asObject(values)) };
  const properties = Object.entries(asObject(schema.properties ?? {})).map(
    ([name, field]) => [name, toStructural(asObject(field), `${path}.${name}`)] as const,
  );
  result.properties = Object.fromEntries(properties);
  // What has a default is not required: kubectl checks this list before the server fills in anything.
  const defaulted = new Set(properties.filter(([, field]) => field.default !== undefined).map(([name]) => name));
  const required = asArray(schema.required ?? []).filter((name) => !defaulted.has(String(name)));
  if (required.length > 0) result.required = required;
  return result;
}

/** TypeBox writes a record as `patternProperties` with one pattern for all keys. */
function mapValues(values: JsonObject): JsonObject {
  const schema = values.type === undefined ? asObject(Object.values(values)[0] ?? {}) : values;
  return { type: schema.type ?? 'string' };
}

function arraySchema(schema: JsonObject, path: string): JsonObject {
  return {
    type: 'array',
    ...pick(schema, [...copied, ...copiedOfLists]),
    items: toStructural(asObject(schema.items ?? {}), `${path}[]`),
  };
}

function pick(schema: JsonObject, keywords: readonly string[]): JsonObject {
  const present = keywords.map((keyword) => [keyword, schema[keyword]] as const).filter((entry) => entry[1] !== undefined);
  return Object.fromEntries(present) as JsonObject;
}

/** Drops the symbols that TypeBox keeps beside the schema. */
const asJson = (schema: object): JsonObject => JSON.parse(JSON.stringify(schema)) as JsonObject;

function asObject(value: Json | undefined): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('a schema must be an object');
  return value;
}

const asArray = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : []);
