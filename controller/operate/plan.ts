import { compact } from '../core/compact.js';
import { loadRepository } from '../core/documents/load.js';
import { createSettingsCache } from '../core/documents/settings/cache.js';
import type { Millis } from '../core/model.js';
import type { Plan } from '../core/plan/plan.js';
import { type PlanContext, planChanges } from '../core/plan/plan-changes.js';
import { readSides, type SidesRequest } from './plan-sides.js';

export interface PlanRequest extends SidesRequest {
  readonly now: Millis;
}

/** What the change would do. Throws an Error that says why where the sides cannot be compared. */
export async function plan(request: PlanRequest): Promise<Plan> {
  const { base, head } = await readSides(request);
  const cache = createSettingsCache();
  const context = compact<PlanContext>({
    now: request.now,
    base: base.revision,
    head: head.revision,
    commit: head.commit,
    facts: undefined,
    descriptor: undefined,
    unknown: undefined,
  });
  return planChanges(loadRepository(base.files, cache), loadRepository(head.files, cache), context);
}
