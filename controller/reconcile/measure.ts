import type { Governance, ProductGovernance } from '../core/governance.js';
import type { Millis, Product } from '../core/model.js';
import { type EndedDeployment, endedDeployments, lastStages } from '../core/report/facts.js';
import { rolesIn } from '../core/report/roles.js';
import type { DeploymentRunResource } from '../core/resources/deployment-run.js';
import type { EnvironmentResource } from '../core/resources/environment.js';
import type { ReleaseResource } from '../core/resources/release.js';
import { finishedAt, phaseOf, startedAt } from '../core/run/run.js';
import { fromTime } from '../core/time.js';

interface RunMeasure {
  readonly product: string;
  readonly stage: string;
  readonly class: string;
  readonly result: string;
  readonly seconds?: number;
  readonly leadSeconds?: number;
  /** Absent for what deployed nothing. */
  readonly deployment?: DeploymentMeasure;
}

/** What one deployment that ended adds to the key figures: each as the report counts it. */
interface DeploymentMeasure {
  readonly rollback: boolean;
  readonly gateWaits: readonly { readonly gate: string; readonly seconds: number }[];
  readonly roleWaits: readonly { readonly role: string; readonly seconds: number }[];
  readonly signoffs: readonly { readonly role: string; readonly seconds: number }[];
  /** At a stage that no other follows on. */
  readonly production?: {
    /** Itself, and the one before it where it takes that back. */
    readonly failures: number;
    /** Since the first of the failures in a row that it ends. */
    readonly restoreSeconds?: number;
    /** Its release has arrived for the first time. */
    readonly released: boolean;
  };
}

/** What is at hand beside a run when it ends. Without its product nobody knows which stages are last. */
export interface KnownOfRun {
  /** The runs of its environment, itself included. */
  readonly ofEnvironment: readonly DeploymentRunResource[];
  /** Those of its product; asked for only where a release may have arrived. */
  readonly ofProduct: () => readonly DeploymentRunResource[];
  readonly product?: Product;
  readonly releases?: ProductGovernance['releases'];
}

const nothingElse: KnownOfRun = { ofEnvironment: [], ofProduct: () => [] };

interface EnvironmentSample {
  readonly product: string;
  readonly environment: string;
  readonly stage: string;
  readonly client: string;
  readonly desired: string;
  readonly deployed: string;
  readonly ready: boolean;
  readonly drifted: boolean;
  readonly waiting: readonly { readonly gate: string; readonly seconds: number }[];
}

/** What the end of a run adds to counters and histograms. */
export function measureRun(run: DeploymentRunResource, known: KnownOfRun = nothingElse): RunMeasure {
  const { product, stage, commitTime } = run.spec;
  const phase = phaseOf(run);
  const end = finishedAt(run) ?? startedAt(run);
  const committed = fromTime(commitTime);
  const base = { product, stage, class: run.spec.class ?? '', result: phase };
  if (phase === 'Superseded') return base;
  const ended = { ...base, seconds: (end - startedAt(run)) / 1000 };
  if (run.spec.action !== 'deploy') return ended;
  const deployment = measureDeployment(run, known);
  return phase === 'Succeeded' && committed !== undefined
    ? { ...ended, leadSeconds: Math.max(0, (end - committed) / 1000), deployment }
    : { ...ended, deployment };
}

function measureDeployment(run: DeploymentRunResource, known: KnownOfRun): DeploymentMeasure {
  const others = known.ofEnvironment.filter(({ metadata }) => metadata.name !== run.metadata.name);
  const ended = endedDeployments({ runs: [...others, run], products: known.product === undefined ? [] : [known.product] });
  const at = ended.findIndex((one) => one.run === run);
  const own = ended[at];
  const waits = (run.spec.gates ?? []).flatMap(({ name, waitedSeconds, waitedFor }) =>
    waitedSeconds === undefined ? [] : [{ gate: name, seconds: waitedSeconds, roles: rolesIn(name, waitedFor) }],
  );
  const measure = {
    rollback: own?.rollback === true && own.succeeded,
    gateWaits: waits.map(({ gate, seconds }) => ({ gate, seconds })),
    roleWaits: waits.flatMap(({ roles, seconds }) => roles.map((role) => ({ role, seconds }))),
    signoffs: signoffsOf(run, ended.slice(0, at), known),
  };
  return own?.production ? { ...measure, production: measureProduction(own, ended.slice(0, at), known) } : measure;
}

function measureProduction(
  { run, at, succeeded, rollback }: EndedDeployment,
  earlier: readonly EndedDeployment[],
  known: KnownOfRun,
): NonNullable<DeploymentMeasure['production']> {
  const before = earlier.at(-1);
  const tookBack = rollback && before?.succeeded === true;
  const failures = (succeeded ? 0 : 1) + (tookBack ? 1 : 0);
  const firstFailure = earlier[earlier.findLastIndex((one) => one.succeeded) + 1];
  const released = succeeded && isFirst(run, known);
  return succeeded && firstFailure !== undefined
    ? { failures, restoreSeconds: (at - firstFailure.at) / 1000, released }
    : { failures, released };
}

/** Whether no other run has brought the same version to a last stage before. */
function isFirst(run: DeploymentRunResource, { product, ofProduct }: KnownOfRun): boolean {
  const last = product && lastStages([product]).get(product.name);
  const [end, { version }] = [finishedAt(run) ?? 0, run.spec];
  return !ofProduct().some((other) => {
    if (other.spec.version !== version || other.spec.action !== 'deploy' || !last?.has(other.spec.stage)) return false;
    if (phaseOf(other) !== 'Succeeded' || other.metadata.name === run.metadata.name) return false;
    const otherEnd = finishedAt(other) ?? 0;
    return otherEnd < end || (otherEnd === end && other.metadata.name < run.metadata.name);
  });
}

/** The sign-offs for what the run deployed; counted with the first run that did. */
function signoffsOf({ spec }: DeploymentRunResource, earlier: readonly EndedDeployment[], { releases }: KnownOfRun) {
  const asked = fromTime(spec.commitTime);
  if (asked === undefined || releases === undefined || earlier.some(({ run }) => run.spec.digest === spec.digest)) return [];
  const given = Object.hasOwn(releases, spec.version) ? (releases[spec.version]?.signoffs ?? []) : [];
  return given.flatMap(({ role, at, digest }) =>
    digest === spec.digest ? [{ role, seconds: Math.max(0, (at - asked) / 1000) }] : [],
  );
}

/** What git says of incidents, tickets and downtimes, as the gauges show it; the class of what has no document is unknown. */
export function figuresOf({ releases, incidents }: Governance) {
  const classes = new Map(releases.map((release) => [`${release.product}/${release.version}`, release.class]));
  const steps = releases.flatMap(({ product, schedule }) => schedule.map((step) => ({ product, ...step })));
  return {
    incidents: incidents.map(({ product, version, severity }) => ({
      product,
      class: classes.get(`${product}/${version}`) ?? 'unknown',
      severity,
    })),
    tickets: releases.flatMap(({ product, tickets }) => tickets.map(({ state }) => ({ product, state }))),
    downtime: steps.flatMap(({ product, plannedDowntimeMs, actualDowntimeMs }) => [
      ...(plannedDowntimeMs === undefined ? [] : [{ product, kind: 'planned', seconds: plannedDowntimeMs / 1000 }]),
      ...(actualDowntimeMs === undefined ? [] : [{ product, kind: 'actual', seconds: actualDowntimeMs / 1000 }]),
    ]),
  };
}

/** One environment as the gauges show it. */
export function sampleOf({ spec, status }: EnvironmentResource, now: Millis): EnvironmentSample {
  const is = (type: string) =>
    status?.conditions?.some((condition) => condition.type === type && condition.status === 'True') ?? false;
  return {
    product: spec.product,
    environment: spec.environment,
    stage: spec.stage,
    client: spec.client ?? '',
    desired: status?.desired?.version ?? '',
    deployed: status?.recorded?.version ?? '',
    ready: is('Ready'),
    drifted: is('Drifted'),
    waiting: (status?.gates ?? [])
      .filter(({ state }) => state !== 'Passed')
      .map(({ name, since }) => ({ gate: name, seconds: Math.max(0, (now - (fromTime(since) ?? now)) / 1000) })),
  };
}

/** What a release left to be done, as the gauge shows it. */
export function obligationsIn({ spec, status }: ReleaseResource) {
  return (status?.owed ?? []).map((owed) => ({ product: spec.product, ...owed }));
}
