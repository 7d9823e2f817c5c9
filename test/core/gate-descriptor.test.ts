import { describe, expect, it } from 'vitest';
import { decide } from '../../controller/core/decide.js';
import type { EnvironmentFacts } from '../../controller/core/facts.js';
import { descriptor } from '../../controller/core/gates/descriptor.js';
import type { DesiredStatus } from '../../controller/core/resources/environment.js';
import { toTime } from '../../controller/core/time.js';
import { aDescriptor, aDesired, aProduct, at, someFacts } from '../support/facts.js';

const wanted = aDesired({ product: aProduct({ descriptor: { bucket: 'rc', key: 'shop/${version}.json' } }) });
const seen: DesiredStatus = { version: '1.1.0', settingsDigest: 's', commit: 'c', since: toTime(at('09:00')) };
const found = { state: 'found' as const, descriptor: aDescriptor() };
const pinnedAs = (digit: string) => ({ sha256: digit.repeat(64), environment: 'qa' });
const judge = (facts: Partial<EnvironmentFacts> = {}, desired = seen) => descriptor({ facts: someFacts(facts), wanted, desired });

describe('descriptor', () => {
  it('opens for the content that was first seen, and for the first look', () => {
    expect(judge({ descriptor: found, pin: pinnedAs('a') })).toEqual({
      state: 'Passed',
      reason: 'Unchanged',
      message: 'sha256 aaaaaaaaaaaa',
    });
    expect(judge({ descriptor: found })?.reason).toBe('Unchanged');
  });

  it('opens without another look where what was read of it is known', () => {
    expect(judge({}, { ...seen, descriptorSha256: 'a'.repeat(64) })?.reason).toBe('Pinned');
  });

  it('closes for other content under the same key, and explains both digests, and who puts it right', () => {
    expect(judge({ descriptor: found, pin: pinnedAs('b') })).toEqual({
      state: 'Failed',
      reason: 'DescriptorChanged',
      message:
        'shop/1.1.0.json was changed after qa first saw it: sha256 bbbbbbbbbbbb then, aaaaaaaaaaaa now; publish it under a new version',
      who: 'whoever publishes the release candidate',
    });
  });

  it('closes where there is none, or it does not parse', () => {
    const who = 'whoever publishes the release candidate';
    expect([
      judge({ descriptor: { state: 'missing', message: 'no such key' } }),
      judge({ descriptor: { state: 'invalid', message: 'no JSON' } }),
    ]).toEqual([
      { state: 'Failed', reason: 'DescriptorMissing', message: 'no such key', who },
      { state: 'Failed', reason: 'DescriptorInvalid', message: 'no JSON', who },
    ]);
  });

  it('next change: has none of its own; while it is closed the descriptor is read again', () => {
    const closed = { descriptor: { state: 'missing' as const, message: 'no such key' } };
    expect(judge(closed)?.nextChange).toBeUndefined();
    expect(judge({ ...closed, now: at('23:00') })).toEqual(judge(closed));
    expect(decide(someFacts({ ...closed, desired: wanted })).recheckAt).toBe(at('10:00:30'));
  });

  it('fails closed while the bucket does not answer, or nothing was read yet', () => {
    expect(judge({ descriptor: { state: 'unavailable', message: 'the bucket does not answer' } })).toEqual({
      state: 'Waiting',
      reason: 'DescriptorUnavailable',
      message: 'the bucket does not answer',
    });
    expect(judge()?.reason).toBe('DescriptorUnread');
    expect(descriptor({ facts: someFacts(), wanted })?.reason).toBe('DescriptorUnread');
  });

  it('is not there where the product has no descriptor', () => {
    expect(descriptor({ facts: someFacts(), wanted: aDesired() })).toBeUndefined();
  });
});
