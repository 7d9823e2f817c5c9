import { compact } from '../compact.js';
import type { Millis } from '../model.js';
import type { DeploymentRunResource } from '../resources/deployment-run.js';
import type { ReleasePlace, ReleaseResource } from '../resources/release.js';
import { isTerminal, phaseOf } from '../run/run.js';
import { fromTime, toTime } from '../time.js';
import type { Selectable } from '../windows/selects.js';
import type { Due } from './due.js';
import type { LaneRecord, PlanRecord } from './record.js';
import { isRouted, type Route } from './routes.js';

/** What is known of the plans for a product, beside its releases. */
export interface PlanView {
  readonly product: string;
  /** The ReleaseSource whose sink is told. */
  readonly source: string;
  /** Of whichever source: what one plans no more another may. */
  readonly releases: readonly ReleaseResource[];
  readonly runsIn: (environment: string) => readonly DeploymentRunResource[];
  /** Whether git plans a version for an environment still; undefined while nobody can say. */
  readonly isPlanned: (version: string, environment: string) => boolean | undefined;
}

interface Looking {
  readonly routes: readonly Route[];
  readonly now: Millis;
  readonly plans: PlanView;
}

interface Standing {
  readonly release: ReleaseResource;
  readonly place: ReleasePlace;
}

/** A rule that comes back within this time goes on where it was; after it nobody takes back what it told. */
const forgetAfter: Millis = 24 * 3_600_000;

/** Tickets that are remembered of a plan. */
const rememberedTickets = 20;

/** What a sink has not been told of plans, what they took back first, and the record without those that are over. */
export function duePlans(
  releases: readonly ReleaseResource[],
  record: LaneRecord,
  looking: Looking,
): { readonly due: readonly Due[]; readonly record: LaneRecord } {
  const { now, plans } = looking;
  const all = new Map(plans.releases.flatMap(standingOf));
  const known = Object.entries(record.plans ?? {}).map(([name, plan]) => {
    const fated = { name, plan, fate: fateOf(name, plan, { all, plans }) };
    return { ...fated, due: endOf(fated, looking) };
  });
  const ahead = releases
    .flatMap(standingOf)
    .flatMap(([name, standing]) => aheadOf(name, standing, { ...looking, known: record.plans?.[name] }));
  const kept = known.filter((one) => one.due.length > 0 || !isForgotten(one, now));
  const due = [...known.flatMap((one) => one.due), ...ahead];
  if (kept.length === known.length) return { due, record };
  return { due, record: { ...record, plans: Object.fromEntries(kept.map(({ name, plan }) => [name, plan])) } };
}

/** Where the release is planned to come, whether or not that is late. */
function standingOf(release: ReleaseResource): [string, Standing][] {
  return (release.status?.stages ?? [])
    .filter(isToCome)
    .map((place) => [`${release.spec.version}/${place.environment}`, { release, place }]);
}

/** Planned for a place that it has not come to. */
export const isToCome = ({ planned, since }: ReleasePlace): boolean => planned !== undefined && since === undefined;

/** `began`: a build was started; `unknown`: somebody has to look later. */
type Fate = 'standing' | 'began' | 'withdrawn' | 'unknown' | 'over';

interface Fated {
  readonly name: string;
  readonly plan: PlanRecord;
  readonly fate: Fate;
}

const split = (name: string): [version: string, environment: string] => {
  const at = name.lastIndexOf('/');
  return [name.slice(0, at), name.slice(at + 1)];
};

function fateOf(
  name: string,
  plan: PlanRecord,
  { all, plans }: { readonly all: ReadonlyMap<string, Standing>; readonly plans: PlanView },
): Fate {
  if (plan.state === 'over') return 'over';
  if (plan.source !== plans.source) return 'unknown';
  const [version, environment] = split(name);
  const runs = plans.runsIn(environment).filter(({ spec }) => spec.version === version);
  if (runs.some((run) => hasBegun(run, plan.at))) return 'began';
  if (all.has(name)) return 'standing';
  // It may begin yet.
  if (runs.some((run) => !isTerminal(run))) return 'unknown';
  const isPlanned = plans.isPlanned(version, environment);
  return isPlanned === undefined ? 'unknown' : isPlanned ? 'standing' : 'withdrawn';
}

/** Whether a build of the run went on then, or later: an older one was not what was planned. */
function hasBegun(run: DeploymentRunResource, since: string): boolean {
  const { status, spec } = run;
  if (status?.jenkins?.buildNumber === undefined || spec.restored !== undefined) return false;
  return !isTerminal(run) || (fromTime(status.timestamps?.[phaseOf(run)]) ?? 0) >= (fromTime(since) ?? 0);
}

/** What ends a plan that was told: silently where it has begun, for that is told by itself. */
function endOf({ name, plan, fate }: Fated, { routes, now, plans }: Looking): Due[] {
  const event = 'PlanWithdrawn';
  const at = toTime(now);
  if (fate === 'began') {
    const told: PlanRecord = { ...plan, state: 'over', at };
    return [{ event, at: now, subject: { kind: 'plan', plan: name, telling: told, told }, isSilent: true }];
  }
  const [version, environment] = split(name);
  const { stage, client, planned = plan.until } = plan;
  const place = compact<Selectable>({ product: plans.product, environment, stage, client });
  if (fate !== 'withdrawn' || !isRouted(routes, place, { event, at: now })) return [];
  const release = plans.releases.find((one) => one.spec.version === version);
  const number = plan.state === 'withdrawing' ? plan.number : plan.number + 1;
  const { planned: _, ...rest } = plan;
  const due: Due = {
    event,
    at: now,
    withdrawn: { ...place, version, planned, tickets: release === undefined ? (plan.tickets ?? []) : resolvedTickets(release) },
    subject: {
      kind: 'plan',
      plan: name,
      telling: { ...plan, state: 'withdrawing', number, at },
      told: { ...rest, state: 'over', number, at },
    },
  };
  return [plan.state === 'telling' ? following(due, plan) : due];
}

/** What is planned and ahead: told once for each place and time, and again once that was withdrawn. */
function aheadOf(
  name: string,
  { release, place }: Standing,
  { routes, now, plans, known }: Looking & { readonly known: PlanRecord | undefined },
): Due[] {
  const event = 'DeploymentPlanned';
  const { environment, stage, client, state, planned = '' } = place;
  if ((state !== 'pending' && state !== 'waiting') || (fromTime(planned) ?? 0) <= now) return [];
  const isSame = known?.planned === planned;
  if (isSame && (known.state === 'told' || known.state === 'over')) return [];
  if (!isRouted(routes, { ...place, product: plans.product }, { event, at: now })) return [];
  const at = toTime(now);
  const { version } = release.spec;
  // What is told of the release may be a moment older than what is told of its runs.
  if (plans.runsIn(environment).some((run) => run.spec.version === version && hasBegun(run, at))) return [];
  const isAgain = isSame && known.state === 'telling';
  const tickets = resolvedTickets(release).slice(0, rememberedTickets);
  const telling = compact<PlanRecord>({
    state: 'telling',
    number: isAgain ? known.number : (known?.number ?? 0) + 1,
    at,
    planned,
    until: known === undefined || known.until < planned ? planned : known.until,
    source: plans.source,
    stage,
    client,
    tickets: tickets.length === 0 ? undefined : tickets,
  });
  const subject = { kind: 'plan', plan: name, telling, told: { ...telling, state: 'told' } } as const;
  const due: Due = { event, at: now, release, place, subject };
  const isInDoubt = known?.state === 'withdrawing' || (known?.state === 'telling' && !isAgain);
  return [isInDoubt ? following(due, known) : due];
}

const following = (due: Due, { at }: PlanRecord): Due => ({ ...due, follows: fromTime(at) ?? 0 });

export const resolvedTickets = ({ status }: ReleaseResource): string[] =>
  (status?.tickets ?? []).filter(({ state }) => state === 'resolved').map(({ id }) => id);

/** Its time is past, and nobody is to be told of it. */
function isForgotten({ plan, fate }: Fated, now: Millis): boolean {
  const until = fromTime(plan.until) ?? 0;
  if (fate === 'over') return until <= now;
  return fate === 'withdrawn' && until + forgetAfter <= now;
}
