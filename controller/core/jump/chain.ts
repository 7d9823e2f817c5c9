import type { BrokenDocument, ProductGovernance, ReleaseDocument } from '../governance.js';

/** Why a chain of releases goes no further. */
export type ChainEnd =
  /** It has come to the version that was looked for. */
  | { readonly at: 'goal' }
  /** The last release builds on nothing. */
  | { readonly at: 'root' }
  /** A version that has no Release document. */
  | { readonly at: 'missing' | 'broken'; readonly version: string }
  | { readonly at: 'circle'; readonly version: string }
  | { readonly at: 'limit' };

export interface Chain {
  /** Newest first, without the goal. */
  readonly releases: readonly ReleaseDocument[];
  readonly end: ChainEnd;
}

export type Releases = Pick<ProductGovernance, 'releases' | 'broken'>;

export function releaseOf({ releases }: Releases, version: string): ReleaseDocument | undefined {
  return Object.hasOwn(releases, version) ? releases[version] : undefined;
}

/** The document of a version that is not valid, or one that nobody can tell the version of where there is no other. */
export function brokenReleaseOf({ releases, broken }: Releases, version: string): BrokenDocument | undefined {
  const nameless = Object.hasOwn(releases, version) ? undefined : '';
  return (
    broken.find(({ kind, name }) => kind === 'Release' && name === version) ??
    broken.find(({ kind, name }) => kind === 'Release' && name === nameless)
  );
}

/** Walks from a version to what it builds on, until `goal`, or until there is no more. Ends with every input. */
export function chainOf(known: Releases, start: string, how: { goal?: string; limit?: number } = {}): Chain {
  const releases: ReleaseDocument[] = [];
  const seen = new Set<string>();
  for (let version = start; ; ) {
    if (version === how.goal) return { releases, end: { at: 'goal' } };
    if (seen.has(version)) return { releases, end: { at: 'circle', version } };
    if (releases.length === how.limit) return { releases, end: { at: 'limit' } };
    seen.add(version);
    const release = releaseOf(known, version);
    if (release === undefined) return { releases, end: { at: isBroken(known, version) ? 'broken' : 'missing', version } };
    releases.push(release);
    if (release.previous === undefined) return { releases, end: { at: 'root' } };
    version = release.previous;
  }
}

const isBroken = (known: Releases, version: string): boolean => brokenReleaseOf(known, version) !== undefined;
