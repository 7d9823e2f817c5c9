import { describe, expect, it } from 'vitest';
import { controllerConfig, UsageError } from '../../controller/config.js';
import { defaultLeaseTimes } from '../../controller/core/lease-times.js';

const lease = (duration?: string, renew?: string, retry?: string) =>
  controllerConfig({
    leaseNamespace: 'towpath',
    ...(duration === undefined ? {} : { leaseDuration: duration }),
    ...(renew === undefined ? {} : { leaseRenewDeadline: renew }),
    ...(retry === undefined ? {} : { leaseRetryPeriod: retry }),
  }).lease;

describe('the times of the lease', () => {
  it('are 35, 30 and 5 seconds where no flag says otherwise', () => {
    expect(lease()).toEqual({ namespace: 'towpath', name: 'towpath', leaseMs: 35_000, renewDeadlineMs: 30_000, retryMs: 5_000 });
    expect(defaultLeaseTimes).toEqual({ leaseMs: 35_000, renewDeadlineMs: 30_000, retryMs: 5_000 });
  });

  it('are taken from the flags, each for itself', () => {
    expect(lease('1m')).toMatchObject({ leaseMs: 60_000, renewDeadlineMs: 30_000, retryMs: 5_000 });
    expect(lease('7s', '5s', '1s')).toMatchObject({ leaseMs: 7_000, renewDeadlineMs: 5_000, retryMs: 1_000 });
  });

  it.each([
    ['a lease that is over before its holder gives up', '30s', '30s', '5s', /the lease must be longer than the renew deadline/],
    ['a deadline that leaves no second try', '35s', '6s', '5s', /the renew deadline must be longer than 1\.2 retry periods/],
    ['no time between two tries', '35s', '30s', '0s', /the retry period must be longer than nothing/],
    ['a lease of which never enough is left to start anything', '6s', '4s', '1s', /two retry periods by 5s: nothing is started/],
    ['what is no duration', '35', '30s', '5s', /--lease-duration 35 is no duration \(for instance 35s\)/],
    ['a negative time', '35s', '30s', '-1s', /--lease-retry-period -1s is no duration/],
  ])('refuse %s', (_what, duration, renew, retry, says) => {
    expect(() => lease(duration, renew, retry)).toThrow(UsageError);
    expect(() => lease(duration, renew, retry)).toThrow(says);
  });
});
