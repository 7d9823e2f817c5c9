import type { HoldResource } from '../resources/hold.js';
import { fromTime, readableTime } from '../time.js';
import { isSelected, placeOf, type Selectable } from '../windows/selects.js';
import { blocked, type Gate, passed } from './verdict.js';

const mostShown = 3;

/** Whether a hold selects the environment; every list that it gives must contain it. */
export function selects(hold: HoldResource, place: Selectable): boolean {
  return isSelected(hold.spec.selector ?? {}, place);
}

/** Closed while an operator's Hold selects the environment. One that cannot be read may select anything: it holds everything of its namespace. */
export const held: Gate = ({ facts, wanted }) => {
  const place = placeOf(facts.environment, wanted);
  const found = facts.holds.filter((hold) => selects(hold, place));
  if (found.length > 0) {
    const shown = found.slice(0, mostShown).map(sentence).join('; ');
    const more = found.length > mostShown ? `; and ${found.length - mostShown} more` : '';
    return blocked('Held', `held by ${shown}${more}`, {
      who: `an operator, by deleting the hold ${found.map((hold) => hold.metadata.name).join(', ')}`,
    });
  }
  const [unreadable, ...others] = facts.unreadableHolds ?? [];
  if (unreadable === undefined) return passed('NotHeld', 'no hold');
  const more = others.length > 0 ? ` (and ${others.length} more)` : '';
  return blocked(
    'HoldUnreadable',
    `the hold ${unreadable.name} cannot be read, so nobody knows what it stops: ${unreadable.message}${more}`,
    { who: `an operator, by repairing or deleting the hold ${[unreadable, ...others].map(({ name }) => name).join(', ')}` },
  );
};

/** `outage since 2026-11-22 09:30 UTC (ops): database outage`. */
function sentence({ metadata, spec }: HoldResource): string {
  const created = fromTime(metadata.creationTimestamp);
  const since = created === undefined ? '' : ` since ${readableTime(created)}`;
  const by = spec.by === undefined ? '' : ` (${spec.by})`;
  return `${metadata.name}${since}${by}: ${spec.reason}`;
}
