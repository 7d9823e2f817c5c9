import type { ReleaseDocument, Ticket } from '../governance.js';
import type { Releases } from './chain.js';
import { itemsOf, type Place, type PlannedItem } from './items.js';
import { type Jump, jump } from './jump.js';
import { type ReversibleVerdict, reversibleVerdict } from './reversible.js';

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

/** What the way from a recorded version to the wanted one demands of an environment, and brings to it. */
export function planOf(known: Releases, wanted: Place & { readonly version: string }, from: string | undefined): JumpPlan {
  return plan(jump(known, { from, to: wanted.version }), wanted);
}

export function plan(way: Jump, place: Place): JumpPlan {
  const items = way.over.flatMap((release) => itemsOf(release, place));
  return {
    jump: way,
    items,
    notes: way.over.flatMap(({ version, notes }) =>
      notes.user === undefined && notes.technical === undefined ? [] : [{ version, ...notes }],
    ),
    tickets: ticketsOf(way.over),
    migrations: items.filter(({ kind }) => migrationKinds.includes(kind)),
    reversible: reversibleVerdict(way, { gained: items, left: way.undone.flatMap((release) => itemsOf(release, place)) }),
  };
}

function ticketsOf(releases: readonly ReleaseDocument[]): Ticket[] {
  const found = new Map<string, Ticket>();
  for (const { tickets } of releases) for (const ticket of tickets) found.set(ticket.id, ticket);
  return [...found.values()];
}
