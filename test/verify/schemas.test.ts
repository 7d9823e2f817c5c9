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

/** Every ReleaseSource and Hold that the pages and examples show whole. */
function resourcesShown(): { readonly file: string; readonly resource: JsonObject }[] {
  const pages = ['README.md', ...readdirSync('docs').map((name) => join('docs', name))].filter((file) => file.endsWith('.md'));
  const texts = [
    ...pages.flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/^(?:```yaml\n|.*<<'?YAML'?\n)(.*?)^(?:```|YAML)$/gms)].map(([, text = '']) => ({
        file,
        text,
      })),
    ),
    { file: 'examples/standalone.yaml', text: readFileSync('examples/standalone.yaml', 'utf8') },
  ];
  return texts
    .filter(({ text }) => /^kind: (ReleaseSource|Hold)$/m.test(text))
    .flatMap(({ file, text }) => parseAllDocuments(text).map((document) => ({ file, resource: document.toJS() as JsonObject })))
    .filter(({ resource: { apiVersion, kind } }) => apiVersion !== undefined && (kind === 'ReleaseSource' || kind === 'Hold'));
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

  it('accept each ReleaseSource and Hold that is shown', () => {
    const ajv = new Ajv2020({ strict: false, allErrors: true });
    addFormats.default(ajv);
    const validators = { ReleaseSource: 'releasesource', Hold: 'hold' };
    const judge = Object.fromEntries(
      Object.entries(validators).map(([kind, name]) => [kind, ajv.compile(read(`schemas/${name}.schema.json`))]),
    );
    const shown = resourcesShown();
    const wrong = shown.filter(({ resource }) => judge[String(resource.kind)]?.(resource) !== true);
    expect(shown.length).toBeGreaterThan(3);
    expect(wrong).toEqual([]);
  });

  it('refuse a field of a ReleaseSource or a Hold that there is not', () => {
    const ajv = new Ajv2020({ strict: false });
    addFormats.default(ajv);
    const mistaken = { apiVersion: 'towpath.dev/v1alpha1', kind: 'Hold', metadata: { name: 'x' }, spec: { reson: 'a slip' } };
    const sound = { ...mistaken, spec: { reason: 'a slip' } };
    const judge = ajv.compile(read('schemas/hold.schema.json'));
    expect([judge(mistaken), judge(sound)]).toEqual([false, true]);
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
