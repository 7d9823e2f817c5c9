import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { isFree } from '../../controller/core/documents/schema-examples.js';
import type { JsonObject } from '../../controller/core/model.js';

const files = readdirSync('schemas').map((name) => join('schemas', name));
const read = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as JsonObject;

interface Field {
  readonly path: string;
  readonly schema: JsonObject;
  /** It has a name of its own: elements of lists and alternatives have not. */
  readonly named: boolean;
}

function fieldsOf(schema: JsonObject, path: string): Field[] {
  const inside = (value: unknown, at: string, named: boolean): Field[] => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
    return [{ path: at, schema: value as JsonObject, named }, ...fieldsOf(value as JsonObject, at)];
  };
  const each = (value: unknown, named: boolean) =>
    Object.entries((value ?? {}) as object).flatMap(([name, field]) => inside(field, `${path}.${named ? name : '*'}`, named));
  return [
    ...each(schema.properties, true),
    ...each(schema.patternProperties, false),
    ...inside(schema.items, `${path}[]`, false),
    ...inside(schema.additionalProperties, `${path}.*`, false),
    ...((schema.anyOf ?? []) as JsonObject[]).flatMap((option) => inside(option, path, false)),
  ];
}

const fields = files.flatMap((file) => fieldsOf(read(file), file));

describe('the schemas for editors', () => {
  it('describe every field', () => {
    const silent = fields.filter(({ schema, named }) => named && String(schema.description ?? '').length < 4);
    expect(fields.length).toBeGreaterThan(200);
    expect(silent.map(({ path }) => path)).toEqual([]);
  });

  it('give an example of every value that an author has to think of', () => {
    const without = fields.filter(({ schema }) => isFree(schema) && !Array.isArray(schema.examples));
    expect(without.map(({ path }) => path)).toEqual([]);
  });

  it('give only examples that they allow', () => {
    const ajv = new Ajv2020({ strict: false });
    addFormats.default(ajv);
    const wrong = fields.flatMap(({ path, schema }) =>
      ((schema.examples ?? []) as unknown[])
        .filter((example) => !ajv.validate(schema, example))
        .map((example) => `${path}: ${example}`),
    );
    expect(wrong).toEqual([]);
  });

  it('are named in the first line of every example, by a path that leads there', () => {
    const root = 'examples/releases';
    const wrong = readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.yaml'))
      .filter((path) => {
        const text = readFileSync(join(root, path), 'utf8');
        const kinds = new Set(parseAllDocuments(text).map((document) => String((document.toJS() as { kind?: string }).kind)));
        const [line = ''] = text.split('\n');
        const named = /^# yaml-language-server: \$schema=(\S+)$/.exec(line)?.[1] ?? '';
        const wanted = [...kinds].map((kind) => join('schemas', `${kind.toLowerCase()}.schema.json`));
        return wanted.length !== 1 || join(root, path, '..', named) !== wanted[0];
      });
    expect(wrong).toEqual([]);
  });
});
