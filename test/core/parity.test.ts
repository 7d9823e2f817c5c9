import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../controller/core/model.js';
import { compareSettings } from '../../controller/core/parity/compare.js';
import { parityFacts } from '../../controller/core/parity/facts.js';
import { formatPath, parsePattern } from '../../controller/core/parity/pattern.js';
import { aDesired, aProduct, aStage } from '../support/facts.js';

const differences = (own: JsonObject, other: JsonObject, ...allow: string[]) =>
  compareSettings(own, other, { allow, there: 'uat' }).map(({ path, what }) => `${path}: ${what}`);

describe('settings', () => {
  it('may have other texts and numbers, and the same of everything else', () => {
    const of = (url: string, limit: number) => ({ crm: { url, secretRef: url }, limit, on: true, none: null, hosts: [url] });
    expect(differences(of('https://a', 1), of('https://b', 2))).toEqual([]);
  });

  it.each<[string, JsonObject, JsonObject, string[]]>([
    ['are here alone', { a: { b: 1, c: 2 } }, { a: { b: 1 } }, ['a.c: not in uat']],
    ['are there alone', { a: {} }, { a: { b: { c: 1 } } }, ['a.b: only in uat']],
    [
      'are of another kind',
      { a: 1, b: {}, c: [], d: null },
      { a: '1', b: 'x', c: {}, d: 'x' },
      [
        'a: a number here, a text in uat',
        'b: an object here, a text in uat',
        'c: a list here, an object in uat',
        'd: empty here, a text in uat',
      ],
    ],
    [
      'are toggles that are switched otherwise',
      { t: { genai: true, a: true } },
      { t: { genai: false, a: true } },
      ['t.genai: switched otherwise in uat'],
    ],
    [
      'are elements of another shape',
      { a: [{ x: 1 }], b: [1, 2, 3], c: [] },
      { a: [{ x: 1, y: 2 }], b: [1], c: ['x'] },
      ['a.*.y: only in uat', 'c.*: only in uat'],
    ],
    ['are elements of several kinds', { a: [1, 'x'] }, { a: [1] }, ['a.*: a number or a text here, a number in uat']],
    [
      'are named like properties of objects',
      { ['__proto__']: 1, constructor: 1 },
      {},
      ['__proto__: not in uat', 'constructor: not in uat'],
    ],
    ['have names that need quotes', { 'a.b': { 'c d': 1 } }, { 'a.b': {} }, ['"a.b"."c d": not in uat']],
  ])('that %s were not tested', (_, own, other, found) => {
    expect(differences(own, other)).toEqual(found);
  });

  it('take no notice of toggles inside lists, whose elements nobody can match', () => {
    expect(differences({ a: [{ on: true }, { on: false }] }, { a: [{ on: false }] })).toEqual([]);
  });

  it.each<[string, JsonObject, string[]]>([
    ['a.b', { a: { b: 1 } }, []],
    ['a.b', { a: { b: { c: 1 } } }, []],
    ['a.*', { a: { b: 1, c: { d: 1 } } }, []],
    ['*.b', { a: { b: 1, c: 1 } }, ['a.c: not in uat']],
    ['a.*.c', { a: { b: { c: 1, d: 1 }, e: { c: 1 } } }, ['a.b.d: not in uat']],
    ['a.**', { a: { b: { c: 1 } } }, []],
    ['**', { a: 1 }, []],
    ['a', { a: 1, ab: 1 }, ['ab: not in uat']],
    ['"a.b".c', { 'a.b': { c: 1 } }, []],
    ['a.b', { 'a.b': 1 }, ['"a.b": not in uat']],
    ['other', { a: { b: 1, c: 1 } }, ['a: not in uat']],
    ['a.other', { a: { b: 1, c: 1 } }, ['a: not in uat']],
  ])('that %s allows to differ may', (allow, own, found) => {
    expect(differences(own, {}, allow)).toEqual(found);
  });

  it('allow what differs in the elements of lists', () => {
    expect(differences({ a: [{ x: 1 }] }, { a: [{ y: 1 }] }, 'a.*.x')).toEqual(['a.*.y: only in uat']);
  });

  it('never show a value', () => {
    const own = { a: 'hunter2', b: { c: 'hunter2' }, d: ['hunter2'], e: 'hunter2' };
    expect(JSON.stringify(compareSettings(own, { a: 1, d: [1], e: true }, { allow: [], there: 'uat' }))).not.toContain('hunter2');
  });

  it('are compared in time that grows with their size alone', () => {
    const many = (prefix: string) => Object.fromEntries(Array.from({ length: 20_000 }, (_, at) => [`${prefix}${at}`, at]));
    const lists = { list: Array.from({ length: 20_000 }, (_, at) => ({ [`k${at}`]: at })) };
    const allow = Array.from({ length: 1_000 }, (_, at) => `*.k${at}.*`);
    expect(compareSettings({ ...many('a'), ...lists }, { ...many('b'), list: [{}] }, { allow, there: 'uat' })).toHaveLength(
      60_000,
    );
  });
});

describe('a path of settings', () => {
  it.each(['a', 'a.b-c_D9', '*', 'a.*.b', 'a.**', '**', '"a.b".c', '"say \\"x\\""'])('is %s', (text) => {
    const steps = parsePattern(text);
    expect('problem' in steps ? steps.problem : formatPath(steps)).toBe(text);
  });

  it.each([
    ['', 'a name is missing between, before or after dots'],
    ['a..b', 'a name is missing between, before or after dots'],
    ['.a', 'a name is missing between, before or after dots'],
    ['a.', 'a name is missing between, before or after dots'],
    ['**.a', '** stands for any rest, so nothing can come after it'],
    ['a*', 'a dot should come before "*"'],
    ['a.b c', 'a dot should come before " c"'],
    ['a.$b', 'names with other characters than letters, digits, _ and - stand in quotes: "$b"'],
    ['"a', 'names with other characters than letters, digits, _ and - stand in quotes: "\\"a"'],
  ])('is not %s', (text, problem) => {
    expect(parsePattern(text)).toEqual({ problem });
  });
});

describe('what is kept of a comparison', () => {
  const product = aProduct({
    stages: [aStage({ name: 'uat' }), aStage({ name: 'production', parity: { with: 'uat', allow: ['url'] } })],
  });
  const production = (settings: JsonObject) =>
    aDesired({ product, stage: 'production', environment: 'production-acme', settings });
  const uat = (environment: string, settings: JsonObject) => aDesired({ product, stage: 'uat', environment, settings });

  it('is how it differs from the nearest environment', () => {
    const others = [uat('uat-1', {}), uat('uat-2', { a: 1 }), uat('uat-3', {})];
    expect(parityFacts(production({ a: 1, b: 1, url: 'x' }), others)).toEqual({
      environment: 'uat-2',
      differences: [{ path: 'b', what: 'not in uat-2' }],
      total: 1,
    });
  });

  it('is no more than the first twenty differences, with short paths', () => {
    const settings = Object.fromEntries(
      Array.from({ length: 30 }, (_, at) => [`${'x'.repeat(300)}${String(at).padStart(2, '0')}`, 1]),
    );
    const kept = parityFacts(production(settings), [uat('uat-1', {})]);
    expect([kept?.differences.length, kept?.differences[0]?.path.length, kept?.total]).toEqual([20, 201, 30]);
  });

  it('says that there is nothing to compare with, and is absent where nothing has to be compared', () => {
    expect(parityFacts(production({}), [])).toEqual({ differences: [], total: 0 });
    expect(parityFacts(uat('uat-1', {}), [production({})])).toBeUndefined();
  });
});
