import { describe, expect, it } from 'vitest';
import { changed, sentences } from './documents-fixture.js';

/** What is wrong; the file, a text of it and what stands there instead; the findings, whole. */
type Case = readonly [title: string, file: string, from: string, to: string, findings: readonly string[]];

const versionsAreTexts: readonly Case[] = [
  ['a version with two parts', 'version.yaml', '2.9.3', '2.9', ['version.yaml:6:12 spec.version: 2.9 is a number: write "2.9"']],
  [
    'a version that would lose its zero',
    'version.yaml',
    '2.9.3',
    '2.10',
    ['version.yaml:6:12 spec.version: 2.10 is a number (2.1): write "2.10"'],
  ],
  [
    'a version with a leading zero',
    'version.yaml',
    '2.9.3',
    '010',
    ['version.yaml:6:12 spec.version: 010 is a number (10): write "010"'],
  ],
  [
    'a version that looks like an exponent',
    'version.yaml',
    '2.9.3',
    '1e3',
    ['version.yaml:6:12 spec.version: 1e3 is a number (1000): write "1e3"'],
  ],
  [
    'a commit id that would become infinite',
    'version.yaml',
    '2.9.3',
    '7e12345',
    ['version.yaml:6:12 spec.version: 7e12345 is a number that would become Infinity: write "7e12345"'],
  ],
  [
    'a hexadecimal version',
    'version.yaml',
    '2.9.3',
    '0x1F',
    ['version.yaml:6:12 spec.version: 0x1F is a number (31): write "0x1F"'],
  ],
  [
    'a version that is not there',
    'version.yaml',
    ' 2.9.3',
    '',
    ['version.yaml:6:11 spec.version: is empty; it should be a text'],
  ],
  [
    'a version that is a boolean',
    'version.yaml',
    '2.9.3',
    'True',
    ['version.yaml:6:12 spec.version: True is a boolean (true): write "True"'],
  ],
  [
    'a version that is a list',
    'version.yaml',
    '2.9.3',
    '[1]',
    ['version.yaml:6:12 spec.version: is a list; it should be a text'],
  ],
  ['an empty version', 'version.yaml', '2.9.3', '""', ['version.yaml:6:12 spec.version: is empty']],
  [
    'a version with a slash',
    'version.yaml',
    '2.9.3',
    'v/1',
    [
      'version.yaml:6:12 spec.version: "v/1" is not a version (letters, digits and . _ + -, at most 63 characters, first a letter or digit)',
    ],
  ],
  [
    'a dependency with two parts',
    'release.yaml',
    'class: minor',
    'class: minor\n  dependencies: {other: 2.0}',
    ['release.yaml:7:25 spec.dependencies.other: 2.0 is a number (2): write "2.0"'],
  ],
];

describe('versions are texts', () => {
  it.each(versionsAreTexts)('reports %s', (_title, file, from, to, findings) => {
    expect(sentences(changed(file, from, to))).toEqual(findings);
  });
});

const fields: readonly Case[] = [
  [
    'a misspelled field, once',
    'version.yaml',
    'version: 2.9.3',
    'verison: 2.9.3',
    ['version.yaml:6:3 spec.verison: is not a known field; did you mean "version"?'],
  ],
  ['a missing field', 'version.yaml', '  version: 2.9.3\n', '', ['version.yaml:4:1 spec.version: is missing']],
  [
    'an unknown field',
    'version.yaml',
    '2.9.3',
    '2.9.3\n  extra: 1',
    ['version.yaml:7:3 spec.extra: is not a known field (known are product, version, reason, notBefore, override)'],
  ],
  [
    'a time that is none',
    'version.yaml',
    '2.9.3',
    '2.9.3\n  notBefore: 2026-13-01T00:00:00Z',
    ['version.yaml:7:14 spec.notBefore: "2026-13-01T00:00:00Z" is not a time with an offset, such as 2026-12-01T20:00:00+11:00'],
  ],
  [
    'a time without offset',
    'version.yaml',
    '2.9.3',
    '2.9.3\n  notBefore: 2026-12-01T00:00:00',
    ['version.yaml:7:14 spec.notBefore: "2026-12-01T00:00:00" is not a time with an offset, such as 2026-12-01T20:00:00+11:00'],
  ],
  [
    'a key that is written twice',
    'version.yaml',
    '2.9.3',
    '2.9.3\n  version: 2.9.4',
    ['version.yaml:7:3 spec.version: "version" is written twice; the first is at 6:3'],
  ],
  [
    'a name that is no DNS label, and nothing about its partner',
    'version.yaml',
    'uat-acme',
    'UAT_Acme',
    [
      'version.yaml:3:18 metadata.name: "UAT_Acme" is not a DNS label (a-z, 0-9 and -, at most 63 characters, first and last no -)',
    ],
  ],
  [
    'a list where a text belongs',
    'config.yaml',
    'client: acme',
    'client: [acme]',
    ['config.yaml:7:11 spec.client: is a list; it should be a text'],
  ],
  [
    'a list where a mapping belongs',
    'config.yaml',
    'settings: {url: https://acme.example}',
    'settings: []',
    ['config.yaml:8:13 spec.settings: is a list; it should be a mapping'],
  ],
  [
    'every wrong field of a deployer',
    'product.yaml',
    'job: platform/deploy',
    'job: platform/deploy\n      timeout: soon\n      retry: {limit: 11}\n      onNewVersion: abrot\n      unstable: maybe',
    [
      'product.yaml:9:16 spec.deployer.jenkins.timeout: "soon" is not a duration, such as 90s, 20m, 1h30m or 2d',
      'product.yaml:10:22 spec.deployer.jenkins.retry.limit: 11 is more than 10',
      'product.yaml:11:21 spec.deployer.jenkins.onNewVersion: "abrot" is not one of wait, abort; did you mean "abort"?',
      'product.yaml:12:17 spec.deployer.jenkins.unstable: "maybe" is not one of failure, success',
    ],
  ],
  [
    'a wrong field inside of a union',
    'product.yaml',
    'after: [qa]',
    'after: [{stage: qa, require: some}]',
    ['product.yaml:12:48 spec.stages[1].after[0].require: "some" is not one of any, all'],
  ],
  [
    'a number in a union',
    'product.yaml',
    'after: [qa]',
    'after: [1]',
    ['product.yaml:12:27 spec.stages[1].after[0]: 1 is a number: write "1"'],
  ],
  [
    'a type that no branch of a union has',
    'product.yaml',
    'after: [qa]',
    'after: [[qa]]',
    ['product.yaml:12:27 spec.stages[1].after[0]: is a list; it should be a text or a mapping'],
  ],
  [
    'a parameter name that Jenkins would not take',
    'product.yaml',
    '{ENVIRONMENT:',
    '{"A B":',
    ['product.yaml:9:20 spec.deployer.jenkins.parameters["A B"]: "A B" is not a name that is allowed here'],
  ],
  [
    'numbers and words out of range',
    'product.yaml',
    'spec:',
    'spec:\n  concurrency: 0\n  releases: always',
    [
      'product.yaml:5:16 spec.concurrency: 0 is less than 1',
      'product.yaml:6:13 spec.releases: "always" is not one of optional, required',
    ],
  ],
  [
    'an empty list of stages',
    'product.yaml',
    '  stages:\n    - name: qa\n    - {name: uat, after: [qa]}\n',
    '  stages: []\n',
    ['product.yaml:10:11 spec.stages: holds less than 1 entry'],
  ],
  [
    'an unknown release class',
    'release.yaml',
    'minor',
    'tiny',
    ['release.yaml:6:10 spec.class: "tiny" is not a class of product shop (major, minor, hotfix, emergency)'],
  ],
  [
    'an address that is none',
    'release.yaml',
    'class: minor',
    'class: minor\n  notes: {user: ftp://x}',
    ['release.yaml:7:17 spec.notes.user: "ftp://x" is not an http or https address'],
  ],
  [
    'an unknown kind of checklist item',
    'release.yaml',
    'class: minor',
    'class: minor\n  checklist:\n    - {id: a, kind: magic, title: t, state: done}',
    [
      'release.yaml:8:21 spec.checklist[0].kind: "magic" is not one of secret, cognito-app, lambda-layer, index, data-migration, infrastructure, integration, manual',
    ],
  ],
  [
    'a short digest',
    'release.yaml',
    'class: minor',
    'class: minor\n  signoffs:\n    - {role: qa, stage: qa, by: x, at: 2026-11-20T03:00:00Z, digest: sha256:12}',
    ['release.yaml:8:70 spec.signoffs[0].digest: "sha256:12" is not a digest: sha256: and 64 hexadecimal digits'],
  ],
];

describe('fields', () => {
  it.each(fields)('reports %s', (_title, file, from, to, findings) => {
    expect(sentences(changed(file, from, to))).toEqual(findings);
  });
});
