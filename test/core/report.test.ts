import { describe, expect, it } from 'vitest';
import type { Incident } from '../../controller/core/governance.js';
import { endedDeployments, type ReportInput } from '../../controller/core/report/facts.js';
import { makeReport } from '../../controller/core/report/report.js';
import { spreadOf } from '../../controller/core/report/statistics.js';
import type { DeploymentRunResource, Phase } from '../../controller/core/resources/deployment-run.js';
import { toTime } from '../../controller/core/time.js';
import { aProduct, aRun, aStage, at } from '../support/facts.js';
import { aRelease } from '../support/releases.js';

const product = aProduct({
  stages: [aStage(), aStage({ name: 'production', after: [{ stage: 'qa', require: 'any' }] })],
});

interface Told {
  readonly environment?: string;
  readonly version: string;
  readonly ended: string;
  readonly phase?: Phase;
  readonly committed?: string;
  readonly class?: string;
  readonly gates?: DeploymentRunResource['spec']['gates'];
}

let number = 0;
function ended({ environment = 'production', version, ended: time, phase = 'Succeeded', ...told }: Told): DeploymentRunResource {
  number += 1;
  const run = aRun({ number, phase });
  const stage = environment === 'qa' ? 'qa' : 'production';
  const spec = {
    ...run.spec,
    environment,
    stage,
    version,
    digest: `sha256:${version}`,
    commitTime: toTime(at(told.committed ?? '09:00')),
  };
  return {
    ...run,
    metadata: { ...run.metadata, name: `shop.${environment}.${number}` },
    spec: {
      ...spec,
      ...(told.class === undefined ? {} : { class: told.class }),
      ...(told.gates === undefined ? {} : { gates: told.gates }),
    },
    status: { ...run.status, observedGeneration: 1, phase, timestamps: { [phase]: toTime(at(time)) } },
  };
}

const input = (over: Partial<ReportInput>): ReportInput => ({
  from: at('00:00'),
  to: at('23:00'),
  runs: [],
  releases: [],
  incidents: [],
  products: [product],
  ...over,
});

describe('a report', () => {
  it('of nothing says so', () => {
    expect(makeReport(input({}))).toEqual({
      from: '2026-11-22T00:00:00Z',
      to: '2026-11-22T23:00:00Z',
      releasesByClass: {},
      deployments: { total: 0, byStage: {}, byResult: {}, failed: 0, rollbacks: 0 },
      production: { deployments: 0, failedChanges: 0 },
      times: {
        leadSeconds: { count: 0 },
        restoreSeconds: { count: 0 },
        blockedSeconds: {},
        blockedByRoleSeconds: {},
        signoffSeconds: {},
      },
      tickets: { resolved: 0, reopened: 0 },
      incidentsByClass: {},
      downtime: { plannedSeconds: 0, actualSeconds: 0 },
      releases: [],
    });
  });

  it('counts releases by class once, when they first succeed at the last stage', () => {
    const runs = [
      ended({ environment: 'qa', version: '1.1.0', ended: '10:00', class: 'minor' }),
      ended({ version: '1.1.0', ended: '11:00', class: 'minor' }),
      ended({ environment: 'production-b', version: '1.1.0', ended: '12:00', class: 'minor' }),
      ended({ version: '1.1.1', ended: '13:00', class: 'hotfix' }),
      ended({ environment: 'qa', version: '1.2.0', ended: '14:00', class: 'minor' }),
    ];
    const { releasesByClass, deployments } = makeReport(input({ runs }));
    expect([releasesByClass, deployments.total, deployments.byStage]).toEqual([
      { hotfix: 1, minor: 1 },
      5,
      { production: 3, qa: 2 },
    ]);
  });

  it('counts a change as failed by its deployment, by being taken back, and by an incident, once each', () => {
    const incident: Incident = {
      name: 'inc-1',
      product: 'shop',
      version: '1.3.0',
      environments: ['production'],
      from: at('15:00'),
      to: at('15:30'),
      severity: 'high',
      summary: 'no payments',
    };
    const runs = [
      ended({ version: '1.0.0', ended: '09:00' }),
      ended({ version: '1.1.0', ended: '10:00', phase: 'Failed' }),
      ended({ version: '1.1.0', ended: '10:20' }),
      ended({ version: '1.2.0', ended: '11:00' }),
      ended({ version: '1.1.0', ended: '12:00' }),
      ended({ version: '1.3.0', ended: '14:00' }),
    ];
    const { production, deployments, times, incidentsByClass } = makeReport(input({ runs, incidents: [incident] }));
    expect(production).toEqual({ deployments: 6, failedChanges: 3, changeFailureRate: 0.5 });
    expect(deployments).toMatchObject({ failed: 1, rollbacks: 1 });
    expect(times.restoreSeconds).toEqual({ count: 2, median: 1200, p90: 1800 });
    expect(incidentsByClass).toEqual({ unknown: 1 });
  });

  it('measures from the commit to the verified deployment, and what gates and roles held', () => {
    const gates = [
      {
        name: 'signoffs',
        state: 'Passed' as const,
        reason: 'Signed',
        message: '',
        waitedSeconds: 600,
        waitedFor: 'Ann or Ben as client, by a commit',
      },
      {
        name: 'window',
        state: 'Passed' as const,
        reason: 'Open',
        message: '',
        waitedSeconds: 60,
        waitedFor: 'an author, by a commit',
      },
    ];
    const runs = [ended({ version: '1.1.0', ended: '10:00', committed: '09:00', gates })];
    const signoff = { role: 'client', stage: 'production', by: 'Ann', at: at('09:30'), digest: 'sha256:1.1.0' };
    const { times } = makeReport(input({ runs, releases: [aRelease('1.1.0', { signoffs: [signoff] })] }));
    expect(times).toEqual({
      leadSeconds: { count: 1, median: 3600, p90: 3600 },
      restoreSeconds: { count: 0 },
      blockedSeconds: { signoffs: { count: 1, median: 600, p90: 600 }, window: { count: 1, median: 60, p90: 60 } },
      blockedByRoleSeconds: { client: { count: 1, median: 600, p90: 600 } },
      signoffSeconds: { client: { count: 1, median: 1800, p90: 1800 } },
    });
  });

  it('tells of each release what it resolved, and plan against truth', () => {
    const release = aRelease('1.1.0', {
      tickets: [
        { id: 'S-1', state: 'resolved' },
        { id: 'S-2', state: 'reopened' },
      ],
      schedule: [{ stage: 'production', planned: at('10:00'), plannedDowntimeMs: 60_000, actualDowntimeMs: 90_000 }],
    });
    const { releases, downtime } = makeReport(
      input({ runs: [ended({ version: '1.1.0', ended: '11:00' })], releases: [release] }),
    );
    expect([releases, downtime]).toEqual([
      [
        {
          product: 'shop',
          version: '1.1.0',
          class: 'minor',
          released: '2026-11-22T11:00:00Z',
          tickets: { resolved: 1, reopened: 1 },
          incidents: [],
          steps: [
            {
              stage: 'production',
              planned: '2026-11-22T10:00:00Z',
              actual: '2026-11-22T11:00:00Z',
              slipSeconds: 3600,
              plannedDowntimeSeconds: 60,
              actualDowntimeSeconds: 90,
            },
          ],
        },
      ],
      { plannedSeconds: 60, actualSeconds: 90 },
    ]);
  });

  it('leaves out what ended before and after, but knows what was there before', () => {
    const runs = [
      ended({ version: '1.2.0', ended: '09:00' }),
      ended({ version: '1.1.0', ended: '12:00' }),
      ended({ version: '1.3.0', ended: '13:00' }),
    ];
    expect(makeReport(input({ runs, from: at('12:00'), to: at('13:00') })).deployments).toMatchObject({ total: 1, rollbacks: 1 });
  });

  it('leaves out superseded runs and verifications alone', () => {
    const superseded = ended({ version: '1.1.0', ended: '09:00', phase: 'Superseded' });
    const verification = ended({ version: '1.1.0', ended: '10:00' });
    const runs = [superseded, { ...verification, spec: { ...verification.spec, action: 'verify' as const } }];
    expect(endedDeployments(input({ runs }))).toEqual([]);
  });
});

describe('a spread', () => {
  it('is the middle and the ninth tenth', () => {
    expect([spreadOf([]), spreadOf([5]), spreadOf([10, 1, 2, 3, 4, 5, 6, 7, 8, 9])]).toEqual([
      { count: 0 },
      { count: 1, median: 5, p90: 5 },
      { count: 10, median: 5, p90: 9 },
    ]);
  });
});
