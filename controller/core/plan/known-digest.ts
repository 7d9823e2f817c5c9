import { compact } from '../compact.js';
import { askedBy, descriptorKey } from '../desired.js';
import type { EnvironmentFacts } from '../facts.js';
import type { DesiredStatus, EnvironmentResource, EnvironmentStatus } from '../resources/environment.js';
import { toTime } from '../time.js';

/**
 * The environment as if it had known the descriptor of the version that git asks for, where another environment of the product has had that
 * version: the bucket need not be reached from here.
 */
export function withKnownDigest(facts: EnvironmentFacts, peers: readonly EnvironmentResource[]): EnvironmentResource {
  const { environment, desired, commit, now } = facts;
  const before = environment.status?.desired;
  if (desired?.product.descriptor === undefined || commit === undefined) return environment;
  const { version, settingsDigest } = desired;
  if (before?.version === version && before.releaseDigest !== undefined) return environment;
  const seen = peers.map(({ status }) => status?.desired).find((one) => one?.version === version && one.releaseDigest);
  const releaseDigest =
    seen?.releaseDigest ??
    peers.flatMap(({ status }) => status?.verified ?? []).find((one) => one.version === version)?.releaseDigest;
  if (releaseDigest === undefined) return environment;
  const known = compact<DesiredStatus>({
    version,
    releaseDigest,
    descriptorKey: descriptorKey(desired),
    descriptorSha256: seen?.descriptorSha256,
    descriptorVersionId: seen?.descriptorVersionId,
    settingsDigest,
    ...askedBy(commit),
    since: toTime(now),
  });
  const status: EnvironmentStatus = { ...(environment.status ?? { observedGeneration: 1 }), desired: known };
  return { ...environment, status };
}
