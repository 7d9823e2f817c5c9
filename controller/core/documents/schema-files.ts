import { documentKinds, documentSchemas, publishedSchema } from './document-schemas.js';
import { DescriptorSchema } from './schema/descriptor.js';

/** The files of `schemas/`: name → content. */
export function schemaFiles(): Readonly<Record<string, string>> {
  const schemas: [string, unknown][] = documentKinds.map((kind) => [kind, documentSchemas[kind]]);
  schemas.push(['Descriptor', publishedSchema('Descriptor', DescriptorSchema)]);
  return Object.fromEntries(
    schemas.map(([kind, schema]) => [`schemas/${kind.toLowerCase()}.schema.json`, `${JSON.stringify(schema, null, 2)}\n`]),
  );
}
