import { compact } from '../compact.js';
import type { ReleaseDocument } from '../governance.js';
import type { Product } from '../model.js';
import type { EnvironmentResource, RecordedState } from '../resources/environment.js';
import type { PlaceState, ReleasePlace } from '../resources/release.js';
import { toTime } from '../time.js';
import { classOf } from './path.js';
import type { Sequence } from './sequence.js';

export interface PlacesInput {
  readonly version: string;
  readonly document?: ReleaseDocument;
  /** Absent where no environment of it is valid. */
  readonly product?: Product;
  readonly sequence: Sequence;
  /** All environments of the product. */
  readonly environments: readonly EnvironmentResource[];
  /** What was known before: deployments are remembered for longer than environments tell of them. */
  readonly before: readonly ReleasePlace[];
}

/** Where the release is, was and is to be, in the order of the stages. */
export function placesOf(input: PlacesInput): ReleasePlace[] {
  const known = new Map(input.before.map((place) => [place.environment, place]));
  const { isBefore } = input.sequence;
  const skipped = new Set(input.product && classOf(input.product, input.document?.class)?.skips.map(({ stage }) => stage));
  const planned = plannedOf(input.document);
  const places = input.environments.flatMap((environment): ReleasePlace[] => {
    const { stage, client, environment: name } = environment.spec;
    const found =
      present(environment, input.version) ??
      past(environment, input.version, known.get(name)) ??
      (input.document === undefined || skipped.has(stage) || !isAhead(environment, isBefore) ? undefined : { state: 'pending' });
    if (found === undefined) return [];
    return [compact<ReleasePlace>({ stage, client, environment: name, planned: planned(stage, client), ...found })];
  });
  const order = (input.product?.stages ?? []).map(({ name }) => name);
  const rank = new Map(order.map((name, index) => [name, index]));
  // The text of each is made once: there are thousands.
  const sorted = places.map((place) => {
    const { stage, client = '', environment } = place;
    return { place, rank: rank.get(stage) ?? order.length, text: `${stage} ${client} ${environment}` };
  });
  return sorted.sort((a, b) => a.rank - b.rank || (a.text < b.text ? -1 : 1)).map(({ place }) => place);
}

type Found = Pick<ReleasePlace, 'state' | 'since' | 'until' | 'waitingFor'>;

/** What is recorded, or asked for, now; undefined where the environment has moved on, or was never asked. */
function present({ status }: EnvironmentResource, version: string): Found | undefined {
  const { desired, recorded, observed, waitingFor, conditions = [] } = status ?? {};
  const isOpen = desired?.version === version && desired.digest !== recorded?.digest;
  const gate = isOpen ? waitingFor : undefined;
  if (recorded?.version === version) {
    const state = stateOf(recorded, observed !== undefined);
    const wrong =
      observed !== undefined ? 'drift' : recorded.certain ? (recorded.verified ? undefined : 'verification') : 'certainty';
    return compact<Found>({ state, since: recorded.since, waitingFor: wrong ?? gate });
  }
  if (desired?.version !== version) return undefined;
  const is = (type: string) => conditions.find((one) => one.type === type && one.status === 'True');
  if (gate !== undefined) return { state: 'waiting', waitingFor: gate };
  const stalled = is('Stalled');
  if (stalled !== undefined) return { state: 'failed', waitingFor: stalled.reason };
  return { state: is('Reconciling') === undefined ? 'pending' : 'deploying' };
}

/** Drift, and a run that failed on top, leave it deployed at best: nobody knows whether it is still what was verified. */
function stateOf({ certain, verified }: RecordedState, isDrifted: boolean): PlaceState {
  if (isDrifted || !certain) return 'deployed';
  return verified ? 'verified' : 'failed';
}

const arrivals: ReadonlySet<string> = new Set(['Succeeded', 'VerificationFailed', 'Adopted']);

/** It was there; undefined where it never was, as far as anybody remembers. */
function past({ status }: EnvironmentResource, version: string, before: ReleasePlace | undefined): Found | undefined {
  const arrived = (status?.history ?? []).filter(({ result }) => arrivals.has(result));
  const at = arrived.findIndex((entry) => entry.version === version);
  const verified = status?.verified?.find((entry) => entry.version === version);
  const since = arrived[at]?.finishedAt ?? before?.since ?? verified?.since;
  if (since === undefined) return undefined;
  const until = arrived[at - 1]?.finishedAt ?? before?.until ?? status?.recorded?.since;
  return compact<Found>({ state: 'replaced', since, until });
}

/** Whether the release is still to come: what is there, and what is asked for, are all earlier ones. */
function isAhead({ status }: EnvironmentResource, isBefore: (version: string) => boolean): boolean {
  const versions = [status?.recorded?.version, status?.desired?.version].filter((version) => version !== undefined);
  return versions.length > 0 && versions.every(isBefore);
}

/** When it is planned where: what is said for a client comes before what is said for all. */
function plannedOf(document: ReleaseDocument | undefined): (stage: string, client: string | undefined) => string | undefined {
  const steps = new Map(document?.schedule.map(({ stage, client, planned }) => [JSON.stringify([stage, client ?? '']), planned]));
  return (stage, client) => {
    const at = steps.get(JSON.stringify([stage, client ?? ''])) ?? steps.get(JSON.stringify([stage, '']));
    return at === undefined ? undefined : toTime(at);
  };
}
