import { compact } from '../compact.js';
import type { ChecklistCompletion, ChecklistItem, ReleaseDocument, Ticket } from '../governance.js';
import type { Jump } from './jump.js';
import { type ReversibleVerdict, reversibleVerdict } from './reversible.js';

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

/** Everything that a jump demands of one place, and brings to it: the fold over its releases, in their order. */
export interface JumpPlan {
  readonly jump: Jump;
  readonly items: readonly PlannedItem[];
  readonly notes: readonly { readonly version: string; readonly user?: string; readonly technical?: string }[];
  /** Each once, as the newest release that names it has it. */
  readonly tickets: readonly Ticket[];
  /** The items that change data: migrations and indexes. */
  readonly migrations: readonly PlannedItem[];
  readonly reversible: ReversibleVerdict;
}

const migrationKinds: readonly string[] = ['data-migration', 'index'];

export function plan(jump: Jump, place: Place): JumpPlan {
  const items = jump.over.flatMap((release) => itemsOf(release, place));
  return {
    jump,
    items,
    notes: jump.over.flatMap(({ version, notes }) =>
      notes.user === undefined && notes.technical === undefined ? [] : [{ version, ...notes }],
    ),
    tickets: ticketsOf(jump.over),
    migrations: items.filter(({ kind }) => migrationKinds.includes(kind)),
    reversible: reversibleVerdict(jump, { gained: items, left: jump.undone.flatMap((release) => itemsOf(release, place)) }),
  };
}

/** Whether an item is settled in its place. */
export function isSettled({ completion }: PlannedItem): boolean {
  return completion.state !== 'pending';
}

/** The items of a release that a place has to do, in their order. */
function itemsOf({ version, checklist }: ReleaseDocument, place: Place): PlannedItem[] {
  return checklist.flatMap(({ completions, stages, clients, environments, ...item }) => {
    const applies = includes(stages, place.stage) && includes(clients, place.client) && includes(environments, place.environment);
    return applies ? [{ ...item, release: version, completion: completionAt(completions, place) }] : [];
  });
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

function ticketsOf(releases: readonly ReleaseDocument[]): Ticket[] {
  const found = new Map<string, Ticket>();
  for (const { tickets } of releases) for (const ticket of tickets) found.set(ticket.id, ticket);
  return [...found.values()];
}
