import { summariseDelta } from '../delta/compute.js';
import type { DeltaStatus, EnvironmentResource } from '../resources/environment.js';
import { environmentName } from '../run/identity.js';
import type { Message, Surroundings } from './message.js';

/** What the kinds of messages have in common. */

/** What differs from message to message. */
export type Told = { [K in Exclude<keyof Message, 'event' | 'severity' | 'at' | 'source'>]: Message[K] | undefined } & Pick<
  Message,
  'key' | 'thread' | 'product' | 'title' | 'details' | 'links' | 'tickets'
>;

const listedComponents = 10;

export const clientOf = (client: string | undefined): string => (client === undefined ? '' : ` (${client})`);

export function authorOf(
  sha: string,
  { commit }: Surroundings,
  environment: EnvironmentResource | undefined,
): string | undefined {
  const desired = environment?.status?.desired;
  if (desired?.commit === sha && desired.commitAuthor !== undefined) return desired.commitAuthor;
  if (commit?.sha !== sha) return undefined;
  return commit.email === undefined ? commit.author : `${commit.author} <${commit.email}>`;
}

export function changesOf(delta: DeltaStatus | undefined): Message['changes'] {
  if (delta === undefined) return undefined;
  const total = delta.added + delta.removed + delta.upgraded + delta.downgraded + delta.changed;
  const components = delta.components.slice(0, listedComponents).map(({ name, from, to }) => {
    if (from === undefined) return `${name} ${to ?? ''} (new)`;
    return to === undefined ? `${name} ${from} (removed)` : `${name} ${from} → ${to}`;
  });
  const more = total - components.length;
  return { summary: summariseDelta(delta), components: more > 0 ? [...components, `and ${more} more`] : components };
}

export function linksOf(
  { build, commit }: { build: string | undefined; commit: string | undefined },
  { commitUrl }: Surroundings,
) {
  const commitLink = commit === undefined ? undefined : commitUrl(commit);
  return [
    ...(build === undefined ? [] : [{ label: 'Build', url: build }]),
    ...(commitLink === undefined || commit === undefined ? [] : [{ label: `Commit ${commit.slice(0, 12)}`, url: commitLink }]),
  ];
}

export const ticketsOf = ({ tickets }: Surroundings): string[] =>
  tickets.filter(({ state }) => state === 'resolved').map(({ id }) => id);

/** The same for every message of what is planned for a release in one place. */
export function planOf(place: { product: string; version: string; environment: string }, { source, sink }: Surroundings): string {
  return `${source.namespace}/${environmentName(place.product, place.environment)}/${place.version}/planned/${sink}`;
}
