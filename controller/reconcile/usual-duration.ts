import type { ProductGovernance } from '../core/governance.js';
import type { Millis } from '../core/model.js';
import type { EnvironmentResource } from '../core/resources/environment.js';
import { isSelected } from '../core/windows/selects.js';
import { usualDuration } from '../core/windows/usual-duration.js';
import type { Ports } from './ports.js';

/**
 * How long a deployment into an environment usually takes: by its own runs, else by those of the product in its stage. Undefined
 * where no window selects it: then nothing hangs on it.
 */
export function usualDurationHere(
  { metadata: { namespace }, spec }: EnvironmentResource,
  { windows }: ProductGovernance,
  { runs }: Ports,
): Millis | undefined {
  if (!windows.some(({ selector }) => isSelected(selector, spec))) return undefined;
  const { product, environment, stage } = spec;
  const own = usualDuration(runs.ofEnvironment(namespace, product, environment));
  return own ?? usualDuration(runs.ofProduct(namespace, product).filter((run) => run.spec.stage === stage));
}
