import type { EnvironmentSpec } from '../resources/environment.js';
import type { HoldResource } from '../resources/hold.js';
import { blocked, type Gate, passed } from './verdict.js';

/** Whether a hold selects the environment; every list that it gives must contain it. */
export function selects(hold: HoldResource, spec: EnvironmentSpec): boolean {
  const { products, stages, clients, environments } = hold.spec.selector ?? {};
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

/** Closed while an operator's Hold selects the environment. */
export const held: Gate = ({ facts }) => {
  const found = facts.holds.filter((hold) => selects(hold, facts.environment.spec));
  const [first] = found;
  if (first === undefined) return passed('NotHeld', 'no hold');
  const by = first.spec.by === undefined ? '' : ` (${first.spec.by})`;
  const more = found.length > 1 ? `, and ${found.length - 1} more` : '';
  return blocked('Held', `held by ${first.metadata.name}${by}: ${first.spec.reason}${more}`, {
    who: `an operator, by deleting the hold ${found.map((hold) => hold.metadata.name).join(', ')}`,
  });
};
