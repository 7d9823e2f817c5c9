import { describe, expect, it } from 'vitest';
import { parseFile, unreadableFile } from '../../controller/core/documents/parse.js';
import { config, encode, load, parseText, sentence, valid, version } from './documents-fixture.js';

const head = `apiVersion: towpath.dev/v1alpha1
kind: EnvironmentConfig
metadata: {name: a}
spec:
  product: shop
  stage: uat
  settings:
`;
const times = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join('');
const found = (text: string): string[] => parseText(text).findings.map(sentence);

describe('hostile texts', () => {
  it('are read where they are only large: 40,000 keys, and a text of a million characters', () => {
    const parsed = parseText(`${head}${times(40_000, (index) => `    key${index}: ${index}\n`)}`);
    expect(parsed.findings).toEqual([]);
    expect(parsed.documents.map(({ value }) => JSON.stringify(value).split('"key').length - 1)).toEqual([40_000]);
    expect(found(`${head}    a: ${'x'.repeat(1_000_000)}\n`)).toEqual([]);
  });

  it.each([
    [
      'a file over the limit',
      `${head}    a: ${'x'.repeat(1_048_576)}\n`,
      'a.yaml:1:1 is larger than 1,048,576 bytes (1,048,708)',
    ],
    [
      '60,000 keys',
      `${head}${times(60_000, (index) => `    k${index}:\n`)}`,
      'a.yaml:1:1 holds 60,008 keys; at most 50,000 are allowed',
    ],
    ['lists in lists, flow', `${head}    a: ${'['.repeat(5_000)}`, 'a.yaml:8:107 is nested more than 100 deep'],
    ['mappings in mappings, flow', `${head}    a: ${'{a: '.repeat(5_000)}`, 'a.yaml:8:401 is nested more than 100 deep'],
    ['lists in lists, block', `${head}    a:\n      ${'- '.repeat(5_000)}x\n`, 'a.yaml:9:204 is nested more than 100 deep'],
    [
      'mappings in mappings, block',
      `${head}${times(1_000, (index) => `${' '.repeat(4 + index)}a:\n`)}`,
      'a.yaml:107:105 is nested more than 100 deep',
    ],
    ['2,000 documents', `${head}    a: 1\n---\n`.repeat(2_000), 'a.yaml:9000:1 holds more than 1,000 documents'],
    [
      'a million commas',
      `${head}    a: [${','.repeat(1_000_000)}]\n`,
      'a.yaml:8:10 is no valid YAML: a value is missing between two commas',
    ],
    [
      'half a million values',
      `${head}    a: [${'1,'.repeat(500_000)}]\n`,
      'a.yaml:8:333303 holds more than 500,000 words and signs',
    ],
    [
      'closing brackets only',
      `${head}    a: ${']'.repeat(900_000)}`,
      'a.yaml:8:8 is no valid YAML: Unexpected flow-seq-end token in YAML stream: "]"',
    ],
    [
      'escapes that there are not',
      `${head}    a: "${'\\q'.repeat(400_000)}"\n`,
      'a.yaml:8:8 an escape after \\ is not known: use single quotes, or write \\\\',
    ],
  ])('are refused in a sentence: %s', (_title, text, wanted) => {
    expect(found(text)).toEqual([wanted]);
  });

  it('cannot make aliases multiply', () => {
    const bomb = `${head}    a: &a [x, x]\n    b: &b [*a, *a]\n    c: [*b, *b]\n`;
    expect(found(bomb)).toEqual([
      'a.yaml:8:11 spec.settings.a: anchors such as &a are not allowed',
      'a.yaml:9:11 spec.settings.b: anchors such as &b are not allowed',
      'a.yaml:9:12 spec.settings.b[0]: aliases such as *a are not allowed: write the value out',
      'a.yaml:9:16 spec.settings.b[1]: aliases such as *a are not allowed: write the value out',
      'a.yaml:10:9 spec.settings.c[0]: aliases such as *b are not allowed: write the value out',
      'a.yaml:10:13 spec.settings.c[1]: aliases such as *b are not allowed: write the value out',
    ]);
  });

  it('have a hundred findings at most, and a count of the others', () => {
    const findings = found(`${head}${times(500, () => '    key: 1\n')}`);
    expect(findings.length).toBe(101);
    expect(findings.slice(-2)).toEqual([
      'a.yaml:108:5 spec.settings.key: "key" is written twice; the first is at 8:5',
      'a.yaml:109:5 and 399 more',
    ]);
  });

  it('cannot write to a terminal what they are not: control and bidirectional characters are shown escaped', () => {
    expect(found(version.replace('shop', '"sh\\u001b[31m\u202eop"'))).toEqual([
      'a.yaml:5:12 spec.product: "sh\\u001b[31m\\u202eop" is not a DNS label (a-z, 0-9 and -, at most 63 characters, first and last no -)',
    ]);
  });
});

describe('bytes', () => {
  it('that are not UTF-8 are refused with their place', () => {
    const content = Uint8Array.from([...encode(`${head}    é: "`), 0xff, 0x22, 0x0a]);
    expect(parseFile({ path: 'a.yaml', content }).findings.map(sentence)).toEqual(['a.yaml:8:9 byte 134 (0xff) is not UTF-8']);
  });

  it.each([
    ['an overlong slash', [0xc0, 0xaf]],
    ['half of a surrogate pair', [0xed, 0xa0, 0x80]],
    ['a character beyond Unicode', [0xf4, 0x90, 0x80, 0x80]],
    ['a character that is cut off', [0xe2, 0x82]],
  ])('that are no characters are not replaced by others: %s', (_title, bytes) => {
    const content = Uint8Array.from([...encode(`${head}    a: `), ...bytes]);
    expect(parseFile({ path: 'a.yaml', content }).findings.map(({ rule, line, column }) => [rule, line, column])).toEqual([
      ['not-utf8', 8, 8],
    ]);
  });

  it('of a byte order mark and of carriage returns change nothing but the file', () => {
    const plain = load(valid);
    const marked = load(
      Object.fromEntries(Object.entries(valid).map(([path, text]) => [path, `\ufeff${text.replaceAll('\n', '\r\n')}`])),
    );
    expect(marked).toEqual(plain);
  });

  it('of characters outside of the basic plane are read, and counted as editors count', () => {
    expect(found(config.replace('{url: https://acme.example}', '{"😀": "é", x: &a 1}'))).toEqual([
      'a.yaml:8:31 spec.settings.x: anchors such as &a are not allowed',
    ]);
  });
});

describe('files that are not ours', () => {
  it.each([
    ['another format', 'readme.md', version],
    ['YAML that is broken', 'chart.yaml', '{{ if }}: [\n'],
    ['YAML that is broken and mentions the group', 'chart.yaml', 'towpath.dev/name: {{ x }}\napiVersion: v1\n- [\n'],
    ['another apiVersion', 'a.yaml', 'apiVersion: apps/v1\nkind: MasterVersion\n# towpath\n'],
    ['a list', 'a.json', '[1, 2, {"apiVersion": "towpath.dev/v1alpha1"}]'],
  ])('are not looked at: %s', (_title, path, text) => {
    expect(parseText(text, path)).toEqual({ path, documents: [], findings: [], unknownDocuments: 0 });
  });

  it('beside ours in one file are left alone, broken or not', () => {
    const parsed = parseText(`a: [\n---\n${version}---\nb: c\n`);
    expect([parsed.findings, parsed.documents.map(({ kind, valid: ok }) => [kind, ok])]).toEqual([[], [['MasterVersion', true]]]);
  });

  it('are named where they cannot be read but look like documents', () => {
    const findings = [
      unreadableFile('a/version.yaml', 'symbolic-link'),
      unreadableFile('a\u001b[2J.yaml', 'bad-name'),
      unreadableFile('vendor', 'submodule'),
      unreadableFile('big.json', 'too-large'),
      unreadableFile('big.yaml', 'too-large'),
    ].flatMap((file) => file.findings.map(sentence));
    expect(findings).toEqual([
      'a/version.yaml:1:1 is a symbolic link: links are not followed',
      'a\\u001b[2J.yaml:1:1 has a name that is not allowed: no "..", no backslash, no control character',
      'vendor:1:1 warning is a submodule: submodules are not read',
      'big.json:1:1 warning is larger than 1,048,576 bytes: it is not read',
      'big.yaml:1:1 is larger than 1,048,576 bytes: it is not read',
    ]);
  });
});
