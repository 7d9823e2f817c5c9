import { describe, expect, it } from 'vitest';
import { decide } from '../../controller/core/decide.js';
import { toTime } from '../../controller/core/time.js';
import { aDesired, aForeignBuild, anEnvironment, aProduct, at, someFacts } from '../support/facts.js';

const recorded = (version: string) => {
  const { desired } = decide(someFacts()).status;
  const since = toTime(at('09:00'));
  const digests = { digest: desired?.digest ?? '', releaseDigest: desired?.releaseDigest ?? '' };
  return { version, ...digests, certain: true, verified: true, since };
};
const environment = anEnvironment({ observedGeneration: 1, recorded: recorded('1.1.0') });
const desired = aDesired({ product: aProduct({ driftPolicy: 'reconcile' }) });
const underWay = aForeignBuild({ building: true });

describe('a build that Towpath did not start and that is under way', () => {
  it('is waited for, and named', () => {
    const { decision, status } = decide(someFacts({ environment, desired, history: [underWay] }));
    expect(decision).toEqual({ do: 'idle' });
    expect(status.gates?.find(({ name }) => name === 'concurrency')).toEqual({
      name: 'concurrency',
      state: 'Waiting',
      reason: 'ForeignBuild',
      message: 'bob deploys here with build #9, which Towpath did not start',
      since: expect.any(String),
    });
  });

  it('is deployed over once it has ended', () => {
    const { decision } = decide(someFacts({ environment, desired, history: [aForeignBuild()] }));
    expect(decision).toMatchObject({
      do: 'start',
      run: { cause: { type: 'drift', message: `bob (build #9) deployed 0.9.0 over ${desired.version}` } },
    });
  });
});
