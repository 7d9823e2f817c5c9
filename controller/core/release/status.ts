import { compact } from '../compact.js';
import { capDelta, type Delta } from '../delta/compute.js';
import type { Asked, ProductGovernance, ReleaseDocument } from '../governance.js';
import type { Millis, Product } from '../model.js';
import type { Condition, EnvironmentResource } from '../resources/environment.js';
import {
  listed,
  type OwedCount,
  type ReleaseObligation,
  type ReleasePlace,
  type ReleaseResource,
  type ReleaseStatus,
  type StageProgress,
} from '../resources/release.js';
import { toTime } from '../time.js';
import { obligationsOf } from './obligations.js';
import { openOf } from './open.js';
import type { ObligationsInput } from './owed.js';
import { classOf } from './path.js';
import { placesOf } from './places.js';
import { type Sequence, sequenceOf } from './sequence.js';

/** Everything that is known of one release. */
export interface ReleaseInput {
  readonly now: Millis;
  readonly release: ReleaseResource;
  readonly document?: ReleaseDocument;
  /** Absent where no environment of it is valid. */
  readonly product?: Product;
  readonly governance: Pick<ProductGovernance, 'roles' | 'releases' | 'broken'>;
  /** Whether the commits that bring sign-offs have to be signed. */
  readonly verifies: boolean;
  /** Who asks for the release, by environment, where git tells. */
  readonly asked?: ReadonlyMap<string, Asked>;
  /** All environments of the product. */
  readonly environments: readonly EnvironmentResource[];
  /** What it changes against the release before, where both descriptors are at hand. */
  readonly delta?: Delta;
}

/** Where a release is and has been, and what is still open. The same for the same input; what it gave before is part of that. */
export function releaseStatus(input: ReleaseInput): ReleaseStatus {
  const { release, document, product, governance, environments } = input;
  const before = release.status;
  const { version } = release.spec;
  const known = compact<Pick<ReleaseInput, 'document' | 'product'>>({ document, product });
  const sequence = sequenceOf(version, governance);
  const places = placesOf({ ...known, version, sequence, environments, before: before?.stages ?? [] });
  const obligations = owedBy(input, places, sequence);
  const path = progressOf(input, places);
  const open = openOf(places, obligations);
  return compact<ReleaseStatus>({
    observedGeneration: release.metadata.generation ?? 1,
    ...(document === undefined ? {} : saidBy(document)),
    delta: deltaOf(input),
    path,
    stages: firstPlaces(places),
    places: places.length,
    progress: inWords(path),
    open,
    obligations: obligations.slice(0, listed),
    owed: countOwed(obligations),
    conditions: [complete(open, input)],
  });
}

/** When an obligation next becomes overdue; undefined where none can. */
export function nextDue(status: ReleaseStatus): string | undefined {
  return status.obligations?.find(({ state, due }) => state === 'open' && due !== undefined)?.due;
}

function owedBy(
  { now, document, product, environments, release, governance, verifies, asked }: ReleaseInput,
  places: readonly ReleasePlace[],
  sequence: Sequence,
): ReleaseObligation[] {
  if (document === undefined || product === undefined) return [];
  const own = { class: classOf(product, document.class) };
  const before = release.status?.obligations ?? [];
  return obligationsOf(
    compact<ObligationsInput>({
      now,
      document,
      product,
      governance,
      verifies,
      asked,
      places,
      environments,
      sequence,
      before,
      ...own,
    }),
  );
}

type Said = Pick<ReleaseStatus, 'notes' | 'tickets' | 'dependencies' | 'announced' | 'checklist' | 'signoffs'>;

function saidBy({ notes, tickets, dependencies, announced, checklist, signoffs }: ReleaseDocument): Said {
  const isOpen = (states: readonly string[]) =>
    states.slice(1).includes('pending') || (states.length === 1 && states[0] === 'pending');
  const items = checklist.map(({ completions }) => completions.map(({ state }) => state));
  const open = items.filter(isOpen).length;
  const notApplicable = items.filter((states) => states.every((state) => state === 'not-applicable')).length;
  const newest = [...signoffs].sort((a, b) => b.at - a.at).slice(0, listed);
  return compact<Said>({
    notes: Object.keys(notes).length === 0 ? undefined : { ...notes },
    tickets: tickets.length === 0 ? undefined : tickets.slice(0, listed).map((ticket) => ({ ...ticket })),
    dependencies: listOrNone(Object.entries(dependencies).map(([product, range]) => ({ product, range }))),
    announced: announced === undefined ? undefined : toTime(announced),
    checklist: items.length === 0 ? undefined : { open, done: items.length - open - notApplicable, notApplicable },
    signoffs: listOrNone(
      newest.map(({ role, stage, client, by, at }) =>
        compact<NonNullable<ReleaseStatus['signoffs']>[number]>({ role, stage, client, by, at: toTime(at) }),
      ),
    ),
  });
}

const listOrNone = <T>(items: T[]): T[] | undefined => (items.length === 0 ? undefined : items);

const mostComponents = 50;

/** From the descriptors, from an environment that went this very step, or as it was told before. */
function deltaOf({ release, environments, delta }: ReleaseInput): Delta | undefined {
  const { previous, version } = release.spec;
  if (previous === undefined) return undefined;
  const { status, metadata } = release;
  const told = environments.find(
    (one) =>
      one.status?.recorded?.version === previous && one.status.desired?.version === version && one.status.delta !== undefined,
  );
  const before = status?.observedGeneration === metadata.generation ? status?.delta : undefined;
  const found = delta ?? told?.status?.delta ?? before;
  return found && capDelta(found, mostComponents);
}

function progressOf({ product, document, environments }: ReleaseInput, places: readonly ReleasePlace[]): StageProgress[] {
  const total = new Map<string, number>();
  for (const { spec } of environments) total.set(spec.stage, (total.get(spec.stage) ?? 0) + 1);
  const reached = new Map<string, number>();
  for (const { stage, since } of places) if (since !== undefined) reached.set(stage, (reached.get(stage) ?? 0) + 1);
  const skipped = new Set(product && classOf(product, document?.class)?.skips.map(({ stage }) => stage));
  const ordered = (product?.stages ?? []).map(({ name }) => name);
  const names = [...new Set([...ordered, ...[...total.keys()].sort()])];
  return names.map((name) =>
    compact<StageProgress>({
      name,
      reached: reached.get(name) ?? 0,
      total: total.get(name) ?? 0,
      skipped: skipped.has(name) ? true : undefined,
    }),
  );
}

/** `qa 1/1, uat 3/7, production 1/7`. */
function inWords(path: readonly StageProgress[]): string {
  return path
    .filter(({ total, reached }) => total > 0 || reached > 0)
    .map(({ name, reached, total, skipped }) => (skipped && reached === 0 ? `${name} skipped` : `${name} ${reached}/${total}`))
    .join(', ');
}

/** Places where something is, or was, come before those that it is still to come to. */
function firstPlaces(places: readonly ReleasePlace[]): ReleasePlace[] {
  if (places.length <= listed) return [...places];
  const isHere = ({ state }: ReleasePlace) => state !== 'pending';
  const chosen = new Set([...places.filter(isHere), ...places.filter((place) => !isHere(place))].slice(0, listed));
  return places.filter((place) => chosen.has(place));
}

function countOwed(obligations: readonly ReleaseObligation[]): OwedCount[] {
  const counts = new Map<string, OwedCount>();
  for (const { kind, owner = '', state } of obligations) {
    const key = `${kind} ${owner} ${state}`;
    counts.set(key, { kind, owner, state, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, count]) => count);
}

/** `kubectl wait trel/NAME --for=condition=Complete`. */
function complete(open: string | undefined, { release, now }: ReleaseInput): Condition {
  const status = open === undefined ? 'True' : 'False';
  const before = release.status?.conditions?.find(({ type }) => type === 'Complete');
  return {
    type: 'Complete',
    status,
    reason: open === undefined ? 'Complete' : 'Open',
    message: open ?? 'it is everywhere that it was to be, and nothing is owed',
    lastTransitionTime: before?.status === status ? before.lastTransitionTime : toTime(now),
    observedGeneration: release.metadata.generation ?? 1,
  };
}
