import { compact } from '../compact.js';
import { type Place, placedItems } from '../jump/items.js';
import { type Deployed, idOf, type ObligationsInput, type Owed } from './owed.js';
import { lastStages } from './path.js';

/** What is due after every release of the class, once it has arrived in a last stage. */
export function reviews({ document, product, class: path }: ObligationsInput, places: readonly Deployed[]): Owed[] {
  const last = lastStages(product);
  const arrived = places.filter(({ stage }) => last.has(stage)).map(({ at }) => at);
  if (arrived.length === 0) return [];
  const since = Math.min(...arrived);
  const done = new Set(
    document.checklist
      .filter(({ phase, completions }) => phase === 'post' && completions.some(({ state }) => state === 'done'))
      .map(({ id }) => id),
  );
  return (path?.followUps ?? []).map(({ id, title, owner, withinMs }) => ({
    id: idOf('review', id),
    kind: 'review',
    title,
    owner,
    since,
    withinMs,
    met: done.has(id),
  }));
}

/** The release's own items for after the deployment, in each place that they are for. */
export function ownItems({ document, class: path }: ObligationsInput, places: readonly Deployed[]): Owed[] {
  const reviewed = new Set(path?.followUps.map(({ id }) => id));
  const own = document.checklist.filter(({ id, phase }) => phase === 'post' && !reviewed.has(id));
  if (own.length === 0) return [];
  const release = { ...document, checklist: own };
  return places.flatMap((place) => {
    const { stage, client, environment, at: since } = place;
    const owed: Owed[] = [];
    for (const { item, completion } of placedItems(release, placeOf(place))) {
      if (completion.state === 'not-applicable') continue;
      const { id: of, title, owner, withinMs } = item;
      const id = idOf('checklist', of, environment);
      const one: Owed = { id, kind: 'checklist', title, stage, environment, since, met: completion.state === 'done' };
      owed.push(
        client === undefined && owner === undefined && withinMs === undefined
          ? one
          : compact<Owed>({ ...one, client, owner, withinMs }),
      );
    }
    return owed;
  });
}

const placeOf = ({ environment, stage, client }: Deployed): Place =>
  client === undefined ? { environment, stage } : { environment, stage, client };
