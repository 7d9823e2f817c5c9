import { enumerate, quote } from '../documents/quote.js';
import type { ProductGovernance, ReleaseDocument } from '../governance.js';
import { planOf } from '../jump/plan.js';
import { isInRange } from '../jump/version.js';
import type { DesiredEnvironment } from '../model.js';
import type { EnvironmentResource } from '../resources/environment.js';
import type { PromotionPlace } from './places.js';
import { PromoteRefused } from './refused.js';

const good: ReadonlySet<string> = new Set(['Succeeded', 'Adopted']);

/**
 * Where one goes back to: what the cluster recorded last that is another version than the one that git asks for. A version that is asked for and
 * never arrived leads back to what runs. Throws PromoteRefused where nothing is known.
 */
export function versionBefore(place: PromotionPlace, environment: EnvironmentResource | undefined): string {
  if (environment === undefined)
    throw new PromoteRefused(`the cluster does not know ${place.environment}: name the version with --to`);
  const { recorded, history = [] } = environment.status ?? {};
  if (recorded?.certain === true && recorded.version !== place.version) return recorded.version;
  const found = history.find(({ version, result }) => version !== place.version && good.has(result));
  if (found !== undefined) return found.version;
  const known = [...new Set(history.map(({ version }) => version))];
  const what = known.length === 0 ? 'nothing' : `only ${enumerate(known)}`;
  throw new PromoteRefused(
    `the cluster remembers no version before ${place.version} that was good in ${place.environment} (${what}): name one with --to`,
  );
}

export interface RollbackView {
  readonly place: PromotionPlace;
  readonly to: string;
  readonly governance: ProductGovernance;
  /** All environments, as they will be asked for. */
  readonly environments: readonly DesiredEnvironment[];
  /** Of all products. */
  readonly releases: readonly ReleaseDocument[];
}

/** What whoever goes back has to know: what cannot be taken back, what is not known, and who needs what is left behind. */
export function rollbackWarnings(view: RollbackView): string[] {
  const { place, to, governance } = view;
  const where = {
    environment: place.environment,
    stage: place.stage ?? '',
    ...(place.client === undefined ? {} : { client: place.client }),
  };
  const { jump, reversible } = planOf(governance, { ...where, version: to }, place.version);
  const crossed = reversible.crossed.map(({ id, release, title, rollback }) => {
    const how = rollback === undefined ? '' : `; ${rollback}`;
    return `${id} of ${release} (${title}) was done and cannot be taken back${how}`;
  });
  const forward = jump.over.map(({ version }) => version);
  return [
    ...(forward.length > 0 && jump.undone.length === 0 ? [`${to} is no older version: it brings ${enumerate(forward)}`] : []),
    ...crossed,
    ...(jump.gap === undefined ? [] : [`what lies between is not certain: ${jump.gap}`]),
    ...jump.broken.map(({ name }) => `the Release document of ${name === '' ? 'a version' : name} on the way is not valid`),
    ...needers(view),
  ];
}

/** Environments of other products beside it whose releases need more than what is gone back to. */
function needers({ place, to, environments, releases }: RollbackView): string[] {
  const beside = environments.filter(
    ({ product, stage, client }) =>
      product.name !== place.product && stage === place.stage && (client === undefined || client === place.client),
  );
  return beside.flatMap(({ product, environment, version }) => {
    const release = releases.find((one) => one.product === product.name && one.version === version);
    const range = release?.dependencies[place.product];
    if (range === undefined || isInRange(to, range)) return [];
    return [`${product.name} ${version}, asked for in ${environment}, needs ${place.product} ${quote(range)}`];
  });
}
