import type { Selector } from '../governance.js';
import type { DesiredEnvironment } from '../model.js';

/** What is selected by: an environment, by its own name and by what it is of. */
export interface Selectable {
  readonly product: string;
  readonly environment: string;
  readonly stage: string;
  readonly client?: string;
}

/** Where a gate judges: as git says now. The record of the environment is written after that, and what it says until then may be of another stage. */
export function placeOf({ spec }: { readonly spec: Selectable }, wanted: DesiredEnvironment | undefined): Selectable {
  if (wanted === undefined) return spec;
  const { product, environment, stage, client } = wanted;
  return { product: product.name, environment, stage, ...(client === undefined ? {} : { client }) };
}

/** Whether a window or a hold selects an environment: every list that it gives must contain it; an empty one stands for none. */
export function isSelected({ products, stages, clients, environments }: Selector, spec: Selectable): boolean {
  return (
    includes(products, spec.product) &&
    includes(stages, spec.stage) &&
    includes(clients, spec.client) &&
    includes(environments, spec.environment)
  );
}

function includes(names: readonly string[] | undefined, name: string | undefined): boolean {
  return names === undefined || names.length === 0 || (name !== undefined && names.includes(name));
}
