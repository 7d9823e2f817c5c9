import { describe, expect, it } from 'vitest';
import { decide } from '../../controller/core/decide.js';
import { desiredDigest, releaseDigest } from '../../controller/core/digest.js';
import type { DeploymentRunResource } from '../../controller/core/resources/deployment-run.js';
import type { EnvironmentStatus } from '../../controller/core/resources/environment.js';
import { expiredRuns } from '../../controller/core/run/retention.js';
import { resolved } from '../../controller/core/run/run.js';
import {
  aDesired,
  aForeignBuild,
  anEnvironment,
  aProduct,
  aRun,
  at,
  type RunOver,
  someFacts,
  withRetry,
} from '../support/facts.js';

const release = releaseDigest({ product: 'shop', version: '1.1.0' });
const digest = desiredDigest({ releaseDigest: release, product: 'shop', environment: 'qa', settings: {} });
const ours = (over: RunOver = {}) => aRun({ ...over, spec: { digest, releaseDigest: release, ...over.spec } });
const older = (over: RunOver = {}) =>
  aRun({ ...over, spec: { version: '1.0.0', digest: 'sha256:old', releaseDigest: 'sha256:old-release', ...over.spec } });
const asked = (name: string, value: string) => ({ [`towpath.dev/${name}`]: value });

describe('a request of an operator', () => {
  it('is kept while git is not known, and carried out once it is', () => {
    const runs = [older(), ours({ number: 2, phase: 'Failed' })];
    const { desired: _, ...unread } = someFacts({ environment: anEnvironment(undefined, asked('retryRequestedAt', '17')), runs });
    const { status } = decide(unread);
    expect(status.lastHandledRetryAt).toBeUndefined();
    const environment = anEnvironment(status, asked('retryRequestedAt', '17'));
    expect(decide(someFacts({ environment, runs })).decision).toMatchObject({ do: 'start', run: { cause: { token: '17' } } });
  });

  it('to adopt is not lost where it is carried out in the second in which a run ends', () => {
    const runs = [ours({ at: at('10:00') })];
    const adopt = anEnvironment(undefined, asked('adopt', '0.9.0'));
    const { status } = decide(someFacts({ environment: adopt, runs }));
    const again = anEnvironment(status, asked('adopt', '0.9.0'));
    expect(decide(someFacts({ environment: again, runs })).status.recorded?.version).toBe('0.9.0');
  });

  it('to adopt the same version counts again once the first was taken away', () => {
    const first = decide(someFacts({ environment: anEnvironment(undefined, asked('adopt', '0.9.0')) })).status;
    const runs = [ours({ at: at('10:30') })];
    const removed = decide(someFacts({ now: at('10:31'), environment: anEnvironment(first), runs })).status;
    const environment = anEnvironment(removed, asked('adopt', '0.9.0'));
    const second = decide(someFacts({ now: at('10:32'), environment, runs })).status;
    expect([removed.recorded?.version, second.recorded?.version]).toEqual(['1.1.0', '0.9.0']);
  });
});

describe('a descriptor that is not there', () => {
  it.each(['missing', 'invalid', 'unavailable'] as const)('and %s is looked at again', (state) => {
    const product = aProduct({ descriptor: { bucket: 'candidates', key: '${product}/${version}.json' } });
    const facts = someFacts({ desired: aDesired({ product }), runs: [older()], descriptor: { state, message: 'why' } });
    const { decision, recheckAt } = decide(facts);
    expect([decision, recheckAt]).toEqual([{ do: 'idle' }, at('10:00:30')]);
  });
});

describe('a run that nobody can know the end of', () => {
  it.each(['failed', 'retry'] as const)('and is settled as %s leaves what is recorded uncertain', (resolution) => {
    const { buildNumber: _, ...unseen } = aRun({ phase: 'Unknown' }).status?.jenkins ?? { state: 'Unknown' as const };
    const run = older({ number: 2, phase: 'Unknown', status: { jenkins: unseen } });
    const status = resolved(run, resolution, at('09:50'));
    const runs = [ours(), { ...run, ...(status === undefined ? {} : { status }) }];
    expect(decide(someFacts({ runs }))).toMatchObject({ decision: { do: 'start' }, status: { recorded: { certain: false } } });
  });
});

describe('a build that Towpath did not start', () => {
  const history = [aForeignBuild()];

  it('is not forgotten when so many came after it that it is not read any more', () => {
    const seen = decide(someFacts({ runs: [ours()], history })).status;
    const { status } = decide(someFacts({ environment: anEnvironment(seen), runs: [ours()], history: [] }));
    expect(status.observed).toEqual(seen.observed);
  });

  it('is not deployed over for ever where the run for it is cancelled each time', () => {
    const jenkins = { state: 'Finished', result: 'CANCELLED', queueId: 3 } as const;
    const spec = { cause: { type: 'drift', message: '' } } as const;
    const cancelled = ours({ number: 2, phase: 'Aborted', at: at('09:55'), status: { jenkins }, spec });
    const desired = aDesired({ product: aProduct({ driftPolicy: 'reconcile' }) });
    const { decision, status } = decide(someFacts({ desired, runs: [ours(), cancelled], history }));
    expect(decision).toEqual({ do: 'idle' });
    expect(status.conditions?.find(({ type }) => type === 'Stalled')?.reason).toBe('DeploymentFailed');
  });
});

describe('until the repository is read after a start', () => {
  const before = decide(someFacts({ runs: [ours()] })).status;
  const { desired: _, ...unread } = someFacts({ environment: anEnvironment(before), runs: [ours()], unread: true });

  it('what was said before stands', () => {
    expect(decide(unread)).toEqual({ decision: { do: 'idle' }, status: before });
  });

  it('a run that has ended meanwhile is told of', () => {
    const { status } = decide({ ...unread, runs: [ours(), older({ number: 2, phase: 'Failed', at: at('09:45') })] });
    expect([status.recorded?.certain, status.waitingFor]).toEqual([false, 'valid']);
  });

  it('a retry that was due later is not announced any more where the source is suspended: it would never come', () => {
    const desired = aDesired({ product: withRetry(1, 60_000) });
    const source = { name: 'releases', suspended: true, firstDeployment: 'confirm' } as const;
    const runs = [older(), ours({ number: 2, phase: 'Failed', at: at('10:00') })];
    const waiting = decide(someFacts({ desired, runs, source })).status;
    const { desired: __, ...restarted } = someFacts({ environment: anEnvironment(waiting), runs, source, unread: true });
    const { status } = decide(restarted);
    const stands = (of: EnvironmentStatus) => of.conditions?.map(({ type, reason }) => `${type} ${reason}`).slice(0, 2);
    expect([waiting, status].map(stands)).toEqual([
      ['Ready DeploymentFailed', 'Reconciling DeploymentFailed'],
      ['Ready Suspended', 'Stalled Suspended'],
    ]);
  });

  it('a retry that is asked for is not passed over in silence where the source is suspended', () => {
    const source = { name: 'releases', suspended: true, firstDeployment: 'confirm' } as const;
    const runs = [older(), ours({ number: 2, phase: 'Failed', at: at('10:00') })];
    const failed = decide(someFacts({ runs, source })).status;
    const environment = anEnvironment(failed, asked('retryRequestedAt', '17'));
    const { desired: __, ...restarted } = someFacts({ environment, runs, source, unread: true });
    const reasons = [failed, decide(restarted).status].map(({ conditions }) => conditions?.[0]?.reason);
    expect(reasons).toEqual(['DeploymentFailed', 'Suspended']);
  });
});

describe('the number of a run', () => {
  it('is not used again where a person has deleted the runs', () => {
    const { status } = decide(someFacts({ runs: [older({ number: 7 })] }));
    const { decision } = decide(someFacts({ environment: anEnvironment(status), runs: [] }));
    expect(decision).toMatchObject({ do: 'start', run: { number: 8 } });
  });
});

describe('the retention of runs', () => {
  const name = ({ metadata }: DeploymentRunResource) => metadata.name;

  it('keeps what the limit of retries counts', () => {
    const retry = { cause: { type: 'retry', message: '' } } as const;
    const runs = [
      ours({ number: 1 }),
      older({ number: 2, phase: 'Failed' }),
      ours({ number: 3, phase: 'Failed' }),
      ...[4, 5, 6].map((number) => ours({ number, phase: 'Failed', spec: retry })),
    ];
    expect(expiredRuns(runs, 2).map(name)).toEqual(['shop.qa.2']);
  });
});
