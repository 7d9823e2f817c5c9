import { describe, expect, it } from 'vitest';
import type { EnvironmentFacts } from '../../controller/core/facts.js';
import { valid } from '../../controller/core/gates/valid.js';
import type { Finding } from '../../controller/core/model.js';
import { aDesired, at, someFacts } from '../support/facts.js';

const finding: Finding = {
  severity: 'error',
  rule: 'known-stage',
  file: 'products/shop/qa.yaml',
  line: 3,
  column: 7,
  path: 'spec.stage',
  message: '"uta" is no stage',
};
const judge = (facts: Partial<EnvironmentFacts> = {}) => valid({ facts: someFacts(facts), wanted: aDesired() });

describe('valid', () => {
  it('opens where nothing is wrong with the documents', () => {
    expect(judge()).toEqual({ state: 'Passed', reason: 'Valid', message: 'the documents are valid' });
  });

  it('closes for an error in the documents, and for what the operator has not configured', () => {
    expect(judge({ findings: [finding] })?.reason).toBe('Invalid');
    expect(judge({ problem: 'product shop names the bucket x' })?.reason).toBe('NotConfigured');
  });

  it('explains the first error with its place, how many more there are, and who repairs it', () => {
    expect(judge({ findings: [finding, { ...finding, line: 9 }] })).toEqual({
      state: 'Failed',
      reason: 'Invalid',
      message: 'products/shop/qa.yaml:3:7 spec.stage: "uta" is no stage (and 1 more)',
      who: 'an author, by a commit',
    });
    expect(judge({ problem: 'product shop names the bucket x' })).toEqual({
      state: 'Failed',
      reason: 'NotConfigured',
      message: 'product shop names the bucket x',
      who: 'an author, by a commit, or an operator, in the ReleaseSource',
    });
  });

  it('next change: has none, because it takes a commit', () => {
    expect(judge({ findings: [finding] })?.nextChange).toBeUndefined();
    expect(judge({ findings: [finding], now: at('23:00') })).toEqual(judge({ findings: [finding] }));
  });

  it('fails closed while the repository was not read, or names the environment no more', () => {
    expect(valid({ facts: someFacts() })).toEqual({
      state: 'Failed',
      reason: 'NotInGit',
      message: 'the repository has not been read yet, or names this environment no more',
    });
  });

  it('fails closed where it is invalid, whatever else is known', () => {
    expect(judge({ findings: [finding], problem: 'product shop names the bucket x' })?.reason).toBe('Invalid');
  });
});
