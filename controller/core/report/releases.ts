import type { Incident, PlannedStep, ReleaseDocument } from '../governance.js';
import { toTime } from '../time.js';
import { type EndedDeployment, type ReportInput, within } from './facts.js';

/** What a report says of one release: how it came, what it resolved, what it broke. */
export interface ReleaseReport {
  readonly product: string;
  readonly version: string;
  /** Empty where it has no document. */
  readonly class: string;
  /** When it first succeeded at a last stage. */
  readonly released?: string;
  readonly tickets: { readonly resolved: number; readonly reopened: number };
  readonly incidents: readonly string[];
  readonly steps: readonly ReleaseStep[];
}

/** Plan and truth of one stage, for one client. */
export interface ReleaseStep {
  readonly stage: string;
  readonly client?: string;
  readonly planned?: string;
  readonly actual?: string;
  /** Actual less planned. */
  readonly slipSeconds?: number;
  readonly plannedDowntimeSeconds?: number;
  readonly actualDowntimeSeconds?: number;
}

/** The releases that were deployed, or planned, or caused an incident, in the time of the report; oldest version of a product first. */
export function releaseReports(input: ReportInput, ended: readonly EndedDeployment[]): ReleaseReport[] {
  const documents = new Map(input.releases.map((release) => [`${release.product}/${release.version}`, release]));
  const named = new Set<string>();
  for (const { run, at } of ended) if (within(input, at)) named.add(`${run.spec.product}/${run.spec.version}`);
  for (const [key, { schedule }] of documents)
    if (schedule.some(({ planned }) => planned !== undefined && within(input, planned))) named.add(key);
  for (const { product, version, from } of input.incidents) if (within(input, from)) named.add(`${product}/${version}`);
  return [...named].sort().map((key) => {
    const [product = '', version = ''] = key.split('/');
    const own = ended.filter(({ run, succeeded }) => succeeded && run.spec.product === product && run.spec.version === version);
    const incidents = input.incidents.filter((one) => one.product === product && one.version === version);
    return report({ product, version, document: documents.get(key), own, incidents });
  });
}

interface Known {
  readonly product: string;
  readonly version: string;
  readonly document: ReleaseDocument | undefined;
  /** Its deployments that succeeded. */
  readonly own: readonly EndedDeployment[];
  readonly incidents: readonly Incident[];
}

function report({ product, version, document, own, incidents }: Known): ReleaseReport {
  const released = own.find(({ production }) => production);
  const tickets = document?.tickets ?? [];
  return {
    product,
    version,
    class: document?.class ?? own.find(({ run }) => run.spec.class !== undefined)?.run.spec.class ?? '',
    ...(released === undefined ? {} : { released: toTime(released.at) }),
    tickets: {
      resolved: tickets.filter(({ state }) => state === 'resolved').length,
      reopened: tickets.filter(({ state }) => state === 'reopened').length,
    },
    incidents: incidents.map(({ name }) => name),
    steps: (document?.schedule ?? []).map((step) => toStep(step, own)),
  };
}

function toStep(
  { stage, client, planned, plannedDowntimeMs, actualDowntimeMs }: PlannedStep,
  own: readonly EndedDeployment[],
): ReleaseStep {
  const found = own.find(({ run }) => run.spec.stage === stage && (client === undefined || run.spec.client === client));
  return {
    stage,
    ...(client === undefined ? {} : { client }),
    ...(planned === undefined ? {} : { planned: toTime(planned) }),
    ...(found === undefined ? {} : { actual: toTime(found.at) }),
    ...(planned === undefined || found === undefined ? {} : { slipSeconds: (found.at - planned) / 1000 }),
    ...(plannedDowntimeMs === undefined ? {} : { plannedDowntimeSeconds: plannedDowntimeMs / 1000 }),
    ...(actualDowntimeMs === undefined ? {} : { actualDowntimeSeconds: actualDowntimeMs / 1000 }),
  };
}
