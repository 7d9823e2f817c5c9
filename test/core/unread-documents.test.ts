import { describe, expect, it } from 'vitest';
import { loadRepository } from '../../controller/core/documents/load.js';
import { parseFile } from '../../controller/core/documents/parse.js';
import { evaluate } from '../../controller/core/gates/evaluate.js';
import { governanceOf } from '../../controller/core/governance.js';
import type { ReleaseRepository } from '../../controller/core/model.js';
import { anEnvironment, someFacts } from '../support/facts.js';
import { config, encode, product, release, sentence, version } from './documents-fixture.js';

const freeze = `apiVersion: towpath.dev/v1alpha1
kind: DeploymentWindow
metadata: {name: freeze}
spec: {effect: deny, timeZone: UTC, from: 2026-12-18T00:00:00, to: 2027-01-05T00:00:00}
`;
const needy = `${release.trimEnd()}\n  dependencies: {analytics: ">=5"}\n`;
const analytics = product.replace('name: shop', 'name: analytics');

const utf16 = (text: string) => new Uint8Array(Buffer.from(text, 'utf16le'));
const withMark = (text: string) => Uint8Array.from([0xff, 0xfe, ...utf16(text)]);

/** A repository in which an environment wants a version, beside one more file. */
function load(content: Uint8Array): ReleaseRepository {
  const files = [product, analytics, version, config].map((text, at) => ({ path: `${at}.yaml`, content: encode(text) }));
  return loadRepository([...files, { path: 'x.yaml', content }].map(parseFile));
}

/** The closed gates of the environment, with the reasons. */
function closed({ environments, governance }: ReleaseRepository, name = 'uat-acme', of = 'shop'): string[] {
  const desired = environments.find(({ environment, product: { name: its } }) => environment === name && its === of);
  if (desired === undefined) return ['no environment'];
  const facts = someFacts({ environment: anEnvironment(), desired, governance: governanceOf(governance, of) });
  return evaluate({ facts, wanted: desired }).flatMap((gate) =>
    gate.state !== 'Passed' && ['window', 'dependencies'].includes(gate.name) ? [`${gate.name}: ${gate.message}`] : [],
  );
}

describe('a file that cannot be read', () => {
  it.each([
    ['with a mark', withMark],
    ['without one', utf16],
  ])('keeps a freeze closed and says why where it is UTF-16 %s', (_, to) => {
    const repository = load(to(freeze));
    expect([repository.findings.map(sentence), closed(repository)]).toEqual([
      ['x.yaml:1:1 is UTF-16: documents are UTF-8'],
      ['window: nobody knows what the window x.yaml was to say: x.yaml:1:1 is UTF-16: documents are UTF-8'],
    ]);
  });

  it('is none of Towpath where it does not speak of it, whatever its encoding', () => {
    expect(load(withMark('kind: DeploymentWindow\n')).findings).toEqual([]);
  });

  it.each([
    ['UTF-16', withMark(needy)],
    ['Latin-1', new Uint8Array(Buffer.from(`${needy}# \u00fc\n`, 'latin1'))],
    ['too large', encode(`${needy}#${'x'.repeat(1_100_000)}`)],
  ])('keeps closed what it may say of a release: %s', (_, content) => {
    expect(closed(load(content))).toEqual([expect.stringMatching(/^dependencies: what 2.9.3 needs is not known: x.yaml:/)]);
  });

  it.each([
    ['another version', needy.replace('2.9.3', '2.9.4')],
    ['another product', needy.replace('product: shop', 'product: analytics')],
    ['people and their release manager', needy.replace('kind: Release', 'kind: Roles # of Release managers')],
  ])('holds nothing where it is of %s', (_, text) => {
    expect(closed(load(withMark(text)))).toEqual([]);
  });
});

describe('a Release document of which nobody can tell the version or the product', () => {
  it.each([
    ['a version without quotes', needy.replace('name: 2.9.3', 'name: 2.9')],
    ['a product that is a number', needy.replace('product: shop', 'product: 5')],
  ])('keeps closed what it may be of: %s', (_, text) => {
    expect(closed(load(encode(text)))).toEqual([expect.stringMatching(/^dependencies: what 2.9.3 needs is not known: x.yaml:/)]);
  });

  it('holds no version that has a document', () => {
    const nameless = needy.replace('name: 2.9.3', 'name: 2.9').replace(/^/, '---\n');
    expect(closed(load(encode(`${release}${nameless}`)))).toEqual([]);
  });
});
