import { suggestion } from '../documents/suggest.js';
import { selects } from '../gates/held.js';
import type { EnvironmentResource } from '../resources/environment.js';
import type { HoldSpec } from '../resources/hold.js';
import { readyOf } from './listing.js';

/** Names of a selector that nothing has, each in a sentence: a hold that is misspelt stops nothing. */
export function unknownNames({ selector = {} }: HoldSpec, environments: readonly EnvironmentResource[]): string[] {
  const known = {
    products: environments.map(({ spec }) => spec.product),
    stages: environments.map(({ spec }) => spec.stage),
    clients: environments.flatMap(({ spec }) => spec.client ?? []),
    environments: environments.map(({ spec }) => spec.environment),
  };
  return (['products', 'stages', 'clients', 'environments'] as const).flatMap((list) => {
    const names = new Set(known[list]);
    return (selector[list] ?? [])
      .filter((name) => !names.has(name))
      .map(
        (name) =>
          `${list === 'environments' ? 'there is no environment' : `no environment has the ${list.slice(0, -1)}`} ${name}${suggestion(name, names)}`,
      );
  });
}

/** What a hold stops, in a sentence, and what goes on all the same. */
export function tellOfHold(name: string, spec: HoldSpec, environments: readonly EnvironmentResource[]): string[] {
  const hold = { metadata: { name, namespace: '' }, spec };
  const held = environments.filter(({ spec: place }) => selects(hold, place));
  const underWay = held.filter((one) => ['Deploying', 'Verifying'].includes(readyOf(one)?.reason ?? ''));
  return [
    `${name} holds ${held.length} ${held.length === 1 ? 'environment' : 'environments'}: ${spec.reason}`,
    ...underWay.map(({ metadata, status }) => `${status?.run ?? metadata.name} is under way and goes on to its end`),
  ];
}
