import { compact } from './compact.js';
import type { Product } from './model.js';
import type { DeploymentRunResource } from './resources/deployment-run.js';
import type { EnvironmentSpec, ObservedState, RecordedState } from './resources/environment.js';
import { belongsTo } from './run/identity.js';
import type { HistoryBuild } from './run/observation.js';
import { startedAt } from './run/run.js';
import { placeholders, substitute } from './substitution.js';
import { fromTime, toTime } from './time.js';

const placeNames: ReadonlySet<string> = new Set(['environment', 'product', 'stage', 'client']);

/**
 * Whether a build deploys to this environment, by the parameters that the product would send for it. A product whose
 * parameters (and job) do not name the environment cannot tell, and then no build counts.
 */
export function isBuildFor(build: HistoryBuild, product: Product, spec: EnvironmentSpec): boolean {
  const place = { environment: spec.environment, product: spec.product, stage: spec.stage, client: spec.client ?? '' };
  const telling = Object.entries(product.deployer.parameters).filter(([, template]) => {
    const names = namesIn(template);
    return names.length > 0 && names.every((name) => placeNames.has(name));
  });
  const named = telling.some(([, template]) => namesIn(template).includes('environment'));
  if (!named && !namesIn(product.deployer.job).includes('environment')) return false;
  return telling.every(([name, template]) => build.parameters[name] === substitute(template, place));
}

function namesIn(template: string): string[] {
  return placeholders(template).map(({ name }) => name);
}

/** The version that a build deployed, read back from the parameters that hold it; undefined where none does. */
export function versionOf(build: HistoryBuild, product: Product): string | undefined {
  for (const [name, template] of Object.entries(product.deployer.parameters)) {
    const written = template.replace('${descriptor.key}', product.descriptor?.key ?? '${descriptor.key}');
    const [before, after, ...more] = written.replace('${product}', product.name).split('${version}');
    const value = build.parameters[name];
    if (before === undefined || after === undefined || more.length > 0 || before.includes('${') || after.includes('${')) continue;
    if (value === undefined || !value.startsWith(before) || !value.endsWith(after)) continue;
    const version = value.slice(before.length, value.length - after.length);
    if (version !== '') return version;
  }
  return undefined;
}

/** The newest build here that Towpath did not start and that came after what is recorded; undefined where there is none. */
export function foreignBuild(
  history: readonly HistoryBuild[],
  runs: readonly DeploymentRunResource[],
  recorded: RecordedState | undefined,
): HistoryBuild | undefined {
  const ownNumbers = runs.flatMap((run) => (run.spec.action === 'deploy' ? (run.status?.jenkins?.buildNumber ?? []) : []));
  const newestOwn = Math.max(0, ...ownNumbers);
  const adoptedAt = recorded !== undefined && recorded.run === undefined ? (fromTime(recorded.since) ?? 0) : 0;
  return history.find((build) => {
    if (build.towpathRun !== undefined && runs.some((run) => belongsTo(run, build.towpathRun ?? ''))) return false;
    return build.number > newestOwn && build.startedAt > adoptedAt && build.result !== 'NOT_BUILT';
  });
}

export function toObserved(build: HistoryBuild, product: Product): ObservedState {
  return compact<ObservedState>({
    version: versionOf(build, product),
    by: `${build.by} (build #${build.number})`,
    at: toTime(build.startedAt),
    url: build.url,
  });
}

/** Builds that carry the id of a run which is at, or ended with, another build: Jenkins has repeated a deployment. */
export function repeatedBuilds(history: readonly HistoryBuild[], runs: readonly DeploymentRunResource[]): HistoryBuild[] {
  return history.filter((build) => {
    const { towpathRun } = build;
    if (towpathRun === undefined || !build.building) return false;
    const run = runs.find((one) => belongsTo(one, towpathRun));
    const known = run?.status?.jenkins?.buildNumber;
    return (
      run !== undefined &&
      known !== undefined &&
      towpathRun.split('.').length === run.metadata.name.split('.').length + 1 &&
      known < build.number
    );
  });
}

/** Whether something foreign was seen before, for passes in which the history is not known. */
export function stillForeign(
  before: ObservedState | undefined,
  runs: readonly DeploymentRunResource[],
  recorded: RecordedState | undefined,
): boolean {
  const at = fromTime(before?.at);
  if (at === undefined) return false;
  const newest = runs.findLast((run) => run.spec.action === 'deploy' && run.status?.jenkins?.buildNumber !== undefined);
  const since = recorded?.run === undefined ? (fromTime(recorded?.since) ?? 0) : 0;
  return at > since && (newest === undefined || at > startedAt(newest));
}
