import { expect, it } from 'vitest';
import { resolveDesired } from '../../controller/core/desired.js';
import { withKnownDigest } from '../../controller/core/plan/known-digest.js';
import type { DesiredStatus, EnvironmentResource } from '../../controller/core/resources/environment.js';
import { aCommit, aDesired, anEnvironment, aProduct, at, someFacts } from '../support/facts.js';

const product = aProduct({ descriptor: { bucket: 'candidates', key: 'shop/${version}.json' } });
const desired = aDesired({ product, version: '1.1.0' });
const commit = { ...aCommit(), author: 'Ada', email: 'ada@acme.example', time: at('09:00') };
const facts = someFacts({ desired, commit, now: at('10:00') });
const elsewhere: DesiredStatus = {
  version: '1.1.0',
  releaseDigest: `sha256:${'1'.repeat(64)}`,
  descriptorSha256: '2'.repeat(64),
  settingsDigest: 'sha256:other',
  commit: 'f'.repeat(40),
  since: '2026-11-01T00:00:00Z',
};
const peer = (status: Partial<DesiredStatus>): EnvironmentResource =>
  anEnvironment({ observedGeneration: 1, desired: { ...elsewhere, ...status } });

it('what another environment knew of the descriptor is asked for by this commit, and from now on', () => {
  const environment = withKnownDigest(facts, [peer({ version: '1.0.0' }), peer({})]);
  expect(environment.status?.desired).toEqual({
    version: '1.1.0',
    releaseDigest: elsewhere.releaseDigest,
    descriptorKey: 'shop/1.1.0.json',
    descriptorSha256: elsewhere.descriptorSha256,
    settingsDigest: desired.settingsDigest,
    commit: commit.sha,
    commitTime: '2026-11-22T09:00:00Z',
    commitAuthor: 'Ada <ada@acme.example>',
    since: '2026-11-22T10:00:00Z',
  });
  expect(resolveDesired({ ...facts, environment })).toMatchObject({ commit: commit.sha, since: '2026-11-22T10:00:00Z' });
});

it('nothing is known where no environment has had the version, or the product has no descriptor', () => {
  expect(withKnownDigest(facts, [peer({ version: '1.0.0' })])).toBe(facts.environment);
  expect(withKnownDigest(someFacts({ desired: aDesired() }), [peer({})])).toEqual(anEnvironment());
});
