import type { Gauge } from 'prom-client';
import type { MetricName } from './metric-table.js';
import type { EnvironmentSample, QueueSample, Snapshot } from './samples.js';
import type { Series } from './series.js';

const place = ['product', 'environment', 'stage', 'client'] as const;

/** What is read at the moment of the scrape. */
export function addGauges(series: Series, snapshot: Snapshot, eventLoopLagSeconds: () => number): void {
  environmentGauges(series, snapshot);
  series.gauge('towpath_source_invalid_documents', ['source'], (gauge) => {
    for (const { source, invalidDocuments } of snapshot.sources()) gauge.set({ source }, invalidDocuments);
  });
  series.gauge('towpath_forge_undelivered', ['source'], (gauge) => {
    for (const { source, forgeUndelivered } of snapshot.sources())
      if (forgeUndelivered !== undefined) gauge.set({ source }, forgeUndelivered);
  });
  series.gauge('towpath_obligations', ['product', 'kind', 'owner', 'state'], (gauge) => {
    for (const { count, ...labels } of snapshot.obligations()) gauge.inc(labels, count);
  });
  figureGauges(series, snapshot);
  queueGauges(series, snapshot);
  series.gauge('leader_election_master_status', ['name'], (gauge) => gauge.set({ name: 'towpath' }, snapshot.isLeader() ? 1 : 0));
  series.gauge('towpath_watch_last_event_age_seconds', ['kind'], (gauge) => {
    for (const [kind, age] of Object.entries(snapshot.lastEventAgeSeconds())) gauge.set({ kind }, age);
  });
  series.gauge('towpath_quarantined_objects', ['kind'], (gauge) => {
    for (const [kind, count] of Object.entries(snapshot.quarantined())) gauge.set({ kind }, count);
  });
  series.gauge('towpath_event_loop_lag_seconds', [], (gauge) => gauge.set(eventLoopLagSeconds()));
}

function figureGauges(series: Series, { figures }: Snapshot): void {
  series.gauge('towpath_incidents', ['product', 'class', 'severity'], (gauge) => {
    for (const { incidents } of figures()) for (const labels of incidents) gauge.inc(labels);
  });
  series.gauge('towpath_release_tickets', ['product', 'state'], (gauge) => {
    for (const { tickets } of figures()) for (const labels of tickets) gauge.inc(labels);
  });
  series.gauge('towpath_release_downtime_seconds', ['product', 'kind'], (gauge) => {
    for (const { downtime } of figures()) for (const { seconds, ...labels } of downtime) gauge.inc(labels, seconds);
  });
}

function queueGauges(series: Series, snapshot: Snapshot): void {
  const each = (name: MetricName, value: (sample: QueueSample) => number) =>
    series.gauge(name, ['name'], (gauge) => {
      for (const sample of snapshot.queues()) gauge.set({ name: sample.name }, value(sample));
    });
  each('workqueue_depth', ({ depth }) => depth);
  each('workqueue_unfinished_work_seconds', ({ runningSeconds }) => runningSeconds.reduce((sum, seconds) => sum + seconds, 0));
  each('workqueue_longest_running_processor_seconds', ({ runningSeconds }) => Math.max(0, ...runningSeconds));
  series.counter('workqueue_adds_total', ['name'], (counter) => {
    for (const { name, adds } of snapshot.queues()) counter.inc({ name }, adds);
  });
}

function environmentGauges(series: Series, snapshot: Snapshot): void {
  const each = (name: MetricName, labels: readonly string[], set: (gauge: Gauge<string>, sample: EnvironmentSample) => void) =>
    series.gauge(name, labels, (gauge) => {
      for (const sample of snapshot.environments()) set(gauge, sample);
    });
  const at = ({ product, environment, stage, client }: EnvironmentSample) => ({ product, environment, stage, client });
  each('towpath_environment_info', [...place, 'desired', 'deployed'], (gauge, sample) =>
    gauge.set({ ...at(sample), desired: sample.desired, deployed: sample.deployed }, 1),
  );
  each('towpath_environment_ready', place, (gauge, sample) => gauge.set(at(sample), sample.ready ? 1 : 0));
  each('towpath_environment_drifted', place, (gauge, sample) => gauge.set(at(sample), sample.drifted ? 1 : 0));
  each('towpath_gate_waiting_seconds', [...place, 'gate'], (gauge, sample) => {
    for (const { gate, seconds } of sample.waiting) gauge.set({ ...at(sample), gate }, seconds);
  });
}
