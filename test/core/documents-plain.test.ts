import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { documentKinds, documentTypes } from '../../controller/core/documents/document-schemas.js';
import { isAccepted, isPlainSchema } from '../../controller/core/documents/plain-schema.js';
import { readPlainYaml } from '../../controller/core/documents/plain-yaml.js';
import { buildTree, type Tree } from '../../controller/core/documents/tree.js';
import { createAjv } from '../../controller/core/documents/validator.js';
import { composeDocuments } from '../../controller/core/documents/yaml-documents.js';
import type { Json, JsonObject } from '../../controller/core/model.js';

/** What the quick readers say, they must say as the YAML parser and the compiled schemas do: those are the truth. */

const texts = readdirSync('examples/releases', { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.yaml'))
  .map((path) => readFileSync(`examples/releases/${path}`, 'utf8'));

/** The whole parser's reading; what is wrong instead, where it is no one valid document. */
function wholly(text: string): Tree | string {
  const { documents, refusal } = composeDocuments(text);
  const [document, second] = documents;
  if (refusal !== undefined || document === undefined || second !== undefined) return 'not one document';
  return document.errors.length > 0 ? 'not valid' : buildTree(document.contents, text);
}

const signs = [
  ...[
    '\n',
    ' ',
    '  ',
    ':',
    ': ',
    ' #',
    '#',
    '-',
    '- ',
    '"',
    "'",
    '{',
    '}',
    '[',
    ']',
    ',',
    ', ',
    '|',
    '>',
    '&',
    '*',
    '!',
    '%',
    '@',
    '`',
  ],
  ...[
    '~',
    'null',
    'true',
    'True',
    '1',
    '0',
    '.',
    '0x1',
    '1e3',
    '?',
    '\n\n',
    '\n  ',
    '\n- ',
    '\t',
    '---\n',
    'a: b',
    '<<',
    '=',
    '12:30',
    '\\',
    'é',
  ],
];

/** A document of the examples with some signs put in, taken away or put in place of others. */
const spoiled = fc
  .record({
    text: fc.constantFrom(...texts.filter(({ length }) => length < 2_000)),
    changes: fc.array(fc.record({ at: fc.nat(2_000), cut: fc.nat(3), sign: fc.constantFrom('', ...signs) }), { maxLength: 3 }),
  })
  .map(({ text, changes }) =>
    changes.reduce((all, { at, cut, sign }) => {
      const place = at % (all.length + 1);
      return `${all.slice(0, place)}${sign}${all.slice(place + cut)}`;
    }, text),
  );

describe('plain YAML', () => {
  it('is read like by the whole parser, places included, in every document of the examples that is plain', () => {
    const read = texts.map((text) => readPlainYaml(text));
    const wanted = texts.map((text, at) => (read[at] === undefined ? undefined : wholly(text)));
    expect(read).toEqual(wanted);
    expect(read.filter((tree) => tree !== undefined).length).toBeGreaterThan(texts.length / 2);
  });

  it('is read like by the whole parser, or left to it, whatever signs are put in or taken away', () => {
    let plain = 0;
    fc.assert(
      fc.property(spoiled, (text) => {
        const tree = readPlainYaml(text);
        if (tree === undefined) return;
        plain += 1;
        expect(tree).toEqual(wholly(text));
      }),
      { numRuns: 5_000 },
    );
    expect(plain).toBeGreaterThan(500);
  });

  it.each([
    ['an empty text', ''],
    ['two documents', 'a: b\n---\na: c\n'],
    ['a text over several lines', 'a: b\n  c\n'],
    ['a block text', 'a: |\n  b\n'],
    ['a number that is written otherwise', 'a: 1.10\n'],
    ['a key that is there twice', 'a: b\na: c\n'],
    ['an alias', 'a: &x b\nc: *x\n'],
    ['an escape', 'a: "b\\n"\n'],
    ['a key without a value', 'a:\nb: c\n'],
    ['a word that is none', 'a: Null\n'],
    ['another script', 'a: é\n'],
    ['a prototype', '__proto__: a\n'],
  ])('leaves %s to the whole parser', (_what, text) => {
    expect(readPlainYaml(text)).toBeUndefined();
  });
});

const values: Json[] = texts.flatMap((text) => {
  const tree = wholly(text);
  return typeof tree === 'string' ? [] : [tree.value];
});
const odd: readonly Json[] = [
  '',
  'a',
  'A b',
  -1,
  0,
  1.5,
  1e9,
  true,
  null,
  [],
  {},
  ['a', 'a'],
  { a: 1 },
  'x'.repeat(5_000),
  '2026-13-01T00:00:00Z',
  '💥',
];

/** The value with something else in one place. */
function spoil(value: Json, steps: readonly number[], instead: Json): Json {
  const [step, ...rest] = steps;
  if (step === undefined || typeof value !== 'object' || value === null) return instead;
  const keys = Object.keys(value);
  const key = keys[step % (keys.length + 1)] ?? 'added';
  if (Array.isArray(value)) return value.map((item, at) => (String(at) === key ? spoil(item, rest, instead) : item));
  return { ...value, [key]: spoil(value[key] ?? {}, rest, instead) };
}

describe('plain schemas', () => {
  const ajv = createAjv();
  const kinds = documentKinds.map((kind) => ({
    kind,
    schema: documentTypes[kind] as unknown as JsonObject,
    validate: ajv.compile(documentTypes[kind]),
  }));

  it('are those of every kind of document', () => {
    expect(kinds.filter(({ schema }) => !isPlainSchema(schema, true)).map(({ kind }) => kind)).toEqual([]);
  });

  it('accept every document of the examples', () => {
    const refused = values.filter((value) => {
      const of = kinds.find(({ kind }) => kind === (value as JsonObject).kind);
      return of !== undefined && !isAccepted(of.schema, value);
    });
    expect(refused).toEqual([]);
  });

  it('accept and refuse what the compiled ones do, whatever is put in place of something', () => {
    const sample = fc.record({
      value: fc.constantFrom(...values),
      steps: fc.array(fc.nat(12), { maxLength: 6 }),
      instead: fc.constantFrom(...odd),
    });
    let refused = 0;
    fc.assert(
      fc.property(sample, ({ value, steps, instead }) => {
        const other = spoil(value, steps, instead);
        const of = kinds.find(({ kind }) => kind === (value as JsonObject).kind);
        if (of === undefined) return;
        const wanted = of.validate(other);
        if (!wanted) refused += 1;
        // Long texts are left to the compiled ones; what is accepted has to be right.
        if (isAccepted(of.schema, other)) expect({ other, valid: wanted }).toEqual({ other, valid: true });
        else if (wanted) expect(JSON.stringify(other).length).toBeGreaterThan(2_048);
      }),
      { numRuns: 5_000 },
    );
    expect(refused).toBeGreaterThan(500);
  });

  it.each([
    ['a reference', { $ref: '#/$defs/a' }],
    ['an expression of somebody else', { type: 'string', pattern: '^(a+)+$' }],
    ['a keyword that is not known', { type: 'object', unevaluatedProperties: false }],
    ['a type that is none', { type: 'text' }],
    ['a list of required names that holds a number', { required: [1] }],
    ['a format that is not known', { format: 'phone' }],
    ['something wrong further in', { properties: { a: { items: { minimum: '1' } } } }],
  ] as [string, Json][])('are not those with %s', (_what, schema) => {
    expect(isPlainSchema(schema, false)).toBe(false);
  });
});
