import type { Millis } from '../model.js';
import type { DeploymentRunResource } from '../resources/deployment-run.js';
import type { EnvironmentResource } from '../resources/environment.js';
import { isTerminal, phaseOf } from '../run/run.js';
import { byName, phaseStyle, readyOf, styleOf } from './listing.js';
import { progressText } from './progress.js';
import { type Cell, type TableOptions, tableLines } from './table.js';
import { elide, paint, plain } from './text.js';

/** What `towpath watch` shows of what it follows, and when it has seen enough. */

export interface Watched {
  readonly environment: EnvironmentResource | undefined;
  /** The run that is under way; or the one that is watched. */
  readonly run: DeploymentRunResource | undefined;
}

/** The exit codes of `towpath watch`. */
export const exits = { good: 0, failed: 1, somebody: 3 } as const;

/** Whether a watched run has come to its end: its exit code, or undefined while it has not. */
export function runOutcome(run: DeploymentRunResource): number | undefined {
  if (phaseOf(run) === 'Unknown') return exits.somebody;
  if (!isTerminal(run)) return undefined;
  return phaseOf(run) === 'Succeeded' ? exits.good : exits.failed;
}

const failures = new Set(['DeploymentFailed', 'VerificationFailed']);

/**
 * Whether an environment has come to rest: its exit code, or undefined while it has not. With a version in mind it is watched
 * until that one is deployed or has failed, whatever holds it on its way.
 */
export function environmentOutcome(environment: EnvironmentResource, version: string | undefined): number | undefined {
  const { desired, recorded } = environment.status ?? {};
  const ready = readyOf(environment);
  if (ready === undefined) return undefined;
  const failed = failures.has(ready.reason);
  if (version !== undefined) {
    if (desired?.version !== version) return undefined;
    if (ready.status === 'True') return recorded?.version === version ? exits.good : undefined;
    return isStalled(environment) && failed ? exits.failed : undefined;
  }
  if (ready.status === 'True') return exits.good;
  if (!isStalled(environment)) return undefined;
  return failed ? exits.failed : exits.somebody;
}

const isStalled = ({ status }: EnvironmentResource) =>
  status?.conditions?.some(({ type, status: is }) => type === 'Stalled' && is === 'True') === true;

/** One line of what is now; the same as before where nothing has changed. */
export function watchLine({ environment, run }: Watched): string {
  const ready = environment && readyOf(environment);
  const name = environment?.metadata.name ?? run?.metadata.name ?? '';
  if (run !== undefined && (environment === undefined || !isTerminal(run))) {
    const build = run.status?.jenkins?.buildUrl;
    const said = run.status?.message === undefined ? '' : `: ${run.status.message}`;
    return plain(`${run.metadata.name} ${run.spec.version} ${phaseOf(run)}${said}${build === undefined ? '' : ` (${build})`}`);
  }
  const version = environment?.status?.desired?.version ?? '';
  return plain(`${name} ${version} ${ready?.reason ?? 'Unknown'}: ${ready?.message ?? 'nothing is known of it yet'}`);
}

export interface WatchOptions extends TableOptions {
  readonly width: number;
  readonly now: Millis;
}

/** What is now, for a terminal that is written over: no line is wider than it. */
export function watchBlock({ environment, run }: Watched, options: WatchOptions): string[] {
  const { color, width, now } = options;
  const { desired, recorded } = environment?.status ?? {};
  const name = environment?.metadata.name ?? run?.metadata.name ?? '';
  const versions =
    environment === undefined
      ? (run?.spec.version ?? '')
      : `${recorded?.version ?? 'nothing'} → ${desired?.version ?? 'nothing'}`;
  const same = environment !== undefined && recorded?.version === desired?.version;
  const lines = [paint(elide(`${name}  ${same ? (desired?.version ?? '') : versions}`, width), 'bold', color)];
  if (run !== undefined && (environment === undefined || !isTerminal(run))) {
    lines.push(paint(elide(`${run.metadata.name}  ${phaseOf(run)}`, width), phaseStyle(phaseOf(run)), color));
    lines.push(elide(progressText(run, now, Math.max(10, Math.min(40, width - 40))), width));
    const build = run.status?.jenkins?.buildUrl;
    if (build !== undefined) lines.push(elide(build, width));
    if (run.status?.message !== undefined) lines.push(elide(plain(run.status.message), width));
    return lines;
  }
  const ready = environment && readyOf(environment);
  if (environment !== undefined && ready !== undefined) {
    lines.push(paint(elide(ready.reason, width), styleOf(environment), color));
    lines.push(elide(plain(ready.message), width));
  }
  return lines;
}

const rank = (environment: EnvironmentResource): number => {
  if (readyOf(environment)?.status === 'True') return 2;
  return isStalled(environment) ? 1 : 0;
};

/** Every environment, what is under way first; cut to so many lines. */
export function watchTable(
  environments: readonly EnvironmentResource[],
  runs: readonly DeploymentRunResource[],
  options: WatchOptions & { readonly height: number },
): string[] {
  const active = new Map(runs.filter((run) => !isTerminal(run)).map((run) => [environmentOf(run), run]));
  const sorted = [...environments].sort((a, b) => rank(a) - rank(b) || byName(a, b));
  const columns = [
    { name: 'NAME' },
    { name: 'DESIRED', keep: 40, least: 8 },
    { name: 'DEPLOYED', keep: 30, least: 8 },
    { name: 'STATUS', keep: 90 },
    { name: 'PROGRESS', keep: 60, least: 10 },
    { name: 'MESSAGE', keep: 20, least: 20 },
  ];
  const rows = sorted.map((environment): Cell[] => {
    const { metadata, status } = environment;
    const run = active.get(`${metadata.namespace}/${metadata.name}`);
    const style = styleOf(environment);
    const reason = readyOf(environment)?.reason ?? '';
    return [
      metadata.name,
      status?.desired?.version ?? '',
      status?.recorded?.version ?? '',
      style === undefined ? reason : { text: reason, style },
      run === undefined ? '' : progressText(run, options.now, 16),
      readyOf(environment)?.message ?? '',
    ];
  });
  const most = Math.max(1, options.height - 3);
  const shown = tableLines(columns, rows.slice(0, most), options);
  return rows.length > most ? [...shown, elide(`and ${rows.length - most} more`, options.width)] : shown;
}

const environmentOf = ({ metadata, spec }: DeploymentRunResource) => `${metadata.namespace}/${spec.product}.${spec.environment}`;

/** The run that an environment is at, or was at last. */
export function newestRun(
  environment: EnvironmentResource,
  runs: readonly DeploymentRunResource[],
): DeploymentRunResource | undefined {
  const own = runs.filter((run) => environmentOf(run) === `${environment.metadata.namespace}/${environment.metadata.name}`);
  return own.reduce<DeploymentRunResource | undefined>(
    (newest, run) => (newest === undefined || run.spec.number > newest.spec.number ? run : newest),
    undefined,
  );
}
