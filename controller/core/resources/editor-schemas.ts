import { publishedSchema } from '../documents/document-schemas.js';
import type { Json, JsonObject } from '../model.js';
import { apiGroup, apiVersion, type ResourceDefinition } from './definition.js';
import { hold } from './hold.js';
import { releaseSource } from './release-source.js';

/** The resources that people write; Towpath writes the others. */
export const written: readonly ResourceDefinition[] = [releaseSource, hold];

/** Kinds that have a schema here. */
export const writtenKinds: readonly string[] = written.map(({ kind }) => kind);

/** The files of `schemas/` for resources of the Kubernetes API: name → content. Stricter than the API server, which drops fields that it does not know. */
export function resourceSchemaFiles(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    written.map((definition) => [
      `schemas/${definition.kind.toLowerCase()}.schema.json`,
      `${JSON.stringify(publishedSchema(definition.kind, editorSchema(definition)), null, 2)}\n`,
    ]),
  );
}

/** JSON Schema of a resource as a person writes it. */
export function editorSchema({ kind, description, spec }: ResourceDefinition): JsonObject {
  return {
    type: 'object',
    description,
    required: ['apiVersion', 'kind', 'metadata', 'spec'],
    additionalProperties: false,
    properties: {
      apiVersion: { type: 'string', const: `${apiGroup}/${apiVersion}`, description: 'Version of the API.' },
      kind: { type: 'string', const: kind, description: 'What the resource is.' },
      metadata: {
        type: 'object',
        description: 'What the resource is called, and where; any other metadata of Kubernetes.',
        properties: {
          name: { type: 'string', description: 'Name, unique in its namespace.' },
          namespace: { type: 'string', description: 'Namespace; that of kubectl where absent.' },
        },
      },
      spec: closed(JSON.parse(JSON.stringify(spec)) as JsonObject),
      status: { type: 'object', description: 'Written by Towpath.', properties: {} },
    },
  };
}

/** No field that is not known, and nothing required that the API server fills in. */
function closed(schema: JsonObject): JsonObject {
  const { format, properties, items, ...rest } = schema;
  const known = format === 'date-time' ? { format } : {};
  if (isObject(items)) return { ...rest, items: closed(items) };
  if (!isObject(properties)) return { ...rest, ...known };
  const fields = Object.entries(properties).map(([name, field]) => [name, isObject(field) ? closed(field) : field] as const);
  const filled = new Set(fields.filter(([, field]) => isObject(field) && field.default !== undefined).map(([name]) => name));
  const required = (Array.isArray(rest.required) ? rest.required : []).filter((name) => !filled.has(String(name)));
  const { required: _, ...plain } = rest;
  const kept = required.length === 0 ? {} : { required };
  return { ...plain, ...kept, additionalProperties: false, properties: Object.fromEntries(fields) };
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
