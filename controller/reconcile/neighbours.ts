import { compact } from '../core/compact.js';
import type { EnvironmentFacts, Neighbour } from '../core/facts.js';
import type { ProductGovernance } from '../core/governance.js';
import { releaseOf } from '../core/jump/chain.js';
import type { DesiredEnvironment } from '../core/model.js';
import type { EnvironmentResource } from '../core/resources/environment.js';
import { driftOf } from './path-view.js';
import type { Ports } from './ports.js';
import type { PublishedStates } from './published.js';

interface Known {
  readonly ports: Ports;
  readonly published: PublishedStates;
  readonly governance: ProductGovernance;
}

/**
 * What is recorded, for the same client at the same stage, of the products that the wanted release depends on: environments that have
 * a record, and those that git names and that have none yet. Undefined where it depends on none.
 */
export function neighboursOf(
  desired: DesiredEnvironment,
  namespace: string,
  { ports, published, governance }: Known,
): EnvironmentFacts['neighbours'] {
  const products = Object.keys(releaseOf(governance, desired.version)?.dependencies ?? {});
  if (products.length === 0) return undefined;
  const { stage, client } = desired;
  // An environment that belongs to no client serves all of them; one that serves all needs others that do.
  const serves = (place: { stage: string; client?: string }) =>
    place.stage === stage && (place.client === undefined || place.client === client);
  return products.flatMap((product) => {
    const recorded = ports.environments
      .ofProduct(namespace, product)
      .filter(({ spec }) => serves(spec))
      .map(toNeighbour);
    const names = new Set(recorded.map(({ environment }) => environment));
    const clients = client === undefined ? [undefined] : [undefined, client];
    const named = published
      .environmentsAt({ namespace }, { product, stage, clients })
      .filter(({ environment }) => !names.has(environment))
      .map(
        (one): Neighbour => compact<Neighbour>({ ...placeOf(product, one), version: undefined, certain: false, verified: false }),
      );
    return [...recorded, ...named];
  });
}

function toNeighbour({ spec, status }: EnvironmentResource): Neighbour {
  const { version, certain = false, verified = false } = status?.recorded ?? {};
  return compact<Neighbour>({ ...placeOf(spec.product, spec), version, certain, verified, drifted: driftOf(status)?.what });
}

const placeOf = (product: string, { environment, stage, client }: { environment: string; stage: string; client?: string }) => ({
  product,
  environment,
  stage,
  client,
});
