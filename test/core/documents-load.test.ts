import { describe, expect, it } from 'vitest';
import { config, type Files, load, product, release, sentences, valid, version, window } from './documents-fixture.js';

const named = (name: string): Files => ({
  [`${name}/version.yaml`]: version.replace('uat-acme', name),
  [`${name}/config.yaml`]: config.replace('uat-acme', name),
});
const names = (files: Files): { environments: string[]; invalid: string[] } => {
  const { environments, invalid } = load(files);
  return {
    environments: environments.map((desired) => `${desired.product.name}/${desired.environment}`),
    invalid: invalid.map(
      (broken) => `${broken.product}/${broken.environment}: ${broken.findings.map(({ file }) => file).join(' ')}`,
    ),
  };
};
const three: Files = { 'product.yaml': product, ...named('a'), ...named('b'), ...named('c') };

describe('a bad document stops only what depends on it', () => {
  it.each([
    [
      'a master version: its environment',
      { 'a/version.yaml': three['a/version.yaml']?.replace('2.9.3', '2.9') },
      ['shop/a: a/version.yaml'],
    ],
    ['a config: its environment', { 'b/config.yaml': three['b/config.yaml']?.replace('uat', 'uta') }, ['shop/b: b/config.yaml']],
    [
      'a config that cannot be read: its environment',
      { 'b/config.yaml': three['b/config.yaml']?.replace('{url', '{{{url') },
      ['shop/b: b/config.yaml'],
    ],
    ['a second config: its environment', { 'x.yaml': three['b/config.yaml'] }, ['shop/b: x.yaml']],
    [
      'a product: its environments',
      { 'product.yaml': product.replace('job:', 'jobb:') },
      ['shop/a: product.yaml', 'shop/b: product.yaml', 'shop/c: product.yaml'],
    ],
    [
      'a release: the environments that shall run it',
      { 'release.yaml': release.replace('minor', 'tiny'), 'a/version.yaml': three['a/version.yaml']?.replace('2.9.3', '2.9.4') },
      ['shop/b: release.yaml', 'shop/c: release.yaml'],
    ],
    [
      'a window, or a file of nothing known: none',
      { 'w.yaml': window.replace('deny', 'dny'), 'x.yaml': 'apiVersion: towpath.dev/v1\n' },
      [],
    ],
  ])('%s', (_title, files, invalid) => {
    const stopped = new Set(invalid.map((line) => line.slice(0, line.indexOf(':'))));
    const all = { ...three, ...(files as Files) };
    expect(names(all)).toEqual({ environments: ['shop/a', 'shop/b', 'shop/c'].filter((name) => !stopped.has(name)), invalid });
  });

  it('and both sides of a pair that does not match', () => {
    const files = { ...three, 'b/version.yaml': version.replace('uat-acme', 'bb') };
    expect(names(files)).toEqual({
      environments: ['shop/a', 'shop/c'],
      invalid: ['shop/b: b/version.yaml', 'shop/bb: b/version.yaml'],
    });
  });

  it('and an environment of a product that there is not', () => {
    const files = { ...three, 'b/version.yaml': (three['b/version.yaml'] ?? '').replace('shop', 'shpo') };
    expect(names(files)).toEqual({
      environments: ['shop/a', 'shop/c'],
      invalid: ['shop/b: b/version.yaml', 'shpo/b: b/version.yaml'],
    });
  });
});

describe('loading', () => {
  it('counts documents', () => {
    const files = { ...valid, 'x.yaml': `${version}---\napiVersion: towpath.dev/v1\n---\n{kind: Pod}\n` };
    expect(load(files).documents).toEqual({ valid: 4, invalid: 2 });
  });

  it('takes several documents of a file, JSON, and keys in any order', () => {
    const json = JSON.stringify(
      {
        spec: { version: '2.9.3', product: 'shop' },
        metadata: { name: 'uat-acme' },
        kind: 'MasterVersion',
        apiVersion: 'towpath.dev/v1alpha1',
      },
      null,
      '\t',
    );
    expect(load({ 'all.yaml': `# all\n---\n${product}---\n${config}...\n---\n${release}`, 'v.json': json })).toEqual(load(valid));
  });

  it('gives the release with the environment that shall run it', () => {
    const repository = load({ ...valid, 'release.yaml': `${release}  previous: 2.9.2\n` });
    const { releases } = repository.governance;
    expect([releases, repository.environments.map((environment) => environment.release)]).toEqual([
      [
        {
          product: 'shop',
          version: '2.9.3',
          class: 'minor',
          previous: '2.9.2',
          dependencies: {},
          notes: {},
          tickets: [],
          schedule: [],
          checklist: [],
          signoffs: [],
        },
      ],
      [{ class: 'minor' }],
    ]);
  });

  it('warns of a version without the Release that its product requires, and goes on', () => {
    const files = {
      ...valid,
      'product.yaml': product.replace('spec:', 'spec:\n  releases: required'),
      'release.yaml': release.replace('2.9.3', '2.9.4'),
    };
    expect([sentences(files), names(files)]).toEqual([
      [
        'version.yaml:6:12 warning spec.version: product shop has no Release "2.9.3", and requires one before it deploys; did you mean "2.9.4"?',
      ],
      { environments: ['shop/uat-acme'], invalid: [] },
    ]);
  });

  it('does not depend on the order of files', () => {
    const files = Object.entries({ ...three, ...valid, 'x.yaml': version, 'y.yaml': config.replace('acme', 'x') });
    expect(load(Object.fromEntries(files.reverse()))).toEqual(load(Object.fromEntries(files)));
  });

  it.each([
    [
      'two of each',
      { 'b.yaml': version, 'c.yaml': config, 'd.yaml': product, 'e.yaml': release },
      [
        'config.yaml:3:18 metadata.name: a second EnvironmentConfig uat-acme of product shop; the first is c.yaml:3:18',
        'product.yaml:3:18 metadata.name: a second Product shop; the first is d.yaml:3:18',
        'release.yaml:3:18 metadata.name: a second Release 2.9.3 of product shop; the first is e.yaml:3:18',
        'version.yaml:3:18 metadata.name: a second MasterVersion uat-acme of product shop; the first is b.yaml:3:18',
      ],
    ],
    [
      'a master version alone',
      { 'config.yaml': '' },
      ['version.yaml:3:18 metadata.name: environment uat-acme of product shop has no EnvironmentConfig'],
    ],
    [
      'a config alone',
      { 'version.yaml': '' },
      ['config.yaml:3:18 metadata.name: environment uat-acme of product shop has no MasterVersion'],
    ],
    [
      'no product',
      { 'product.yaml': '', 'release.yaml': '' },
      ['config.yaml:5:12 spec.product: there is no product "shop" (there is none); its MasterVersion is version.yaml:5:12'],
    ],
    [
      'the pair under two products',
      { 'd.yaml': product.replace('shop', 'other'), 'config.yaml': config.replace('shop', 'other') },
      [
        'version.yaml:3:18 metadata.name: environment uat-acme of product shop has no EnvironmentConfig; the EnvironmentConfig config.yaml:5:12 is of product other',
      ],
    ],
    [
      'releases in a circle',
      { 'release.yaml': `${release}  previous: 2.9.2\n`, 'x.yaml': `${release.replace('2.9.3', '2.9.2')}  previous: 2.9.3\n` },
      ['release.yaml:7:13 spec.previous: the order of releases is a circle: 2.9.3 builds on 2.9.2 builds on 2.9.3'],
    ],
  ])('names both files: %s', (_title, files, wanted) => {
    expect(sentences({ ...valid, ...files })).toEqual(wanted);
  });
});
