import { describe, expect, it } from 'vitest';
import { load, sentences, valid } from './documents-fixture.js';

const window = `apiVersion: towpath.dev/v1alpha1
kind: DeploymentWindow
metadata: {name: freeze}
spec: {effect: deny, selector: {stages: [uat]}, from: "2026-12-18T00:00", to: "2027-01-05T00:00:00", timeZone: Australia/Adelaide}
`;
const roles = `apiVersion: towpath.dev/v1alpha1
kind: Roles
metadata: {name: people}
spec: {products: [shop], roles: [{name: tester, people: [{name: Ann, emails: [ann@shop.example]}]}]}
`;

describe('what governs', () => {
  it('comes with the repository, its defaults filled in', () => {
    expect(load({ ...valid, 'window.yaml': window, 'roles.yaml': roles }).governance).toMatchObject({
      windows: [
        {
          name: 'freeze',
          effect: 'deny',
          selector: { stages: ['uat'] },
          timeZone: 'Australia/Adelaide',
          exempt: [],
          when: { from: '2026-12-18T00:00:00', to: '2027-01-05T00:00:00' },
        },
      ],
      roles: [
        {
          name: 'tester',
          aliases: [],
          products: ['shop'],
          people: [{ name: 'Ann', emails: ['ann@shop.example'], keys: [] }],
          quorum: 1,
          authorMaySign: false,
        },
      ],
      incidents: [],
      broken: [],
    });
  });

  it('tells of a broken window what it selects, instead of leaving it out', () => {
    const broken = window.replace('Australia/Adelaide', 'Adelaide');
    const files = { ...valid, 'window.yaml': broken };
    expect(load(files).governance).toMatchObject({
      windows: [],
      broken: [
        {
          kind: 'DeploymentWindow',
          name: 'freeze',
          selector: { stages: ['uat'] },
          message: sentences(files)[0]?.replace(' spec.timeZone:', ''),
        },
      ],
    });
  });

  it('tells of a broken Release and a broken Roles document', () => {
    const files = {
      ...valid,
      'release.yaml': (valid['release.yaml'] ?? '').replace('minor', 'tiny'),
      'roles.yaml': roles.replace('people:', 'persons:'),
    };
    expect(load(files).governance.broken.map(({ kind, name, product }) => [kind, name, product])).toEqual([
      ['Roles', 'people', undefined],
      ['Release', '2.9.3', 'shop'],
    ]);
  });
});

describe('release classes of a product', () => {
  const classes = (text: string) => ({
    ...valid,
    'product.yaml': (valid['product.yaml'] ?? '').replace('spec:', `spec:\n  classes: ${text}`),
  });

  it('are those that its releases may have', () => {
    expect(sentences(classes('[{name: big}, {name: small}]'))).toEqual([
      'release.yaml:6:10 spec.class: "minor" is not a class of product shop (big, small)',
    ]);
  });

  it('name stages of the product, and are named once', () => {
    const text = '[{name: minor, skips: [{stage: uta, owner: tester, within: 3d}]}, {name: minor}]';
    expect(sentences(classes(text))).toEqual([
      'product.yaml:5:43 spec.classes[0].skips[0].stage: "uta" is not a stage of product shop (qa, uat); did you mean "uat"?',
      'product.yaml:5:55 warning spec.classes[0].skips[0].owner: no Roles document says who is "tester" (there is none)',
      'product.yaml:5:85 spec.classes[1].name: a second class "minor"',
    ]);
  });
});
