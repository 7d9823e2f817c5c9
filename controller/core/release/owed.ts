import type { Asked, ProductGovernance, ReleaseClass, ReleaseDocument } from '../governance.js';
import type { Millis, Product } from '../model.js';
import type { EnvironmentResource } from '../resources/environment.js';
import type { ReleaseObligation, ReleasePlace } from '../resources/release.js';
import type { Sequence } from './sequence.js';

export interface ObligationsInput {
  readonly now: Millis;
  readonly document: ReleaseDocument;
  readonly product: Product;
  /** Absent: the product does not define it, so its path leaves nothing behind but the release's own checklist. */
  readonly class?: ReleaseClass;
  readonly governance: Pick<ProductGovernance, 'roles' | 'releases' | 'broken'>;
  /** Whether the commits that bring sign-offs have to be signed. */
  readonly verifies: boolean;
  /** Who asks for the release, by environment, where git tells. */
  readonly asked?: ReadonlyMap<string, Asked>;
  readonly places: readonly ReleasePlace[];
  readonly environments: readonly EnvironmentResource[];
  readonly sequence: Sequence;
  readonly before: readonly ReleaseObligation[];
}

/** What is owed, before it is known whether it was paid. */
export interface Owed extends Omit<ReleaseObligation, 'state' | 'since' | 'due'> {
  readonly since: Millis;
  readonly withinMs?: Millis;
  readonly met: boolean;
}

export interface Deployed extends ReleasePlace {
  readonly at: Millis;
}

export const idOf = (...parts: readonly (string | undefined)[]): string => parts.filter((part) => part !== undefined).join('/');
