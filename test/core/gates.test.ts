import { describe, expect, it } from 'vitest';
import type { EnvironmentFacts } from '../../controller/core/facts.js';
import { evaluate, gates, toGateStatuses } from '../../controller/core/gates/evaluate.js';
import type { Verdict } from '../../controller/core/gates/verdict.js';
import type { AfterRule, DesiredEnvironment } from '../../controller/core/model.js';
import type { DesiredStatus } from '../../controller/core/resources/environment.js';
import type { HoldResource } from '../../controller/core/resources/hold.js';
import { toTime } from '../../controller/core/time.js';
import { aDescriptor, aDesired, anEnvironment, aProduct, aStage, at, someFacts, verified } from '../support/facts.js';

const desired: DesiredStatus = {
  version: '1.1.0',
  releaseDigest: 'sha256:r',
  settingsDigest: 's',
  commit: 'c',
  since: toTime(at('09:00')),
};

/** What one gate says; undefined where the product does not have it. */
function judge(
  name: string,
  facts: Partial<EnvironmentFacts> = {},
  wanted: DesiredEnvironment = aDesired(),
): Omit<Verdict, 'name'> | undefined {
  const found = evaluate({ facts: someFacts(facts), wanted, desired }).find((gate) => gate.name === name);
  if (found === undefined) return undefined;
  const { name: _, ...verdict } = found;
  return verdict;
}

const inUat = (rules: Partial<AfterRule>[], soakMs = 0, client?: string): DesiredEnvironment =>
  aDesired({
    stage: 'uat',
    environment: 'uat-1',
    ...(client === undefined ? {} : { client }),
    product: aProduct({
      stages: [aStage(), aStage({ name: 'uat', soakMs, after: rules.map((rule) => ({ stage: 'qa', require: 'any', ...rule })) })],
    }),
  });
const qa = (name: string, result?: 'Passed' | 'Failed', since = at('09:00'), client?: string) => ({
  environment: name,
  stage: 'qa',
  verified: result === undefined ? [] : [verified('sha256:r', since, result)],
  ...(client === undefined ? {} : { client }),
});

describe('the gates', () => {
  it('are judged in the order of the design', () => {
    expect(gates.map(([name]) => name)).toEqual([
      'suspended',
      'held',
      'valid',
      'first-deployment',
      'release-known',
      'class',
      'descriptor',
      'not-before',
      'notice',
      'order',
      'soak',
      'dependencies',
      'parity',
      'checklist',
      'signoffs',
      'window',
      'concurrency',
    ]);
  });

  it('that a product does not configure do not exist', () => {
    expect(evaluate({ facts: someFacts(), wanted: aDesired(), desired }).map(({ name }) => name)).toEqual([
      'suspended',
      'held',
      'valid',
      'first-deployment',
    ]);
  });

  it('keep the time since when they are in a state', () => {
    const judged = [{ name: 'soak', state: 'Waiting' as const, reason: 'Soaking', message: 'soaks', nextChange: at('11:00') }];
    const first = toGateStatuses(judged, [], at('10:00'));
    expect(first).toEqual([
      {
        name: 'soak',
        state: 'Waiting',
        reason: 'Soaking',
        message: 'soaks',
        since: toTime(at('10:00')),
        nextChange: toTime(at('11:00')),
      },
    ]);
    expect(toGateStatuses(judged, first, at('10:30'))).toEqual(first);
  });
});

describe('suspended', () => {
  it('says the reason of the operator', () => {
    expect(judge('suspended', { environment: anEnvironment(undefined, { 'towpath.dev/suspend': 'audit' }) })).toEqual({
      state: 'Blocked',
      reason: 'Suspended',
      message: 'suspended: audit',
      who: 'an operator, by removing the annotation towpath.dev/suspend',
    });
  });
  it('is closed with the whole source', () => {
    expect(judge('suspended', { source: { name: 'releases', suspended: true, firstDeployment: 'confirm' } })?.reason).toBe(
      'SourceSuspended',
    );
  });
});

describe('held', () => {
  const hold = (selector?: HoldResource['spec']['selector']): HoldResource => ({
    metadata: { name: 'outage', namespace: 'default' },
    spec: { reason: 'database outage', by: 'ops', ...(selector === undefined ? {} : { selector }) },
  });
  it('by a hold without a selector, with its reason and who set it', () => {
    expect(judge('held', { holds: [hold()] })).toEqual({
      state: 'Blocked',
      reason: 'Held',
      message: 'held by outage (ops): database outage',
      who: 'an operator, by deleting the hold outage',
    });
  });
  it.each([
    [{ stages: ['qa'] }, true],
    [{ stages: ['production'] }, false],
    [{ products: ['shop'], environments: ['qa'] }, true],
    [{ products: ['shop'], environments: ['other'] }, false],
    [{ clients: ['acme'] }, false],
    [{ stages: [] }, true],
  ])('by the selector %j: %s', (selector, closed) => {
    expect(judge('held', { holds: [hold(selector)] })?.state).toBe(closed ? 'Blocked' : 'Passed');
  });
});

describe('valid', () => {
  it('names the first error with its place, and how many more there are', () => {
    const finding = {
      severity: 'error' as const,
      rule: 'x',
      file: 'a.yaml',
      line: 3,
      column: 7,
      path: 'spec.stage',
      message: '"uta" is no stage',
    };
    expect(judge('valid', { findings: [finding, finding] })?.message).toBe(
      'a.yaml:3:7 spec.stage: "uta" is no stage (and 1 more)',
    );
  });
  it('is closed for what the operator has not configured', () => {
    expect(judge('valid', { problem: 'product shop names the bucket x' })).toMatchObject({
      state: 'Failed',
      reason: 'NotConfigured',
    });
  });
});

describe('release known', () => {
  const required = aDesired({ product: aProduct({ releases: 'required' }) });
  it('is closed without a Release document where the product demands one', () => {
    expect(judge('release-known', {}, required)).toMatchObject({
      state: 'Failed',
      message: 'no Release document for shop 1.1.0',
    });
  });
  it('is open with one', () => {
    expect(judge('release-known', {}, { ...required, release: { class: 'minor' } })?.state).toBe('Passed');
  });
});

describe('descriptor', () => {
  const wanted = aDesired({ product: aProduct({ descriptor: { bucket: 'rc', key: 'shop/${version}.json' } }) });
  const found = { state: 'found' as const, descriptor: aDescriptor() };
  it('is open for the content that was first seen', () => {
    expect(judge('descriptor', { descriptor: found, pin: { sha256: 'a'.repeat(64), environment: 'qa' } }, wanted)?.state).toBe(
      'Passed',
    );
  });
  it('is closed for other content under the same key, and says both digests', () => {
    expect(judge('descriptor', { descriptor: found, pin: { sha256: 'b'.repeat(64), environment: 'qa' } }, wanted)).toMatchObject({
      state: 'Failed',
      reason: 'DescriptorChanged',
      message:
        'shop/1.1.0.json was changed after qa first saw it: sha256 bbbbbbbbbbbb then, aaaaaaaaaaaa now; publish it under a new version',
    });
  });
  it.each([
    ['missing', 'Failed'],
    ['invalid', 'Failed'],
    ['unavailable', 'Waiting'],
  ] as const)('that is %s is %s', (state, gate) => {
    expect(judge('descriptor', { descriptor: { state, message: 'why' } }, wanted)).toMatchObject({ state: gate, message: 'why' });
  });
});

describe('not before', () => {
  it('opens at the very moment', () => {
    const wanted = aDesired({ notBefore: at('10:00') });
    expect(judge('not-before', { now: at('09:59') }, wanted)).toEqual({
      state: 'Waiting',
      reason: 'NotBefore',
      message: 'not before 2026-11-22 10:00 UTC',
      who: 'an author, by a commit',
      nextChange: at('10:00'),
    });
    expect(judge('not-before', { now: at('10:00') }, wanted)?.state).toBe('Passed');
  });
});

describe('order', () => {
  it('wants one environment of the stage before to have verified the same release digest', () => {
    expect(judge('order', { path: [qa('qa-1'), qa('qa-2')] }, inUat([{}]))).toMatchObject({
      state: 'Waiting',
      message: 'waiting for 1.1.0 to be verified in qa-1 or qa-2',
    });
    expect(judge('order', { path: [qa('qa-1'), qa('qa-2', 'Passed')] }, inUat([{}]))?.state).toBe('Passed');
  });
  it('wants all of them where it says so', () => {
    const path = [qa('qa-1', 'Passed'), qa('qa-2')];
    expect(judge('order', { path }, inUat([{ require: 'all' }]))?.message).toBe(
      'waiting for 1.1.0 to be verified in all of qa-2',
    );
  });
  it('closes again when the last verification failed', () => {
    expect(judge('order', { path: [qa('qa-1', 'Failed')] }, inUat([{}]))).toMatchObject({ reason: 'VerificationFailedUpstream' });
    expect(judge('order', { path: [qa('qa-1', 'Passed'), qa('qa-2', 'Failed')] }, inUat([{ require: 'all' }]))?.reason).toBe(
      'VerificationFailedUpstream',
    );
  });
  it('counts environments of the same client, and shared ones, alone', () => {
    const path = [qa('qa-globex', 'Passed', at('09:00'), 'globex'), qa('qa-acme', undefined, at('09:00'), 'acme')];
    expect(judge('order', { path }, inUat([{}], 0, 'acme'))?.message).toBe('waiting for 1.1.0 to be verified in qa-acme');
    expect(judge('order', { path: [...path, qa('qa', 'Passed')] }, inUat([{}], 0, 'acme'))?.state).toBe('Passed');
  });
  it('is closed where nothing can be verified before, and says so', () => {
    expect(judge('order', {}, inUat([{}], 0, 'acme'))).toMatchObject({
      state: 'Blocked',
      reason: 'NoUpstream',
      message: 'no environment of stage qa of acme: nothing can be verified there',
    });
  });
  it('does not take another digest of the same version', () => {
    const path = [{ environment: 'qa', stage: 'qa', verified: [verified('sha256:other', at('09:00'))] }];
    expect(judge('order', { path }, inUat([{}]))?.state).toBe('Waiting');
  });
});

describe('soak', () => {
  const hour = 3_600_000;
  it('counts from the verification, says until when, and opens at the very moment', () => {
    const path = [qa('qa', 'Passed', at('09:30'))];
    expect(judge('soak', { path, now: at('10:29') }, inUat([{}], hour))).toEqual({
      state: 'Waiting',
      reason: 'Soaking',
      message: 'soaks for 1h, until 2026-11-22 10:30 UTC',
      nextChange: at('10:30'),
    });
    expect(judge('soak', { path, now: at('10:30') }, inUat([{}], hour))?.state).toBe('Passed');
  });
  it('counts from the first of several, or from the last where all are required', () => {
    const path = [qa('qa-1', 'Passed', at('09:00')), qa('qa-2', 'Passed', at('09:30'))];
    expect(judge('soak', { path, now: at('10:10') }, inUat([{}], hour))?.state).toBe('Passed');
    expect(judge('soak', { path, now: at('10:10') }, inUat([{ require: 'all' }], hour))?.nextChange).toBe(at('10:30'));
  });
  it('does not start without a verification', () => {
    expect(judge('soak', { path: [qa('qa', 'Failed')] }, inUat([{}], hour))?.reason).toBe('NotSoaking');
  });
});

describe('concurrency', () => {
  it('is closed by the first limit that is reached', () => {
    const free = { what: 'product shop', limit: 2, others: 1 };
    const full = { what: 'server main', limit: 3, others: 3 };
    expect(judge('concurrency', { capacities: [free] })?.state).toBe('Passed');
    expect(judge('concurrency', { capacities: [free, full] })).toEqual({
      state: 'Waiting',
      reason: 'ConcurrencyLimit',
      message: '3 of 3 deployments of server main are under way',
    });
  });
});
