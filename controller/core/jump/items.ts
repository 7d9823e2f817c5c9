import { compact } from '../compact.js';
import type { ChecklistCompletion, ChecklistItem, ReleaseDocument } from '../governance.js';

/** Where items are to be done. */
export interface Place {
  readonly environment: string;
  readonly stage: string;
  readonly client?: string;
}

/** A checklist item of a release on the way, as it stands in one place. */
export interface PlannedItem extends Omit<ChecklistItem, 'completions' | 'stages' | 'clients' | 'environments'> {
  readonly release: string;
  /** What is said of it in this place; `not-applicable` without a reason counts as pending. */
  readonly completion: ChecklistCompletion;
}

/** Whether an item is settled in its place. */
export function isSettled({ completion }: Pick<PlacedItem, 'completion'>): boolean {
  return completion.state !== 'pending';
}

/** An item of a release, and what is said of it in one place. */
export interface PlacedItem {
  readonly release: string;
  readonly item: ChecklistItem;
  readonly completion: ChecklistCompletion;
}

/** The items of a release that a place has to do, in their order; of the others nothing is looked at, so that judgements stay small. */
export function placedItems(
  { version, checklist }: ReleaseDocument,
  place: Place,
  counts: (item: ChecklistItem) => boolean = () => true,
): PlacedItem[] {
  const found: PlacedItem[] = [];
  for (const item of checklist) {
    if (!counts(item)) continue;
    const { stages, clients, environments } = item;
    if (includes(stages, place.stage) && includes(clients, place.client) && includes(environments, place.environment))
      found.push({ release: version, item, completion: completionAt(item.completions, place) });
  }
  return found;
}

export function itemsOf(release: ReleaseDocument, place: Place): PlannedItem[] {
  return placedItems(release, place).map(toPlanned);
}

/** Field by field: a rest of the item costs more than all the rest of a plan, and there are as many plans as environments. */
function toPlanned({ item, release, completion }: PlacedItem): PlannedItem {
  const { id, kind, title, phase, reversible, rollback, owner, withinMs } = item;
  const required = { id, kind, title, phase, reversible, release, completion };
  if (rollback === undefined && owner === undefined && withinMs === undefined) return required;
  return compact<PlannedItem>({ ...required, rollback, owner, withinMs });
}

/** The release without what is said of items, and signed, for other places: for this one the same follows from it. */
export function seenFrom(release: ReleaseDocument, place: Place): ReleaseDocument {
  const checklist = release.checklist.map((item) =>
    item.completions.length < 2
      ? item
      : { ...item, completions: item.completions.filter((completion) => speaksOf(completion, place)) },
  );
  const signoffs = release.signoffs.filter(
    ({ stage, client }) => stage === place.stage && (client === undefined || client === place.client),
  );
  return { ...release, checklist, signoffs };
}

/** An empty list selects nothing less than none does: it stands for everywhere. */
function includes(names: readonly string[] | undefined, name: string | undefined): boolean {
  return names === undefined || names.length === 0 || (name !== undefined && names.includes(name));
}

/** The most special one that speaks of the place: environment before client and stage, before client, before stage, before everywhere. */
function completionAt(completions: readonly ChecklistCompletion[], place: Place): ChecklistCompletion {
  let best: ChecklistCompletion = { state: 'pending' };
  for (const one of completions) if (speaksOf(one, place) && rank(one) >= rank(best)) best = one;
  const unexplained = best.state === 'not-applicable' && best.reason === undefined;
  return unexplained ? compact<ChecklistCompletion>({ ...best, state: 'pending' }) : best;
}

function speaksOf({ environment, client, stage }: ChecklistCompletion, place: Place): boolean {
  return (
    (environment === undefined || environment === place.environment) &&
    (client === undefined || client === place.client) &&
    (stage === undefined || stage === place.stage)
  );
}

const rank = ({ environment, client, stage }: ChecklistCompletion): number =>
  (environment === undefined ? 0 : 4) + (client === undefined ? 0 : 2) + (stage === undefined ? 0 : 1);

/**
 * Whether going back over an item that cannot be taken back has to be told. What is done during a deployment was done with it, whether
 * somebody has ticked it or not; unless the place itself is said to have it still before it.
 */
export function isCrossed(
  { reversible, phase }: Pick<ChecklistItem, 'reversible' | 'phase'>,
  completion: ChecklistCompletion,
): boolean {
  const isHere = rank(completion) > 0;
  return !reversible && (completion.state === 'done' || (completion.state === 'pending' && phase === 'during' && !isHere));
}

/** An item for a sentence: `rotate-crm-secret (2.9.3, secret)`. */
export const named = ({ id, kind, release }: Pick<PlannedItem, 'id' | 'kind' | 'release'>): string =>
  `${id} (${release}, ${kind})`;
