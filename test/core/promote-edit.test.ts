import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFile } from '../../controller/core/documents/parse.js';
import type { ParsedDocument } from '../../controller/core/documents/parsed.js';
import { editMasterVersion, type MasterVersionEdit } from '../../controller/core/promote/edit.js';

const documentsOf = (text: string, path = 'version.yaml'): ParsedDocument<'MasterVersion'>[] =>
  parseFile({ path, content: Buffer.from(text) }).documents.filter(
    (one): one is ParsedDocument<'MasterVersion'> => one.kind === 'MasterVersion',
  );

/** Edits the only master version of a text, or the one of that name. */
function edit(text: string, wanted: MasterVersionEdit, name?: string): string {
  const document = documentsOf(text).find((one) => name === undefined || one.name === name);
  if (document === undefined) throw new Error('the text holds no MasterVersion');
  return editMasterVersion(text, document, wanted);
}

const head = 'apiVersion: towpath.dev/v1alpha1\nkind: MasterVersion\nmetadata:\n  name: uat\n';
const to = { version: '2.9.4' };

describe('editing a master version file', () => {
  it.each([
    ['plain', 'version: 2.9.3', 'version: 2.9.4'],
    ['in double quotes', 'version: "2.9.3"', 'version: "2.9.4"'],
    ['in single quotes', "version: '2.9.3'", "version: '2.9.4'"],
    ['with much space and a comment', 'version:    2.9.3   # was 2.9.2', 'version:    2.9.4   # was 2.9.2'],
    ['with the same text in the comment', 'version: 2.9.3 # 2.9.3', 'version: 2.9.4 # 2.9.3'],
    ['on the next line', 'version:\n    2.9.3', 'version:\n    2.9.4'],
    ['folded', 'version: >-\n    2.9.3\n', 'version: "2.9.4"\n'],
    ['with a tag', 'version: !!str 2.9.3', 'version: !!str 2.9.4'],
    ['as a number, which is refused as it is', 'version: 2.9', 'version: 2.9.4'],
  ])('replaces a version that is written %s, and nothing else', (_, before, after) => {
    const around = (line: string) =>
      `# The first line\n${head}spec:\n  # why\n  product: shop\n  ${line}\n  notBefore: 2026-12-01T20:00:00+11:00 # evening\n`;
    expect(edit(around(before), to)).toBe(around(after));
  });

  it.each(['2.9', '1e3', '0x1f', '010', '1_000', '12', '9007199254740993'])(
    'puts %s into quotes, because it would be a number',
    (version) => {
      const text = (written: string) => `${head}spec:\n  product: shop\n  version: ${written}\n`;
      expect(edit(text('2.9.3'), { version })).toBe(text(/^1_000$/.test(version) ? version : `"${version}"`));
    },
  );

  it.each([
    [
      'a flow mapping',
      `${head}spec: {product: shop, version: 2.9.3, reason: x}\n`,
      `${head}spec: {product: shop, version: 2.9.4, reason: x}\n`,
    ],
    [
      'line ends of Windows',
      `${head}spec:\n  product: shop\n  version: 2.9.3 # c\n`.replaceAll('\n', '\r\n'),
      `${head}spec:\n  product: shop\n  version: 2.9.4 # c\n`.replaceAll('\n', '\r\n'),
    ],
    [
      'no line end at the end',
      `${head}spec:\n  product: shop\n  version: 2.9.3`,
      `${head}spec:\n  product: shop\n  version: 2.9.4`,
    ],
  ])('keeps %s', (_, before, after) => {
    expect(edit(before, to)).toBe(after);
  });

  it.each([2, undefined])('keeps JSON with an indent of %s', (indent) => {
    const json = (version: string, more = {}) =>
      JSON.stringify(
        {
          apiVersion: 'towpath.dev/v1alpha1',
          kind: 'MasterVersion',
          metadata: { name: 'uat' },
          spec: { product: 'shop', version, ...more },
        },
        null,
        indent,
      );
    expect(edit(json('2.9.3'), to)).toBe(json('2.9.4'));
    const reasoned = edit(json('2.9.3'), { ...to, reason: 'because "so"' });
    expect([JSON.parse(reasoned), reasoned.split('\n').length]).toEqual([
      JSON.parse(json('2.9.4', { reason: 'because "so"' })),
      indent === undefined ? 1 : json('', { reason: '' }).split('\n').length,
    ]);
  });

  it('edits one document of several, wherever it stands', () => {
    const many = ['a', 'b', 'c'].map(
      (name) => `${head.replace('uat', name)}spec:\n  product: shop\n  version: 1.0.0 # ${name}\n`,
    );
    const wanted = many.map((text, index) => (index === 1 ? text.replace('1.0.0', '2.0.0') : text));
    expect(edit(many.join('---\n'), { version: '2.0.0' }, 'b')).toBe(wanted.join('---\n'));
  });

  it('writes the reason after the version, or in place of the one before', () => {
    const text = (lines: string) => `${head}spec:\n  product: shop\n${lines}  # the end\n`;
    expect(edit(text('  version: 2.9.3 # now\n'), { ...to, reason: 'Sprint 42: ready' })).toBe(
      text('  version: 2.9.4 # now\n  reason: "Sprint 42: ready"\n'),
    );
    expect(edit(text('  reason: Sprint 41 # old\n  version: 2.9.3\n'), { ...to, reason: 'Sprint 42' })).toBe(
      text('  reason: Sprint 42 # old\n  version: 2.9.4\n'),
    );
    expect(edit(text('  version: 2.9.3\n  reason: "Sprint 41"\n'), { ...to, reason: 'it: says #1' })).toBe(
      text('  version: 2.9.4\n  reason: "it: says #1"\n'),
    );
    expect(edit(text('  version: 2.9.3\n  reason: Sprint 41\n'), { ...to, reason: 'it: says #1' })).toBe(
      text('  version: 2.9.4\n  reason: "it: says #1"\n'),
    );
    expect(edit(`${head}spec: {product: shop, version: 2.9.3}\n`, { ...to, reason: 'so' })).toBe(
      `${head}spec: {product: shop, version: 2.9.4, "reason": "so"}\n`,
    );
  });

  it('finds the reason where the version before it has another length', () => {
    const text = (version: string, reason: string) =>
      `${head}spec:\n  product: shop\n  version: ${version} # x\n  reason: ${reason}\n`;
    expect(edit(text('2.9.3', 'Sprint 41'), { version: '2.10.0', reason: 'Sprint 42' })).toBe(text('2.10.0', 'Sprint 42'));
  });

  it('ends a line as the others end where the version is the last word', () => {
    const text = `${head}spec:\n  product: shop\n  version: 2.9.3`.replaceAll('\n', '\r\n');
    expect(edit(text, { ...to, reason: 'so' })).toBe(`${text.replace('2.9.3', '2.9.4')}\r\n  reason: "so"`);
  });

  it('refuses a file that asks for no version', () => {
    expect(() => edit(`${head}spec:\n  product: shop\n  version:\n`, to)).toThrow(
      /version.yaml asks for no version that could be replaced/,
    );
    expect(() => edit(`${head}spec:\n  product: shop\n`, to)).toThrow(/asks for no version that could be replaced/);
  });

  it('changes the version, and nothing else that a reader or a program would see, however a file is written', () => {
    const version = fc.stringMatching(/^[0-9A-Za-z][0-9A-Za-z._+-]{0,20}$/);
    const style = fc.constantFrom(
      (value: string) => `"${value}"`,
      (value: string) => `'${value}'`,
      (value: string) => `"${value}" # ${value}`,
      (value: string) => `!!str '${value}'`,
    );
    const comment = fc.stringMatching(/^[ -~äß漢🚢]{0,30}$/u);
    const reason = fc.option(
      fc
        .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
        .filter((text) => text.trim() === text && !/\p{Cc}|\p{Cs}/u.test(text)),
      { nil: undefined },
    );
    fc.assert(
      fc.property(version, version, style, comment, reason, (before, after, write, note, why) => {
        const text = `# ${note}\n${head}spec:\n  # ${note}\n  version: ${write(before)}\n  product: shop # ${note}\n`;
        const wanted = why === undefined ? { version: after } : { version: after, reason: why };
        const edited = edit(text, wanted);
        const [document] = documentsOf(edited);
        expect(document?.value.spec).toEqual({ version: after, product: 'shop', ...(why === undefined ? {} : { reason: why }) });
        const others = (all: string) => all.split('\n').filter((line) => !/^ {2}(version|reason):/.test(line));
        expect(others(edited)).toEqual(others(text));
      }),
      { numRuns: 300 },
    );
  });
});
