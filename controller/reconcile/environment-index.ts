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

/** The names of the environments whose settings are compared with those of one of these. */
export function testedIn(changed: readonly (DesiredEnvironment | undefined)[], index: EnvironmentIndex): string[] {
  return changed.flatMap((one) => {
    if (one === undefined) return [];
    const { product, stage, client } = one;
    const stages = product.stages.filter(({ parity }) => parity?.with === stage);
    const clients = client === undefined ? {} : { clients: [client] };
    return stages
      .flatMap(({ name }) => index.at({ product: product.name, stage: name, ...clients }))
      .map(({ environment }) => environmentName(product.name, environment));
  });
}
