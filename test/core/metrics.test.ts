import { describe, expect, it } from 'vitest';
import { metricDescriptions } from '../../controller/telemetry/metric-table.js';
import { Metrics } from '../../controller/telemetry/metrics.js';
import type { EnvironmentSample } from '../../controller/telemetry/samples.js';

const sample = (environment: string): EnvironmentSample => ({
  product: 'shop',
  environment,
  stage: 'qa',
  client: '',
  desired: '1.1.0',
  deployed: '1.0.0',
  ready: false,
  drifted: true,
  waiting: [{ gate: 'soak', seconds: 90 }],
});

function someMetrics(environments: () => EnvironmentSample[]) {
  const snapshot = {
    environments,
    sources: () => [{ source: 'releases', invalidDocuments: 2 }],
    obligations: () => [
      { product: 'shop', kind: 'verification', owner: 'quality-analyst', state: 'open', count: 2 },
      { product: 'shop', kind: 'verification', owner: 'quality-analyst', state: 'open', count: 1 },
    ],
    figures: () => [
      {
        incidents: [
          { product: 'shop', class: 'minor', severity: 'high' },
          { product: 'shop', class: 'minor', severity: 'high' },
        ],
        tickets: [{ product: 'shop', state: 'resolved' }],
        downtime: [{ product: 'shop', kind: 'planned', seconds: 600 }],
      },
      { incidents: [], tickets: [{ product: 'shop', state: 'resolved' }], downtime: [] },
    ],
    queues: () => [{ name: 'environment', depth: 3, adds: 7, runningSeconds: [1, 2] }],
    isLeader: () => true,
    lastEventAgeSeconds: () => ({ Hold: 5 }),
    quarantined: () => ({ Hold: 1, Environment: 0 }),
  };
  return new Metrics(snapshot, () => 0.01);
}

const linesOf = (text: string, name: string) =>
  text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));

describe('the metrics', () => {
  it('are exactly those of the table, beside those of the process', async () => {
    const text = await someMetrics(() => []).registry.metrics();
    const named = [...text.matchAll(/^# HELP (\S+)/gm)]
      .map(([, name = '']) => name)
      .filter((name) => !/^(process|nodejs)_/.test(name));
    expect(named.sort()).toEqual(Object.keys(metricDescriptions).sort());
  });

  it('show environments as they are at the scrape, and forget those that are gone', async () => {
    let environments = [sample('a'), sample('b')];
    const metrics = someMetrics(() => environments);
    const place = 'product="shop",environment="a",stage="qa",client=""';
    const first = await metrics.registry.metrics();
    expect(linesOf(first, 'towpath_environment_info')[0]).toBe(
      `towpath_environment_info{${place},desired="1.1.0",deployed="1.0.0"} 1`,
    );
    expect(linesOf(first, 'towpath_environment_ready')[0]).toBe(`towpath_environment_ready{${place}} 0`);
    expect(linesOf(first, 'towpath_environment_drifted')[0]).toBe(`towpath_environment_drifted{${place}} 1`);
    expect(linesOf(first, 'towpath_obligations')).toEqual([
      'towpath_obligations{product="shop",kind="verification",owner="quality-analyst",state="open"} 3',
    ]);
    expect(linesOf(first, 'towpath_gate_waiting_seconds')[0]).toBe(`towpath_gate_waiting_seconds{${place},gate="soak"} 90`);
    environments = [sample('b')];
    expect(linesOf(await metrics.registry.metrics(), 'towpath_environment_info')).toHaveLength(1);
  });

  it('count passes, queues and runs under the names that dashboards know', async () => {
    const metrics = someMetrics(() => []);
    metrics.initialise(['environment']);
    metrics.passed({ controller: 'environment', result: 'error', seconds: 0.2, waitedSeconds: 0.1 });
    metrics.runEnded({ product: 'shop', stage: 'qa', class: 'minor', result: 'Succeeded', seconds: 30, leadSeconds: 600 });
    const text = await metrics.registry.metrics();
    expect(linesOf(text, 'controller_runtime_reconcile_total')).toEqual([
      'controller_runtime_reconcile_total{controller="environment",result="success"} 0',
      'controller_runtime_reconcile_total{controller="environment",result="requeue_after"} 0',
      'controller_runtime_reconcile_total{controller="environment",result="error"} 1',
    ]);
    expect(linesOf(text, 'workqueue_adds_total')).toEqual(['workqueue_adds_total{name="environment"} 7']);
    expect(linesOf(text, 'workqueue_longest_running_processor_seconds')).toEqual([
      'workqueue_longest_running_processor_seconds{name="environment"} 2',
    ]);
    expect(linesOf(text, 'towpath_deployment_runs_total')).toEqual([
      'towpath_deployment_runs_total{product="shop",stage="qa",class="minor",result="Succeeded"} 1',
    ]);
  });

  it('sum what git says of incidents, tickets and downtimes over all sources', async () => {
    const text = await someMetrics(() => []).registry.metrics();
    expect(linesOf(text, 'towpath_incidents')).toEqual(['towpath_incidents{product="shop",class="minor",severity="high"} 2']);
    expect(linesOf(text, 'towpath_release_tickets')).toEqual(['towpath_release_tickets{product="shop",state="resolved"} 2']);
    expect(linesOf(text, 'towpath_release_downtime_seconds')).toEqual([
      'towpath_release_downtime_seconds{product="shop",kind="planned"} 600',
    ]);
  });

  it('count rollbacks, failed changes and releases from zero on, and time what was waited for', async () => {
    const metrics = someMetrics(() => []);
    const run = { product: 'shop', stage: 'production', class: 'minor', result: 'Succeeded', seconds: 30 };
    const nothing = { gateWaits: [], roleWaits: [], signoffs: [] };
    metrics.runEnded({ ...run, deployment: { ...nothing, rollback: false } });
    const zero = await metrics.registry.metrics();
    metrics.runEnded({
      ...run,
      deployment: {
        rollback: true,
        gateWaits: [{ gate: 'window', seconds: 60 }],
        roleWaits: [{ role: 'client', seconds: 600 }],
        signoffs: [{ role: 'client', seconds: 900 }],
        production: { failures: 2, restoreSeconds: 120, released: true },
      },
    });
    const after = await metrics.registry.metrics();
    const counters = ['towpath_rollbacks_total', 'towpath_change_failures_total', 'towpath_releases_total'];
    expect(counters.flatMap((name) => [linesOf(zero, name), linesOf(after, name)].flat())).toEqual([
      'towpath_rollbacks_total{product="shop",stage="production"} 0',
      'towpath_rollbacks_total{product="shop",stage="production"} 1',
      'towpath_change_failures_total{product="shop"} 0',
      'towpath_change_failures_total{product="shop"} 2',
      'towpath_releases_total{product="shop",class="minor"} 0',
      'towpath_releases_total{product="shop",class="minor"} 1',
    ]);
    const sums = ['restore', 'gate_wait', 'role_wait', 'signoff'].flatMap((name) =>
      linesOf(after, `towpath_${name}_seconds_sum`),
    );
    expect(sums).toEqual([
      'towpath_restore_seconds_sum{product="shop"} 120',
      'towpath_gate_wait_seconds_sum{product="shop",gate="window"} 60',
      'towpath_role_wait_seconds_sum{product="shop",role="client"} 600',
      'towpath_signoff_seconds_sum{product="shop",role="client"} 900',
    ]);
  });
});
