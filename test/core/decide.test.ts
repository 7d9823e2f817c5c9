import { describe, expect, it } from 'vitest';
import { decide } from '../../controller/core/decide.js';
import { desiredDigest, releaseDigest } from '../../controller/core/digest.js';
import type { EnvironmentStatus } from '../../controller/core/resources/environment.js';
import { toTime } from '../../controller/core/time.js';
import {
  aCommit,
  aDescriptor,
  aDesired,
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
const confirmed = anEnvironment(undefined, { 'towpath.dev/confirm': '1.1.0' });

const ready = ({ conditions = [] }: EnvironmentStatus) => {
  const found = conditions.find(({ type }) => type === 'Ready');
  return found && [found.status, found.reason, found.message];
};
const types = ({ conditions = [] }: EnvironmentStatus) =>
  conditions.filter(({ status }) => status === 'True').map(({ type }) => type);

describe('a first deployment', () => {
  it('is never started by surprise', () => {
    const { decision, status } = decide(someFacts());
    expect(decision).toEqual({ do: 'idle' });
    expect(ready(status)).toEqual([
      'False',
      'Blocked',
      '1.1.0: nothing is recorded of this environment: annotate it with towpath.dev/confirm=1.1.0 to deploy, or towpath.dev/adopt=VERSION to record what runs there',
    ]);
    expect(types(status)).toEqual(['Stalled', 'Valid']);
  });

  it('starts when an operator confirms this version, and no other', () => {
    expect(decide(someFacts({ environment: confirmed })).decision.do).toBe('start');
    expect(decide(someFacts({ environment: anEnvironment(undefined, { 'towpath.dev/confirm': '1.0.0' }) })).decision.do).toBe(
      'idle',
    );
  });

  it('starts where the source allows it', () => {
    expect(decide(someFacts({ source: { name: 'releases', suspended: false, firstDeployment: 'deploy' } })).decision.do).toBe(
      'start',
    );
  });

  it('is not needed where an operator adopts what git asks for', () => {
    const { decision, status } = decide(someFacts({ environment: anEnvironment(undefined, { 'towpath.dev/adopt': '1.1.0' }) }));
    expect(decision).toEqual({ do: 'idle' });
    expect(status.recorded).toEqual({
      version: '1.1.0',
      digest,
      releaseDigest: release,
      certain: true,
      verified: true,
      since: toTime(at('10:00')),
    });
    expect(ready(status)).toEqual(['True', 'Deployed', '1.1.0 is deployed (adopted)']);
    expect(status.lastHandledAdopt).toBe('1.1.0');
  });

  it('becomes an ordinary deployment where an operator adopts another version, once that is durable', () => {
    const asked = { 'towpath.dev/adopt': '1.0.0' };
    const facts = someFacts({ environment: anEnvironment(undefined, asked) });
    const adopting = decide(facts);
    expect([adopting.decision, adopting.recheckAt]).toEqual([{ do: 'idle' }, facts.now]);
    const { decision } = decide(someFacts({ environment: anEnvironment(adopting.status, asked) }));
    expect(decision).toMatchObject({
      do: 'start',
      run: { version: '1.1.0', number: 1, cause: { message: 'git asks for 1.1.0; 1.0.0 is recorded' } },
    });
  });
});

describe('a run that is started', () => {
  it('is frozen with everything that it deploys', () => {
    const desired = aDesired({
      client: 'acme',
      product: aProduct({
        stages: [
          {
            name: 'qa',
            after: [],
            soakMs: 0,
            signoffs: [],
            checklist: 'optional',
            verification: [
              {
                name: 'smoke',
                jenkins: { server: 'main', job: 'smoke', parameters: { E: '${environment}-${run}' }, timeoutMs: 60_000 },
              },
            ],
          },
        ],
      }),
    });
    const { decision } = decide(someFacts({ environment: confirmed, desired, runs: [older({ number: 4 })] }));
    expect(decision).toMatchObject({
      do: 'start',
      run: {
        source: 'releases',
        product: 'shop',
        environment: 'qa',
        stage: 'qa',
        client: 'acme',
        version: '1.1.0',
        digest,
        releaseDigest: release,
        commit: aCommit().sha,
        commitTime: toTime(at('09:00')),
        number: 5,
        attempt: 1,
        action: 'deploy',
        deployer: {
          jenkins: { server: 'main', job: 'deploy', parameters: { ENVIRONMENT: 'qa', VERSION: '1.1.0' }, timeout: '3600s' },
          unstable: 'failure',
        },
        verification: [
          { name: 'smoke', jenkins: { server: 'main', job: 'smoke', parameters: { E: 'qa-shop.qa.5' }, timeout: '60s' } },
        ],
        cause: { type: 'desired', message: 'git asks for 1.1.0; 1.0.0 is recorded' },
      },
    });
  });

  it('carries the digest of the descriptor, and the delta to what is recorded', () => {
    const desired = aDesired({ product: aProduct({ descriptor: { bucket: 'rc', key: 'shop/${version}.json' } }) });
    const descriptor = { state: 'found' as const, descriptor: aDescriptor({ components: { cart: '1.1.0', pay: '2.0.0' } }) };
    const { decision } = decide(
      someFacts({ environment: confirmed, desired, descriptor, recordedComponents: { cart: '1.0.0' }, runs: [older()] }),
    );
    expect(decision).toMatchObject({
      do: 'start',
      run: {
        descriptor: { key: 'shop/1.1.0.json', sha256: 'a'.repeat(64) },
        delta: { added: 1, removed: 0, upgraded: 1, downgraded: 0, changed: 0 },
      },
    });
  });
});

describe('in sync', () => {
  it('means recorded for certain, verified, and untouched: nothing is done', () => {
    const { decision, status, recheckAt } = decide(someFacts({ runs: [ours()] }));
    expect([decision, recheckAt]).toEqual([{ do: 'idle' }, undefined]);
    expect(ready(status)).toEqual(['True', 'Deployed', '1.1.0 is deployed']);
    expect(types(status)).toEqual(['Ready', 'Valid']);
  });

  it('a second look at the same facts changes nothing', () => {
    const first = decide(someFacts({ runs: [ours()] })).status;
    expect(decide(someFacts({ now: at('23:00'), environment: anEnvironment(first), runs: [ours()] })).status).toEqual(first);
  });

  it('a new commit, a reason or another job deploys nothing', () => {
    const before = decide(someFacts({ runs: [ours()] })).status;
    const product = aProduct({
      deployer: { ...aProduct().deployer, job: 'other', parameters: { ENVIRONMENT: '${environment}' } },
    });
    const facts = someFacts({
      environment: anEnvironment(before),
      runs: [ours()],
      commit: aCommit('d'.repeat(40)),
      desired: aDesired({ product, reason: 'new words' }),
    });
    const { decision, status } = decide(facts);
    expect([decision, status.desired?.commit, status.desired?.reason]).toEqual([{ do: 'idle' }, 'c'.repeat(40), 'new words']);
  });

  it('changed settings are a new desired state', () => {
    const { decision } = decide(
      someFacts({ runs: [ours()], desired: aDesired({ settings: { a: 1 }, settingsDigest: 'sha256:other' }) }),
    );
    expect(decision.do).toBe('start');
  });
});

describe('a run that did not succeed', () => {
  it.each(['Failed', 'Aborted', 'TimedOut'] as const)(
    'and is %s makes what is recorded uncertain: going back in git deploys it',
    (phase) => {
      const runs = [ours({ number: 1 }), older({ number: 2, phase, at: at('09:45') })];
      const { decision, status } = decide(someFacts({ runs }));
      expect(status.recorded).toMatchObject({ version: '1.1.0', certain: false, run: 'shop.qa.1' });
      expect(decision).toMatchObject({
        do: 'start',
        run: { number: 3, digest, cause: { message: 'git asks for 1.1.0; 1.1.0 is recorded, but not certain' } },
      });
    },
  );

  it('and never started leaves what is recorded certain', () => {
    const aborted = older({
      number: 2,
      phase: 'Aborted',
      status: { jenkins: { state: 'Finished', result: 'CANCELLED', queueId: 3 } },
    });
    expect(decide(someFacts({ runs: [ours(), aborted] })).decision).toEqual({ do: 'idle' });
  });

  it('is retried as the product says, after the pause', () => {
    const facts = {
      desired: aDesired({ product: withRetry(1) }),
      runs: [older(), ours({ number: 2, phase: 'Failed', at: at('09:59:30') })],
    };
    const waits = decide(someFacts(facts));
    expect([waits.decision, waits.recheckAt]).toEqual([{ do: 'idle' }, at('10:00:30')]);
    expect(types(waits.status)).toContain('Reconciling');
    expect(decide(someFacts({ ...facts, now: at('10:00:30') })).decision).toMatchObject({
      do: 'start',
      run: { attempt: 2, cause: { type: 'retry', message: 'retry 1 of 1' } },
    });
  });

  it('waits for a person or a commit when the retries are used up', () => {
    const runs = [
      older(),
      ours({ number: 2, phase: 'Failed' }),
      ours({ number: 3, phase: 'Failed', spec: { cause: { type: 'retry', message: '' } } }),
    ];
    const { decision, status } = decide(someFacts({ desired: aDesired({ product: withRetry(1) }), runs }));
    expect(decision).toEqual({ do: 'idle' });
    expect(ready(status)?.[1]).toBe('DeploymentFailed');
    expect(types(status)).toContain('Stalled');
  });

  it('is tried again when an operator asks, once for each request, and the retries start anew', () => {
    const asked = anEnvironment(undefined, { 'towpath.dev/retryRequestedAt': '17' });
    const failed = ours({ number: 2, phase: 'Failed' });
    expect(decide(someFacts({ environment: asked, runs: [older(), failed] })).decision).toMatchObject({
      do: 'start',
      run: { attempt: 2, cause: { type: 'requested', token: '17' } },
    });
    const again = ours({ number: 3, phase: 'Failed', spec: { cause: { type: 'requested', message: '', token: '17' } } });
    const after = decide(someFacts({ environment: asked, runs: [older(), failed, again] }));
    expect([after.decision, after.status.lastHandledRetryAt]).toEqual([{ do: 'idle' }, '17']);
    expect(
      decide(someFacts({ environment: asked, desired: aDesired({ product: withRetry(1, 0) }), runs: [older(), failed, again] }))
        .decision,
    ).toMatchObject({
      run: { cause: { message: 'retry 1 of 1' } },
    });
  });

  it('is not tried again by a request from a time when nothing had failed', () => {
    const asked = anEnvironment(undefined, { 'towpath.dev/retryRequestedAt': '17' });
    const calm = decide(someFacts({ environment: asked, runs: [ours()] })).status;
    expect(calm.lastHandledRetryAt).toBe('17');
    const later = anEnvironment(calm, { 'towpath.dev/retryRequestedAt': '17' });
    expect(decide(someFacts({ environment: later, runs: [older(), ours({ number: 2, phase: 'Failed' })] })).decision).toEqual({
      do: 'idle',
    });
  });

  it('and was aborted by somebody is not retried by itself', () => {
    const runs = [older(), ours({ number: 2, phase: 'Aborted' })];
    expect(decide(someFacts({ desired: aDesired({ product: withRetry(3) }), runs })).decision).toEqual({ do: 'idle' });
  });
});

describe('a verification that failed', () => {
  const runs = [older(), ours({ number: 2, phase: 'VerificationFailed' })];

  it('leaves the environment deployed and not ready, until somebody acts', () => {
    const { decision, status } = decide(someFacts({ runs }));
    expect([decision, status.recorded?.verified, status.recorded?.certain]).toEqual([{ do: 'idle' }, false, true]);
    expect(ready(status)?.[1]).toBe('VerificationFailed');
  });

  it('can be run again alone', () => {
    const environment = anEnvironment(undefined, { 'towpath.dev/verifyRequestedAt': '5' });
    const { decision } = decide(someFacts({ environment, runs }));
    expect(decision).toMatchObject({ do: 'start', run: { action: 'verify', number: 3, cause: { type: 'verify', token: '5' } } });
    const verify = ours({ number: 3, spec: { action: 'verify', cause: { type: 'verify', message: '', token: '5' } } });
    const after = decide(someFacts({ environment, runs: [...runs, verify] }));
    expect([after.decision, ready(after.status)?.[0]]).toEqual([{ do: 'idle' }, 'True']);
    expect(after.status.verified?.find((entry) => entry.releaseDigest === release)?.result).toBe('Passed');
  });
});
