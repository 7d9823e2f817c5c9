import { enumerate, quote } from '../core/documents/quote.js';
import type { RepositoryIndex } from '../core/documents/repository-index.js';
import { suggestion } from '../core/documents/suggest.js';
import { governanceOf } from '../core/governance.js';
import { chooseTargets, type PromotionPlace, placesOf, type TargetRequest } from '../core/promote/places.js';
import { PromoteRefused } from '../core/promote/refused.js';
import { rollbackWarnings, versionBefore } from '../core/promote/rollback.js';
import { verifiedVersion } from '../core/promote/verified.js';
import type { EnvironmentResource } from '../core/resources/environment.js';
import { withApi } from './api.js';
import type { OperateOptions } from './cluster.js';
import type { WantedChange } from './promote.js';

export interface PromoteQuestion extends Omit<TargetRequest, 'product'> {
  /** Absent: the only one that there is. */
  readonly product?: string;
  /** Absent: what is verified at `from`. */
  readonly version?: string;
  readonly from?: string;
  readonly reason?: string;
  readonly isUndocumented: boolean;
}

/** What `towpath promote` asks for. The cluster is asked where the version is to be found there. Throws PromoteRefused. */
export async function choosePromotion(
  index: RepositoryIndex,
  question: PromoteQuestion,
  cluster: OperateOptions,
): Promise<WantedChange> {
  const { version, from, stage, client, reason, isUndocumented } = question;
  const product = question.product ?? onlyProduct(index);
  const targets = chooseTargets(placesOf(index, product), { ...question, product });
  const found = version ?? verifiedVersion(await environmentsOf(product, cluster), { product, from: from ?? '', targets });
  return {
    kind: 'promote',
    product,
    version: found,
    targets,
    isUndocumented,
    ...(stage === undefined ? {} : { stage }),
    ...(client === undefined ? {} : { client }),
    ...(reason === undefined ? {} : { reason }),
  };
}

function onlyProduct({ products }: RepositoryIndex): string {
  const names = [...products.keys()].sort();
  const [only, ...others] = names;
  if (only === undefined || others.length > 0)
    throw new PromoteRefused(`there is more than one product, or none (${enumerate(names)}): name it`);
  return only;
}

export interface RollbackQuestion {
  /** PRODUCT.ENVIRONMENT, or the name of the environment where one product alone has it. */
  readonly environment: string;
  /** Absent: what the cluster recorded before. */
  readonly to?: string;
  readonly reason: string;
}

/** What `towpath rollback` asks for. Throws PromoteRefused. */
export async function chooseRollback(
  index: RepositoryIndex,
  question: RollbackQuestion,
  cluster: OperateOptions,
): Promise<WantedChange> {
  const { reason } = question;
  const place = findPlace(index, question.environment);
  const { product } = place;
  const to = question.to ?? versionBefore(place, await environmentOf(place, cluster));
  if (to === place.version)
    throw new PromoteRefused(`${place.environment} asks for ${to} already: there is nothing to go back to`);
  return {
    kind: 'rollback',
    product,
    version: to,
    targets: [place],
    reason,
    isUndocumented: true,
    warnings: ({ governance, environments }) =>
      rollbackWarnings({ place, to, governance: governanceOf(governance, product), environments, releases: governance.releases }),
  };
}

function findPlace(index: RepositoryIndex, written: string): PromotionPlace {
  const all = [...index.products.keys()].sort().flatMap((product) => placesOf(index, product));
  const found = all.filter(({ product, environment }) => written === `${product}.${environment}` || written === environment);
  const [first, second] = found;
  if (first === undefined) {
    const names = all.flatMap(({ product, environment }) => [environment, `${product}.${environment}`]);
    throw new PromoteRefused(`there is no environment ${quote(written)} here${suggestion(written, names, 4_000)}`);
  }
  if (second !== undefined) {
    const names = found.map(({ product, environment }) => `${product}.${environment}`);
    throw new PromoteRefused(`${written} may be ${enumerate(names)}: write the product in front`);
  }
  return first;
}

async function environmentsOf(product: string, cluster: OperateOptions): Promise<readonly EnvironmentResource[]> {
  const { items } = await withApi(cluster, (api) => api.list('environments', { labels: { product } }));
  const namespaces = [...new Set(items.map(({ metadata }) => metadata.namespace))].sort();
  if (namespaces.length > 1)
    throw new PromoteRefused(`${product} is in the namespaces ${enumerate(namespaces)}: name one with --namespace`);
  return items;
}

async function environmentOf(
  { product, environment }: PromotionPlace,
  cluster: OperateOptions,
): Promise<EnvironmentResource | undefined> {
  return (await environmentsOf(product, cluster)).find(({ spec }) => spec.environment === environment);
}
