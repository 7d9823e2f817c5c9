import { describe, expect, it } from 'vitest';
import { changed, sentences } from './documents-fixture.js';

/** What is wrong; the file, a text of it and what stands there instead; the findings, whole. */
type Case = readonly [title: string, file: string, from: string, to: string, findings: readonly string[]];

const namesAcrossDocuments: readonly Case[] = [
  [
    'a misspelled product in a master version',
    'version.yaml',
    'product: shop',
    'product: shpo',
    ['version.yaml:5:12 spec.product: there is no product "shpo" (shop); did you mean "shop"?'],
  ],
  [
    'a misspelled product in a config',
    'config.yaml',
    'product: shop',
    'product: shpo',
    ['config.yaml:5:12 spec.product: there is no product "shpo" (shop); did you mean "shop"?'],
  ],
  [
    'a misspelled environment, once, with both files',
    'version.yaml',
    'uat-acme',
    'uat-acem',
    [
      'version.yaml:3:18 metadata.name: environment uat-acem of product shop has no EnvironmentConfig; did you mean "uat-acme"? See config.yaml:3:18',
    ],
  ],
  [
    'a misspelled stage',
    'config.yaml',
    'stage: uat',
    'stage: uta',
    ['config.yaml:6:10 spec.stage: "uta" is not a stage of product shop (qa, uat); did you mean "uat"? See product.yaml:11:5'],
  ],
  [
    'a misspelled stage in a sign-off',
    'release.yaml',
    'class: minor',
    'class: minor\n  signoffs:\n    - {role: qa, stage: prod, by: x, at: 2026-11-20T03:00:00Z, digest: sha256:0000000000000000000000000000000000000000000000000000000000000000}',
    ['release.yaml:8:25 spec.signoffs[0].stage: "prod" is not a stage of product shop (qa, uat); see product.yaml:11:5'],
  ],
  [
    'a dependency on itself, and one on nothing',
    'release.yaml',
    'class: minor',
    'class: minor\n  dependencies: {shop: 1.0.0, shp: 1.0.0}',
    [
      'release.yaml:7:18 spec.dependencies.shop: product shop cannot depend on itself',
      'release.yaml:7:31 warning spec.dependencies.shp: there is no product "shp" (shop); did you mean "shop"?',
    ],
  ],
];

describe('names across documents', () => {
  it.each(namesAcrossDocuments)('reports %s', (_title, file, from, to, findings) => {
    expect(sentences(changed(file, from, to))).toEqual(findings);
  });
});

const releases: readonly Case[] = [
  [
    'a release that builds on itself',
    'release.yaml',
    'class: minor',
    'class: minor\n  previous: 2.9.3',
    ['release.yaml:7:13 spec.previous: release 2.9.3 cannot build on itself'],
  ],
  [
    'a release that builds on one that is not there, as a warning',
    'release.yaml',
    'class: minor',
    'class: minor\n  previous: 2.9.2',
    [
      'release.yaml:7:13 warning spec.previous: product shop has no Release "2.9.2": what it needs is not counted in jumps over it',
    ],
  ],
  [
    'a checklist item twice, and one without its reason',
    'release.yaml',
    'class: minor',
    'class: minor\n  checklist:\n    - {id: a, kind: manual, title: t, state: not-applicable}\n    - {id: a, kind: manual, title: t, state: done}',
    [
      'release.yaml:8:46 spec.checklist[0].state: not-applicable needs a reason beside it',
      'release.yaml:9:12 spec.checklist[1].id: a second checklist item "a"',
    ],
  ],
];

describe('releases', () => {
  it.each(releases)('reports %s', (_title, file, from, to, findings) => {
    expect(sentences(changed(file, from, to))).toEqual(findings);
  });
});
