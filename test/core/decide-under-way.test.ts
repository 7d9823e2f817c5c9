import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide } from '../../controller/core/decide.js';
import { desiredDigest, releaseDigest } from '../../controller/core/digest.js';
import type { EnvironmentFacts } from '../../controller/core/facts.js';
import { phases } from '../../controller/core/resources/deployment-run.js';
import type { EnvironmentStatus } from '../../controller/core/resources/environment.js';
import { toTime } from '../../controller/core/time.js';
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

const ready = ({ conditions = [] }: EnvironmentStatus) => {
  const found = conditions.find(({ type }) => type === 'Ready');
  return found && [found.status, found.reason, found.message];
};
const types = ({ conditions = [] }: EnvironmentStatus) =>
  conditions.filter(({ status }) => status === 'True').map(({ type }) => type);

describe('a run under way', () => {
  it('is advanced, and may claim only while every gate is open for exactly what it deploys', () => {
    const run = ours({ number: 2, phase: 'Pending' });
    const runs = [older(), run];
    expect(decide(someFacts({ runs })).decision).toEqual({ do: 'advance', run, mayClaim: true, stop: false });
    const suspended = anEnvironment(undefined, { 'towpath.dev/suspend': 'audit' });
    expect(decide(someFacts({ environment: suspended, runs })).decision).toEqual({
      do: 'advance',
      run,
      mayClaim: false,
      waitingFor: 'suspended: audit',
      stop: false,
    });
  });

  it('that Jenkins was not asked for is dropped when git moves on', () => {
    const run = older({ number: 2, phase: 'Pending' });
    expect(decide(someFacts({ runs: [older(), run] })).decision).toEqual({
      do: 'supersede',
      run,
      message: 'git asks for 1.1.0 now',
    });
  });

  it('that Jenkins has goes on when git moves on, or is stopped where the product says so', () => {
    const run = older({ number: 2, phase: 'Running' });
    expect(decide(someFacts({ runs: [older(), run] })).decision).toMatchObject({ do: 'advance', stop: false, mayClaim: false });
    const product = aProduct({ deployer: { ...aProduct().deployer, onNewVersion: 'abort' } });
    expect(decide(someFacts({ desired: aDesired({ product }), runs: [older(), run] })).decision).toMatchObject({
      do: 'advance',
      stop: true,
    });
  });

  it('goes on when the documents break', () => {
    const { desired: _, ...broken } = someFacts({ runs: [older(), ours({ number: 2, phase: 'Running' })] });
    const finding = {
      severity: 'error' as const,
      rule: 'x',
      file: 'a.yaml',
      line: 1,
      column: 2,
      path: 'spec',
      message: 'broken',
    };
    const { decision, status } = decide({ ...broken, findings: [finding] });
    expect(decision).toMatchObject({ do: 'advance', stop: false, mayClaim: false });
    expect(status.conditions?.find(({ type }) => type === 'Valid')).toMatchObject({
      status: 'False',
      message: 'a.yaml:1:2 spec: broken',
    });
  });

  it('that is unknown waits for a person and nothing else is started', () => {
    const run = ours({ number: 2, phase: 'Unknown', status: { message: 'build #2 is gone' } });
    const { decision, status } = decide(someFacts({ desired: aDesired({ version: '1.2.0' }), runs: [older(), run] }));
    expect(decision.do).toBe('advance');
    expect(ready(status)).toEqual([
      'False',
      'DeploymentUnknown',
      '1.1.0: build #2 is gone; annotate drun shop.qa.2 with towpath.dev/resolve=succeeded, failed or retry',
    ]);
  });

  it.each(['succeeded', 'failed', 'retry'])('that is unknown is settled by the annotation %s', (resolution) => {
    const run = ours({ number: 2, phase: 'Unknown', annotations: { 'towpath.dev/resolve': resolution } });
    expect(decide(someFacts({ runs: [older(), run] })).decision).toEqual({ do: 'resolve', run, resolution });
  });

  it('that is unknown is not settled by another word', () => {
    const run = ours({ number: 2, phase: 'Unknown', annotations: { 'towpath.dev/resolve': 'yes' } });
    expect(decide(someFacts({ runs: [older(), run] })).decision.do).toBe('advance');
  });
});

describe('a build that Towpath did not start', () => {
  const history = [aForeignBuild()];

  it('is drift, named with build and user, and waits for a person', () => {
    const { decision, status } = decide(someFacts({ runs: [ours()], history }));
    expect(decision).toEqual({ do: 'idle' });
    expect(status.observed).toEqual({
      version: '0.9.0',
      by: 'bob (build #9)',
      at: toTime(at('09:50')),
      url: 'https://jenkins/job/deploy/9/',
    });
    expect(types(status)).toEqual(['Stalled', 'Valid', 'Drifted']);
    expect(ready(status)?.[1]).toBe('Drifted');
  });

  it('is deployed over where the product says reconcile', () => {
    const desired = aDesired({ product: aProduct({ driftPolicy: 'reconcile' }) });
    expect(decide(someFacts({ desired, runs: [ours()], history })).decision).toMatchObject({
      do: 'start',
      run: { cause: { type: 'drift' } },
    });
  });

  it('is deployed over when an operator asks, and kept when one adopts it', () => {
    const retry = anEnvironment(undefined, { 'towpath.dev/retryRequestedAt': '1' });
    expect(decide(someFacts({ environment: retry, runs: [ours()], history })).decision).toMatchObject({
      do: 'start',
      run: { cause: { type: 'requested' } },
    });
    const adopt = anEnvironment(undefined, { 'towpath.dev/adopt': '0.9.0' });
    const { status } = decide(someFacts({ environment: adopt, runs: [ours()], history }));
    expect([status.recorded?.version, status.observed]).toEqual(['0.9.0', undefined]);
  });

  it('came before our own last build: it does not count', () => {
    expect(decide(someFacts({ runs: [ours({ number: 10 })], history })).decision).toEqual({ do: 'idle' });
  });

  it('deployed to another environment: it does not count', () => {
    expect(decide(someFacts({ runs: [ours()], history: [] })).status.observed).toBeUndefined();
  });

  it('is remembered while the history cannot be read', () => {
    const seen = decide(someFacts({ runs: [ours()], history })).status;
    const { status } = decide(someFacts({ environment: anEnvironment(seen), runs: [ours()] }));
    expect(status.observed).toEqual(seen.observed);
  });
});

describe('the conditions, whatever is known', () => {
  const anyRun = fc.record({ phase: fc.constantFrom(...phases), mine: fc.boolean(), verify: fc.boolean() });
  const anyFacts: fc.Arbitrary<EnvironmentFacts> = fc
    .record({
      runs: fc.array(anyRun, { maxLength: 5 }),
      valid: fc.boolean(),
      suspended: fc.boolean(),
      annotations: fc.dictionary(
        fc.constantFrom('adopt', 'confirm', 'suspend', 'retryRequestedAt', 'verifyRequestedAt'),
        fc.constantFrom('1.1.0', '1.0.0', ''),
      ),
      foreign: fc.boolean(),
      retries: fc.nat(2),
    })
    .map(({ runs, valid, suspended, annotations, foreign, retries }) => {
      const noted = Object.fromEntries(Object.entries(annotations).map(([name, value]) => [`towpath.dev/${name}`, value]));
      const facts = someFacts({
        environment: anEnvironment(undefined, noted),
        source: { name: 'releases', suspended, firstDeployment: 'confirm' },
        desired: aDesired({ product: withRetry(retries) }),
        runs: runs.map(({ phase, mine, verify }, index) =>
          (mine ? ours : older)({
            number: index + 1,
            phase: index === runs.length - 1 || phase === 'Succeeded' ? phase : 'Failed',
            ...(verify ? { spec: { action: 'verify' } } : {}),
          }),
        ),
        ...(foreign ? { history: [aForeignBuild()] } : {}),
      });
      if (valid) return facts;
      const { desired: _, ...broken } = facts;
      return {
        ...broken,
        findings: [{ severity: 'error', rule: 'x', file: 'a', line: 1, column: 1, path: '', message: 'broken' }],
      };
    });

  it('obey the rules of kstatus', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const { status } = decide(facts);
        const is = (type: string) => status.conditions?.find((condition) => condition.type === type)?.status;
        expect(is('Ready')).toBeDefined();
        if (is('Ready') === 'True')
          expect([is('Reconciling'), is('Stalled'), is('Drifted')]).toEqual([undefined, undefined, undefined]);
        expect(is('Reconciling') === 'True' && is('Stalled') === 'True').toBe(false);
        expect([is('Reconciling'), is('Stalled')]).not.toContain('False');
        if (is('Stalled') === 'True') expect(is('Ready')).toBe('False');
        expect(status.conditions?.every(({ observedGeneration, message }) => observedGeneration === 1 && message !== '')).toBe(
          true,
        );
      }),
      { numRuns: 2_000 },
    );
  });

  it('deciding again on the status that came out changes nothing', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const { status } = decide(facts);
        const again = { ...facts, environment: { ...facts.environment, status } };
        expect(decide(again).status).toEqual(status);
      }),
      { numRuns: 2_000 },
    );
  });

  it('nothing is started while a run is not terminal, or while a gate is closed', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const { decision, status } = decide(facts);
        if (decision.do !== 'start') return;
        expect(
          facts.runs.every(
            (run) => !['Pending', 'Triggering', 'Queued', 'Running', 'Verifying', 'Unknown'].includes(run.status?.phase ?? ''),
          ),
        ).toBe(true);
        if (decision.run.action === 'deploy') expect(status.waitingFor).toBeUndefined();
      }),
      { numRuns: 2_000 },
    );
  });
});
