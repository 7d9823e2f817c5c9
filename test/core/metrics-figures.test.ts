import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ReleaseDocument } from '../../controller/core/governance.js';
import type { Product } from '../../controller/core/model.js';
import { makeReport, type Report } from '../../controller/core/report/report.js';
import type { DeploymentRunResource, Phase } from '../../controller/core/resources/deployment-run.js';
import { toTime } from '../../controller/core/time.js';
import { figuresOf, measureRun } from '../../controller/reconcile/measure.js';
import { aProduct, aRun, aStage, at } from '../support/facts.js';
import { aDocument } from '../support/release-worlds.js';

const product = aProduct({ stages: [aStage(), aStage({ name: 'production', after: [{ stage: 'qa', require: 'any' }] })] });

interface Told {
  readonly environment: string;
  readonly version: string;
  readonly phase: Phase;
  readonly waitedSeconds?: number;
  readonly action?: 'deploy' | 'verify';
}

/** Runs that end a minute after each other, numbered in their environments. */
function runsOf(told: readonly Told[]): DeploymentRunResource[] {
  return told.map(({ environment, version, phase, waitedSeconds, action = 'deploy' }, index) => {
    const number = told.slice(0, index + 1).filter((one) => one.environment === environment).length;
    const stage = environment === 'qa' ? 'qa' : 'production';
    const digest = `sha256:${environment}/${version}`;
    const gates =
      waitedSeconds === undefined ? [] : [{ name: 'window', state: 'Passed', reason: 'Open', message: '', waitedSeconds }];
    const spec = { environment, stage, version, digest, action, commitTime: toTime(at('09:00')), class: 'minor', gates };
    const run = aRun({ number, phase, at: at('09:30') + index * 60_000, spec: spec as Partial<DeploymentRunResource['spec']> });
    return { ...run, metadata: { ...run.metadata, name: `shop.${environment}.${number}` } };
  });
}

/** Each run measured as it ends, with what the cluster has then. */
function measured(runs: readonly DeploymentRunResource[], releases: Record<string, ReleaseDocument> = {}, known?: Product) {
  return runs.flatMap((run, index) => {
    const so = runs.slice(0, index + 1);
    const ofEnvironment = so.filter(({ spec }) => spec.environment === run.spec.environment);
    const { deployment } = measureRun(run, { ofEnvironment, ofProduct: () => so, product: known ?? product, releases });
    return deployment === undefined ? [] : [deployment];
  });
}

const sum = (numbers: readonly (number | undefined)[]): number => numbers.reduce<number>((total, each) => total + (each ?? 0), 0);

const reportOf = (runs: readonly DeploymentRunResource[], releases: readonly ReleaseDocument[] = []): Report =>
  makeReport({ from: 0, to: at('23:59'), runs, releases, incidents: [], products: [product] });

const aStory: fc.Arbitrary<Told[]> = fc.array(
  fc.record({
    environment: fc.constantFrom('qa', 'production-a', 'production-b'),
    version: fc.constantFrom('1.0.0', '1.1.0', '1.2.0', 'trunk', 'next'),
    phase: fc.constantFrom<Phase>('Succeeded', 'Succeeded', 'Failed', 'VerificationFailed', 'TimedOut', 'Superseded'),
    waitedSeconds: fc.nat(1000),
    action: fc.constantFrom('deploy', 'deploy', 'deploy', 'verify'),
  }),
  { maxLength: 40 },
);

describe('what the end of a run adds to the key figures', () => {
  it('adds up to what the report says of the same runs', () => {
    fc.assert(
      fc.property(aStory, (story) => {
        const runs = runsOf(story);
        const measures = measured(runs);
        const report = reportOf(runs);
        const restored = measures.flatMap(({ production }) => production?.restoreSeconds ?? []);
        const waits = measures.flatMap(({ gateWaits }) => gateWaits);
        expect({
          rollbacks: measures.filter(({ rollback }) => rollback).length,
          failures: sum(measures.map(({ production }) => production?.failures)),
          released: measures.filter(({ production }) => production?.released).length,
          restored: [restored.length, restored.sort((a, b) => a - b)[Math.max(0, Math.ceil(restored.length / 2) - 1)]],
          waits: waits.length,
        }).toEqual({
          rollbacks: report.deployments.rollbacks,
          failures: report.production.failedChanges,
          released: sum(Object.values(report.releasesByClass)),
          restored: [report.times.restoreSeconds.count, report.times.restoreSeconds.median],
          waits: report.times.blockedSeconds.window?.count ?? 0,
        });
      }),
      { numRuns: 200 },
    );
  });

  it('is a rollback, and the failure of what it takes back, where it goes to a lower version', () => {
    const story = ['1.0.0', '1.1.0', '1.0.0'].map((version) => ({
      environment: 'production',
      version,
      phase: 'Succeeded' as const,
    }));
    expect(measured(runsOf(story)).at(-1)).toEqual({
      rollback: true,
      gateWaits: [],
      roleWaits: [],
      signoffs: [],
      production: { failures: 1, released: false },
    });
  });

  it('is one release where two of its deployments end in the same second', () => {
    const told = { version: '1.0.0', phase: 'Succeeded' as const };
    const [a, b] = ['production-a', 'production-b'].map((environment) => runsOf([{ ...told, environment }]));
    const both = [...(a ?? []), ...(b ?? [])];
    const arrived = both.map(
      (run) => measureRun(run, { ofEnvironment: [run], ofProduct: () => both, product }).deployment?.production?.released,
    );
    expect(arrived).toEqual([true, false]);
  });

  it('is nothing at the last stage where nobody knows which stage is the last', () => {
    const [run] = runsOf([{ environment: 'production', version: '1.0.0', phase: 'Failed' }]);
    expect(run && measureRun(run).deployment).toEqual({ rollback: false, gateWaits: [], roleWaits: [], signoffs: [] });
  });

  it('is the time from the commit to each sign-off, with the first run of what was signed', () => {
    const document = aDocument({
      version: '1.0.0',
      signoffs: [
        { role: 'client', stage: 'production', by: 'Ann', at: at('09:20'), digest: 'sha256:production/1.0.0' },
        { role: 'client', stage: 'production', by: 'Bob', at: at('09:10'), digest: 'sha256:other' },
      ],
    });
    const twice = { environment: 'production', version: '1.0.0', phase: 'Failed' as const };
    const runs = runsOf([twice, { ...twice, phase: 'Succeeded' }]);
    expect(measured(runs, { '1.0.0': document }).map(({ signoffs }) => signoffs)).toEqual([
      [{ role: 'client', seconds: 1200 }],
      [],
    ]);
    expect(reportOf(runs, [document]).times.signoffSeconds).toEqual({ client: { count: 1, median: 1200, p90: 1200 } });
  });

  it.each([
    [
      'signoffs',
      'Ann Lee or Ben Ode as quality-analyst, by a commit; Carla as client, by a commit',
      ['quality-analyst', 'client'],
    ],
    ['signoffs', 'an author, by a commit that names more people for client in a Roles document', []],
    ['checklist', 'operator, whoever does it, and 2 more, by a commit that says that it is done', ['operator']],
    ['signoffs', 'client', ['client']],
    ['window', 'an author, by a commit', []],
    ['soak', undefined, []],
  ])('names of %s that waited for %s the roles alone: %j', (name, waitedFor, roles) => {
    const [run] = runsOf([{ environment: 'qa', version: '1.0.0', phase: 'Succeeded' }]);
    if (run === undefined) throw new Error('no run');
    const gate = { name, state: 'Passed' as const, reason: 'Open', message: '', waitedSeconds: 60 };
    const gates = [waitedFor === undefined ? gate : { ...gate, waitedFor }];
    const { deployment } = measureRun({ ...run, spec: { ...run.spec, gates } });
    expect(deployment?.gateWaits).toEqual([{ gate: name, seconds: 60 }]);
    expect(deployment?.roleWaits).toEqual(roles.map((role) => ({ role, seconds: 60 })));
  });
});

describe('figures of what git says', () => {
  it('are of every incident, ticket and planned or actual downtime', () => {
    const release = aDocument({
      version: '1.1.0',
      class: 'hotfix',
      tickets: [
        { id: 'A-1', state: 'resolved' },
        { id: 'A-2', state: 'reopened' },
      ],
      schedule: [{ stage: 'production', plannedDowntimeMs: 600_000, actualDowntimeMs: 900_000 }, { stage: 'qa' }],
    });
    const incident = { name: 'i', product: 'shop', environments: [], from: 0, severity: 'high', summary: 'down' };
    const incidents = [
      { ...incident, version: '1.1.0' },
      { ...incident, version: '0.9.0' },
    ];
    expect(figuresOf({ releases: [release], incidents, windows: [], roles: [], broken: [] })).toEqual({
      incidents: [
        { product: 'shop', class: 'hotfix', severity: 'high' },
        { product: 'shop', class: 'unknown', severity: 'high' },
      ],
      tickets: [
        { product: 'shop', state: 'resolved' },
        { product: 'shop', state: 'reopened' },
      ],
      downtime: [
        { product: 'shop', kind: 'planned', seconds: 600 },
        { product: 'shop', kind: 'actual', seconds: 900 },
      ],
    });
  });
});
