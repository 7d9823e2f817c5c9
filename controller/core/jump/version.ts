import semver, { type SemVer } from 'semver';

const numbers = /^v?(\d{1,15})(?:\.(\d{1,15}))?(?:\.(\d{1,15}))?$/;

/** A version as semver reads it; `5.1` and `v5` count as 5.1.0 and 5.0.0. Undefined for what cannot be ordered. */
export function toSemver(version: string): SemVer | undefined {
  const parsed = semver.parse(version, { loose: true });
  if (parsed !== null) return parsed;
  const [, major, minor = '0', patch = '0'] = numbers.exec(version) ?? [];
  return major === undefined ? undefined : (semver.parse(`${Number(major)}.${Number(minor)}.${Number(patch)}`) ?? undefined);
}

/** Below 0 where `a` comes first; undefined where one of them cannot be ordered. */
export function compareVersions(a: string, b: string): number | undefined {
  const [first, second] = [toSemver(a), toSemver(b)];
  return first === undefined || second === undefined ? undefined : compareSemver(first, second);
}

/** Builds of one version count in their order, so that no two different versions are equal. */
export const compareSemver = (a: SemVer, b: SemVer): number => a.compare(b) || a.compareBuild(b);

/** Whether a text is a range of versions: `>=5.1`, `^5.1.0 || 6.x`, `5.1.0`. */
export function isRange(text: string): boolean {
  return semver.validRange(text, { loose: true }) !== null;
}

/**
 * Whether a version lies in a range; prereleases count by their order, as everywhere here. A version that cannot be ordered lies in
 * the range of exactly its own name alone.
 */
export function isInRange(version: string, range: string): boolean {
  if (version === range) return true;
  const parsed = toSemver(version);
  return parsed !== undefined && semver.satisfies(parsed, range, { loose: true, includePrerelease: true });
}
