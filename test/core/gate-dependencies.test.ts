import { describe, expect, it } from 'vitest';
import type { Neighbour } from '../../controller/core/facts.js';
import { dependencies } from '../../controller/core/gates/dependencies.js';
import type { ReleaseDocument } from '../../controller/core/governance.js';
import type { DesiredEnvironment } from '../../controller/core/model.js';
import { aDesired, someFacts } from '../support/facts.js';
import { aRelease, governed } from '../support/releases.js';

const analytics = (over: Partial<Neighbour> = {}): Neighbour => ({
  product: 'analytics',
  environment: 'analytics-acme',
  stage: 'uat',
  client: 'acme',
  version: '5.1.2',
  certain: true,
  verified: true,
  ...over,
});
const { version: _, ...unrecorded } = analytics({ certain: false, verified: false });

function judge(
  needs: ReleaseDocument['dependencies'],
  neighbours?: readonly Neighbour[],
  wanted: Partial<DesiredEnvironment> = {},
) {
  const desired = aDesired({ environment: 'uat-acme', stage: 'uat', client: 'acme', version: '2.9.3', ...wanted });
  const governance = governed([
    aRelease('2.9.2', { dependencies: { genai: '>=9' } }),
    aRelease('2.9.3', { dependencies: needs }),
  ]);
  const known = neighbours === undefined ? {} : { neighbours };
  return dependencies({ facts: someFacts({ desired, governance, ...known }), wanted: desired });
}

describe('dependencies', () => {
  it('opens where what is needed is recorded and verified, and names the versions', () => {
    const genai = analytics({ product: 'genai', environment: 'genai', version: '0.9.0' });
    expect(judge({ analytics: '>=5.1', genai: '0.9.0' }, [analytics(), genai])).toEqual({
      state: 'Passed',
      reason: 'DependenciesMet',
      message: 'analytics >=5.1 is met by 5.1.2, genai 0.9.0 is met by 0.9.0',
    });
  });

  it.each([
    ['5.1', '>=5.1.0'],
    ['v5.1.0', '5.1.0'],
    ['5.2.0-rc.1', '>=5.1'],
    ['5.1.9', '5.1'],
    ['6.0.0', '^5.1.0 || 6.x'],
    ['spring', 'spring'],
  ])('opens with %s for %s', (version, range) => {
    expect(judge({ analytics: range }, [analytics({ version })])?.state).toBe('Passed');
  });

  it('fails closed where somebody deployed something else over what is recorded', () => {
    expect(judge({ analytics: '>=5.1' }, [analytics({ drifted: 'bob (build #7) deployed 4.0.0' })])).toEqual({
      state: 'Waiting',
      reason: 'DependencyUnknown',
      message: 'needs analytics >=5.1: analytics-acme had 5.1.2, and bob (build #7) deployed 4.0.0 over it',
      who: 'an operator, by settling the drift in analytics-acme',
    });
  });

  it('opens for what the wanted release needs, whatever the ones before needed', () => {
    expect(judge({ analytics: '>=5' }, [analytics()])?.state).toBe('Passed');
    expect(judge({})).toBeUndefined();
  });

  it('closes while one of the environments that serve the client has another version', () => {
    const shared = analytics({ environment: 'analytics-shared', version: '5.0.9' });
    expect(judge({ analytics: '>=5.1' }, [analytics(), shared])).toEqual({
      state: 'Waiting',
      reason: 'DependencyUnmet',
      message: 'needs analytics >=5.1: analytics-shared has 5.0.9',
      who: 'whoever promotes analytics, by a commit',
    });
  });

  it.each([
    ['5.1.0-rc.1', '>=5.1.0'],
    ['5.0', '5.1'],
    ['spring', '>=1'],
  ])('closes with %s for %s', (version, range) => {
    expect(judge({ analytics: range }, [analytics({ version })])?.reason).toBe('DependencyUnmet');
  });

  it('closes while the version is there and not verified', () => {
    expect(judge({ analytics: '>=5.1' }, [analytics({ verified: false })])).toEqual({
      state: 'Waiting',
      reason: 'DependencyUnverified',
      message: 'needs analytics >=5.1: 5.1.2 in analytics-acme is not verified',
    });
  });

  it('explains what needs somebody before what waits, and how many more there are', () => {
    expect(judge({ analytics: '>=6', genai: '>=1' }, [analytics()])).toEqual({
      state: 'Blocked',
      reason: 'DependencyMissing',
      message: 'needs genai >=1, and genai has no environment for acme at stage uat, and 1 more',
      who: 'an author, by a commit',
    });
  });

  it('explains that there is no environment of the product at the same stage', () => {
    const { client: __, ...shared } = aDesired();
    const desired = { ...shared, stage: 'qa', version: '2.9.3' };
    const governance = governed([aRelease('2.9.3', { dependencies: { analytics: '5.x' } })]);
    expect(dependencies({ facts: someFacts({ desired, governance, neighbours: [] }), wanted: desired })?.message).toBe(
      'needs analytics 5.x, and analytics has no environment at stage qa',
    );
  });

  it('next change: has none, because another deployment opens it', () => {
    expect(judge({ analytics: '>=6' }, [analytics()])?.nextChange).toBeUndefined();
  });

  it('fails closed where nobody knows what runs there', () => {
    expect(judge({ analytics: '>=5.1' }, [analytics({ certain: false })])).toEqual({
      state: 'Waiting',
      reason: 'DependencyUnknown',
      message:
        'needs analytics >=5.1: analytics-acme had 5.1.2, and a later deployment did not succeed: nobody knows what runs there',
    });
  });

  it('fails closed where nothing is recorded, or nothing was gathered', () => {
    expect(judge({ analytics: '>=5.1' }, [unrecorded])?.message).toBe(
      'needs analytics >=5.1: nothing is recorded of analytics-acme',
    );
    expect(judge({ analytics: '>=5.1' })?.reason).toBe('DependencyMissing');
  });

  it('fails closed where the Release document is broken', () => {
    const desired = aDesired({ version: '2.9.3' });
    expect(dependencies({ facts: someFacts({ desired, governance: governed([], '2.9.3') }), wanted: desired })).toEqual({
      state: 'Failed',
      reason: 'DependenciesUnknown',
      message: 'what 2.9.3 needs is not known: releases/2.9.3.yaml:6:10 is wrong',
      who: 'an author, by a commit',
    });
  });
});
