import { chainOf, type Releases } from '../jump/chain.js';
import { compareVersions } from '../jump/version.js';

/** Which versions come before or after a release: by what builds on what, else by their numbers. Each answer is worked out once. */
export interface Sequence {
  isBefore(other: string): boolean;
  isAfter(other: string): boolean;
}

export function sequenceOf(version: string, releases: Releases): Sequence {
  const below = lineageOf(version, releases);
  return {
    isBefore: remembered((other) => other !== version && (below.has(other) || (compareVersions(other, version) ?? 0) < 0)),
    isAfter: remembered((other) => {
      if (other === version || below.has(other)) return false;
      const documented = Object.hasOwn(releases.releases, other);
      return documented ? lineageOf(other, releases).has(version) : (compareVersions(other, version) ?? 0) > 0;
    }),
  };
}

/** What a release builds on, itself apart. */
function lineageOf(version: string, releases: Releases): ReadonlySet<string> {
  const lineage = new Set(chainOf(releases, version).releases.flatMap(({ previous }) => previous ?? []));
  lineage.delete(version);
  return lineage;
}

function remembered(judge: (version: string) => boolean): (version: string) => boolean {
  const known = new Map<string, boolean>();
  return (version) => {
    const found = known.get(version) ?? judge(version);
    known.set(version, found);
    return found;
  };
}
