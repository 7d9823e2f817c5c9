import { compact } from './compact.js';
import { desiredDigest, releaseDigest } from './digest.js';
import type { EnvironmentFacts } from './facts.js';
import type { Commit, Descriptor, DesiredEnvironment } from './model.js';
import type { DesiredStatus } from './resources/environment.js';
import { substitute } from './substitution.js';
import { toTime } from './time.js';

export function descriptorKey(wanted: DesiredEnvironment, version = wanted.version): string | undefined {
  return wanted.product.descriptor && substitute(wanted.product.descriptor.key, { product: wanted.product.name, version });
}

/**
 * What git asks for, with its digests. The commit and the time are those of the first sight of this desired digest; while
 * the documents are not valid, the last valid state stays.
 */
export function resolveDesired(facts: EnvironmentFacts): DesiredStatus | undefined {
  const before = facts.environment.status?.desired;
  const { desired: wanted, commit, now } = facts;
  if (wanted === undefined || commit === undefined) return before;
  const key = descriptorKey(wanted);
  const release = releaseOf(facts, wanted, key);
  const digest =
    release.releaseDigest === undefined
      ? undefined
      : desiredDigest({
          releaseDigest: release.releaseDigest,
          product: wanted.product.name,
          environment: wanted.environment,
          settings: wanted.settings,
        });
  const same =
    before !== undefined &&
    (digest === undefined || before.digest === undefined
      ? before.version === wanted.version && before.settingsDigest === wanted.settingsDigest
      : before.digest === digest);
  return compact<DesiredStatus>({
    version: wanted.version,
    digest,
    ...release,
    descriptorKey: key,
    settingsDigest: wanted.settingsDigest,
    ...(same ? { commit: before.commit, commitTime: before.commitTime, commitAuthor: before.commitAuthor } : askedBy(commit)),
    since: same ? before.since : toTime(now),
    reason: wanted.reason,
  });
}

/** Who asked for it, and when, as far as the commit tells. */
export const askedBy = (commit: Commit) => ({
  commit: commit.sha,
  commitTime: toTime(commit.time),
  commitAuthor: authorOf(commit),
});

const authorOf = ({ author, email }: Commit): string => (email === undefined ? author : `${author} <${email}>`);

type ReleasePart = Pick<DesiredStatus, 'releaseDigest' | 'descriptorSha256' | 'descriptorVersionId'>;

/** The release digest, from the descriptor as read, or as it was when it was last read. */
function releaseOf(facts: EnvironmentFacts, wanted: DesiredEnvironment, key: string | undefined): ReleasePart {
  const { name } = wanted.product;
  if (key === undefined) return { releaseDigest: releaseDigest({ product: name, version: wanted.version }) };
  const before = facts.environment.status?.desired;
  if (facts.descriptor?.state === 'found' && isPinned(facts.descriptor.descriptor, facts)) {
    const { sha256, versionId, content } = facts.descriptor.descriptor;
    return compact<ReleasePart>({
      releaseDigest: releaseDigest({ product: name, version: wanted.version, descriptor: content }),
      descriptorSha256: sha256,
      descriptorVersionId: versionId,
    });
  }
  if (before?.version !== wanted.version || before.descriptorKey !== key) return {};
  return compact<ReleasePart>({
    releaseDigest: before.releaseDigest,
    descriptorSha256: before.descriptorSha256,
    descriptorVersionId: before.descriptorVersionId,
  });
}

function isPinned(descriptor: Descriptor, { pin }: EnvironmentFacts): boolean {
  return pin === undefined || pin.sha256 === descriptor.sha256;
}
