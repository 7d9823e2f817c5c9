import { describe, expect, it } from 'vitest';
import { changed, type Files, load, sentences, valid } from './documents-fixture.js';

const roles = (spec: string, name = 'people') =>
  `apiVersion: towpath.dev/v1alpha1\nkind: Roles\nmetadata: {name: ${name}}\nspec: ${spec}\n`;
const ann = '{name: Ann, emails: [ann@shop.example]}';
const tester = `{name: tester, aliases: [qa], people: [${ann}]}`;
const demanding = changed('product.yaml', '{name: uat, after: [qa]}', '{name: uat, after: [qa], signoffs: [tester]}');
const withRoles = (...specs: string[]): Files => ({
  ...demanding,
  ...Object.fromEntries(specs.map((spec, at) => [`roles-${at + 1}.yaml`, roles(spec, `people-${at + 1}`)])),
});
const signed = (signoff: string): Files => ({
  ...withRoles(`{roles: [${tester}]}`),
  'release.yaml': `${valid['release.yaml']}  signoffs:\n  - {${signoff}, at: 2026-11-20T03:00:00Z, digest: sha256:${'ab'.repeat(32)}}\n`,
});

describe('roles', () => {
  it('that a stage demands stand in a Roles document for the product', () => {
    expect(sentences(withRoles(`{roles: [${tester}]}`))).toEqual([]);
    expect(sentences(withRoles(`{products: [shop], roles: [${tester}]}`))).toEqual([]);
    expect(sentences(demanding)).toEqual([
      'product.yaml:12:43 warning spec.stages[1].signoffs[0]: no Roles document says who is "tester" (there is none)',
    ]);
    expect(
      sentences(withRoles(`{products: [other], roles: [${tester}]}`, `{roles: [{name: testers, people: [${ann}]}]}`)),
    ).toEqual([
      'product.yaml:12:43 warning spec.stages[1].signoffs[0]: no Roles document says who is "tester" (testers); did you mean "testers"?',
    ]);
  });

  it('that a class names do too', () => {
    const classes =
      'spec:\n  classes: [{name: minor, skips: [{stage: qa, owner: a, within: 1d}], defers: [{role: b, within: 1d}], followUps: [{id: f, title: t, owner: c, within: 1d}]}]';
    expect(sentences(changed('product.yaml', 'spec:', classes)).map((text) => text.replace(/^\S+ /, ''))).toEqual([
      'warning spec.classes[0].skips[0].owner: no Roles document says who is "a" (there is none)',
      'warning spec.classes[0].defers[0].role: no Roles document says who is "b" (there is none)',
      'warning spec.classes[0].followUps[0].owner: no Roles document says who is "c" (there is none)',
    ]);
  });

  it('have one document for each product: of two neither counts', () => {
    const files = withRoles(`{roles: [${tester}]}`, `{products: [shop], roles: [{name: qa, people: [${ann}]}]}`);
    expect(sentences(files)).toEqual([
      'roles-1.yaml:4:23 spec.roles[0].name: "qa" is a role at roles-2.yaml:4:41 too',
      'roles-2.yaml:4:41 spec.roles[0].name: "qa" is a role at roles-1.yaml:4:23 too',
    ]);
    expect(load(files).governance.roles).toEqual([]);
  });

  it('of different products may have the same name', () => {
    expect(sentences(withRoles(`{products: [shop], roles: [${tester}]}`, `{products: [other], roles: [${tester}]}`))).toEqual([]);
  });

  it.each([
    ['{name: Ann, emails: []}', 'people[0].emails: needs an address that the person commits with'],
    ['{name: Ann, emails: [ann]}', 'people[0].emails[0]: "ann" is not an e-mail address'],
    [`${ann}, {name: Ann, emails: [a@shop.example]}`, 'people[1].name: a second person "Ann"'],
    [`${ann}, {name: Bob, emails: [Ann@shop.example]}`, 'people[1].name: "ann@shop.example" is "Ann" as well'],
    [
      '{name: Ann, emails: [a@shop.example], keys: [ssh-ed25519 AAAAC3Nz ann]}, {name: Bob, emails: [b@shop.example], keys: [ssh-ed25519  AAAAC3Nz bob]}',
      'people[1].name: one of the keys is "Ann" as well',
    ],
    [
      '{name: Ann, emails: [a@shop.example], keys: [abc]}',
      'people[0].keys[0]: should be an SSH public key in one line (ssh-ed25519, ssh-rsa or ecdsa-sha2-nistp…), or an OpenPGP public key, armored',
    ],
    [
      '{name: Ann, emails: [a@shop.example], keys: ["-----BEGIN OPENSSH PRIVATE KEY-----"]}',
      'people[0].keys[0]: holds a private key: remove it, and give its owner a new one; public keys belong here',
    ],
  ])('name people that can be told apart and held to what they sign: %s', (people, problem) => {
    const found = sentences(withRoles(`{roles: [{name: tester, people: [${people}]}]}`));
    expect(found.map((text) => text.replace(/^.*?spec\.roles\[0\]\./, ''))).toContain(problem);
  });

  it('take public keys of both kinds', () => {
    const keys = '"ssh-ed25519 AAAAC3Nz ann@laptop", "-----BEGIN PGP PUBLIC KEY BLOCK-----"';
    expect(
      sentences(withRoles(`{roles: [{name: tester, people: [{name: Ann, emails: [a@shop.example], keys: [${keys}]}]}]}`)),
    ).toEqual([]);
  });

  it('warn of a quorum that nobody can reach', () => {
    expect(sentences(withRoles(`{roles: [{name: tester, quorum: 2, people: [${ann}]}]}`))).toEqual([
      'roles-1.yaml:4:39 warning spec.roles[0].quorum: 2 people have to sign as tester, and there are 1',
    ]);
  });
});

describe('sign-offs in documents', () => {
  it('may be by name or e-mail, as a role or an alias of it', () => {
    expect(sentences(signed('role: tester, stage: uat, by: Ann'))).toEqual([]);
    expect(sentences(signed('role: qa, stage: uat, by: ANN@shop.example'))).toEqual([]);
  });

  it.each([
    [
      'role: tester, stage: uta, by: Ann',
      'spec.signoffs[0].stage: "uta" is not a stage of product shop (qa, uat); did you mean "uat"? See product.yaml:11:5',
    ],
    [
      'role: tester, stage: qa, by: Ann',
      'warning spec.signoffs[0].role: stage qa demands no sign-off by "tester" (none): it counts for nothing',
    ],
    [
      'role: testr, stage: uat, by: Ann',
      'warning spec.signoffs[0].role: stage uat demands no sign-off by "testr" (tester): it counts for nothing; did you mean "tester"?',
    ],
    [
      'role: tester, stage: uat, by: Anne',
      'warning spec.signoffs[0].by: Roles names nobody "Anne" as tester (Ann): it counts for nothing; did you mean "Ann"?',
    ],
  ])('are told where they count for nothing: %s', (signoff, problem) => {
    expect(sentences(signed(signoff)).map((text) => text.replace(/^\S+ /, ''))).toEqual([problem]);
  });
});
