import type { Json, Millis } from '../model.js';
import type { DeploymentRunResource, Phase } from '../resources/deployment-run.js';
import type { EnvironmentResource, GateStatus } from '../resources/environment.js';
import type { ReleasePlace, ReleaseResource } from '../resources/release.js';
import { isTerminal, phaseOf } from '../run/run.js';
import { fromTime } from '../time.js';
import type { Selectable } from '../windows/selects.js';
import type { NotificationEvent } from './events.js';
import type { LaneRecord, Subject } from './record.js';
import { isRouted, type Route } from './routes.js';

/** Something that happened and that a sink has not been told yet. */
export interface Due {
  readonly event: NotificationEvent;
  /** When it happened. */
  readonly at: Millis;
  readonly subject: Subject;
  readonly run?: DeploymentRunResource;
  readonly environment?: EnvironmentResource;
  readonly release?: ReleaseResource;
  /** Where it is planned to be. */
  readonly place?: ReleasePlace;
  /** The gates that a person has to open. */
  readonly gates?: readonly GateStatus[];
  /** What was planned, and is not any more. */
  readonly withdrawn?: WithdrawnPlan;
  /** What the sink calls the message of this run. */
  readonly handle?: Json;
  /** Nobody is told: it is to be remembered, no more. */
  readonly isSilent?: true;
  /** Another message about the same may still be on its way: it was sent then, and nobody knows whether it arrived. */
  readonly follows?: Millis;
}

/** A plan that was told: the Release, and the environment, may be gone. */
export interface WithdrawnPlan extends Selectable {
  readonly version: string;
  /** When it was to be, as was told last. */
  readonly planned: string;
  readonly tickets: readonly string[];
}

interface Milestone {
  readonly event: NotificationEvent;
  readonly at: Millis;
}

const endings: Partial<Record<Phase, NotificationEvent>> = {
  Succeeded: 'DeploymentSucceeded',
  Failed: 'DeploymentFailed',
  Aborted: 'DeploymentFailed',
  TimedOut: 'DeploymentFailed',
  VerificationFailed: 'VerificationFailed',
  Superseded: 'DeploymentSuperseded',
};

/** What happened to a run that people may want to know, in order. It can be told from the run alone, whenever one looks. */
export function milestonesOf(run: DeploymentRunResource): Milestone[] {
  // It was told when it happened.
  if (run.spec.restored !== undefined) return [];
  const { status } = run;
  const phase = phaseOf(run);
  const endedAt = isTerminal(run) ? fromTime(status?.timestamps?.[phase]) : undefined;
  const found: Milestone[] = [];
  const hasBuild = status?.jenkins?.buildNumber !== undefined;
  const startedAt =
    fromTime(status?.timestamps?.Running ?? status?.timestamps?.Queued ?? status?.jenkins?.requestedAt) ?? endedAt;
  if (hasBuild && startedAt !== undefined)
    found.push({ event: 'DeploymentStarted', at: Math.min(startedAt, endedAt ?? startedAt) });
  const unknownAt = fromTime(status?.timestamps?.Unknown);
  if (unknownAt !== undefined) found.push({ event: 'DeploymentUnknown', at: unknownAt });
  const ending = endings[phase];
  if (ending !== undefined && endedAt !== undefined) found.push({ event: ending, at: endedAt });
  return found;
}

/** What is told in the order that it happened. */
export const inOrder = (a: Due, b: Due): number => a.at - b.at;

/** What a sink has not been told of an environment, and the record with what needs no remembering left out. */
export function dueInEnvironment(
  lane: { readonly environment?: EnvironmentResource; readonly runs: readonly DeploymentRunResource[] },
  record: LaneRecord,
  { routes, now }: { readonly routes: readonly Route[]; readonly now: Millis },
): { readonly due: readonly Due[]; readonly record: LaneRecord } {
  const due: Due[] = [];
  let { upTo } = record;
  let isOpen = false;
  for (const run of lane.runs) {
    if (run.spec.number <= record.upTo) continue;
    const open = dueOfRun(run, record, routes);
    due.push(...open);
    isOpen ||= open.length > 0 || !isTerminal(run);
    if (!isOpen) upTo = run.spec.number;
  }
  const { environment } = lane;
  if (environment !== undefined) {
    const place = environment.spec;
    const standing = standingOf(environment, record, now);
    due.push(...standing.filter((one) => isRouted(routes, place, one)).map((one): Due => ({ ...one, environment })));
  }
  return { due: due.sort(inOrder), record: upTo === record.upTo ? record : { ...record, upTo, runs: above(record.runs, upTo) } };
}

function above(runs: LaneRecord['runs'], upTo: number): LaneRecord['runs'] {
  return Object.fromEntries(Object.entries(runs).filter(([number]) => Number(number) > upTo));
}

function dueOfRun(run: DeploymentRunResource, record: LaneRecord, routes: readonly Route[]): Due[] {
  const { number } = run.spec;
  const known = record.runs[number];
  return milestonesOf(run)
    .filter(({ event }) => known?.told.includes(event) !== true)
    .filter((milestone) => isRouted(routes, run.spec, milestone))
    .map(({ event, at }): Due => {
      const subject = { kind: 'run' as const, number, event };
      return known?.handle === undefined ? { event, at, run, subject } : { event, at, run, subject, handle: known.handle };
    });
}

type Standing = Pick<Due, 'event' | 'at' | 'gates'> & { readonly subject: Subject };

/** States of an environment that stand and were not told, each by its instances: what comes again later is news again. */
function standingOf({ status }: EnvironmentResource, { states }: LaneRecord, now: Millis): Standing[] {
  const { conditions = [], gates = [], observed } = status ?? {};
  const found: Standing[] = [];
  const is = (type: string, value: string) => conditions.find((one) => one.type === type && one.status === value);
  const ready = is('Ready', 'False');
  const put = (event: NotificationEvent, closed: readonly GateStatus[]) => {
    const instances = closed.map(({ name, since = '' }) => `${name}@${since}`);
    if (instances.length === 0 || instances.every((one) => states[event]?.includes(one))) return;
    const at = Math.max(...closed.map(({ since }) => fromTime(since) ?? 0));
    found.push({ event, at, gates: closed, subject: { kind: 'state', event, instances } });
  };
  if (ready?.reason === 'Blocked' && is('Stalled', 'True') !== undefined)
    put(
      'GateClosed',
      gates.filter(({ state }) => state === 'Blocked' || state === 'Failed'),
    );
  if (ready?.reason === 'Held')
    put(
      'Held',
      gates.filter(({ name, state }) => name === 'held' && state !== 'Passed'),
    );
  const drift = is('Drifted', 'True');
  if (drift?.reason === 'ForeignDeployment' && observed !== undefined) {
    const instance = `${observed.url ?? ''}@${observed.at}`;
    const at = Math.max(fromTime(observed.at) ?? 0, fromTime(drift.lastTransitionTime) ?? 0);
    if (states.DriftDetected?.includes(instance) !== true)
      found.push({ event: 'DriftDetected', at, subject: { kind: 'state', event: 'DriftDetected', instances: [instance] } });
  } else if (observed === undefined && states.DriftDetected !== undefined && drift?.reason !== 'ForeignDeployment') {
    const instances = states.DriftDetected;
    // Nothing says when; that the drift was told makes it news.
    const subject = { kind: 'state', event: 'DriftResolved', instances, clears: 'DriftDetected' } as const;
    found.push({ event: 'DriftResolved', at: now, subject });
  }
  return found;
}
