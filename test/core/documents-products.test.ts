import { describe, expect, it } from 'vitest';
import { changed, sentences } from './documents-fixture.js';

/** What is wrong; the file, a text of it and what stands there instead; the findings, whole. */
type Case = readonly [title: string, file: string, from: string, to: string, findings: readonly string[]];

const products: readonly Case[] = [
  [
    'an order that names no stage',
    'product.yaml',
    'after: [qa]',
    'after: [qaa]',
    ['product.yaml:12:27 spec.stages[1].after[0]: "qaa" is not a stage of product shop (qa, uat); did you mean "qa"?'],
  ],
  [
    'a stage after itself',
    'product.yaml',
    'after: [qa]',
    'after: [uat]',
    ['product.yaml:12:27 spec.stages[1].after[0]: stage uat cannot come after itself'],
  ],
  [
    'a stage that is named twice in an order',
    'product.yaml',
    'after: [qa]',
    'after: [qa, {stage: qa}]',
    ['product.yaml:12:39 spec.stages[1].after[1].stage: stage qa is named twice'],
  ],
  [
    'an order in a circle, once',
    'product.yaml',
    '- name: qa',
    '- {name: qa, after: [uat]}',
    ['product.yaml:11:25 spec.stages[0].after: the order of stages is a circle: qa after uat after qa'],
  ],
  [
    'a stage that is there twice',
    'product.yaml',
    '- name: qa',
    '- name: qa\n    - name: qa',
    ['product.yaml:12:13 spec.stages[1].name: a second stage "qa"'],
  ],
  [
    'a verification that is there twice',
    'product.yaml',
    'after: [qa]',
    'verification: [{name: a, jenkins: {server: m, job: k}}, {name: a, jenkins: {server: m, job: j}}]',
    ['product.yaml:12:82 spec.stages[1].verification[1].name: a second verification of this stage "a"'],
  ],
  [
    'an unknown placeholder',
    'product.yaml',
    '${environment}',
    '${enviroment}',
    [
      'product.yaml:9:33 spec.deployer.jenkins.parameters.ENVIRONMENT: "${enviroment}" is not known here (environment, product, stage, client, version, commit, digest, releaseDigest, run); did you mean "environment"?',
    ],
  ],
  [
    'a placeholder that is not closed',
    'product.yaml',
    '${environment}',
    '${environment',
    [
      'product.yaml:9:33 spec.deployer.jenkins.parameters.ENVIRONMENT: "${" without "}": names go between them; "$${" stands for the characters themselves',
    ],
  ],
  [
    'a placeholder of a descriptor that there is not',
    'product.yaml',
    '${environment}',
    '${descriptor.key}',
    [
      'product.yaml:9:33 spec.deployer.jenkins.parameters.ENVIRONMENT: "${descriptor.key}" needs spec.descriptor, which product shop does not have',
    ],
  ],
  [
    'a placeholder that would make a release differ between environments',
    'product.yaml',
    'spec:',
    'spec:\n  descriptor: {bucket: b, key: "${version}/${stage}"}',
    ['product.yaml:5:32 spec.descriptor.key: "${stage}" is not known here (product, version)'],
  ],
  [
    'a placeholder in the job of a verification',
    'product.yaml',
    'after: [qa]',
    'verification: [{name: a, jenkins: {server: m, job: "${x}"}}]',
    [
      'product.yaml:12:70 spec.stages[1].verification[0].jenkins.job: "${x}" is not known here (environment, product, stage, client, version, commit, digest, releaseDigest, run)',
    ],
  ],
  [
    'a settings schema outside of the repository',
    'product.yaml',
    'spec:',
    'spec:\n  settingsSchema: ../../x.json',
    ['product.yaml:5:19 spec.settingsSchema: "../../x.json" is not a path to a file of the repository, relative to this file'],
  ],
  [
    'a settings schema that is not there',
    'product.yaml',
    'spec:',
    'spec:\n  settingsSchema: settings.schema.json',
    ['product.yaml:5:19 spec.settingsSchema: there is no file settings.schema.json'],
  ],
  [
    'a claim that names no place',
    'product.yaml',
    'server: main',
    'server: main\n      claim: {prefix: claims/}',
    ['product.yaml:8:14 spec.deployer.jenkins.claim: it names neither a bucket nor a configMap'],
  ],
  [
    'a claim that names two places',
    'product.yaml',
    'server: main',
    'server: main\n      claim: {bucket: ledger, configMap: {namespace: ci}}',
    ['product.yaml:8:14 spec.deployer.jenkins.claim: it names both a bucket and a configMap'],
  ],
  [
    'a prefix for ConfigMaps',
    'product.yaml',
    'server: main',
    'server: main\n      claim: {prefix: claims/, configMap: {namespace: ci}}',
    ['product.yaml:8:14 spec.deployer.jenkins.claim: a prefix belongs to a bucket'],
  ],
  [
    'a prefix that leads out of its folder',
    'product.yaml',
    'server: main',
    'server: main\n      claim: {bucket: ledger, prefix: claims/../other/}',
    [
      'product.yaml:8:39 spec.deployer.jenkins.claim.prefix: "claims/../other/" is not a prefix of keys (letters, digits and . _ - between slashes, no part beginning with a dot)',
    ],
  ],
  [
    'what is wrong across documents beside what is wrong by itself',
    'product.yaml',
    'after: [qa]',
    'after: [qaa], soak: long',
    [
      'product.yaml:12:27 spec.stages[1].after[0]: "qaa" is not a stage of product shop (qa, uat); did you mean "qa"?',
      'product.yaml:12:39 spec.stages[1].soak: "long" is not a duration, such as 90s, 20m, 1h30m or 2d',
    ],
  ],
];

describe('products', () => {
  it.each(products)('reports %s', (_title, file, from, to, findings) => {
    expect(sentences(changed(file, from, to))).toEqual(findings);
  });
});
