import { describe, expect, it } from 'vitest';
import { changed, sentences } from './documents-fixture.js';

/** What is wrong; the file, a text of it and what stands there instead; the findings, whole. */
type Case = readonly [title: string, file: string, from: string, to: string, findings: readonly string[]];

const apiVersionAndKind: readonly Case[] = [
  [
    'a misspelled kind, and nothing about its partner',
    'version.yaml',
    'kind: MasterVersion',
    'kind: MasterVersoin',
    [
      'version.yaml:2:7 kind: "MasterVersoin" is not a kind of document (MasterVersion, EnvironmentConfig, Product, Release, DeploymentWindow, Roles, Incident, NotificationPolicy); did you mean "MasterVersion"?',
    ],
  ],
  [
    'a kind of nothing',
    'version.yaml',
    'kind: MasterVersion',
    'kind: Pod',
    [
      'config.yaml:3:18 metadata.name: environment uat-acme of product shop has no MasterVersion',
      'version.yaml:2:7 kind: "Pod" is not a kind of document (MasterVersion, EnvironmentConfig, Product, Release, DeploymentWindow, Roles, Incident, NotificationPolicy)',
    ],
  ],
  [
    'a missing kind',
    'version.yaml',
    'kind: MasterVersion\n',
    '',
    [
      'config.yaml:3:18 metadata.name: environment uat-acme of product shop has no MasterVersion',
      'version.yaml:1:1 kind: is missing; one of MasterVersion, EnvironmentConfig, Product, Release, DeploymentWindow, Roles, Incident, NotificationPolicy',
    ],
  ],
  [
    'a resource of the cluster, as a warning',
    'version.yaml',
    'kind: MasterVersion',
    'kind: Environment',
    [
      'config.yaml:3:18 metadata.name: environment uat-acme of product shop has no MasterVersion',
      'version.yaml:2:7 warning kind: "Environment" is a resource of the Kubernetes API, not a document of a release repository: it is ignored',
    ],
  ],
  [
    'a version of the format that is not known',
    'version.yaml',
    'towpath.dev/v1alpha1',
    'towpath.dev/v1alpha2',
    ['version.yaml:1:13 apiVersion: "towpath.dev/v1alpha2" is not known; did you mean "towpath.dev/v1alpha1"?'],
  ],
  [
    'a group that is not ours',
    'version.yaml',
    'towpath.dev/v1alpha1',
    'towpath.io/v1alpha1',
    ['version.yaml:1:13 apiVersion: "towpath.io/v1alpha1" is not known; did you mean "towpath.dev/v1alpha1"?'],
  ],
];

describe('apiVersion and kind', () => {
  it.each(apiVersionAndKind)('reports %s', (_title, file, from, to, findings) => {
    expect(sentences(changed(file, from, to))).toEqual(findings);
  });
});

const theWrittenForm: readonly Case[] = [
  [
    'a tab',
    'config.yaml',
    'stage: uat',
    'stage: uat\n	client: x',
    ['config.yaml:7:1 a tab is used for indentation: use spaces'],
  ],
  [
    'an anchor',
    'config.yaml',
    'stage: uat',
    'stage: &x uat',
    ['config.yaml:6:13 spec.stage: anchors such as &x are not allowed'],
  ],
  [
    'an alias',
    'config.yaml',
    'stage: uat',
    'stage: *x',
    ['config.yaml:6:10 spec.stage: aliases such as *x are not allowed: write the value out'],
  ],
  [
    'a tag',
    'config.yaml',
    'stage: uat',
    'stage: !foo uat',
    [
      'config.yaml:6:15 spec.stage: the tag "!foo" is not allowed: only !!str, !!int, !!float, !!bool, !!null, !!map and !!seq are',
    ],
  ],
  [
    'keys that are no texts, merge keys and __proto__',
    'config.yaml',
    '{url: https://acme.example}',
    '{<<: {a: 1}, 1: 2, ~: 3, __proto__: 4, ? [a] : 5}',
    [
      'config.yaml:8:14 spec.settings: merge keys (<<) are not allowed: write the values out',
      'config.yaml:8:26 spec.settings: a key must be a text: write "1"',
      'config.yaml:8:32 spec.settings: a key must be a text: write "~"',
      'config.yaml:8:38 spec.settings: "__proto__" is not allowed as a key',
      'config.yaml:8:54 spec.settings: a key must be a text, not a list or a mapping',
    ],
  ],
  [
    'numbers that JSON cannot hold, and half a character',
    'config.yaml',
    '{url: https://acme.example}',
    '{a: 12345678901234567890, b: .inf, c: "\\ud800"}',
    [
      'config.yaml:8:17 spec.settings.a: 12345678901234567890 is a number that would become 12345678901234567000: write "12345678901234567890"',
      'config.yaml:8:42 spec.settings.b: .inf is a number that would become Infinity: write ".inf"',
      'config.yaml:8:51 spec.settings.c: holds half of a surrogate pair, which is no character',
    ],
  ],
  [
    'a quote that is not closed',
    'config.yaml',
    'stage: uat',
    'stage: "uat',
    ['config.yaml:9:1 is no valid YAML: Missing closing "'],
  ],
  [
    'a directive for another YAML',
    'config.yaml',
    'apiVersion',
    '%YAML 1.1\n---\napiVersion',
    ['config.yaml:2:1 %YAML 1.1 is not supported: documents are YAML 1.2'],
  ],
];

describe('the written form', () => {
  it.each(theWrittenForm)('reports %s', (_title, file, from, to, findings) => {
    expect(sentences(changed(file, from, to))).toEqual(findings);
  });
});
