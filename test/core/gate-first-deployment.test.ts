import { describe, expect, it } from 'vitest';
import { firstDeployment } from '../../controller/core/gates/first-deployment.js';
import type { DesiredStatus, RecordedState } from '../../controller/core/resources/environment.js';
import { toTime } from '../../controller/core/time.js';
import { aForeignBuild, anEnvironment, at, someFacts } from '../support/facts.js';

const desired: DesiredStatus = { version: '1.1.0', settingsDigest: 's', commit: 'c', since: toTime(at('09:00')) };
const recorded: RecordedState = { version: '1.0.0', certain: true, verified: true, since: toTime(at('08:00')) };

interface Asked {
  readonly confirm?: string;
  readonly policy?: 'confirm' | 'deploy';
  readonly now?: number;
}

function judge({ confirm, policy = 'confirm', now = at('10:00') }: Asked = {}, known: { recorded?: RecordedState } = {}) {
  const environment = anEnvironment(undefined, confirm === undefined ? {} : { 'towpath.dev/confirm': confirm });
  const source = { name: 'releases', suspended: false, firstDeployment: policy };
  return firstDeployment({ facts: someFacts({ now, environment, source }), desired, ...known });
}

describe('first-deployment', () => {
  it('opens where something is recorded, the source allows it, or the very version is confirmed', () => {
    const open = [judge({}, { recorded }), judge({ policy: 'deploy' }), judge({ confirm: '1.1.0' })];
    expect(open.map((verdict) => [verdict?.state, verdict?.reason, verdict?.message])).toEqual([
      ['Passed', 'Recorded', '1.0.0 is recorded here'],
      ['Passed', 'Allowed', 'the source allows first deployments'],
      ['Passed', 'Confirmed', 'the first deployment of 1.1.0 is confirmed'],
    ]);
  });

  it('closes where nothing is recorded', () => {
    expect(judge()?.reason).toBe('FirstDeployment');
  });

  it('explains what an operator can do, and what Jenkins last deployed there', () => {
    expect(judge()).toEqual({
      state: 'Blocked',
      reason: 'FirstDeployment',
      message:
        'nothing is recorded of this environment: annotate it with towpath.dev/confirm=1.1.0 to deploy, or towpath.dev/adopt=VERSION to record what runs there',
      who: 'an operator',
    });
    const seen = firstDeployment({ facts: someFacts({ history: [aForeignBuild()] }), desired });
    expect(seen?.message).toContain('(Jenkins last deployed here with https://jenkins/job/deploy/9/)');
  });

  it('next change: has none, because a person confirms', () => {
    expect(judge()?.nextChange).toBeUndefined();
    expect(judge({ now: at('23:00') })).toEqual(judge());
  });

  it('fails closed where another version is confirmed, and says so', () => {
    const verdict = judge({ confirm: '1.0.0' });
    expect(verdict?.state).toBe('Blocked');
    expect(verdict?.message).toMatch(/; towpath\.dev\/confirm=1\.0\.0 is another version$/);
  });

  it('fails closed where the version is not known, whatever is confirmed', () => {
    const environment = anEnvironment(undefined, { 'towpath.dev/confirm': '' });
    expect(firstDeployment({ facts: someFacts({ environment }) })?.state).toBe('Blocked');
  });
});
