import type { Millis } from '../model.js';
import type { ReleaseResource } from '../resources/release.js';
import { fromTime, toTime } from '../time.js';
import type { Selectable } from '../windows/selects.js';
import { type Due, inOrder } from './due.js';
import { duePlans, type PlanView } from './due-plans.js';
import type { LaneRecord } from './record.js';
import { isRouted, type Route } from './routes.js';

/** What a sink has not been told of the releases of a product, and the record with what needs no remembering left out. */
export function dueOfReleases(
  releases: readonly ReleaseResource[],
  record: LaneRecord,
  { routes, now, plans }: { readonly routes: readonly Route[]; readonly now: Millis; readonly plans: PlanView },
): { readonly due: readonly Due[]; readonly record: LaneRecord } {
  const production = releases.flatMap((release) => inProduction(release, record, routes));
  const planned = duePlans(releases, record, { routes, now, plans });
  return { due: [...production, ...planned.due].sort(inOrder), record: planned.record };
}

/** Releases that are remembered of a product; older ones count as told. */
const remembered = 100;

/** The release is in every environment of the last stage: told once for each version. */
function inProduction(release: ReleaseResource, { states }: LaneRecord, routes: readonly Route[]): Due[] {
  const { spec, status } = release;
  const last = status?.path?.at(-1);
  if (last === undefined || last.total === 0 || last.reached < last.total) return [];
  const told = states.ReleaseInProduction ?? [];
  if (told.some((one) => one.startsWith(`${spec.version}@`))) return [];
  const arrivals = (status?.stages ?? []).filter(({ stage }) => stage === last.name).map(({ since }) => fromTime(since) ?? 0);
  const at = Math.max(0, ...arrivals);
  const place: Selectable = { product: spec.product, environment: '', stage: last.name };
  const event = 'ReleaseInProduction';
  if (!isRouted(routes, place, { event, at })) return [];
  const instance = `${spec.version}@${toTime(at)}`;
  const instances = [...told, instance].sort((a, b) => (timeIn(a) < timeIn(b) ? -1 : 1)).slice(-remembered);
  return instances.includes(instance) ? [{ event, at, release, subject: { kind: 'state', event, instances } }] : [];
}

const timeIn = (instance: string): string => instance.slice(instance.lastIndexOf('@') + 1);
