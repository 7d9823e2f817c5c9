import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, desiredDigest, releaseDigest, settingsDigest, sha256 } from '../../controller/core/digest.js';
import { parseDescriptor } from '../../controller/core/documents/descriptor.js';
import { loadRepository } from '../../controller/core/documents/load.js';
import { parseFile } from '../../controller/core/documents/parse.js';
import { decodeUtf8 } from '../../controller/core/documents/utf8.js';
import type { Json, JsonObject } from '../../controller/core/model.js';
import { encode, product, version } from './documents-fixture.js';

const marker = encode('apiVersion: towpath.dev/v1alpha1\nkind: EnvironmentConfig\n');
const signs = fc.constantFrom(
  ...'{}[]:,-?&*!|>\'"%@`#\n \t~<=0.é\\',
  '---\n',
  ': ',
  '- ',
  'spec:',
  'metadata:',
  '\n  ',
  '${',
  'settings:',
);
const jsonValue = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<Json>;
const jsonObject = fc.dictionary(fc.string(), jsonValue) as fc.Arbitrary<JsonObject>;

/** The same value with the keys of all its mappings in reverse order. */
function reversed(value: Json): Json {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, reversed(inner)]),
  );
}

// Generated texts take long on a busy machine.
const timeout = 60_000;

describe('reading', { timeout }, () => {
  it('never throws on bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        const parsed = parseFile({ path: 'a.yaml', content: Uint8Array.from([...marker, ...bytes]) });
        loadRepository([parsed]);
        expect(parsed.documents.length + parsed.unknownDocuments).toBeGreaterThan(0);
      }),
      { numRuns: 300 },
    );
  });

  it('never throws on signs of YAML, and points into the text', () => {
    fc.assert(
      fc.property(fc.array(signs, { maxLength: 60 }), (parts) => {
        const text = `${product}---\n${version}${parts.join('')}`;
        const lines = text.split('\n');
        const repository = loadRepository([parseFile({ path: 'a.yaml', content: encode(text) })]);
        for (const { line, column } of repository.findings)
          expect(column - 1).toBeLessThanOrEqual((lines[line - 1] ?? '').length);
      }),
      { numRuns: 200 },
    );
  });

  it('never throws on descriptors', () => {
    fc.assert(
      fc.property(fc.array(signs, { maxLength: 60 }), (parts) => {
        parseDescriptor(parts.join(''), { product: 'a', version: '1', key: 'k' });
      }),
    );
  });

  it('decodes every text to itself', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 100 }), (text) => {
        const withoutMark = text.startsWith('\ufeff') ? text.slice(1) : text;
        expect(decodeUtf8(encode(text))).toEqual({ text: withoutMark });
      }),
    );
  });

  it('takes any JSON mapping as settings, unchanged', () => {
    fc.assert(
      fc.property(jsonObject, (settings) => {
        fc.pre(!JSON.stringify(settings).includes('__proto__'));
        const document = {
          apiVersion: 'towpath.dev/v1alpha1',
          kind: 'EnvironmentConfig',
          metadata: { name: 'a' },
          spec: { product: 'shop', stage: 'qa', settings },
        };
        const safe = JSON.stringify(document);
        const parsed = parseFile({ path: 'a.json', content: encode(safe) });
        const unsafe = parsed.findings.filter(({ rule }) => rule !== 'number-as-string');
        expect(unsafe).toEqual([]);
        if (parsed.findings.length === 0) expect(parsed.documents[0]?.value).toEqual(JSON.parse(safe));
      }),
    );
  });
});

describe('digests', { timeout }, () => {
  it('do not depend on the order of keys', () => {
    fc.assert(
      fc.property(jsonObject, (settings) => {
        expect(settingsDigest(reversed(settings) as JsonObject)).toBe(settingsDigest(settings));
      }),
    );
  });

  it('differ where values differ', () => {
    fc.assert(
      fc.property(jsonValue, jsonValue, (one, other) => {
        const same = canonicalJson(one) === canonicalJson(other);
        expect(sha256(canonicalJson(one)) === sha256(canonicalJson(other))).toBe(same);
        expect(JSON.parse(canonicalJson(one))).toEqual(JSON.parse(JSON.stringify(one)));
      }),
    );
  });

  it('are those of RFC 8785 and FIPS 180-4', () => {
    expect(
      canonicalJson({ '\u20ac': 'Euro', '\r': 'CR', '1': [1e30, 4.5, 0.002, 1e-27, -0], '😀': null, ö: '\u000f\n"\\' }),
    ).toBe('{"\\r":"CR","1":[1e+30,4.5,0.002,1e-27,0],"ö":"\\u000f\\n\\"\\\\","€":"Euro","😀":null}');
    expect(sha256('abc')).toBe('sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(sha256(encode('abc'))).toBe(sha256('abc'));
  });

  it('cover what is promoted and what one environment shall have, and nothing else', () => {
    const release = releaseDigest({ product: 'shop', version: '1.0.0' });
    expect(release).toBe(sha256('{"product":"shop","version":"1.0.0"}'));
    expect(releaseDigest({ product: 'shop', version: '1.0.0', descriptor: { b: 1, a: 2 } })).toBe(
      sha256('{"descriptor":{"a":2,"b":1},"product":"shop","version":"1.0.0"}'),
    );
    expect(desiredDigest({ releaseDigest: release, product: 'shop', environment: 'qa', settings: {} })).toBe(
      sha256(`{"environment":"qa","product":"shop","releaseDigest":"${release}","settings":{}}`),
    );
  });
});
