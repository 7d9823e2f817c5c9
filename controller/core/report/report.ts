import { phaseOf } from '../run/run.js';
import { toTime } from '../time.js';
import { type EndedDeployment, endedDeployments, type ReportInput, within } from './facts.js';
import { type ReleaseReport, releaseReports } from './releases.js';
import { count, toRecord } from './statistics.js';
import { type Times, timesOf } from './times.js';

/** Key figures of a time: how often, how fast, how well, and what held it. Times are in seconds. */
export interface Report {
  readonly from: string;
  readonly to: string;
  /** Class → releases that first succeeded at a last stage in this time. */
  readonly releasesByClass: Readonly<Record<string, number>>;
  readonly deployments: {
    readonly total: number;
    /** Stage → deployments that ended. */
    readonly byStage: Readonly<Record<string, number>>;
    /** Phase → deployments. */
    readonly byResult: Readonly<Record<string, number>>;
    readonly failed: number;
    readonly rollbacks: number;
  };
  readonly production: {
    readonly deployments: number;
    /** Failed, followed by a rollback, or named by an incident. */
    readonly failedChanges: number;
    /** Of production deployments; absent where there were none. */
    readonly changeFailureRate?: number;
  };
  readonly times: Times;
  readonly tickets: { readonly resolved: number; readonly reopened: number };
  /** Class → incidents that its releases caused. */
  readonly incidentsByClass: Readonly<Record<string, number>>;
  readonly downtime: { readonly plannedSeconds: number; readonly actualSeconds: number };
  readonly releases: readonly ReleaseReport[];
}

/** The report over all that is given; the same input gives the same report. */
export function makeReport(input: ReportInput): Report {
  const ended = endedDeployments(input);
  const now = ended.filter(({ at }) => within(input, at));
  const releases = releaseReports(input, ended);
  const steps = releases.flatMap((release) => release.steps);
  const sum = (numbers: readonly (number | undefined)[]) => numbers.reduce<number>((total, each) => total + (each ?? 0), 0);
  return {
    from: toTime(input.from),
    to: toTime(input.to),
    releasesByClass: releasesByClass(input, releases),
    deployments: deploymentsOf(now),
    production: productionOf(input, now, ended),
    times: timesOf(input, ended),
    tickets: {
      resolved: sum(releases.map(({ tickets }) => tickets.resolved)),
      reopened: sum(releases.map(({ tickets }) => tickets.reopened)),
    },
    incidentsByClass: incidentsByClass(input, releases),
    downtime: {
      plannedSeconds: sum(steps.map(({ plannedDowntimeSeconds }) => plannedDowntimeSeconds)),
      actualSeconds: sum(steps.map(({ actualDowntimeSeconds }) => actualDowntimeSeconds)),
    },
    releases,
  };
}

const classOf = (name: string): string => (name === '' ? 'unknown' : name);

function releasesByClass(input: ReportInput, releases: readonly ReleaseReport[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { released, class: name } of releases)
    if (released !== undefined && within(input, Date.parse(released))) count(counts, classOf(name));
  return toRecord(counts);
}

function incidentsByClass({ incidents, ...input }: ReportInput, releases: readonly ReleaseReport[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { product, version, from } of incidents) {
    if (!within(input, from)) continue;
    count(counts, classOf(releases.find((one) => one.product === product && one.version === version)?.class ?? ''));
  }
  return toRecord(counts);
}

function deploymentsOf(now: readonly EndedDeployment[]): Report['deployments'] {
  const [byStage, byResult] = [new Map<string, number>(), new Map<string, number>()];
  for (const { run } of now) {
    count(byStage, run.spec.stage);
    count(byResult, phaseOf(run));
  }
  return {
    total: now.length,
    byStage: toRecord(byStage),
    byResult: toRecord(byResult),
    failed: now.filter(({ succeeded }) => !succeeded).length,
    rollbacks: now.filter(({ rollback, succeeded }) => rollback && succeeded).length,
  };
}

/** A change failed where its deployment did, where the next one there took it back, or where an incident names its release there. */
function productionOf(
  input: ReportInput,
  now: readonly EndedDeployment[],
  ended: readonly EndedDeployment[],
): Report['production'] {
  const own = now.filter(({ production }) => production);
  const failed = own.filter((one) => !one.succeeded || wasTakenBack(one, ended) || hadIncident(one, input));
  return {
    deployments: own.length,
    failedChanges: failed.length,
    ...(own.length === 0 ? {} : { changeFailureRate: failed.length / own.length }),
  };
}

function wasTakenBack({ run, at }: EndedDeployment, ended: readonly EndedDeployment[]): boolean {
  const { product, environment } = run.spec;
  const next = ended.find((one) => one.at > at && one.run.spec.product === product && one.run.spec.environment === environment);
  return next?.rollback ?? false;
}

function hadIncident({ run }: EndedDeployment, { incidents }: ReportInput): boolean {
  const { product, environment, version } = run.spec;
  return incidents.some(
    (one) =>
      one.product === product &&
      one.version === version &&
      (one.environments.length === 0 || one.environments.includes(environment)),
  );
}
