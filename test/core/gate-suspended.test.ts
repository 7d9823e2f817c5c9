import { describe, expect, it } from 'vitest';
import { suspended } from '../../controller/core/gates/suspended.js';
import { anEnvironment, at, someFacts } from '../support/facts.js';

const annotated = (reason: string) => anEnvironment(undefined, { 'towpath.dev/suspend': reason });
const judge = (reason?: string, now = at('10:00')) =>
  suspended({ facts: someFacts({ now, ...(reason === undefined ? {} : { environment: annotated(reason) }) }) });
const ofSource = (isSuspended: boolean) =>
  suspended({ facts: someFacts({ source: { name: 'releases', suspended: isSuspended, firstDeployment: 'confirm' } }) });

describe('suspended', () => {
  it('opens where neither the environment nor its source is suspended', () => {
    expect(judge()).toEqual({ state: 'Passed', reason: 'NotSuspended', message: 'not suspended' });
  });

  it('closes with the annotation, and with the whole source', () => {
    expect(judge('audit')?.reason).toBe('Suspended');
    expect([ofSource(true)?.reason, ofSource(false)?.reason]).toEqual(['SourceSuspended', 'NotSuspended']);
  });

  it('explains the reason that the operator gave, and how it goes on', () => {
    expect(judge('audit')).toEqual({
      state: 'Blocked',
      reason: 'Suspended',
      message: 'suspended: audit',
      who: 'an operator, by removing the annotation towpath.dev/suspend',
    });
    expect(ofSource(true)).toEqual({
      state: 'Blocked',
      reason: 'SourceSuspended',
      message: 'the ReleaseSource releases is suspended',
      who: 'an operator',
    });
  });

  it('next change: has none, because a person goes on', () => {
    expect([judge('audit'), judge(), ofSource(true)].map((verdict) => verdict?.nextChange)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(judge('audit', at('23:00'))).toEqual(judge('audit'));
  });

  it('fails closed with whatever the annotation says, also nothing, or false', () => {
    expect(['', 'true', 'false', 'no'].map((reason) => judge(reason)?.message)).toEqual([
      'suspended',
      'suspended',
      'suspended: false',
      'suspended: no',
    ]);
    expect(judge('false')?.state).toBe('Blocked');
  });
});
