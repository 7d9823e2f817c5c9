import { describe, expect, it } from 'vitest';
import { changed, release, sentences, valid } from './documents-fixture.js';

const withSpec = (text: string) => ({ ...valid, 'release.yaml': `${release}${text}` });

describe('checklists', () => {
  it('say for each place why they do not apply, once, and name a place', () => {
    const text = `  checklist:
    - id: rotate
      kind: secret
      title: Rotate the secret
      completions:
        - {client: acme, state: not-applicable}
        - {client: acme, stage: uat, state: done}
        - {stage: uat, client: acme, state: pending}
        - {state: done}
`;
    expect(sentences(withSpec(text))).toEqual([
      'release.yaml:12:33 spec.checklist[0].completions[0].state: not-applicable needs a reason beside it',
      'release.yaml:14:11 spec.checklist[0].completions[2]: a second completion for uat, acme',
      'release.yaml:15:11 spec.checklist[0].completions[3]: names no stage, client or environment: state of the item is for everywhere',
    ]);
  });

  it('name stages that exist, and are told of clients and environments that do not', () => {
    const text = `  checklist:
    - {id: a, kind: manual, title: A, stages: [uta], clients: [acmy], environments: [uat-acme]}
    - {id: b, kind: manual, title: B, completions: [{environment: uat-acne, state: done}, {stage: production, state: done}]}
`;
    expect(sentences(withSpec(text))).toEqual([
      'release.yaml:8:48 spec.checklist[0].stages[0]: "uta" is not a stage of product shop (qa, uat); did you mean "uat"?',
      'release.yaml:8:64 warning spec.checklist[0].clients[0]: "acmy" is not a client of product shop (acme); did you mean "acme"?',
      'release.yaml:9:67 warning spec.checklist[1].completions[0].environment: "uat-acne" is not an environment of product shop (uat-acme); did you mean "uat-acme"?',
      'release.yaml:9:99 spec.checklist[1].completions[1].stage: "production" is not a stage of product shop (qa, uat)',
    ]);
  });

  it('are asked how one goes back where something cannot be taken back', () => {
    const text = `  checklist:
    - {id: drop, kind: data-migration, title: Drop, reversible: false}
    - {id: fill, kind: data-migration, title: Fill, reversible: false, rollback: Restore the snapshot.}
`;
    expect(sentences(withSpec(text))).toEqual([
      'release.yaml:8:65 warning spec.checklist[0].reversible: drop cannot be taken back: a rollback beside it would tell how one goes back, or on',
    ]);
  });
});

describe('dependencies', () => {
  const analytics = (valid['product.yaml'] ?? '').replace('name: shop', 'name: analytics');
  const needing = (range: string) => ({
    ...changed('release.yaml', 'class: minor', `class: minor\n  dependencies: {analytics: '${range}'}`),
    'analytics.yaml': analytics,
  });

  it.each(['>=5.1', '5.1.0', '5.1', '^5.1.0 || 6.x', '>=5.1 <7', '>=5.1.0-rc.1'])('are ranges: %s', (range) => {
    expect(sentences(needing(range))).toEqual([]);
  });

  it.each([
    ['=>5.1', '; did you mean ">=5.1"?'],
    ['5.1+', '; did you mean ">=5.1"?'],
    ['newest', ''],
  ])('are not %s, and it is said what would be right', (range, near) => {
    expect(sentences(needing(range))).toEqual([
      `release.yaml:7:29 spec.dependencies.analytics: "${range}" is not a range of versions, such as ">=5.1", "^5.1.0" or "5.1.0"${near}`,
    ]);
  });

  it('may name a release whose version is of another form', () => {
    const spring = release.replace('2.9.3', 'spring').replace('shop', 'analytics');
    expect(sentences({ ...needing('spring'), 'spring.yaml': spring })).toEqual([]);
  });
});

describe('parity', () => {
  const withParity = (text: string) => changed('product.yaml', 'after: [qa]}', `after: [qa], parity: ${text}}`);

  it('names an earlier stage', () => {
    expect(sentences(withParity('{with: qa, allow: [url, featureToggles.*, integrations.**]}'))).toEqual([]);
    expect(sentences(withParity('{with: qaa}'))).toEqual([
      'product.yaml:12:47 spec.stages[1].parity.with: "qaa" is not a stage of product shop (qa, uat); did you mean "qa"?',
    ]);
    expect(sentences(withParity('{with: uat}'))).toEqual([
      'product.yaml:12:47 spec.stages[1].parity.with: stage uat cannot be compared with itself',
    ]);
    expect(sentences(changed('product.yaml', 'name: qa\n', 'name: qa\n      parity: {with: uat}\n'))).toEqual([
      'product.yaml:12:22 spec.stages[0].parity.with: stage uat does not come before qa: nothing is tested there first',
    ]);
    expect(
      sentences(
        changed(
          'product.yaml',
          '- {name: uat, after: [qa]}',
          '- name: side\n    - {name: uat, after: [qa], parity: {with: side}}',
        ),
      ),
    ).toEqual([
      'product.yaml:13:47 spec.stages[2].parity.with: stage side does not come before uat: nothing is tested there first',
    ]);
  });

  it('allows paths that are well formed', () => {
    expect(sentences(withParity('{with: qa, allow: ["a..b"]}'))).toEqual([
      'product.yaml:12:59 spec.stages[1].parity.allow[0]: "a..b" is not a path of settings, such as integrations.crm.url, featureToggles.* or integrations.**: a name is missing between, before or after dots',
    ]);
  });
});
