import type { ReleaseObligation, ReleasePlace } from '../resources/release.js';

/** What a release waits for, or what is still to be done, in one phrase for a column; undefined where nothing is. */
export function openOf(places: readonly ReleasePlace[], obligations: readonly ReleaseObligation[]): string | undefined {
  const of = (state: ReleasePlace['state']) => places.filter((place) => place.state === state);
  const failed = places.filter(
    ({ state, waitingFor }) => state === 'failed' || (state === 'deployed' && waitingFor !== undefined),
  );
  const parts = [
    counted(failed, (place) => (place.waitingFor === 'drift' ? `${named(place)} has drifted` : `${named(place)} failed`)),
    counted(of('waiting'), (place) => `${named(place)} waits for ${place.waitingFor}`),
    counted(of('deploying'), (place) => `${named(place)} deploys`),
    owed(obligations),
    pending(of('pending')),
  ].filter((part) => part !== undefined);
  const [first, second] = parts;
  if (first === undefined) return undefined;
  const both = second === undefined ? first : `${first}; ${second}`;
  const told = both.length <= longest ? both : first;
  return told.length <= longest ? told : `${told.slice(0, longest - 1).trimEnd()}…`;
}

/** What fits into a terminal beside the other columns. */
const longest = 64;

const named = ({ stage, client, environment }: ReleasePlace): string =>
  client === undefined ? environment : `${stage} ${client}`;

function counted(places: readonly ReleasePlace[], say: (place: ReleasePlace) => string): string | undefined {
  const [first] = places;
  if (first === undefined) return undefined;
  return places.length === 1 ? say(first) : `${say(first)} (+${places.length - 1})`;
}

function owed(obligations: readonly ReleaseObligation[]): string | undefined {
  const overdue = obligations.filter(({ state }) => state === 'overdue').length;
  const open = obligations.filter(({ state }) => state === 'open').length;
  if (overdue + open === 0) return undefined;
  const noun = overdue + open === 1 ? 'obligation' : 'obligations';
  return overdue === 0
    ? `${open} ${noun}`
    : open === 0
      ? `${overdue} ${noun} overdue`
      : `${overdue + open} ${noun}, ${overdue} overdue`;
}

function pending(places: readonly ReleasePlace[]): string | undefined {
  const stages = new Map<string, number>();
  for (const { stage } of places) stages.set(stage, (stages.get(stage) ?? 0) + 1);
  if (stages.size === 0) return undefined;
  return `still to come: ${[...stages].map(([stage, count]) => `${stage} ${count}`).join(', ')}`;
}
