import type { ReleaseRepository } from '../../controller/core/model.js';
import type { PlanContext } from '../../controller/core/plan/context.js';
import type { EnvironmentPlan, Plan } from '../../controller/core/plan/plan.js';
import { planChanges } from '../../controller/core/plan/plan-changes.js';
import { type Files, load } from './documents-fixture.js';

const document = (kind: string, name: string, spec: string): string =>
  `apiVersion: towpath.dev/v1alpha1\nkind: ${kind}\nmetadata: {name: ${name}}\nspec:\n${spec
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n')}\n`;

export const productText = (more = ''): string =>
  document(
    'Product',
    'shop',
    `deployer: {jenkins: {server: main, job: platform/deploy, parameters: {ENVIRONMENT: "\${environment}"}}}
stages:
  - name: qa
  - {name: uat, after: [qa], soak: 24h}
  - {name: production, after: [uat], checklist: required}${more === '' ? '' : `\n${more}`}`,
  );

export const release = (version: string, spec = ''): string =>
  document('Release', version, `product: shop\nclass: minor${spec === '' ? '' : `\n${spec}`}`);

/** `key: value` lines of a MasterVersion beside its version. */
export const version = (environment: string, wanted: string, more = ''): string =>
  document('MasterVersion', environment, `product: shop\nversion: ${wanted}${more === '' ? '' : `\n${more}`}`);

export const config = (environment: string, stage: string, more = ''): string =>
  document('EnvironmentConfig', environment, `product: shop\nstage: ${stage}${more === '' ? '' : `\n${more}`}`);

export const freeze = document(
  'DeploymentWindow',
  'freeze',
  `effect: deny
selector: {stages: [production]}
from: 2026-12-18T00:00:00
to: 2027-01-05T00:00:00
timeZone: UTC
reason: Retail peak`,
);

/** Two environments that ask for 2.9.2, and three releases. */
export const world: Files = {
  'product.yaml': productText(),
  'releases/2.9.2.yaml': release('2.9.2'),
  'releases/2.9.3.yaml': release(
    '2.9.3',
    `previous: 2.9.2
notes: {user: "https://notes.example/2.9.3"}
tickets: [SH-1]
checklist:
  - {id: rotate, kind: secret, title: Rotate the secret, state: done, by: ops}
  - {id: drop, kind: data-migration, title: Drop the table, phase: during, reversible: false, rollback: Restore the snapshot}`,
  ),
  'releases/2.9.4.yaml': release(
    '2.9.4',
    `previous: 2.9.3
tickets: [SH-2, {id: SH-1, state: reopened}]
checklist:
  - {id: callback, kind: cognito-app, title: Allow the address, owner: operations}`,
  ),
  'qa/version.yaml': version('qa', '2.9.2'),
  'qa/config.yaml': config('qa', 'qa', 'settings: {url: "https://qa.example"}'),
  'acme/version.yaml': version('acme', '2.9.2'),
  'acme/config.yaml': config('acme', 'production', 'client: acme\nsettings: {url: "https://acme.example"}'),
};

export const at = Date.parse('2026-12-01T10:00:00Z');

export const context: PlanContext = { now: at, base: { name: 'main' }, head: { name: 'working tree' } };

export const withFiles = (files: Readonly<Record<string, string | undefined>>): ReleaseRepository =>
  load(
    Object.fromEntries(
      Object.entries({ ...world, ...files }).filter((entry): entry is [string, string] => entry[1] !== undefined),
    ),
  );

/** The plan of a change of some files of the world; undefined removes one. */
export const planOf = (files: Readonly<Record<string, string | undefined>>, more: Partial<PlanContext> = {}): Plan =>
  planChanges(load(world), withFiles(files), { ...context, ...more });

/** The only environment of a plan. */
export function only({ environments }: Plan): EnvironmentPlan {
  const [one, second] = environments;
  if (one === undefined || second !== undefined) throw new Error(`${environments.length} environments are in the plan`);
  return one;
}
