import { describe, expect, it } from 'vitest';
import type { Capacity, EnvironmentFacts } from '../../controller/core/facts.js';
import { concurrency } from '../../controller/core/gates/concurrency.js';
import { invocationId } from '../../controller/core/run/identity.js';
import { aDesired, aForeignBuild, aRun, at, someFacts } from '../support/facts.js';

const free: Capacity = { what: 'product shop', limit: 2, others: 1 };
const full: Capacity = { what: 'server main', limit: 3, others: 3 };
const judge = (facts: Partial<EnvironmentFacts>) => concurrency({ facts: someFacts(facts), wanted: aDesired() });

describe('concurrency', () => {
  it('opens where there is room under every limit', () => {
    expect(judge({ capacities: [free, { ...full, others: 2 }] })).toEqual({
      state: 'Passed',
      reason: 'Free',
      message: 'there is room',
    });
  });

  it('opens beside builds of its own runs, and after builds of others have ended', () => {
    const run = aRun({ phase: 'Running' });
    const own = aForeignBuild({ building: true, towpathRun: invocationId(run) });
    expect(judge({ runs: [run], history: [own, aForeignBuild()], capacities: [free] })?.state).toBe('Passed');
  });

  it('closes at the first limit that is reached', () => {
    expect(judge({ capacities: [free, full] })?.reason).toBe('ConcurrencyLimit');
    expect(judge({ capacities: [{ ...free, limit: 1 }] })?.reason).toBe('ConcurrencyLimit');
  });

  it('closes while somebody else deploys here, and explains who', () => {
    expect(judge({ history: [aForeignBuild({ building: true })] })).toEqual({
      state: 'Waiting',
      reason: 'ForeignBuild',
      message: 'bob deploys here with build #9, which Towpath did not start',
    });
  });

  it('explains which limit it is, how many are under way, and how many more urgent ones go first', () => {
    expect(judge({ capacities: [free, full] })).toEqual({
      state: 'Waiting',
      reason: 'ConcurrencyLimit',
      message: '3 of 3 deployments of server main are under way',
    });
    expect(judge({ capacities: [{ ...free, urgent: 1 }] })?.message).toBe(
      '1 of 2 deployments of product shop are under way, and 1 more urgent one goes first',
    );
  });

  it('next change: has none, because another deployment ends', () => {
    expect(judge({ capacities: [full] })).not.toHaveProperty('nextChange');
    expect(judge({ capacities: [full], now: at('23:00') })).toEqual(judge({ capacities: [full] }));
  });

  it('fails closed for a build under way of a run that nobody knows', () => {
    const unknown = aForeignBuild({ building: true, towpathRun: 'shop.qa.7.deadbeef' });
    expect(judge({ runs: [aRun()], history: [unknown], capacities: [free] })?.reason).toBe('ForeignBuild');
  });

  it('fails closed where more are under way than may be', () => {
    expect(judge({ capacities: [{ ...full, others: 5 }] })?.state).toBe('Waiting');
  });

  it('is not there without a limit', () => {
    expect(judge({})).toBeUndefined();
  });
});
