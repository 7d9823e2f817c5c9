import type { EnvironmentPlan, PlannedItem } from './plan.js';

/** An item that is to be done in several places. */
export interface OpenItem {
  readonly product: string;
  readonly item: PlannedItem;
  readonly environments: readonly string[];
}

/** What is still to be done, each item once with all of the places: a release on the way of a hundred environments is read once. */
export function openItems(environments: readonly EnvironmentPlan[], phase: PlannedItem['phase']): OpenItem[] {
  const found = new Map<string, { product: string; item: PlannedItem; environments: string[] }>();
  for (const { product, environment, deploys, jump } of environments) {
    for (const item of deploys ? (jump?.items ?? []) : []) {
      if (item.phase !== phase || item.state !== 'pending') continue;
      const key = JSON.stringify([product, item.release, item.id]);
      const known = found.get(key);
      if (known === undefined) found.set(key, { product, item, environments: [environment] });
      else known.environments.push(environment);
    }
  }
  return [...found.values()];
}
