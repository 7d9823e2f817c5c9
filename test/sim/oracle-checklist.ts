import type { ChecklistItem, Governance, ReleaseDocument } from '../../controller/core/governance.js';
import type { DesiredEnvironment } from '../../controller/core/model.js';
import { releaseIn } from './oracle-signoffs.js';

/** Why the checklist is open for the jump from what is there (undefined: nothing); undefined where it is done. */
export function uncheckedFor(
  wanted: DesiredEnvironment,
  { from, begun }: { readonly from: string | undefined; readonly begun: readonly string[] },
  governance: Governance,
): string | undefined {
  const known = new Map(
    governance.releases.filter(({ product }) => product === wanted.product.name).map((release) => [release.version, release]),
  );
  const isBroken = (version: string) =>
    governance.broken.some(
      ({ kind, name, product }) => kind === 'Release' && name === version && product === wanted.product.name,
    );
  const { over, undone, needed } = wayTo(wanted.version, from, { known, isBroken });
  for (const version of needed) {
    if (isBroken(version)) return `the Release of ${version} is broken`;
    const mayMiss = wanted.product.releases !== 'required' && version !== wanted.version;
    if (!known.has(version) && !mayMiss) return `there is no Release of ${version}`;
  }
  // What was begun and did not succeed may have been done all the same.
  const left = from === undefined ? [] : begun.flatMap((version) => wayTo(wanted.version, version, { known, isBroken }).undone);
  const stuck = [...undone, ...left]
    .flatMap(({ checklist }) => checklist)
    .find((item) => isFor(item, wanted) && cannotGoBack(item, wanted));
  if (stuck !== undefined) return `${stuck.id} cannot be taken back`;
  for (const { version, checklist } of over)
    for (const item of checklist)
      if (item.phase === 'pre' && isFor(item, wanted) && stateOf(item, wanted) === 'pending')
        return `${item.id} of ${version} is open`;
  return undefined;
}

interface Documents {
  readonly known: ReadonlyMap<string, ReleaseDocument>;
  readonly isBroken: (version: string) => boolean;
}

interface Way {
  readonly over: readonly ReleaseDocument[];
  readonly undone: readonly ReleaseDocument[];
  /** Versions whose documents have to be known for it. */
  readonly needed: readonly string[];
}

/** As the table "the way" of the documentation has it. */
function wayTo(to: string, from: string | undefined, { known, isBroken }: Documents): Way {
  const line = (version: string): string[] => {
    const found: string[] = [];
    for (let at: string | undefined = version; at !== undefined && !found.includes(at); at = known.get(at)?.previous)
      found.push(at);
    return found;
  };
  const documents = (versions: readonly string[]) => versions.flatMap((version) => known.get(version) ?? []);
  const forward = line(to);
  // A repository may begin at any release: where nothing is there, what is before the first one is not needed, unless it is broken.
  if (from === undefined)
    return { over: documents(forward), undone: [], needed: forward.filter((one) => one === to || isBroken(one)) };
  if (forward.includes(from)) return { over: documents(forward.slice(0, forward.indexOf(from))), undone: [], needed: [] };
  const backward = line(from);
  if (backward.includes(to)) return { over: [], undone: documents(backward.slice(0, backward.indexOf(to))), needed: [] };
  const common = forward.find((version) => backward.includes(version));
  if (common !== undefined) {
    const over = documents(forward.slice(0, forward.indexOf(common)));
    return { over, undone: documents(backward.slice(0, backward.indexOf(common))), needed: [] };
  }
  const [low, high] = minorOf(from) < minorOf(to) ? [from, to] : [to, from];
  const isBetween = (version: string) => minorOf(version) > minorOf(low) && minorOf(version) <= minorOf(high);
  const between = [...known.values()].filter(({ version }) => isBetween(version));
  const all = [1, 2, 3, 4].map((minor) => `1.${minor}.0`);
  const broken = all.filter((version) => isBetween(version) && isBroken(version));
  if (high === from) return { over: [], undone: between, needed: broken };
  const end = forward.at(-1) ?? to;
  return { over: between, undone: [], needed: [...broken, ...(isBetween(end) ? [end] : [])] };
}

const minorOf = (version: string): number => Number(version.split('.')[1]);

function isFor({ stages, clients, environments }: ChecklistItem, { stage, client, environment }: DesiredEnvironment): boolean {
  const within = (list: readonly string[] | undefined, name: string | undefined) =>
    list === undefined || list.length === 0 || list.includes(name ?? '\0');
  return within(stages, stage) && within(clients, client) && within(environments, environment);
}

/** The last of the most special completions that speak of the place. */
function completionOf({ completions }: ChecklistItem, { stage, client, environment }: DesiredEnvironment) {
  for (const [e, c, s] of [
    [true, true, true],
    [true, true, false],
    [true, false, true],
    [true, false, false],
    [false, true, true],
    [false, true, false],
    [false, false, true],
    [false, false, false],
  ]) {
    const found = completions.findLast(
      (one) =>
        one.environment === (e ? environment : undefined) &&
        one.client === (c ? (client ?? '\0') : undefined) &&
        one.stage === (s ? stage : undefined),
    );
    if (found !== undefined) return { ...found, isHere: e || c || s };
  }
  return undefined;
}

function stateOf(item: ChecklistItem, place: DesiredEnvironment): 'pending' | 'done' | 'not-applicable' {
  const found = completionOf(item, place);
  if (found === undefined || (found.state === 'not-applicable' && found.reason === undefined)) return 'pending';
  return found.state;
}

/** Done, or gone through with the deployment, and not to be taken back. */
function cannotGoBack(item: ChecklistItem, place: DesiredEnvironment): boolean {
  const state = stateOf(item, place);
  const isUntold = state === 'pending' && item.phase === 'during' && completionOf(item, place)?.isHere !== true;
  return !item.reversible && (state === 'done' || isUntold);
}

/** Whether something else that it needs is missing. */
export function dependencyClosed(
  wanted: DesiredEnvironment,
  governance: Governance,
  has: (product: string, atLeast: string) => boolean,
): string | undefined {
  const { name } = wanted.product;
  if (governance.broken.some((one) => one.kind === 'Release' && one.product === name && one.name === wanted.version))
    return 'nobody knows what it needs';
  const needs = Object.entries(releaseIn(governance, name, wanted.version)?.dependencies ?? {});
  const missing = needs.find(([product, range]) => !has(product, range.replace('>=', '')));
  return missing === undefined ? undefined : `${missing[0]} is not at ${missing[1]}`;
}

export const isAtLeast = (version: string, least: string): boolean => minorOf(version) >= minorOf(least);
