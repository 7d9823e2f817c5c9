import { environmentFiles, jobs, path, productDocument, smokeCheck, versionFile } from '../support/e2e/documents.js';
import type { JobDefinition, Outcome } from '../support/jenkins/definition.js';

/** What is promoted in the rounds: a product whose releases walk a path, and one whose environments stand side by side. */
export interface Place {
  readonly product: string;
  readonly environment: string;
}

const sites = ['north', 'south', 'east'] as const;
export const places: readonly Place[] = [
  ...path.map((environment) => ({ product: 'shop', environment })),
  ...sites.map((environment) => ({ product: 'depot', environment })),
];

export const nameOf = ({ product, environment }: Place) => `${product}.${environment}`;

/** Retries by itself; a failed build elsewhere waits for a person. */
export const retrying = 'shop';
const depotJob = 'platform/depot';

/** The whole repository, with every place at one version. */
export function allFiles(version: string): Record<string, string> {
  const shop = productDocument({ deployer: ['retry: {limit: 2, backoff: 1s}'] });
  const depot = productDocument({ name: 'depot', job: depotJob, stages: [`{name: site, ${smokeCheck}}`] });
  return Object.assign(
    { 'products/shop/product.yaml': shop, 'products/depot/product.yaml': depot },
    ...places.map(({ product, environment }) =>
      environmentFiles(environment, { product, version, ...(product === 'depot' ? { stage: 'site' } : {}) }),
    ),
  ) as Record<string, string>;
}

/** One commit that asks for a version in these places. */
export function promotionFiles(wanted: readonly Place[], version: string): Record<string, string> {
  return Object.assign({}, ...wanted.map(({ product, environment }) => versionFile(environment, version, product))) as Record<
    string,
    string
  >;
}

/** The jobs; `fails` is asked as each build starts. One runs builds side by side, the other one after another. */
export function jobsOf(fails: (place: Place) => boolean): JobDefinition[] {
  const outcome = ({ PRODUCT = '', ENVIRONMENT = '' }: Readonly<Record<string, string>>): Partial<Outcome> =>
    fails({ product: PRODUCT, environment: ENVIRONMENT }) ? { result: 'FAILURE', log: ['no space left on device'] } : {};
  const [deploy, smoke] = jobs({ durationMs: 1_200, outcome }, { durationMs: 400 });
  if (deploy === undefined || smoke === undefined) throw new Error('the jobs are not there');
  return [deploy, { ...deploy, name: depotJob, concurrent: false, durationMs: 600 }, smoke];
}
