import type { Asked, Signoff } from '../../../controller/core/governance.js';
import type { Snapshot } from '../../../controller/core/model.js';

const header = (kind: string, name: string) => `apiVersion: towpath.dev/v1alpha1\nkind: ${kind}\nmetadata: {name: ${name}}\n`;

/** A product whose one stage demands a tester, Ann and Bob, who are testers, and an environment of it. */
export const signedProduct: Readonly<Record<string, string>> = {
  'product.yaml': `${header('Product', 'shop')}spec:
  deployer: {jenkins: {server: main, job: deploy, parameters: {}, timeout: 1h}}
  stages: [{name: uat, signoffs: [tester]}]
`,
  'roles.yaml': roles({}),
  'config.yaml': config(''),
  'version.yaml': version('1.0.0'),
};

/** The Roles document: the testers Ann and Bob, with the keys that are given. */
export function roles(keys: Readonly<Record<string, string>>): string {
  const people = ['Ann', 'Bob'].map((name) => {
    const own = keys[name] === undefined ? '' : `, keys: [${JSON.stringify(keys[name])}]`;
    return `      - {name: ${name}, emails: [${name.toLowerCase()}@shop.example]${own}}\n`;
  });
  return `${header('Roles', 'people')}spec:\n  roles:\n  - name: tester\n    people:\n${people.join('')}`;
}

/** The MasterVersion of the environment. */
export function version(text: string): string {
  return `${header('MasterVersion', 'uat')}spec: {product: shop, version: ${text}}\n`;
}

/** The EnvironmentConfig of the environment, with the inside of a flow mapping as its settings. */
export function config(settings: string): string {
  return `${header('EnvironmentConfig', 'uat')}spec: {product: shop, stage: uat, settings: {${settings}}}\n`;
}

export const entry = (by: string, at = '2026-11-20T03:00:00Z'): string =>
  `    - {role: tester, stage: uat, by: ${by}, at: ${at}, digest: sha256:${'ab'.repeat(32)}}\n`;

/** The Release document of 1.1.0 with these sign-offs. */
export function release(...entries: readonly string[]): string {
  const signoffs = entries.length === 0 ? '' : `  signoffs:\n${entries.join('')}`;
  return `${header('Release', '1.1.0')}spec:\n  product: shop\n  class: minor\n${signoffs}`;
}

export const person = (name: string): string => `${name} <${name.toLowerCase()}@shop.example>`;

/** Who signed → who brought it: `author commit`, or why that is not known. */
export function broughtBy({ repository }: Snapshot): Record<string, string> {
  const signoffs = repository.governance.releases.flatMap((one) => one.signoffs);
  return Object.fromEntries(signoffs.map((signoff) => [signoff.by, originText(signoff)]));
}

const originText = ({ brought, unbrought }: Signoff): string =>
  brought === undefined ? (unbrought ?? 'nothing') : `${brought.email} ${brought.commit}`;

/** Who asks for what the environment shall have. */
export function askedBy({ repository }: Snapshot): Asked | undefined {
  return repository.environments[0]?.asked;
}
