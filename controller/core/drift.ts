import { compact } from './compact.js';
import type { Product } from './model.js';
import type { DeploymentRunResource } from './resources/deployment-run.js';
import type { EnvironmentSpec, ObservedState, RecordedState } from './resources/environment.js';
import { belongsTo, invocationId } from './run/identity.js';
import type { HistoryBuild } from './run/observation.js';
import { deployed, startedAt } from './run/run.js';
import { placeholders, substitute } from './substitution.js';
import { fromTime, toTime } from './time.js';

const placeNames: ReadonlySet<string> = new Set(['environment', 'product', 'stage', 'client']);

/**
 * Tells whether a build deploys to this environment, by the parameters that the product would send for it. A product whose
 * parameters (and job) do not name the environment cannot tell, and then no build counts. What is looked for is worked out once.
 */
export function buildsFor(product: Product, spec: EnvironmentSpec): (build: HistoryBuild) => boolean {
  const place = { environment: spec.environment, product: spec.product, stage: spec.stage, client: spec.client ?? '' };
  const telling = Object.entries(product.deployer.parameters).filter(([, template]) => {
    const names = namesIn(template);
    return names.length > 0 && names.every((name) => placeNames.has(name));
  });
  const named = telling.some(([, template]) => namesIn(template).includes('environment'));
  if (!named && !namesIn(product.deployer.job).includes('environment')) return () => false;
  const sent = telling.map(([name, template]) => [name, substitute(template, place)] as const);
  return ({ parameters }) => sent.every(([name, value]) => parameters[name] === value);
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

/** Whether a run asked for this build. One that Jenkins repeats by itself was not asked for: it changes what is there a second time. */
function isOwn(build: HistoryBuild, runs: readonly DeploymentRunResource[]): boolean {
  const { towpathRun } = build;
  if (towpathRun === undefined) return false;
  const repeated = repeatedRun(build, runs);
  if (repeated !== undefined) return wasRefused(build, repeated);
  return runs.some((run) => belongsTo(run, towpathRun));
}

/** Whether the claim kept a repeated build from having any effect: another is known to have claimed the run. */
function wasRefused({ result, number }: HistoryBuild, { status }: DeploymentRunResource): boolean {
  const { ledger } = status?.jenkins ?? {};
  const claims = ledger !== undefined && ledger.build !== number && status?.resolvedBy === undefined;
  return claims && (result === 'NOT_BUILT' || result === 'FAILURE' || result === 'ABORTED');
}

/**
 * The run that the build repeats: it carries its id, and the run is at, or ended with, an earlier one. Of a run that a person has settled
 * the build may not be known: then it is none that began afterwards.
 */
function repeatedRun(
  { towpathRun, number, startedAt: began }: HistoryBuild,
  runs: readonly DeploymentRunResource[],
): DeploymentRunResource | undefined {
  if (towpathRun === undefined) return undefined;
  const run = runs.find((one) => invocationId(one) === towpathRun);
  const { buildNumber: known, state, since } = run?.status?.jenkins ?? {};
  if (known !== undefined) return known < number ? run : undefined;
  const settledAt = state === 'Finished' ? fromTime(since) : undefined;
  return settledAt !== undefined && began > settledAt ? run : undefined;
}

/** The newest build here that Towpath did not start and that came after what is recorded; undefined where there is none. */
export function foreignBuild(
  history: readonly HistoryBuild[],
  runs: readonly DeploymentRunResource[],
  recorded: RecordedState | undefined,
): HistoryBuild | undefined {
  // A run that has not succeeded has not put anything right yet.
  const ownNumbers = runs.filter(deployed).flatMap((run) => run.status?.jenkins?.buildNumber ?? []);
  const newestOwn = Math.max(0, ...ownNumbers);
  const adoptedAt = recorded !== undefined && recorded.run === undefined ? (fromTime(recorded.since) ?? 0) : 0;
  return history.find((build) => {
    if (isOwn(build, runs)) return false;
    return build.number > newestOwn && build.startedAt > adoptedAt && build.result !== 'NOT_BUILT';
  });
}

export function toObserved(build: HistoryBuild, product: Product, runs: readonly DeploymentRunResource[]): ObservedState {
  const repeated = repeatedRun(build, runs)?.metadata.name;
  const number = `build #${build.number}`;
  return compact<ObservedState>({
    version: versionOf(build, product),
    by: repeated === undefined ? `${build.by} (${number})` : `Jenkins, which ran ${repeated} a second time as ${number},`,
    at: toTime(build.startedAt),
    url: build.url,
  });
}

/** Builds that carry the id of a run which is at, or ended with, another build: Jenkins has repeated a deployment. */
export function repeatedBuilds(history: readonly HistoryBuild[], runs: readonly DeploymentRunResource[]): HistoryBuild[] {
  return history.filter((build) => {
    const run = build.building ? repeatedRun(build, runs) : undefined;
    // While a run that is claimed goes on, its claim says which of its builds is the one to stop.
    return run !== undefined && (run.spec.deployer?.claim === undefined || run.status?.jenkins?.result !== undefined);
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
  const newest = runs.findLast(deployed);
  const since = recorded?.run === undefined ? (fromTime(recorded?.since) ?? 0) : 0;
  return at > since && (newest === undefined || at > startedAt(newest));
}
