import type { BrokenDocument, ReleaseDocument } from '../governance.js';
import { brokenReleaseOf, type Chain, type ChainEnd, chainOf, type Releases } from './chain.js';
import { compareSemver, compareVersions, toSemver } from './version.js';

/** The way from what is recorded in a place to what is wanted there, release by release. */
export interface Jump {
  /** Absent: nothing is recorded. */
  readonly from?: string;
  readonly to: string;
  /** The releases after `from` up to and including `to`, oldest first. */
  readonly over: readonly ReleaseDocument[];
  /** The releases that are left behind, newest first: a rollback, or another branch. */
  readonly undone: readonly ReleaseDocument[];
  /** False where the chain of `previous` does not tell the whole way. */
  readonly complete: boolean;
  /** Why not, in a sentence without a full stop. */
  readonly gap?: string;
  /** Versions on the way that others build on, and that have no Release document. */
  readonly missing: readonly string[];
  /** Release documents on the way, or perhaps on it, that are not valid. */
  readonly broken: readonly BrokenDocument[];
}

/** How many releases count where nothing is recorded: the newest of the chain. */
export const firstDeploymentReleases = 50;

/**
 * The releases between two versions, by the chain of `previous`. Where the chain does not join the two, by semver order, and that is
 * told; where they cannot be ordered either, all that `to` builds on: rather too much than too little.
 */
export function jump(known: Releases, ends: { readonly from?: string | undefined; readonly to: string }): Jump {
  const { from, to } = ends;
  if (from === undefined) return first(known, to);
  const forward = chainOf(known, to, { goal: from });
  if (forward.end.at === 'goal') return way({ from, to }, { over: oldestFirst(forward) });
  const backward = chainOf(known, from, { goal: to });
  if (backward.end.at === 'goal') return way({ from, to }, { undone: backward.releases });
  return acrossBranches({ from, to }, forward, backward) ?? bySemver(known, { from, to }, forward);
}

interface Ends {
  readonly from: string;
  readonly to: string;
}

const oldestFirst = ({ releases }: Chain): ReleaseDocument[] => [...releases].reverse();

const way = (ends: Partial<Ends> & { to: string }, found: Partial<Omit<Jump, 'from' | 'to' | 'complete'>>): Jump => ({
  ...ends,
  over: [],
  undone: [],
  missing: [],
  broken: [],
  complete: found.gap === undefined,
  ...found,
});

/** Nothing is recorded: all that the version builds on has to be there, as far as the repository tells. */
function first(known: Releases, to: string): Jump {
  const chain = chainOf(known, to, { limit: firstDeploymentReleases });
  const { end } = chain;
  const gap = end.at === 'limit' ? `only the newest ${firstDeploymentReleases} releases count` : gapOf(end, to);
  // A repository may begin at any release; only the wanted one itself has to be there.
  const missing = missingAt(end).filter((version) => version === to);
  return way({ to }, { over: oldestFirst(chain), missing, broken: brokenAt(known, end), ...(gap === undefined ? {} : { gap }) });
}

/** Both build on a third one: what came after it on the one side is gained, on the other left. */
function acrossBranches(ends: Ends, forward: Chain, backward: Chain): Jump | undefined {
  const before = namesOf(backward);
  const gained = namesOf(forward);
  const common = gained.findIndex((version) => before.includes(version));
  const ancestor = gained[common];
  if (ancestor === undefined) return undefined;
  const undone = backward.releases.slice(0, before.indexOf(ancestor));
  const left = undone.map(({ version }) => version).reverse();
  const gap = `${ends.from} is not what ${ends.to} builds on: both build on ${ancestor}, and ${listed(left)} ${left.length === 1 ? 'is' : 'are'} left behind`;
  return way(ends, { over: forward.releases.slice(0, common).reverse(), undone, gap });
}

/** The versions of a chain, with the one that it ends at for want of a valid document. */
const namesOf = ({ releases, end }: Chain): string[] => [
  ...releases.map(({ version }) => version),
  ...(end.at === 'missing' || end.at === 'broken' ? [end.version] : []),
];

const listed = (versions: readonly string[]): string =>
  versions.length > 5 ? `${versions.slice(0, 5).join(', ')} and ${versions.length - 5} more` : versions.join(', ');

/** The order of the version numbers, where the documents do not tell the way. */
function bySemver(known: Releases, ends: Ends, { releases, end }: Chain): Jump {
  const order = compareVersions(ends.from, ends.to);
  const why = gapOf(end, ends.to) ?? `${ends.to} does not tell that it builds on ${ends.from}`;
  const chain = [...releases].reverse();
  // Two names of one version number, such as 2.0 and v2.0.0, are two versions all the same.
  if (order === undefined || order === 0) {
    const gap = `${why}, and the two cannot be ordered: all that ${ends.to} builds on counts`;
    return way(ends, { over: chain, gap, missing: missingAt(end), broken: brokenAt(known, end) });
  }
  const [low, high] = order > 0 ? [ends.to, ends.from] : [ends.from, ends.to];
  const broken = known.broken.filter(({ kind, name }) => kind === 'Release' && mayLieWithin(name, low, high));
  const found = between(known, low, high);
  if (order > 0) {
    const gap = `${ends.from} does not tell that it builds on ${ends.to}: the order of the version numbers counts`;
    return way(ends, { undone: found.reverse(), gap, broken });
  }
  const missing = missingAt(end).filter((version) => mayLieWithin(version, low, high));
  const gap = `${why}: the order of the version numbers counts`;
  return way(ends, { over: withUnordered(found, chain), gap, missing, broken });
}

const missingAt = (end: ChainEnd): string[] => (end.at === 'missing' ? [end.version] : []);

/** After `low`, up to and including `high`; oldest first. */
function between({ releases }: Releases, low: string, high: string): ReleaseDocument[] {
  const [after, until] = [toSemver(low), toSemver(high)];
  if (after === undefined || until === undefined) return [];
  return Object.values(releases)
    .flatMap((release) => {
      const at = toSemver(release.version);
      const within = at !== undefined && compareSemver(at, after) > 0 && compareSemver(at, until) <= 0;
      return within ? [{ release, at }] : [];
    })
    .sort((a, b) => compareSemver(a.at, b.at))
    .map(({ release }) => release);
}

/** Whether a version may be one of those after `low`, up to and including `high`: also one that cannot be ordered may. */
function mayLieWithin(version: string, low: string, high: string): boolean {
  const [after, until] = [compareVersions(version, low), compareVersions(version, high)];
  return after === undefined || until === undefined || (after > 0 && until <= 0);
}

/** Versions without an order belong where the chain has them: right before the release that builds on them. */
function withUnordered(ordered: readonly ReleaseDocument[], chain: readonly ReleaseDocument[]): ReleaseDocument[] {
  const found = [...ordered];
  for (const [at, release] of [...chain.entries()].reverse()) {
    if (toSemver(release.version) !== undefined) continue;
    const next = chain[at + 1];
    const place = next === undefined ? -1 : found.indexOf(next);
    found.splice(place < 0 ? found.length : place, 0, release);
  }
  return found;
}

function gapOf(end: ChainEnd, to: string): string | undefined {
  switch (end.at) {
    case 'missing':
      return end.version === to
        ? `${to} has no Release document`
        : `${end.version}, on the way to ${to}, has no Release document`;
    case 'broken':
      return `the Release document of ${end.version} is not valid`;
    case 'circle':
      return `the releases that ${to} builds on form a circle at ${end.version}`;
    default:
      return undefined;
  }
}

function brokenAt(known: Releases, end: ChainEnd): BrokenDocument[] {
  const found = end.at === 'broken' ? brokenReleaseOf(known, end.version) : undefined;
  return found === undefined ? [] : [found];
}
