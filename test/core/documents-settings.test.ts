import { describe, expect, it } from 'vitest';
import { loadRepository } from '../../controller/core/documents/load.js';
import { parseFile } from '../../controller/core/documents/parse.js';
import { createSettingsCache } from '../../controller/core/documents/settings/cache.js';
import { config, encode, type Files, load, product, sentences, valid } from './documents-fixture.js';

const withSchema = (schema: unknown, files: Files = {}): Files => ({
  ...valid,
  'product.yaml': product.replace('spec:', 'spec:\n  settingsSchema: schemas/settings.schema.json'),
  'schemas/settings.schema.json': typeof schema === 'string' ? schema : JSON.stringify(schema),
  ...files,
});

const settings = (text: string): Files => ({ 'config.yaml': config.replace('{url: https://acme.example}', text) });

const schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'https://acme.example/settings',
  title: 'Settings',
  type: 'object',
  additionalProperties: false,
  required: ['url'],
  properties: {
    url: { type: 'string', format: 'uri', pattern: '^https://', description: 'Where it is.' },
    mode: { enum: ['slow', 'fast'] },
    limit: { $ref: '#/$defs/limit' },
    version: { type: 'string' },
    on: { type: 'boolean' },
    hosts: { type: 'array', items: { type: 'string', format: 'hostname' }, uniqueItems: true, maxItems: 3 },
    target: { oneOf: [{ type: 'string' }, { type: 'object', required: ['name'], properties: { name: { type: 'string' } } }] },
  },
  $defs: { limit: { type: 'integer', minimum: 1, maximum: 10 } },
};

describe('settings', () => {
  it('that keep to the schema of the product are loaded', () => {
    const repository = load(withSchema(schema, settings('{url: https://a.example, limit: 3, hosts: [a, b], target: {name: x}}')));
    expect([repository.findings, repository.environments.map((environment) => environment.settings)]).toEqual([
      [],
      [{ url: 'https://a.example', limit: 3, hosts: ['a', 'b'], target: { name: 'x' } }],
    ]);
  });

  it.each([
    [
      'a misspelled setting, once',
      '{urll: https://a.example}',
      ['8:14 spec.settings.urll: is not a known field; did you mean "url"?'],
    ],
    ['a missing setting', '{mode: fast}', ['8:3 spec.settings.url: is missing']],
    [
      'a value that is not one of those allowed',
      '{url: https://a, mode: fats}',
      ['8:36 spec.settings.mode: "fats" is not one of slow, fast; did you mean "fast"?'],
    ],
    [
      'a number out of range, through a reference',
      '{url: https://a, limit: 11}',
      ['8:37 spec.settings.limit: 11 is more than 10'],
    ],
    [
      'a number where a text belongs, as it is written',
      '{url: https://a, version: 1.10}',
      ['8:39 spec.settings.version: 1.10 is a number (1.1): write "1.10"'],
    ],
    [
      'a text where true or false belongs',
      '{url: https://a, on: "true"}',
      ['8:34 spec.settings.on: "true" is a text: write true without quotes'],
    ],
    [
      'a text of another form',
      '{url: http://a.example}',
      ['8:19 spec.settings.url: "http://a.example" is not of the form ^https://'],
    ],
    ['entries that are there twice', '{url: https://a, hosts: [a, a]}', ['8:37 spec.settings.hosts: holds the same entry twice']],
    ['the branch that was meant', '{url: https://a, target: {nam: x}}', ['8:30 spec.settings.target.name: is missing']],
    ['no branch at all', '{url: https://a, target: 5}', ['8:38 spec.settings.target: 5 is a number: write "5"']],
    ['a value of nothing', '{url: }', ['8:19 spec.settings.url: is empty; it should be a text']],
  ])('are checked, each where it stands: %s', (_title, text, wanted) => {
    expect(sentences(withSchema(schema, settings(text)))).toEqual(wanted.map((finding) => `config.yaml:${finding}`));
  });

  it('that are not there are checked as an empty mapping', () => {
    const files = withSchema(schema, { 'config.yaml': config.replace('  settings: {url: https://acme.example}\n', '') });
    expect(sentences(files)).toEqual(['config.yaml:4:1 spec.settings.url: is missing']);
  });

  it('stop their environment alone', () => {
    const other = {
      'b.yaml': `${config.replaceAll('uat-acme', 'uat-b')}---\n${valid['version.yaml']?.replaceAll('uat-acme', 'uat-b')}`,
    };
    const repository = load(withSchema(schema, { ...settings('{}'), ...other }));
    expect([repository.environments.map(({ environment }) => environment), repository.invalid]).toEqual([
      ['uat-b'],
      [{ product: 'shop', environment: 'uat-acme', findings: repository.findings }],
    ]);
  });
});

describe('a settings schema', () => {
  const inline = (text: string): Files => ({
    ...valid,
    'product.yaml': product.replace('spec:', `spec:\n  settingsSchema: ${text}`),
  });
  const file = 'schemas/settings.schema.json';

  it('may stand inside of the product', () => {
    expect(sentences(inline('{properties: {url: {maxLength: 3}}}'))).toEqual([
      'config.yaml:8:19 spec.settings.url: is longer than 3 characters (20)',
    ]);
    expect(sentences(inline('{properties: {url: {maxLenght: 3}}}'))).toEqual([
      'product.yaml:5:39 spec.settingsSchema.properties.url.maxLenght: is not a keyword of JSON Schema; did you mean "maxLength"?',
    ]);
  });

  it('may be YAML, and refer to other files of the repository', () => {
    const files = withSchema('properties: {url: {$ref: "../common/url.schema.yaml#/$defs/a~1b%20c"}}', {
      'common/url.schema.yaml': '$defs: {"a/b c": {$ref: "#/$defs/short"}, short: {type: string, maxLength: 3}}\n',
    });
    expect(sentences(files)).toEqual(['config.yaml:8:19 spec.settings.url: is longer than 3 characters (20)']);
  });

  it.each([
    ['that is no JSON', '{"type": "object",\n "properties": ]', `${file}:2:16 is no valid YAML: Flow map must end with a }`],
    [
      'with an unknown type',
      { type: 'strng' },
      `${file}:1:9 type: "strng" is not one of array, boolean, integer, null, number, object, string; did you mean "string"?`,
    ],
    [
      'with a keyword that is misspelled',
      { $defs: { a: { requird: ['x'] } } },
      `${file}:1:16 $defs.a.requird: is not a keyword of JSON Schema; did you mean "required"?`,
    ],
    [
      'with a reference to an address',
      { $ref: 'https://evil.example/x.json' },
      `${file}:1:9 $ref: "https://evil.example/x.json" is no reference to this schema or to a file of the repository, such as #/$defs/name or other.schema.json`,
    ],
    [
      'with a reference out of the repository',
      { $ref: '../../etc/passwd' },
      `${file}:1:9 $ref: "../../etc/passwd" is no reference to this schema or to a file of the repository, such as #/$defs/name or other.schema.json`,
    ],
    [
      'with a reference to a file that is not there',
      { $ref: 'x.json#/properties' },
      `${file}:1:9 $ref: "x.json#/properties": there is no file schemas/x.json`,
    ],
    [
      'with a reference to a file that is no schema',
      { $ref: '../config.yaml' },
      `${file}:1:9 $ref: "../config.yaml": config.yaml holds no JSON Schema, or more than 262,144 bytes`,
    ],
    [
      'with a reference to nothing',
      { $ref: '#/$defs/b', $defs: { a: {} } },
      `${file}:1:9 $ref: "#/$defs/b" leads to no schema (#/$defs/a); did you mean "#/$defs/a"?`,
    ],
    [
      'with references in a circle',
      { $ref: '#/$defs/a', $defs: { a: { allOf: [{ $ref: '#/$defs/a' }] } } },
      `${file}:1:1 refers to itself in a circle, which is not supported`,
    ],
    ['that unfolds to very many', doubling(20), `${file}:1:1 judges one value by more than 1,000 schemas`],
    [
      'with references to data',
      { properties: { a: { const: { $data: '1/b' } }, b: { minimum: 1, $data: 'x' } } },
      `${file}:1:63 properties.b.$data: references to data are not supported`,
    ],
    [
      'with a pattern that could take for ever',
      { pattern: '^(a+)+\\1$', properties: {} },
      `${file}:1:12 pattern: "^(a+)+\\\\1$" is not a pattern that runs in linear time (RE2 syntax, no look-around, no back-references): invalid escape sequence: \`\\1\``,
    ],
    [
      'with an address inside',
      { properties: { a: { $id: 'https://x' } } },
      `${file}:1:21 properties.a.$id: a schema inside of another may not have an address of its own`,
    ],
    [
      'of an older draft',
      { $schema: 'http://json-schema.org/draft-04/schema#' },
      `${file}:1:12 $schema: "http://json-schema.org/draft-04/schema#" is not supported; use https://json-schema.org/draft/2020-12/schema`,
    ],
    [
      'with an unknown format',
      { properties: { a: { format: 'dat' } } },
      `${file}:1:30 properties.a.format: "dat" is not a known format (date, date-time, duration, email, hostname, ipv4, ipv6, iso-date-time, json-pointer, time, uri, uri-reference, uuid); did you mean "date"?`,
    ],
  ])('is refused where it stands: one %s', (_title, text, wanted) => {
    const repository = load(withSchema(text));
    expect(sentences(withSchema(text))).toEqual([wanted]);
    expect([repository.environments, repository.invalid]).toEqual([
      [],
      [{ product: 'shop', environment: 'uat-acme', findings: repository.findings }],
    ]);
  });

  it('runs its patterns in linear time', () => {
    const text = `{url: "${'a'.repeat(50_000)}!"}`;
    const findings = load(withSchema({ properties: { url: { type: 'string', pattern: '^(a+)+$' } } }, settings(text))).findings;
    expect(findings.map(({ rule, path }) => [rule, path])).toEqual([['settings', 'spec.settings.url']]);
  });

  it('and settings that together would take too many checks are refused', () => {
    const twice = (depth: number): object => (depth === 0 ? { type: 'string' } : { anyOf: [twice(depth - 1), twice(depth - 1)] });
    const many = `{${Array.from({ length: 2_500 }, (_, index) => `k${index}: 1`).join(', ')}}`;
    expect(sentences(withSchema({ additionalProperties: twice(8) }, settings(many)))).toEqual([
      'config.yaml:8:13 spec.settings: too many values (2,510) for a settings schema that checks each up to 511 times',
    ]);
  });

  it('is compiled once for as long as nothing that it consists of changes', () => {
    const cache = createSettingsCache();
    const parse = (files: Files) => Object.entries(files).map(([path, text]) => parseFile({ path, content: encode(text) }));
    loadRepository(parse(withSchema(schema)), cache);
    const before = [...cache.schemas.values()];
    loadRepository(parse(withSchema(schema, settings('{}'))), cache);
    expect(before.length).toBe(1);
    expect([...cache.schemas.values()][0]).toBe(before[0]);
    const looser = loadRepository(parse(withSchema({ ...schema, required: [] }, settings('{}'))), cache);
    expect([looser.findings, cache.schemas.size]).toEqual([[], 1]);
    loadRepository(parse(valid), cache);
    expect([cache.schemas.size, cache.files.size]).toEqual([0, 0]);
  });
});

/** A few definitions of which each asks for the next one twice. */
function doubling(count: number): object {
  const next = (index: number) => ({ $ref: `#/$defs/d${index + 1}` });
  const definitions = Array.from({ length: count }, (_, index) => [`d${index}`, { allOf: [next(index), next(index)] }]);
  return { $ref: '#/$defs/d0', $defs: { ...Object.fromEntries(definitions), [`d${count}`]: {} } };
}
