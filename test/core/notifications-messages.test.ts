import { describe, expect, it } from 'vitest';
import { toMessage } from '../../controller/core/notify/compose.js';
import type { Due } from '../../controller/core/notify/due.js';
import type { Surroundings } from '../../controller/core/notify/message.js';
import type { PlanRecord } from '../../controller/core/notify/record.js';
import type { EnvironmentStatus } from '../../controller/core/resources/environment.js';
import type { ReleaseResource } from '../../controller/core/resources/release.js';
import { toTime } from '../../controller/core/time.js';
import { anEnvironment, aRun, at } from '../support/facts.js';

const around: Surroundings = {
  source: { namespace: 'default', name: 'releases' },
  sink: 'team',
  tickets: [
    { id: 'SHOP-12', state: 'resolved' },
    { id: 'SHOP-15', state: 'reopened' },
  ],
  commitUrl: (sha) => `https://git.example/acme/releases/commit/${sha}`,
};
const state = (event: Due['event']): Due['subject'] => ({ kind: 'state', event, instances: [`${event}@1`] });
const commit = 'c'.repeat(40);
const desired: EnvironmentStatus['desired'] = {
  version: '2.9.4',
  settingsDigest: 'sha256:settings',
  commit,
  commitAuthor: 'Ada <ada@acme.example>',
  since: toTime(at('09:00')),
  reason: 'INC-4: payments fail',
};

describe('a message', () => {
  it('of a failed deployment says what was tried over what, who asked, why, what the log says, and where to look', () => {
    const environment = anEnvironment({
      observedGeneration: 1,
      desired,
      recorded: { version: '2.9.1', certain: false, verified: true, run: 'shop.qa.6', since: toTime(at('08:00')) },
    });
    const spec = {
      version: '2.9.4',
      commit,
      delta: {
        added: 1,
        removed: 0,
        upgraded: 11,
        downgraded: 0,
        changed: 0,
        components: [
          { name: 'cart', change: 'upgraded' as const, from: '1.2.0', to: '1.3.0' },
          { name: 'mail', change: 'added' as const, to: '1.0.0' },
        ],
      },
    };
    const run = aRun({
      number: 7,
      phase: 'Failed',
      spec,
      status: { message: 'deploy ended with FAILURE', logTail: ['no space'] },
    });
    const subject: Due['subject'] = { kind: 'run', number: 7, event: 'DeploymentFailed' };
    const told = toMessage({ event: 'DeploymentFailed', at: at('09:30'), run, subject }, { ...around, environment });
    expect(told).toMatchObject({
      key: 'default/shop.qa.7.00000007/DeploymentFailed/team',
      thread: 'default/shop.qa.7.00000007/team',
      severity: 'bad',
      title: 'shop 2.9.4 could not be deployed to qa',
      previousVersion: '2.9.1',
      details: ['deploy ended with FAILURE', 'no space'],
      who: 'Ada <ada@acme.example>',
      why: expect.stringMatching(/^INC-4: payments fail \(.+\)$/),
      changes: { summary: '11 upgraded, 1 added', components: ['cart 1.2.0 → 1.3.0', 'mail 1.0.0 (new)', 'and 10 more'] },
      tickets: ['SHOP-12'],
    });
    expect(told.links.at(-1)).toEqual({
      label: 'Commit cccccccccccc',
      url: `https://git.example/acme/releases/commit/${commit}`,
    });
  });

  it('that asks for a person says which gates, and who can open them', () => {
    const environment = anEnvironment({ observedGeneration: 1, desired });
    const gate = { name: 'signoffs', state: 'Blocked', reason: 'SignoffMissing', message: 'waiting for sign-off by qa' } as const;
    const gates = [{ ...gate, who: 'qa (Bob)' }];
    const told = toMessage(
      { event: 'GateClosed', at: at('09:30'), environment, gates, subject: state('GateClosed') },
      { ...around, environment },
    );
    expect([told.title, told.details, told.why, told.severity]).toEqual([
      'shop 2.9.4 waits for a person before qa',
      ['signoffs: waiting for sign-off by qa (qa (Bob))'],
      'INC-4: payments fail',
      'warning',
    ]);
  });

  it('of drift names who deployed what, and is in one thread with its end', () => {
    const observed = { version: '0.9.0', by: 'Bob', at: toTime(at('11:00')), url: 'https://jenkins/1' };
    const recorded = { version: '2.9.1', certain: true, verified: true, since: toTime(at('08:00')) };
    const told = (['DriftDetected', 'DriftResolved'] as const).map((event) => {
      const environment = anEnvironment({ observedGeneration: 1, recorded, ...(event === 'DriftDetected' ? { observed } : {}) });
      const subject: Due['subject'] = { kind: 'state', event, instances: ['https://jenkins/1@2026-11-22T11:00:00Z'] };
      return toMessage({ event, at: at('11:01'), environment, subject }, { ...around, environment });
    });
    expect(told.map(({ title, details }) => [title, details])).toEqual([
      ['qa does not run what was deployed (2.9.1)', [`Bob deployed 0.9.0 at ${toTime(at('11:00'))}`]],
      ['qa runs again what was deployed: 2.9.1', []],
    ]);
    expect(told[0]?.thread).toBe(told[1]?.thread);
    expect(told[0]?.key).not.toBe(told[1]?.key);
  });

  it('of a release says that it is everywhere, or when it is planned and for how long', () => {
    const release: ReleaseResource = {
      metadata: { name: 'shop.2.9.4', namespace: 'default', uid: '0a1b2c3d-1' },
      spec: { product: 'shop', version: '2.9.4', documented: true, previous: '2.9.1', source: 'releases' },
      status: { observedGeneration: 1, path: [{ name: 'production', reached: 3, total: 3 }] },
    };
    const place = {
      stage: 'production',
      client: 'acme',
      environment: 'acme-prod',
      state: 'pending',
      planned: toTime(at('20:00')),
    } as const;
    const schedule = [
      { stage: 'production', plannedDowntimeMs: 3_600_000 },
      { stage: 'production', client: 'acme', plannedDowntimeMs: 1_800_000 },
    ];
    const everywhere = toMessage(
      { event: 'ReleaseInProduction', at: at('12:00'), release, subject: state('ReleaseInProduction') },
      around,
    );
    const planned = toMessage(
      { event: 'DeploymentPlanned', at: at('12:00'), release, place, subject: state('DeploymentPlanned') },
      { ...around, schedule },
    );
    expect([everywhere.title, everywhere.details]).toEqual([
      'shop 2.9.4 is in all of production',
      ['3 of 3 environments, the last at 2026-11-22T12:00:00Z'],
    ]);
    expect(planned).toMatchObject({
      key: 'default/shop.acme-prod/2.9.4/planned/team/2026-11-22T20:00:00Z',
      title: 'shop 2.9.4 is planned for acme-prod (acme) at 2026-11-22 20:00 UTC',
      details: ['planned downtime: 30m'],
      planned: { from: at('20:00'), to: at('20:30') },
    });
  });

  it('of a plan that was withdrawn tells what was planned, whatever is left of it, in the thread of the plan', () => {
    const withdrawn = {
      product: 'shop',
      version: '2.9.4',
      environment: 'acme-prod',
      stage: 'production',
      client: 'acme',
      planned: toTime(at('20:00')),
      tickets: ['SHOP-12'],
    };
    const plan: PlanRecord = {
      state: 'over',
      number: 2,
      at: toTime(at('12:00')),
      until: toTime(at('20:00')),
      source: 'releases',
      stage: 'production',
    };
    const subject: Due['subject'] = { kind: 'plan', plan: '2.9.4/acme-prod', telling: plan, told: plan };
    expect(toMessage({ event: 'PlanWithdrawn', at: at('12:00'), withdrawn, subject }, around)).toEqual({
      key: 'default/shop.acme-prod/2.9.4/planned/team/withdrawn/2',
      thread: 'default/shop.acme-prod/2.9.4/planned/team',
      plan: 'default/shop.acme-prod/2.9.4/planned/team',
      event: 'PlanWithdrawn',
      severity: 'info',
      at: at('12:00'),
      source: { namespace: 'default', name: 'releases' },
      product: 'shop',
      version: '2.9.4',
      environment: 'acme-prod',
      stage: 'production',
      client: 'acme',
      title: 'shop 2.9.4 is not planned for acme-prod (acme) any more',
      details: ['it was planned for 2026-11-22 20:00 UTC'],
      links: [],
      tickets: ['SHOP-12'],
      planned: { from: at('20:00') },
    });
  });
});
