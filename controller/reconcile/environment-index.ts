import type { ReleaseDocument } from '../core/governance.js';
import type { DesiredEnvironment } from '../core/model.js';
import { environmentName } from '../core/run/identity.js';

/** Which environments are looked for; among `clients`, undefined stands for those that belong to none, and an absent list for all. */
export interface Place {
  readonly product: string;
  readonly stage: string;
  readonly clients?: readonly (string | undefined)[];
}

/** The environments of one snapshot by product, stage and client: thousands of them look for each other. */
export class EnvironmentIndex {
  readonly #environments: readonly DesiredEnvironment[];
  #byPlace: Map<string, DesiredEnvironment[]> | undefined;

  constructor(environments: readonly DesiredEnvironment[]) {
    this.#environments = environments;
  }

  at({ product, stage, clients }: Place): readonly DesiredEnvironment[] {
    if (clients === undefined) return this.#at(stageKey(product, stage));
    return clients.flatMap((client) => this.#at(clientKey(product, stage, client)));
  }

  #at(key: string): readonly DesiredEnvironment[] {
    this.#byPlace ??= group(this.#environments);
    return this.#byPlace.get(key) ?? [];
  }
}

const stageKey = (product: string, stage: string): string => `${product}/${stage}`;
// Names are DNS labels: none holds a slash.
const clientKey = (product: string, stage: string, client: string | undefined): string => `${product}/${stage}/${client ?? ''}`;

function group(environments: readonly DesiredEnvironment[]): Map<string, DesiredEnvironment[]> {
  const groups = new Map<string, DesiredEnvironment[]>();
  const add = (key: string, environment: DesiredEnvironment) => {
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [environment]);
    else known.push(environment);
  };
  for (const environment of environments) {
    const { product, stage, client } = environment;
    add(stageKey(product.name, stage), environment);
    add(clientKey(product.name, stage, client), environment);
  }
  return groups;
}

type Some = readonly (DesiredEnvironment | undefined)[];

/** The names of the environments whose settings are compared with those of one of these. */
export function testedIn(changed: Some, index: EnvironmentIndex): string[] {
  return elsewhere(changed, index, ({ product, stage }) =>
    product.stages.flatMap(({ name, parity }) => (parity?.with === stage ? [{ product: product.name, stage: name }] : [])),
  );
}

/** The names of the environments whose releases may need what one of these is of: one that nobody knew of may be what they wait for. */
export function neededBy(appeared: Some, releases: readonly ReleaseDocument[], index: EnvironmentIndex): string[] {
  if (appeared.length === 0) return [];
  const dependents = new Map<string, Set<string>>();
  for (const { product, dependencies } of releases)
    for (const needed of Object.keys(dependencies)) dependents.set(needed, (dependents.get(needed) ?? new Set()).add(product));
  return elsewhere(appeared, index, ({ product, stage }) =>
    [...(dependents.get(product.name) ?? [])].map((name) => ({ product: name, stage })),
  );
}

/** For the same client; for every one where an environment belongs to none. Thousands lead to the same place: each is looked up once. */
function elsewhere(some: Some, index: EnvironmentIndex, places: (one: DesiredEnvironment) => Omit<Place, 'clients'>[]): string[] {
  const found = new Map<string, Place>();
  for (const one of some) {
    if (one === undefined) continue;
    const clients = one.client === undefined ? {} : { clients: [one.client] };
    for (const place of places(one)) found.set(clientKey(place.product, place.stage, one.client), { ...place, ...clients });
  }
  return [...found.values()].flatMap((place) =>
    index.at(place).map(({ product, environment }) => environmentName(product.name, environment)),
  );
}
