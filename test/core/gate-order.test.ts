import { describe, expect, it } from 'vitest';
import type { PathEnvironment } from '../../controller/core/facts.js';
import { order } from '../../controller/core/gates/order.js';
import { soak } from '../../controller/core/gates/soak.js';
import type { AfterRule, DesiredEnvironment, Millis } from '../../controller/core/model.js';
import type { DesiredStatus } from '../../controller/core/resources/environment.js';
import { toTime } from '../../controller/core/time.js';
import { aDesired, aProduct, aStage, at, someFacts, verified } from '../support/facts.js';
import { aClass } from '../support/release-worlds.js';

const desired: DesiredStatus = {
  version: '1.1.0',
  releaseDigest: 'sha256:r',
  settingsDigest: 's',
  commit: 'c',
  since: toTime(at('09:00')),
};
const hour = 3_600_000;

const inProduction = (require: AfterRule['require'] = 'any', over: Partial<DesiredEnvironment> = {}): DesiredEnvironment =>
  aDesired({
    stage: 'production',
    environment: 'production',
    product: aProduct({
      stages: [
        aStage(),
        aStage({ name: 'uat', after: [{ stage: 'qa', require: 'any' }] }),
        aStage({ name: 'production', soakMs: hour, after: [{ stage: 'uat', require }] }),
      ],
      classes: [
        aClass({ name: 'hotfix', skips: [{ stage: 'uat', owner: 'qa', withinMs: hour }] }),
        aClass({
          name: 'emergency',
          skips: [
            { stage: 'uat', owner: 'qa', withinMs: hour },
            { stage: 'qa', owner: 'qa', withinMs: hour },
          ],
        }),
      ],
    }),
    ...over,
  });
const place = (environment: string, over: Partial<PathEnvironment> = {}): PathEnvironment => ({
  environment,
  stage: environment.split('-')[0] ?? '',
  verified: [verified('sha256:r', at('08:00'))],
  ...over,
});
const drifted = { releaseDigest: 'sha256:r', what: 'bob deployed 1.0.9' };

function judge(path: readonly PathEnvironment[], wanted = inProduction(), gate = order, now: Millis = at('10:00')) {
  return gate({ facts: someFacts({ path, now }), wanted, desired });
}

describe('order', () => {
  it('opens where the very digest is verified in the stage before', () => {
    expect(judge([place('uat')])).toEqual({ state: 'Passed', reason: 'VerifiedUpstream', message: '1.1.0 is verified in uat' });
  });

  it('opens for a class that may skip the stage once what is before that one has it', () => {
    const hotfix = inProduction('any', { release: { class: 'hotfix' } });
    expect(judge([place('qa')], hotfix)?.message).toBe('1.1.0 is verified in qa');
    expect(judge([place('qa', { verified: [] })], hotfix)?.state).toBe('Waiting');
  });

  it('opens for a class that may skip all of them, and says which', () => {
    expect(judge([], inProduction('any', { release: { class: 'emergency' } }))).toEqual({
      state: 'Passed',
      reason: 'PathSkipped',
      message: 'emergency may skip uat',
    });
  });

  it('closes again when a later verification fails', () => {
    const failed = place('uat', { verified: [verified('sha256:r', at('09:00'), 'Failed')] });
    expect(judge([failed])?.reason).toBe('VerificationFailedUpstream');
    expect(judge([failed], undefined, soak)?.reason).toBe('NotSoaking');
  });

  it('closes again while something else runs where it was verified', () => {
    expect(judge([place('uat', { drifted })])).toEqual({
      state: 'Waiting',
      reason: 'DriftedUpstream',
      message: '1.1.0 was verified, but bob deployed 1.0.9 over it in uat: it counts again once that is put right',
      who: 'an operator, by settling the drift in uat',
    });
    expect(judge([place('uat', { drifted })], undefined, soak)?.reason).toBe('NotSoaking');
  });

  it('closes where one of all has drifted, and stays open where another one still stands', () => {
    const path = [place('uat-1', { drifted }), place('uat-2')];
    expect(judge(path, inProduction('all'))?.reason).toBe('DriftedUpstream');
    expect(judge(path)?.state).toBe('Passed');
  });

  it('opens where another release has drifted: what was verified of this one before stands', () => {
    expect(judge([place('uat', { drifted: { ...drifted, releaseDigest: 'sha256:other' } })])?.state).toBe('Passed');
  });

  it('closes for the same version under another digest: nothing passes but what was verified', () => {
    expect(judge([place('uat', { verified: [verified('sha256:other', at('08:00'))] })])?.reason).toBe('NotVerifiedUpstream');
  });

  it('explains where it is still open to be verified, drift or not', () => {
    expect(judge([place('uat-1', { drifted }), place('uat-2', { verified: [] })])?.message).toBe(
      'waiting for 1.1.0 to be verified in uat-2',
    );
  });

  it('next change: has none of its own, the soak after it has', () => {
    expect(judge([place('uat', { verified: [] })])?.nextChange).toBeUndefined();
    expect(judge([place('uat')], undefined, soak, at('08:30'))?.nextChange).toBe(at('09:00'));
  });

  it('fails closed where the digest, or any environment to verify it in, is not known', () => {
    const { releaseDigest: _, ...unknown } = desired;
    expect(order({ facts: someFacts({ path: [place('uat')] }), wanted: inProduction(), desired: unknown })?.reason).toBe(
      'ReleaseDigestUnknown',
    );
    expect(judge([])?.reason).toBe('NoUpstream');
  });
});
