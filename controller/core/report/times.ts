import type { Millis } from '../model.js';
import { fromTime } from '../time.js';
import { type EndedDeployment, placeOfRun, type ReportInput, within } from './facts.js';
import { rolesIn } from './roles.js';
import { type Spread, spreadOf, toRecord } from './statistics.js';

export interface Times {
  /** From the commit to the verified deployment at a last stage. */
  readonly leadSeconds: Spread;
  /** From a failed deployment, or an incident, to the next that succeeded there, or its end. */
  readonly restoreSeconds: Spread;
  /** Gate → how long it held what was deployed. */
  readonly blockedSeconds: Readonly<Record<string, Spread>>;
  /** Role → how long it was waited for; gates that no role opens count for none. */
  readonly blockedByRoleSeconds: Readonly<Record<string, Spread>>;
  /** Role → from the commit that asked to the sign-off. */
  readonly signoffSeconds: Readonly<Record<string, Spread>>;
}

export function timesOf(input: ReportInput, ended: readonly EndedDeployment[]): Times {
  const now = ended.filter(({ at }) => within(input, at));
  return {
    leadSeconds: spreadOf(now.flatMap(leadOf)),
    restoreSeconds: spreadOf([...restoredAfterFailure(input, ended), ...restoredAfterIncident(input)]),
    blockedSeconds: grouped(now.flatMap(({ run }) => waits(run.spec.gates, ({ name }) => [name]))),
    blockedByRoleSeconds: grouped(
      now.flatMap(({ run }) => waits(run.spec.gates, ({ name, waitedFor }) => rolesIn(name, waitedFor))),
    ),
    signoffSeconds: grouped(signoffs(input, ended)),
  };
}

function leadOf({ run, at, succeeded, production }: EndedDeployment): number[] {
  const committed = fromTime(run.spec.commitTime);
  return succeeded && production && committed !== undefined ? [Math.max(0, (at - committed) / 1000)] : [];
}

/** Failures in a row count once, from the first. */
function restoredAfterFailure(input: ReportInput, ended: readonly EndedDeployment[]): number[] {
  const failedSince = new Map<string, Millis>();
  const found: number[] = [];
  for (const { run, at, succeeded, production } of ended) {
    if (!production) continue;
    const place = placeOfRun(run);
    const since = failedSince.get(place);
    if (!succeeded) failedSince.set(place, since ?? at);
    else if (since !== undefined) {
      failedSince.delete(place);
      if (within(input, at)) found.push((at - since) / 1000);
    }
  }
  return found;
}

function restoredAfterIncident(input: ReportInput): number[] {
  return input.incidents.flatMap(({ from, to }) =>
    to === undefined || !within(input, to) ? [] : [Math.max(0, (to - from) / 1000)],
  );
}

type Gates = NonNullable<EndedDeployment['run']['spec']['gates']>;

function waits(gates: Gates = [], namesOf: (gate: Gates[number]) => readonly string[]): [string, number][] {
  return gates.flatMap((gate) => {
    const { waitedSeconds } = gate;
    return waitedSeconds === undefined ? [] : namesOf(gate).map((name): [string, number] => [name, waitedSeconds]);
  });
}

function grouped(entries: readonly (readonly [string, number])[]): Record<string, Spread> {
  const groups = new Map<string, number[]>();
  for (const [name, seconds] of entries) groups.set(name, [...(groups.get(name) ?? []), seconds]);
  return toRecord(new Map([...groups].map(([name, seconds]) => [name, spreadOf(seconds)])));
}

/** A sign-off is for a desired digest: the run that carries it tells when that was first asked for. */
function signoffs(input: ReportInput, ended: readonly EndedDeployment[]): [string, number][] {
  const askedAt = new Map(ended.flatMap(({ run }) => [[run.spec.digest, fromTime(run.spec.commitTime)] as const]));
  return input.releases.flatMap(({ signoffs: given }) =>
    given.flatMap(({ role, at, digest }): [string, number][] => {
      const asked = askedAt.get(digest);
      return asked === undefined || !within(input, at) ? [] : [[role, Math.max(0, (at - asked) / 1000)]];
    }),
  );
}
