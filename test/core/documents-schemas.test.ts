import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { documentKinds, documentSchemas } from '../../controller/core/documents/document-schemas.js';
import { schemaFiles } from '../../controller/core/documents/schema-files.js';

type Schema = Readonly<Record<string, unknown>>;

/** Paths of all fields below a schema that say nothing about themselves. */
function undescribed(schema: Schema, path: string): string[] {
  const inner = Object.entries((schema.properties ?? {}) as Record<string, Schema>);
  const items = typeof schema.items === 'object' ? [['[]', schema.items as Schema] as const] : [];
  const below = [...inner, ...items].flatMap(([name, field]) => undescribed(field, `${path}.${name}`));
  return typeof schema.description === 'string' ? below : [path, ...below];
}

describe('published schemas', () => {
  it('have an address each, one for each kind and one for descriptors', () => {
    expect(Object.entries(schemaFiles()).map(([path, text]) => [path, (JSON.parse(text) as Schema).$id])).toEqual(
      [
        'deploymentwindow',
        'descriptor',
        'environmentconfig',
        'incident',
        'notificationpolicy',
        'masterversion',
        'product',
        'release',
        'roles',
      ]
        .map((name) => [`schemas/${name}.schema.json`, `https://towpath.dev/schemas/v1alpha1/${name}.schema.json`])
        .sort((a, b) => order(a[0]) - order(b[0])),
    );
  });

  it('describe every field', () => {
    expect(documentKinds.flatMap((kind) => undescribed(documentSchemas[kind], kind))).toEqual([]);
  });

  it('are schemas that any validator of draft 2020-12 takes', () => {
    const formats = { 'date-time': true as const };
    for (const text of Object.values(schemaFiles())) {
      const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, formats, strictTypes: false });
      expect(() => ajv.compile(JSON.parse(text) as Schema)).not.toThrow();
    }
  });
});

const order = (path: string | undefined): number => Object.keys(schemaFiles()).indexOf(path ?? '');
