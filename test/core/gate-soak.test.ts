import { describe, expect, it } from 'vitest';
import type { PathEnvironment } from '../../controller/core/facts.js';
import { soak } from '../../controller/core/gates/soak.js';
import type { AfterRule, DesiredEnvironment, Millis } from '../../controller/core/model.js';
import type { DesiredStatus } from '../../controller/core/resources/environment.js';
import { toTime } from '../../controller/core/time.js';
import { aDesired, aProduct, aStage, at, someFacts, verified } from '../support/facts.js';
import { aClass } from '../support/release-worlds.js';

const hour = 3_600_000;
const desired: DesiredStatus = {
  version: '1.1.0',
  releaseDigest: 'sha256:r',
  settingsDigest: 's',
  commit: 'c',
  since: toTime(at('09:00')),
};

const production = (require: AfterRule['require'] = 'any', over: Partial<DesiredEnvironment> = {}): DesiredEnvironment =>
  aDesired({
    stage: 'production',
    environment: 'production-acme',
    client: 'acme',
    product: aProduct({
      stages: [
        aStage(),
        aStage({ name: 'uat', after: [{ stage: 'qa', require: 'any' }] }),
        aStage({ name: 'production', soakMs: 2 * hour, after: [{ stage: 'uat', require }] }),
      ],
      classes: [aClass({ name: 'hotfix', skips: [{ stage: 'uat', owner: 'quality-analyst', withinMs: hour }] })],
    }),
    ...over,
  });
const place = (environment: string, clock: string, over: Partial<PathEnvironment> = {}): PathEnvironment => ({
  environment,
  stage: environment.split('-')[0] ?? '',
  client: 'acme',
  verified: [verified('sha256:r', at(clock))],
  ...over,
});

function judge(path: readonly PathEnvironment[], now: Millis, wanted = production()) {
  return soak({ facts: someFacts({ path, now }), wanted, desired });
}

describe('soak', () => {
  it('opens at the very moment that the release has stood verified for so long', () => {
    expect(judge([place('uat', '08:00')], at('09:59:59'))?.state).toBe('Waiting');
    expect(judge([place('uat', '08:00')], at('10:00'))).toEqual({ state: 'Passed', reason: 'Soaked', message: 'soaked for 2h' });
  });

  it('opens by the stage before the one that the class may skip', () => {
    const hotfix = production('any', { release: { class: 'hotfix' } });
    expect(judge([place('qa', '08:00', { stage: 'qa' })], at('10:00'), hotfix)?.state).toBe('Passed');
  });

  it('closes again when a later verification fails, or something else is deployed over it', () => {
    const failed = place('uat', '08:00', { verified: [verified('sha256:r', at('09:00'), 'Failed')] });
    const drifted = place('uat', '08:00', { drifted: { releaseDigest: 'sha256:r', what: 'bob deployed 1.0.9' } });
    for (const one of [failed, drifted]) expect(judge([one], at('12:00'))?.reason).toBe('NotSoaking');
  });

  it('closes for what soaked for another client, or as another digest', () => {
    const other = place('uat', '08:00', { verified: [verified('sha256:other', at('08:00'))] });
    for (const one of [place('uat', '08:00', { client: 'globex' }), other])
      expect(judge([one], at('12:00'))?.reason).toBe('NotSoaking');
  });

  it('explains for how long, and until when', () => {
    expect(judge([place('uat', '08:30')], at('10:00'))?.message).toBe('soaks for 2h, until 2026-11-22 10:30 UTC');
    expect(judge([place('uat', '08:30', { verified: [] })], at('10:00'))?.message).toBe(
      'soaks for 2h once it is verified in uat',
    );
  });

  it('next change: when the first, or where all are demanded the last, has soaked', () => {
    const path = [place('uat-1', '09:00'), place('uat-2', '09:30')];
    expect(judge(path, at('10:00'))?.nextChange).toBe(at('11:00'));
    expect(judge(path, at('10:00'), production('all'))?.nextChange).toBe(at('11:30'));
  });

  it('fails closed where nobody knows since when it stands, or under which digest', () => {
    const odd = place('uat', '08:00', { verified: [{ ...verified('sha256:r', at('08:00')), since: 'yesterday' }] });
    expect(judge([odd], at('12:00'))?.reason).toBe('NotSoaking');
    const { releaseDigest: _, ...unknown } = desired;
    const verdict = soak({
      facts: someFacts({ path: [place('uat', '08:00')], now: at('12:00') }),
      wanted: production(),
      desired: unknown,
    });
    expect(verdict?.reason).toBe('NotSoaking');
  });
});
