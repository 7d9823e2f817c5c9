import { compact } from '../compact.js';
import type { ProductGovernance } from '../governance.js';
import { type PlannedItem as Item, named } from '../jump/items.js';
import { type JumpPlan, planOf } from '../jump/plan.js';
import { compareVersions } from '../jump/version.js';
import type { DesiredEnvironment } from '../model.js';
import type { PlannedItem, PlannedJump, PlannedReturn } from './plan.js';

/** What lies on the way from a version to the wanted one, and whether one could come back; nothing where the version stays. */
export function planJump(
  governance: ProductGovernance,
  wanted: DesiredEnvironment,
  from: string | undefined,
): { jump?: PlannedJump; reversible?: PlannedReturn } {
  if (from === wanted.version) return {};
  const found = planOf(governance, wanted, from);
  const { over, undone } = found.jump;
  // A product that writes no Release documents lacks none.
  const gap = isUndocumented(governance) ? undefined : found.jump.gap;
  const jump = compact<PlannedJump>({
    direction: directionOf(found),
    over: over.map(({ version }) => version),
    undone: undone.map(({ version }) => version),
    gap,
    items: found.items.map(toItem),
    notes: found.notes,
    tickets: found.tickets,
  });
  if (from === undefined) return { jump };
  const { possible, to, because, how, crossed } = found.reversible;
  return { jump, reversible: compact<PlannedReturn>({ possible, to, because, how, crosses: crossed.map(named) }) };
}

const isUndocumented = ({ releases, broken }: ProductGovernance): boolean => Object.keys(releases).length + broken.length === 0;

function directionOf({ jump: { from, to, over, undone } }: JumpPlan): PlannedJump['direction'] {
  if (from === undefined) return 'first';
  if (over.length + undone.length === 0) return (compareVersions(from, to) ?? 0) > 0 ? 'back' : 'forward';
  if (undone.length === 0) return 'forward';
  return over.length === 0 ? 'back' : 'aside';
}

function toItem({ id, release, kind, title, phase, owner, reversible, completion }: Item): PlannedItem {
  return compact<PlannedItem>({ id, release, kind, title, phase, state: completion.state, owner, reversible });
}
