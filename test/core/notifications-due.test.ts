import { describe, expect, it } from 'vitest';
import { dueInEnvironment, milestonesOf } from '../../controller/core/notify/due.js';
import { dueOfReleases as dueWith } from '../../controller/core/notify/due-releases.js';
import { type LaneRecord, nothingTold, withTold } from '../../controller/core/notify/record.js';
import { begun, noBeginnings, routesTo, sinkFindings } from '../../controller/core/notify/routes.js';
import type { EnvironmentStatus } from '../../controller/core/resources/environment.js';
import type { ReleaseResource, ReleaseStatus } from '../../controller/core/resources/release.js';
import { toTime } from '../../controller/core/time.js';
import { anEnvironment, aRun, at } from '../support/facts.js';

const everything = { routes: [{ selector: {}, since: 0 }], now: at('12:00') };
const since = (time: string) => ({ routes: [{ selector: {}, since: at(time) }], now: at('12:00') });

/** Nothing was deployed, and git plans nothing. */
const dueOfReleases = (releases: readonly ReleaseResource[], record: LaneRecord, looking: typeof everything) =>
  dueWith(releases, record, {
    ...looking,
    plans: { product: 'shop', source: 'releases', releases, runsIn: () => [], isPlanned: () => false },
  });

const drifted = (url: string): EnvironmentStatus => ({
  observedGeneration: 1,
  observed: { version: '0.9.0', by: 'Bob', at: toTime(at('11:00')), url },
  conditions: [
    {
      type: 'Drifted',
      status: 'True',
      reason: 'ForeignDeployment',
      message: 'Bob deployed 0.9.0',
      lastTransitionTime: toTime(at('11:01')),
      observedGeneration: 1,
    },
  ],
});

describe('what is due', () => {
  it('of a run can be told from the run alone, in the order that it happened', () => {
    const timestamps = { Running: toTime(at('09:01')), Unknown: toTime(at('09:05')), Failed: toTime(at('09:20')) };
    const run = aRun({ phase: 'Failed', status: { timestamps } });
    expect(milestonesOf(run)).toEqual([
      { event: 'DeploymentStarted', at: at('09:01') },
      { event: 'DeploymentUnknown', at: at('09:05') },
      { event: 'DeploymentFailed', at: at('09:20') },
    ]);
  });

  it('of a run that was written again from the audit trail is nothing', () => {
    expect(milestonesOf(aRun({ spec: { restored: { uid: 'u' } } }))).toEqual([]);
  });

  it('is what was not told, and not what was before the rule', () => {
    const runs = [aRun({ number: 1, at: at('09:00') }), aRun({ number: 2, at: at('10:00') })];
    const events = (record = nothingTold, routing = everything) =>
      dueInEnvironment({ runs }, record, routing).due.map(({ run, event }) => `${run?.spec.number} ${event}`);
    const all = ['1 DeploymentStarted', '1 DeploymentSucceeded', '2 DeploymentStarted', '2 DeploymentSucceeded'];
    expect(events()).toEqual(all);
    expect(events(withTold(nothingTold, { kind: 'run', number: 1, event: 'DeploymentStarted' }))).toEqual(all.slice(1));
    expect(events(nothingTold, since('09:30')).every((one) => one.startsWith('2 '))).toBe(true);
    expect(dueInEnvironment({ runs }, nothingTold, since('11:30'))).toEqual({ due: [], record: { ...nothingTold, upTo: 2 } });
  });

  it('drift is told once for each foreign build, and its end once', () => {
    const events = (status: EnvironmentStatus, record = nothingTold) =>
      dueInEnvironment({ environment: anEnvironment(status), runs: [] }, record, everything).due;
    const [drift] = events(drifted('https://jenkins/1'));
    if (drift === undefined) throw new Error('nothing is due');
    expect([drift.event, drift.at]).toEqual(['DriftDetected', at('11:01')]);
    const told = withTold(nothingTold, drift.subject);
    expect(events(drifted('https://jenkins/1'), told)).toEqual([]);
    expect(events(drifted('https://jenkins/2'), told).map(({ event }) => event)).toEqual(['DriftDetected']);
    const [resolved] = events({ observedGeneration: 1 }, told);
    expect(resolved?.event).toBe('DriftResolved');
    if (resolved !== undefined)
      expect(withTold(told, resolved.subject).states).toEqual({ DriftResolved: ['https://jenkins/1@2026-11-22T11:00:00Z'] });
  });
});

describe('what is due of releases', () => {
  const aRelease = (version: string, status: Partial<ReleaseStatus>): ReleaseResource => ({
    metadata: { name: `shop.${version}`, namespace: 'default', uid: 'r1' },
    spec: { product: 'shop', version, documented: true, source: 'releases' },
    status: { observedGeneration: 1, ...status },
  });
  const reached = (since: string, reached: number): Partial<ReleaseStatus> => ({
    path: [
      { name: 'qa', reached: 1, total: 1 },
      { name: 'production', reached, total: 2 },
    ],
    stages: [{ stage: 'production', environment: 'production', state: 'verified', since: toTime(at(since)) }],
  });
  it('is that one is in all of production, once for a version', () => {
    expect(dueOfReleases([aRelease('1.0.0', reached('11:00', 1))], nothingTold, everything).due).toEqual([]);
    const [due] = dueOfReleases([aRelease('1.0.0', reached('11:00', 2))], nothingTold, everything).due;
    expect([due?.event, due?.at]).toEqual(['ReleaseInProduction', at('11:00')]);
    const told = due === undefined ? nothingTold : withTold(nothingTold, due.subject);
    expect(dueOfReleases([aRelease('1.0.0', reached('11:30', 2))], told, everything).due).toEqual([]);
  });

  it('is not what is older than what is remembered: thousands of releases come to no end', () => {
    let record = nothingTold;
    const releases = Array.from({ length: 130 }, (_, number) => aRelease(`1.${number}.0`, reached('10:00', 2))).map(
      (one, number) => {
        const stages = [
          {
            stage: 'production',
            environment: 'production',
            state: 'verified' as const,
            since: toTime(at('10:00') + number * 1_000),
          },
        ];
        return { ...one, status: { observedGeneration: 1, ...one.status, stages } };
      },
    );
    let count = 0;
    for (
      let [due] = dueOfReleases(releases, record, everything).due;
      due !== undefined;
      [due] = dueOfReleases(releases, record, everything).due
    ) {
      record = withTold(record, due.subject);
      count += 1;
    }
    expect([count, record.states.ReleaseInProduction?.length]).toEqual([130, 100]);
  });
});

describe('since when a sink is told', () => {
  const sink = { name: 'team', file: 'n.yaml', line: 7, column: 15 };
  const policy = { name: 'everybody', rules: [{ selector: { stages: ['qa'] }, sinks: [sink] }] };
  const configured = { now: at('12:00'), createdAt: at('01:00'), committedAt: at('11:50'), sinks: ['team'], policies: [policy] };
  const times = (known: ReturnType<typeof begun>) => [Object.values(known.sinks), Object.values(known.rules)];

  it('is when the sink was first seen, and when the commit of the rule was made, an hour ago at most', () => {
    expect(times(begun(noBeginnings, configured))).toEqual([['2026-11-22T12:00:00Z'], [{ since: '2026-11-22T11:50:00Z' }]]);
    const old = begun(noBeginnings, { ...configured, committedAt: at('03:00') });
    expect(times(old)[1]).toEqual([{ since: '2026-11-22T11:00:00Z' }]);
    const fresh = begun(noBeginnings, { ...configured, createdAt: at('11:40') });
    expect(times(fresh)[0]).toEqual(['2026-11-22T11:40:00Z']);
  });

  it('stays, whatever else is configured, and through a commit that breaks the policy for a while', () => {
    const known = begun(noBeginnings, configured);
    expect(begun(known, { ...configured, now: at('12:30'), committedAt: at('12:29') })).toBe(known);
    const broken = begun(known, { ...configured, now: at('13:00'), policies: [] });
    expect(times(broken)[1]).toEqual([{ since: '2026-11-22T11:50:00Z', gone: '2026-11-22T13:00:00Z' }]);
    expect(begun(broken, { ...configured, now: at('14:00') })).toEqual(known);
    const forgotten = begun(broken, { ...configured, now: at('13:00') + 25 * 3_600_000, policies: [] });
    expect(times(forgotten)[1]).toEqual([]);
  });

  it('is the later of the two, and nobody is told by a sink that is not configured', () => {
    const known = begun(noBeginnings, configured);
    expect(routesTo('team', [policy], known)).toEqual([{ selector: { stages: ['qa'] }, since: at('12:00') }]);
    expect(routesTo('other', [policy], known)).toEqual([]);
  });

  it('a sink that is not configured is found at its place in the policy', () => {
    expect(sinkFindings([policy], [{ name: 'mail' }])).toEqual([
      {
        severity: 'error',
        rule: 'unknown-sink',
        file: 'n.yaml',
        line: 7,
        column: 15,
        path: '',
        message: 'the ReleaseSource has no sink "team" (it has mail); nobody is told by it',
      },
    ]);
  });
});
