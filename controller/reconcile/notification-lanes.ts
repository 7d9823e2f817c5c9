import { attempt } from '../core/attempt.js';
import { compact } from '../core/compact.js';
import { brokenReleaseOf } from '../core/jump/chain.js';
import type { Commit } from '../core/model.js';
import { toMessage } from '../core/notify/compose.js';
import { dueInEnvironment } from '../core/notify/due.js';
import { isToCome, type PlanView } from '../core/notify/due-plans.js';
import { dueOfReleases } from '../core/notify/due-releases.js';
import type { Surroundings } from '../core/notify/message.js';
import type { Route } from '../core/notify/routes.js';
import { type PlacesInput, placesOf } from '../core/release/places.js';
import { sequenceOf } from '../core/release/sequence.js';
import type { ReleaseSourceResource } from '../core/resources/release-source.js';
import { environmentName } from '../core/run/identity.js';
import type { Lane } from './notification-lane.js';
import { beginningsName, recordName } from './notification-records.js';
import type { Key, Ports } from './ports.js';
import type { PublishedStates } from './published.js';

export interface LaneSources {
  readonly ports: Pick<Ports, 'clock' | 'environments' | 'runs' | 'releases'>;
  readonly published: Pick<PublishedStates, 'governanceOf' | 'of'>;
}

interface Towards {
  readonly source: ReleaseSourceResource;
  readonly sink: string;
  readonly routes: readonly Route[];
  readonly commit: Commit | undefined;
  readonly commitUrl: (sha: string) => string | undefined;
}

/** A place as a sink is told of it: `product.environment` is an environment, `product` stands for the releases of it. */
export function laneOf(place: string, towards: Towards, from: LaneSources): Lane {
  return place.includes('.') ? environmentLane(place, towards, from) : releaseLane(place, towards, from);
}

function environmentLane(place: string, towards: Towards, { ports, published }: LaneSources): Lane {
  const { source, routes } = towards;
  const { namespace, name: sourceName } = source.metadata;
  const [product = '', name = ''] = place.split('.');
  const environmentNow = () => {
    const found = ports.environments.get({ namespace, name: place });
    return found?.spec.source === sourceName ? found : undefined;
  };
  return {
    place,
    record: recordOf(place, towards),
    look: (record) => {
      const runs = ports.runs.ofEnvironment(namespace, product, name).filter(({ spec }) => spec.source === sourceName);
      const environment = environmentNow();
      const lane = environment === undefined ? { runs } : { runs, environment };
      return dueInEnvironment(lane, record, { routes, now: ports.clock.now() });
    },
    compose: (due) => {
      const version = due.run?.spec.version ?? environmentNow()?.status?.desired?.version ?? '';
      const tickets = published.governanceOf({ namespace, name: sourceName }, product).releases[version]?.tickets ?? [];
      const environment = environmentNow();
      const around = { ...surroundings(towards), tickets };
      return toMessage(due, environment === undefined ? around : { ...around, environment });
    },
  };
}

function releaseLane(product: string, towards: Towards, from: LaneSources): Lane {
  const { ports, published } = from;
  const { source, routes } = towards;
  const { namespace, name: sourceName } = source.metadata;
  return {
    place: product,
    record: recordOf(product, towards),
    look: (record) => {
      const releases = ports.releases.ofProduct(namespace, product);
      const plans: PlanView = {
        product,
        source: sourceName,
        releases,
        runsIn: (environment) => ports.runs.ofEnvironment(namespace, product, environment),
        isPlanned: (version, environment) => isPlanned({ source, product, version, environment }, from),
      };
      const own = releases.filter(({ spec }) => spec.source === sourceName);
      return dueOfReleases(own, record, { routes, now: ports.clock.now(), plans });
    },
    compose: (due) => {
      const { releases } = published.governanceOf({ namespace, name: sourceName }, product);
      const schedule = releases[due.release?.spec.version ?? '']?.schedule ?? [];
      return toMessage(due, { ...surroundings(towards), tickets: [], schedule });
    },
  };
}

interface PlannedPlace {
  readonly source: ReleaseSourceResource;
  readonly product: string;
  readonly version: string;
  readonly environment: string;
}

/**
 * Whether git plans the version for the environment still, whatever the Release tells, which lists the first places alone and may be
 * about to be made again; undefined while its document is broken, or the environment is not known yet.
 */
function isPlanned(
  { source, product, version, environment }: PlannedPlace,
  { ports, published }: LaneSources,
): boolean | undefined {
  const { namespace, name } = source.metadata;
  const governance = published.governanceOf({ namespace, name }, product);
  if (brokenReleaseOf(governance, version) !== undefined) return undefined;
  const document = Object.hasOwn(governance.releases, version) ? governance.releases[version] : undefined;
  if (document === undefined) return false;
  const key = { namespace, name: environmentName(product, environment) };
  const found = ports.environments.get(key);
  const named = published.of(key);
  if (found?.status?.desired === undefined) return named === undefined ? false : undefined;
  const sequence = sequenceOf(version, governance);
  const described = compact<Pick<PlacesInput, 'product'>>({ product: named?.desired?.product });
  return placesOf({ ...described, version, document, sequence, environments: [found], before: [] }).some(isToCome);
}

/** The records that may still be needed in a namespace. Runs outlive their environments, and an environment may come back. */
export function recordNames(
  namespace: string,
  ports: Pick<Ports, 'sources' | 'environments' | 'runs' | 'releases'>,
): Set<string> {
  const here = <R extends { metadata: { namespace: string } }>(all: readonly R[]) =>
    all.filter(({ metadata }) => metadata.namespace === namespace);
  const places = new Set<string>();
  for (const { metadata, spec } of here(ports.environments.list())) places.add(metadata.name).add(spec.product);
  for (const { spec } of here(ports.runs.list())) places.add(environmentName(spec.product, spec.environment)).add(spec.product);
  for (const { spec } of here(ports.releases.list())) places.add(spec.product);
  const sources = here(ports.sources.list());
  const sinks = new Set(sources.flatMap(({ spec }) => (spec.sinks ?? []).map(({ name }) => name)));
  const told = [...sinks].flatMap((sink) => [...places].map((place) => recordName(place, sink)));
  return new Set([...told, ...sources.map(({ metadata }) => beginningsName(metadata.name))]);
}

const recordOf = (place: string, { source, sink }: Towards): Key => ({
  namespace: source.metadata.namespace,
  name: recordName(place, sink),
});

function surroundings({ source, sink, commit, commitUrl }: Towards): Omit<Surroundings, 'tickets'> {
  const { namespace, name } = source.metadata;
  return { source: { namespace, name }, sink, commitUrl, ...(commit === undefined ? {} : { commit }) };
}

/** Where people look at a commit, by the address that it is fetched from; undefined where that is no web address. */
export function commitUrlOf({ spec }: ReleaseSourceResource): (sha: string) => string | undefined {
  const url = attempt(() => new URL(spec.git.url));
  if (url === undefined) return () => undefined;
  const { protocol, host, pathname } = url;
  if (protocol !== 'https:' && protocol !== 'http:') return () => undefined;
  const root = `${protocol}//${host}${pathname.replace(/\/+$/, '').replace(/\.git$/, '')}`;
  const folder = host.includes('bitbucket') ? 'commits' : host.includes('gitlab') ? '-/commit' : 'commit';
  return (sha) => `${root}/${folder}/${sha}`;
}
