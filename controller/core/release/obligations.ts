import { compact } from '../compact.js';
import { askedBy } from '../gates/signoffs.js';
import type { Asked, ProductGovernance, ReleaseClass, ReleaseDocument } from '../governance.js';
import { type Place, placedItems } from '../jump/items.js';
import type { Millis, Product } from '../model.js';
import type { EnvironmentResource, EnvironmentStatus, VerifiedRelease } from '../resources/environment.js';
import type { ReleaseObligation, ReleasePlace } from '../resources/release.js';
import { type SignoffQuestion, standingOfSignoffs } from '../signoffs/standing.js';
import { fromTime, toTime } from '../time.js';
import { lastStages, stagesBefore } from './path.js';
import type { Sequence } from './sequence.js';

export interface ObligationsInput {
  readonly now: Millis;
  readonly document: ReleaseDocument;
  readonly product: Product;
  /** Absent: the product does not define it, so its path leaves nothing behind but the release's own checklist. */
  readonly class?: ReleaseClass;
  readonly governance: Pick<ProductGovernance, 'roles' | 'releases' | 'broken'>;
  /** Whether the commits that bring sign-offs have to be signed. */
  readonly verifies: boolean;
  /** Who asks for the release, by environment, where git tells. */
  readonly asked?: ReadonlyMap<string, Asked>;
  readonly places: readonly ReleasePlace[];
  readonly environments: readonly EnvironmentResource[];
  readonly sequence: Sequence;
  readonly before: readonly ReleaseObligation[];
}

/** What is owed, before it is known whether it was paid. */
interface Owed extends Omit<ReleaseObligation, 'state' | 'since' | 'due'> {
  readonly since: Millis;
  readonly withinMs?: Millis;
  readonly met: boolean;
}

/** What the path of the release left to be done, once it was deployed: overdue ones first, then open ones by their time, then what was done. */
export function obligationsOf(input: ObligationsInput): ReleaseObligation[] {
  const deployed = input.places.flatMap((place): Deployed[] => {
    const since = fromTime(place.since);
    return since === undefined ? [] : [{ ...place, at: since }];
  });
  const owed = [
    ...verifications(input, deployed),
    ...signoffs(input, deployed),
    ...reviews(input, deployed),
    ...checklist(input, deployed),
  ];
  const text = remembered(toTime);
  return owed
    .map((one) => settled(one, input.now))
    .sort(compare)
    .map((one) => told(one, text));
}

/** Of many environments most have the same times: each is written out once. */
function remembered(write: (at: Millis) => string): (at: Millis) => string {
  const known = new Map<Millis, string>();
  return (at) => {
    const found = known.get(at) ?? write(at);
    known.set(at, found);
    return found;
  };
}

interface Deployed extends ReleasePlace {
  readonly at: Millis;
}

interface Settled {
  readonly owed: Owed;
  readonly due: Millis | undefined;
  readonly state: ReleaseObligation['state'];
}

function settled(owed: Owed, now: Millis): Settled {
  const due = owed.withinMs === undefined ? undefined : owed.since + owed.withinMs;
  return { owed, due, state: owed.met ? 'met' : due !== undefined && due <= now ? 'overdue' : 'open' };
}

/** There may be hundreds of thousands: written field by field. */
function told({ owed, due, state }: Settled, text: (at: Millis) => string): ReleaseObligation {
  const { id, kind, title, stage, client, environment, owner, since } = owed;
  return {
    id,
    kind,
    title,
    ...(stage === undefined ? {} : { stage }),
    ...(client === undefined ? {} : { client }),
    ...(environment === undefined ? {} : { environment }),
    ...(owner === undefined ? {} : { owner }),
    since: text(since),
    ...(due === undefined ? {} : { due: text(due) }),
    state,
  };
}

const ranks = { overdue: 0, open: 1, met: 2 } as const;

/** Times as they are told, to the second; what is due at no time comes last. */
const second = (due: Millis | undefined): number => (due === undefined ? Number.POSITIVE_INFINITY : Math.floor(due / 1000));

function compare(a: Settled, b: Settled): number {
  if (a.state !== b.state) return ranks[a.state] - ranks[b.state];
  const [first, other] = [second(a.due), second(b.due)];
  if (first !== other) return first < other ? -1 : 1;
  return a.owed.id < b.owed.id ? -1 : a.owed.id > b.owed.id ? 1 : 0;
}

/** The first deployment for each client, of those that count. */
function firstOf(places: readonly Deployed[], counts: (place: Deployed) => boolean): Map<string, Deployed> {
  const first = new Map<string, Deployed>();
  for (const place of places) {
    const known = first.get(place.client ?? '');
    if (counts(place) && (known === undefined || place.at < known.at)) first.set(place.client ?? '', place);
  }
  return first;
}

const forClient = (client: string | undefined): string => (client === undefined ? '' : ` for ${client}`);
const idOf = (...parts: readonly (string | undefined)[]): string => parts.filter((part) => part !== undefined).join('/');

/** A skipped stage that a later one did not wait for is verified late: with this release, or with a later one of the client. */
function verifications({ product, class: path, before, ...known }: ObligationsInput, places: readonly Deployed[]): Owed[] {
  const paid = new Set(before.flatMap(({ id, state }) => (state === 'met' ? [id] : [])));
  const owed = new Set(before.map(({ id }) => id));
  const { version } = known.document;
  const digests = new Map(known.environments.map(({ spec, status }) => [spec.environment, digestOf(status, version)]));
  return (path?.skips ?? []).flatMap(({ stage, owner, withinMs }) => {
    const verified = verifiedIn(stage, known);
    const later = new Set(product.stages.map(({ name }) => name).filter((name) => stagesBefore(product, name).has(stage)));
    const behind = firstOf(places, (place) => later.has(place.stage));
    return [...behind.values()].flatMap(({ client, at, environment, stage: reached }): Owed[] => {
      const id = idOf('verification', stage, client);
      const { own, later: laterAt } = verified(client);
      const digest = digests.get(environment);
      const times = own.filter(({ releaseDigest }) => digest === undefined || digest === releaseDigest);
      // It was there in time: nothing was skipped.
      if (!owed.has(id) && times.some(({ since }) => (fromTime(since) ?? at) <= at)) return [];
      const title = `verify ${version}, or a later release, in ${stage}${forClient(client)}: ${reached} did not wait for it`;
      const met = times.length > 0 || laterAt > at || paid.has(id);
      return [compact<Owed>({ id, kind: 'verification', title, stage, client, owner, since: at, withinMs, met })];
    });
  });
}

/** The digest under which the release was deployed there, where that is still known. */
function digestOf(status: EnvironmentStatus | undefined, version: string): string | undefined {
  if (status?.recorded?.version === version) return status.recorded.releaseDigest;
  return status?.verified?.find((entry) => entry.version === version)?.releaseDigest;
}

interface Standing {
  /** Verifications of this release that hold. */
  readonly own: readonly VerifiedRelease[];
  /** When a later release was last verified; 0 for never. */
  readonly later: Millis;
}

const nothing: Standing = { own: [], later: 0 };

const together = (a: Standing = nothing, b: Standing = nothing): Standing => ({
  own: [...a.own, ...b.own],
  later: Math.max(a.later, b.later),
});

/** What is verified in a stage, by client; an environment without a client is everybody's. */
function verifiedIn(
  stage: string,
  { document: { version }, environments, sequence }: Pick<ObligationsInput, 'document' | 'environments' | 'sequence'>,
): (client: string | undefined) => Standing {
  const byClient = new Map<string, Standing>();
  for (const { spec, status } of environments) {
    if (spec.stage !== stage) continue;
    const passed = (status?.verified ?? []).filter(({ result }) => result === 'Passed');
    const standing = {
      own: passed.filter((entry) => entry.version === version),
      later: Math.max(0, ...passed.filter((entry) => sequence.isAfter(entry.version)).map(({ since }) => fromTime(since) ?? 0)),
    };
    byClient.set(spec.client ?? '', together(byClient.get(spec.client ?? ''), standing));
  }
  const each = [...byClient.values()];
  const all = { own: each.flatMap(({ own }) => own), later: each.reduce((latest, { later }) => Math.max(latest, later), 0) };
  return (client) => (client === undefined ? all : together(byClient.get(client), byClient.get('')));
}

/** Sign-offs that the class lets follow, in each place that demands them; whether they count is judged as before a deployment. */
function signoffs(input: ObligationsInput, places: readonly Deployed[]): Owed[] {
  const { product, class: path, environments } = input;
  if (path === undefined || path.defers.length === 0) return [];
  const demanding = new Set(product.stages.filter((stage) => stage.signoffs.length > 0).map(({ name }) => name));
  const resources = new Map(environments.map((environment) => [environment.spec.environment, environment]));
  return places.flatMap((place) => {
    const environment = resources.get(place.environment);
    if (environment === undefined || !demanding.has(place.stage)) return [];
    return signoffsIn({ ...environment, place }, input);
  });
}

function signoffsIn(
  { status, place }: Pick<EnvironmentResource, 'status'> & { readonly place: Deployed },
  { now, document, product, governance, verifies, asked, before }: ObligationsInput,
): Owed[] {
  const { version } = document;
  const { stage, client, environment, at } = place;
  const told =
    status?.recorded?.version === version ? status.recorded : status?.history?.find((entry) => entry.version === version);
  const isAsked = status?.desired?.version === version && status.desired.digest === told?.digest;
  const question = compact<SignoffQuestion>({
    now,
    product,
    stage,
    client,
    version,
    releaseClass: document.class,
    // Of one that is long gone nobody knows the digest any more: nothing can be signed for it.
    digest: told?.digest ?? '',
    governance,
    asked: asked?.get(environment) ?? (isAsked && status.desired !== undefined ? askedBy(status.desired) : undefined),
    verifies,
  });
  return standingOfSignoffs(question).flatMap(({ role, state, deferredMs, signed }): Owed[] => {
    if (deferredMs === undefined) return [];
    const id = idOf('signoff', role, environment);
    const known = before.find((one) => one.id === id);
    // It was there in time: nothing was left for later.
    if (known === undefined && state === 'signed' && signed.every((one) => one.at <= at)) return [];
    const title = `sign ${version} as ${role} in ${environment}`;
    const met = state === 'signed' || known?.state === 'met';
    return [
      compact<Owed>({
        id,
        kind: 'signoff',
        title,
        stage,
        client,
        environment,
        owner: role,
        since: at,
        withinMs: deferredMs,
        met,
      }),
    ];
  });
}

/** What is due after every release of the class, once it has arrived in a last stage. */
function reviews({ document, product, class: path }: ObligationsInput, places: readonly Deployed[]): Owed[] {
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
function checklist({ document, class: path }: ObligationsInput, places: readonly Deployed[]): Owed[] {
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
