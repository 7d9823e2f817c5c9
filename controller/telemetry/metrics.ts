import { collectDefaultMetrics } from 'prom-client';
import { addGauges } from './gauges.js';
import { addNotificationMetrics } from './notification-metrics.js';
import type { DeploymentMeasure, RunMeasure, Snapshot } from './samples.js';
import { Series } from './series.js';
import { WebhookMetrics } from './webhook-metrics.js';

const minutes = [30, 60, 120, 300, 600, 1200, 1800, 2400, 3000, 3600, 5400, 7200];
const leadTimes = [60, 300, 900, 3600, 4 * 3600, 86_400, 3 * 86_400, 7 * 86_400, 14 * 86_400, 30 * 86_400];
const reconcileTimes = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** The metrics of one process. Nothing here throws, and labels never hold a commit or a message. */
export class Metrics {
  readonly #series = new Series();
  readonly registry = this.#series.registry;
  readonly webhooks = new WebhookMetrics(this.#series);
  readonly #runs = this.#series.counter('towpath_deployment_runs_total', ['product', 'stage', 'class', 'result']);
  readonly #duration = this.#series.histogram('towpath_deployment_duration_seconds', ['product', 'stage'], minutes);
  readonly #leadTime = this.#series.histogram('towpath_lead_time_seconds', ['product', 'stage'], leadTimes);
  readonly #releases = this.#series.counter('towpath_releases_total', ['product', 'class']);
  readonly #rollbacks = this.#series.counter('towpath_rollbacks_total', ['product', 'stage']);
  readonly #changeFailures = this.#series.counter('towpath_change_failures_total', ['product']);
  readonly #restore = this.#series.histogram('towpath_restore_seconds', ['product'], leadTimes);
  readonly #gateWait = this.#series.histogram('towpath_gate_wait_seconds', ['product', 'gate'], leadTimes);
  readonly #roleWait = this.#series.histogram('towpath_role_wait_seconds', ['product', 'role'], leadTimes);
  readonly #signoff = this.#series.histogram('towpath_signoff_seconds', ['product', 'role'], leadTimes);
  readonly #fetched = this.#series.gauge('towpath_source_last_fetch_timestamp_seconds', ['source']);
  readonly #fetchTime = this.#series.histogram('towpath_source_fetch_duration_seconds', ['source', 'result'], reconcileTimes);
  readonly #jenkins = this.#series.counter('towpath_jenkins_requests_total', ['server', 'operation', 'code']);
  readonly #passes = this.#series.counter('controller_runtime_reconcile_total', ['controller', 'result']);
  readonly #passTime = this.#series.histogram('controller_runtime_reconcile_time_seconds', ['controller'], reconcileTimes);

  readonly #work = this.#series.histogram('workqueue_work_duration_seconds', ['name'], reconcileTimes);
  readonly #waited = this.#series.histogram('workqueue_queue_duration_seconds', ['name'], reconcileTimes);
  readonly #retries = this.#series.counter('workqueue_retries_total', ['name']);

  /** Counts what became of a message to a sink. */
  readonly notified: (sink: string, result: string) => void;

  constructor(snapshot: Snapshot, eventLoopLagSeconds: () => number) {
    collectDefaultMetrics({ register: this.registry });
    addGauges(this.#series, snapshot, eventLoopLagSeconds);
    this.notified = addNotificationMetrics(this.#series, snapshot.undelivered ?? (() => []));
  }

  passed({
    controller,
    result,
    seconds,
    waitedSeconds,
  }: {
    controller: string;
    result: string;
    seconds: number;
    waitedSeconds: number;
  }): void {
    this.#passes.inc({ controller, result });
    this.#passTime.observe({ controller }, seconds);
    this.#work.observe({ name: controller }, seconds);
    this.#waited.observe({ name: controller }, waitedSeconds);
    if (result === 'error') this.#retries.inc({ name: controller });
  }

  /** Series of every result stand from the start, so that rates are right from the first error on. */
  initialise(controllers: readonly string[]): void {
    for (const controller of controllers) {
      for (const result of ['success', 'requeue_after', 'error']) this.#passes.inc({ controller, result }, 0);
      this.#retries.inc({ name: controller }, 0);
    }
  }

  runEnded(run: RunMeasure): void {
    const { product, stage } = run;
    this.#runs.inc({ product, stage, class: run.class, result: run.result });
    if (run.seconds !== undefined) this.#duration.observe({ product, stage }, run.seconds);
    if (run.leadSeconds !== undefined) this.#leadTime.observe({ product, stage }, run.leadSeconds);
    if (run.deployment !== undefined) this.#deploymentEnded(run, run.deployment);
  }

  /** Counters of what is rare stand at zero from the first deployment on, so that their first step shows as one. */
  #deploymentEnded(run: RunMeasure, { rollback, gateWaits, roleWaits, signoffs, production }: DeploymentMeasure): void {
    const { product, stage } = run;
    this.#rollbacks.inc({ product, stage }, rollback ? 1 : 0);
    for (const { gate, seconds } of gateWaits) this.#gateWait.observe({ product, gate }, seconds);
    for (const { role, seconds } of roleWaits) this.#roleWait.observe({ product, role }, seconds);
    for (const { role, seconds } of signoffs) this.#signoff.observe({ product, role }, seconds);
    this.#releases.inc({ product, class: run.class === '' ? 'unknown' : run.class }, production?.released ? 1 : 0);
    this.#changeFailures.inc({ product }, production?.failures ?? 0);
    if (production?.restoreSeconds !== undefined) this.#restore.observe({ product }, production.restoreSeconds);
  }

  fetched(source: string, result: string, seconds: number, at: number): void {
    this.#fetchTime.observe({ source, result }, seconds);
    if (result === 'changed' || result === 'unchanged') this.#fetched.set({ source }, at / 1000);
  }

  jenkinsRequest(server: string, operation: string, code: string): void {
    this.#jenkins.inc({ server, operation, code });
  }
}
