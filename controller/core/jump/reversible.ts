import { compact } from '../compact.js';
import { isCrossed, named, type PlannedItem } from './items.js';
import type { Jump } from './jump.js';

/** Whether one could go back once the jump is made, how far, and what to do then. */
export interface ReversibleVerdict {
  /** All the way to where one comes from. */
  readonly possible: boolean;
  /** The oldest version that one can go back to; absent where there is none but the new one itself. */
  readonly to?: string;
  /** What the items that cannot be taken back say of going back, in the order of the releases. */
  readonly how: readonly string[];
  /** What stands in the way, as `drop-columns (2.9.3, data-migration)`. */
  readonly because: readonly string[];
  /** The items left behind that were done and cannot be taken back: the jump itself goes back over them. */
  readonly crossed: readonly PlannedItem[];
}

interface Items {
  readonly gained: readonly PlannedItem[];
  readonly left: readonly PlannedItem[];
}

/** An item that does not apply in a place stands in nobody's way there. */
export function reversibleVerdict(jump: Jump, { gained, left }: Items): ReversibleVerdict {
  const barriers = gained.filter(({ reversible, completion }) => !reversible && completion.state !== 'not-applicable');
  const last = barriers.at(-1)?.release;
  return compact<ReversibleVerdict>({
    possible: barriers.length === 0 && jump.from !== undefined,
    to: last === undefined ? jump.from : last === jump.to ? undefined : last,
    how: barriers.flatMap((item) => (item.rollback === undefined ? [] : [`${item.id} (${item.release}): ${item.rollback}`])),
    because: barriers.map(named),
    crossed: left.filter((item) => isCrossed(item, item.completion)),
  });
}
