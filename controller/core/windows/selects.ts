import type { Selector } from '../governance.js';

/** What is selected by: an environment, by its own name and by what it is of. */
export interface Selectable {
  readonly product: string;
  readonly environment: string;
  readonly stage: string;
  readonly client?: string;
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
