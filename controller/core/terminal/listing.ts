import { formatDuration } from '../duration.js';
import type { Millis } from '../model.js';
import type { DeploymentRunResource, Phase } from '../resources/deployment-run.js';
import type { Condition, EnvironmentResource } from '../resources/environment.js';
import type { HoldResource } from '../resources/hold.js';
import type { ReleaseResource } from '../resources/release.js';
import type { ReleaseSourceResource } from '../resources/release-source.js';
import { phaseOf } from '../run/run.js';
import { fromTime } from '../time.js';
import type { Cell, Column } from './table.js';
import type { Style } from './text.js';

/** What `towpath get` shows of each kind; the columns are those of kubectl. */

interface Shown<R> extends Column {
  readonly cell: (object: R, now: Millis) => Cell;
  /** Only where more was asked for. */
  readonly wide?: true;
}

export interface Listing {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
}

type Named = { readonly metadata: { readonly name: string; readonly namespace: string; readonly creationTimestamp?: string } };

/** How long ago, in the one or two largest units: `12d4h`; empty where nobody knows. */
export function age(time: string | undefined, now: Millis): string {
  const at = fromTime(time);
  return at === undefined ? '' : formatDuration(Math.max(0, now - at)).replace(' ', '');
}

const name = { name: 'NAME', cell: ({ metadata }: Named) => metadata.name };
const namespace = { name: 'NAMESPACE', keep: 25, cell: ({ metadata }: Named) => metadata.namespace };
const ageColumn = { name: 'AGE', keep: 20, cell: ({ metadata }: Named, now: Millis) => age(metadata.creationTimestamp, now) };

export const readyOf = (object: { readonly status?: { readonly conditions?: readonly Condition[] } }): Condition | undefined =>
  object.status?.conditions?.find(({ type }) => type === 'Ready');

/** Green: at rest and right. Yellow: under way. Red: somebody has to act. */
export function styleOf(object: { readonly status?: { readonly conditions?: readonly Condition[] } }): Style | undefined {
  const is = (type: string) => object.status?.conditions?.some((one) => one.type === type && one.status === 'True');
  if (is('Ready')) return 'good';
  if (is('Stalled')) return 'bad';
  return readyOf(object) === undefined ? undefined : 'warn';
}

const phaseStyles: Readonly<Partial<Record<Phase, Style>>> = {
  Succeeded: 'good',
  Superseded: 'dim',
  Failed: 'bad',
  VerificationFailed: 'bad',
  Aborted: 'bad',
  TimedOut: 'bad',
  Unknown: 'bad',
};

export const phaseStyle = (phase: Phase): Style => phaseStyles[phase] ?? 'warn';

const styled = (text: string | undefined, style: Style | undefined): Cell =>
  style === undefined ? (text ?? '') : { text: text ?? '', style };

const environments: readonly Shown<EnvironmentResource>[] = [
  name,
  { name: 'PRODUCT', keep: 10, cell: ({ spec }) => spec.product },
  { name: 'STAGE', keep: 30, cell: ({ spec }) => spec.stage },
  { name: 'CLIENT', keep: 15, cell: ({ spec }) => spec.client ?? '' },
  { name: 'DESIRED', keep: 80, least: 9, cell: ({ status }) => status?.desired?.version ?? '' },
  { name: 'DEPLOYED', keep: 90, least: 9, cell: ({ status }) => status?.recorded?.version ?? '' },
  { name: 'READY', keep: 60, cell: (one) => styled(readyOf(one)?.status, styleOf(one)) },
  { name: 'STATUS', keep: 95, cell: (one) => styled(readyOf(one)?.reason, styleOf(one)) },
  { name: 'WAITING-FOR', keep: 50, cell: ({ status }) => status?.waitingFor ?? '' },
  ageColumn,
  { name: 'MESSAGE', keep: 40, least: 20, wide: true, cell: (one) => readyOf(one)?.message ?? '' },
];

const releases: readonly Shown<ReleaseResource>[] = [
  name,
  { name: 'CLASS', keep: 40, cell: ({ spec }) => spec.class ?? '' },
  { name: 'REACHED', keep: 60, least: 12, cell: ({ status }) => status?.progress ?? '' },
  { name: 'OPEN', keep: 50, least: 16, cell: ({ status }) => status?.open ?? '' },
  ageColumn,
  { name: 'PRODUCT', keep: 10, wide: true, cell: ({ spec }) => spec.product },
  { name: 'VERSION', keep: 11, wide: true, cell: ({ spec }) => spec.version },
  { name: 'PREVIOUS', keep: 12, wide: true, cell: ({ spec }) => spec.previous ?? '' },
];

const runs: readonly Shown<DeploymentRunResource>[] = [
  name,
  { name: 'PRODUCT', keep: 10, cell: ({ spec }) => spec.product },
  { name: 'ENVIRONMENT', keep: 11, cell: ({ spec }) => spec.environment },
  { name: 'VERSION', keep: 80, least: 9, cell: ({ spec }) => spec.version },
  { name: 'ATTEMPT', keep: 15, cell: ({ spec }) => String(spec.attempt) },
  { name: 'PHASE', cell: (run) => styled(phaseOf(run), phaseStyle(phaseOf(run))) },
  { name: 'PROGRESS', keep: 50, cell: ({ status }) => (status?.progress === undefined ? '' : `${status.progress} %`) },
  { name: 'BUILD', keep: 30, cell: ({ status }) => String(status?.jenkins?.buildNumber ?? '') },
  ageColumn,
  { name: 'MESSAGE', keep: 40, least: 20, wide: true, cell: ({ status }) => status?.message ?? '' },
];

const joined = (names: readonly string[] | undefined) => (names ?? []).join(',');

const holds: readonly Shown<HoldResource>[] = [
  name,
  { name: 'REASON', keep: 60, least: 16, cell: ({ spec }) => spec.reason },
  { name: 'BY', keep: 40, least: 8, cell: ({ spec }) => spec.by ?? '' },
  { name: 'PRODUCTS', keep: 50, least: 8, cell: ({ spec }) => joined(spec.selector?.products) },
  { name: 'STAGES', keep: 51, least: 8, cell: ({ spec }) => joined(spec.selector?.stages) },
  { name: 'CLIENTS', keep: 52, least: 8, cell: ({ spec }) => joined(spec.selector?.clients) },
  { name: 'ENVIRONMENTS', keep: 53, least: 12, cell: ({ spec }) => joined(spec.selector?.environments) },
  ageColumn,
];

const sources: readonly Shown<ReleaseSourceResource>[] = [
  name,
  { name: 'URL', keep: 30, least: 16, cell: ({ spec }) => spec.git.url },
  { name: 'REF', keep: 40, cell: ({ spec }) => spec.git.ref.branch },
  { name: 'COMMIT', keep: 50, cell: ({ status }) => status?.commit?.short ?? '' },
  { name: 'READY', keep: 60, cell: (one) => styled(readyOf(one)?.status, styleOf(one)) },
  { name: 'STATUS', keep: 55, least: 20, cell: (one) => readyOf(one)?.message ?? '' },
  ageColumn,
];

const kinds = { environments, releases, runs, holds, sources };

export interface ListingOptions {
  readonly wide: boolean;
  readonly now: Millis;
}

/** The table of some objects of one kind; their namespace stands in it where there are several. */
export function listingOf<K extends keyof typeof kinds>(
  kind: K,
  objects: readonly Parameters<(typeof kinds)[K][number]['cell']>[0][],
  { wide, now }: ListingOptions,
): Listing {
  const several = new Set(objects.map(({ metadata }) => metadata.namespace)).size > 1;
  const known = kinds[kind] as readonly Shown<Named>[];
  const columns = [...(several ? [namespace] : []), ...known.filter((column) => wide || column.wide === undefined)];
  return { columns, rows: objects.map((object) => columns.map(({ cell }) => cell(object, now))) };
}

const collator = new Intl.Collator('en', { numeric: true });

/** In the order of people: `qa.2` before `qa.10`. */
export function byName(a: Named, b: Named): number {
  return collator.compare(a.metadata.namespace, b.metadata.namespace) || collator.compare(a.metadata.name, b.metadata.name);
}
