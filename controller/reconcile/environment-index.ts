import type { DesiredEnvironment } from '../core/model.js';

/** Which environments are looked for; `client` absent: those of every client. */
interface Wanted {
  readonly product: string;
  readonly stage: string;
  readonly client?: string | undefined;
}

/** The environments of one snapshot by product, stage and client: thousands of them look for each other. */
export class EnvironmentIndex {
  readonly #environments: readonly DesiredEnvironment[];
  #byPlace: Map<string, DesiredEnvironment[]> | undefined;

  constructor(environments: readonly DesiredEnvironment[]) {
    this.#environments = environments;
  }

  /** Of a stage, whoever they belong to. */
  ofStage({ product, stage }: Wanted): readonly DesiredEnvironment[] {
    return this.#at(stageKey(product, stage));
  }

  /** Of a stage and a client; those that belong to none where `client` is absent. */
  ofClient({ product, stage, client }: Wanted): readonly DesiredEnvironment[] {
    return this.#at(clientKey(product, stage, client));
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
