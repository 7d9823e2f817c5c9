import { compact } from '../core/compact.js';
import { loadRepository } from '../core/documents/load.js';
import { createSettingsCache } from '../core/documents/settings/cache.js';
import type { Finding, Millis, ReleaseRepository } from '../core/model.js';
import type { Plan } from '../core/plan/plan.js';
import { type PlanContext, planChanges } from '../core/plan/plan-changes.js';
import { findCheckout } from '../git/checkout.js';
import { ObjectStore } from '../git/object-store.js';
import { type Files, PlanReading } from './plan-reading.js';
import { findSides, type SidesRequest } from './plan-sides.js';

export interface PlanRequest extends SidesRequest {
  readonly now: Millis;
}

interface Loaded {
  readonly base: ReleaseRepository;
  readonly head: ReleaseRepository;
}

/** What the change would do. Throws an Error that says why where the sides cannot be compared. */
export async function plan(request: PlanRequest): Promise<Plan> {
  const checkout = await findCheckout(request.directory);
  const store = new ObjectStore(`${checkout.folder}/objects`);
  try {
    const { base, head, objects } = await findSides(request, checkout, store);
    const loaded = loadSides(new PlanReading(objects, { base: base.tree, head: head.tree }));
    const context = compact<PlanContext>({
      now: request.now,
      base: base.revision,
      head: head.revision,
      commit: head.commit,
      facts: undefined,
      descriptor: undefined,
      unknown: undefined,
    });
    return planChanges(loaded.base, loaded.head, context);
  } finally {
    store.close();
  }
}

/** As little as tells the same as everything would. */
function loadSides(reading: PlanReading): Loaded {
  const cache = createSettingsCache();
  const load = ({ base, head }: Files): Loaded => ({ base: loadRepository(base, cache), head: loadRepository(head, cache) });
  const narrow = reading.narrow();
  const loaded = narrow && load(narrow);
  return loaded === undefined || needsAll(loaded) ? load(reading.whole()) : loaded;
}

/** What is said to be wrong may only not have been read; and settings that have to be tested elsewhere are compared with what did not change. */
function needsAll({ base, head }: Loaded): boolean {
  if (base.invalid.length + head.invalid.length > 0) return true;
  const text = ({ file, rule, path, message }: Finding) => JSON.stringify([file, rule, path, message]);
  const before = new Set(base.findings.map(text));
  if (head.findings.some((finding) => !before.has(text(finding)))) return true;
  return head.environments.some(({ product, stage }) => product.stages.some(({ name, parity }) => name === stage && parity));
}
