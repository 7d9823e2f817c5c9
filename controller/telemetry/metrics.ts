import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** One environment, as the gauges show it at the moment of the scrape. */
export interface EnvironmentSample {
  readonly product: string;
  readonly environment: string;
  readonly stage: string;
  readonly client: string;
  readonly desired: string;
  readonly deployed: string;
  readonly ready: boolean;
  readonly drifted: boolean;
  /** Closed gates and since how many seconds they are. */
  readonly waiting: readonly { readonly gate: string; readonly seconds: number }[];
}

export interface SourceSample {
  readonly source: string;
  readonly invalidDocuments: number;
}

/** How many obligations of releases of a product there are of one kind, owner and state. */
export interface ObligationSample {
  readonly product: string;
  readonly kind: string;
  readonly owner: string;
  readonly state: string;
  readonly count: number;
}

/** What git says of the outcome of releases, one entry each. */
export interface FiguresSample {
  readonly incidents: readonly { readonly product: string; readonly class: string; readonly severity: string }[];
  readonly tickets: readonly { readonly product: string; readonly state: string }[];
  readonly downtime: readonly { readonly product: string; readonly kind: string; readonly seconds: number }[];
}

/** What a deployment that has ended adds to the key figures. */
export interface DeploymentMeasure {
  readonly rollback: boolean;
  readonly gateWaits: readonly { readonly gate: string; readonly seconds: number }[];
  readonly roleWaits: readonly { readonly role: string; readonly seconds: number }[];
  readonly signoffs: readonly { readonly role: string; readonly seconds: number }[];
  /** Absent where another stage follows. */
  readonly production?: { readonly failures: number; readonly restoreSeconds?: number; readonly released: boolean };
}

export interface RunMeasure {
  readonly product: string;
  readonly stage: string;
  readonly class: string;
  readonly result: string;
  readonly seconds?: number;
  readonly leadSeconds?: number;
  /** Absent for what deployed nothing. */
  readonly deployment?: DeploymentMeasure;
}

export interface QueueSample {
  readonly name: string;
  readonly depth: number;
  readonly adds: number;
  /** How long the passes under way have been going on. */
  readonly runningSeconds: readonly number[];
}

/** What gauges read when they are scraped: series of things that are gone go by themselves. */
export interface Snapshot {
  readonly environments: () => readonly EnvironmentSample[];
  readonly sources: () => readonly SourceSample[];
  readonly obligations: () => readonly ObligationSample[];
  /** One entry a source that was read. */
  readonly figures: () => readonly FiguresSample[];
  readonly queues: () => readonly QueueSample[];
  readonly isLeader: () => boolean;
  readonly lastEventAgeSeconds: () => Readonly<Record<string, number>>;
  /** How many objects are left alone, by kind. */
  readonly quarantined: () => Readonly<Record<string, number>>;
}

const place = ['product', 'environment', 'stage', 'client'] as const;
const minutes = [30, 60, 120, 300, 600, 1200, 1800, 2400, 3000, 3600, 5400, 7200];
const leadTimes = [60, 300, 900, 3600, 4 * 3600, 86_400, 3 * 86_400, 7 * 86_400, 14 * 86_400, 30 * 86_400];
const reconcileTimes = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Every metric of the product: name → what it tells. README.md lists them, and a test holds the two against each other. */
export const metricDescriptions = {
  towpath_environment_info: 'An environment with its desired and deployed version; always 1.',
  towpath_environment_ready: '1 where the environment runs what git asks for, verified and without drift.',
  towpath_environment_drifted: '1 where desired, recorded and observed state differ.',
  towpath_gate_waiting_seconds: 'How long a closed gate has held a deployment.',
  towpath_obligations: 'What the paths of releases left to be done, by kind, owner and state (open, overdue, met).',
  towpath_deployment_runs_total: 'Deployment runs that have ended, by result.',
  towpath_deployment_duration_seconds: 'From the request to Jenkins to the end of the run.',
  towpath_lead_time_seconds: 'From the commit to the verified deployment.',
  towpath_releases_total: 'Releases that first succeeded at a stage that no other follows on, by class.',
  towpath_rollbacks_total: 'Deployments that succeeded with a lower version than was there, or one that was there before.',
  towpath_change_failures_total: 'Production deployments that failed, or that the next one there took back.',
  towpath_restore_seconds: 'From a failed production deployment to the next that succeeded there.',
  towpath_gate_wait_seconds: 'How long a gate has held what was then deployed.',
  towpath_role_wait_seconds: 'How long what was then deployed waited for somebody of a role; for several, it counts for each.',
  towpath_signoff_seconds: 'From the commit that asked to the sign-off, by role.',
  towpath_incidents: 'Incidents in git that releases caused, by class of the release and severity.',
  towpath_release_tickets: 'Tickets of the releases in git, by state (resolved, reopened).',
  towpath_release_downtime_seconds: 'Downtime in the schedules of the releases in git, by kind (planned, actual), together.',
  towpath_source_last_fetch_timestamp_seconds: 'When a repository last answered.',
  towpath_source_fetch_duration_seconds: 'How long fetches take.',
  towpath_source_invalid_documents: 'Documents of the current commit that are not valid.',
  towpath_jenkins_requests_total: 'Requests to Jenkins.',
  towpath_watch_last_event_age_seconds: 'Since when the API has said nothing, by kind.',
  towpath_quarantined_objects: 'Objects that do not fit their schema and are therefore left alone, by kind.',
  towpath_event_loop_lag_seconds: 'The longest delay of the event loop since the last scrape.',
  controller_runtime_reconcile_total: 'Passes, by controller and result.',
  controller_runtime_reconcile_time_seconds: 'How long passes take.',
  workqueue_depth: 'Keys that wait for a worker.',
  workqueue_adds_total: 'Keys that were made ready.',
  workqueue_retries_total: 'Passes that failed and are tried again.',
  workqueue_queue_duration_seconds: 'How long keys wait for a worker.',
  workqueue_work_duration_seconds: 'How long passes take, as a queue sees it.',
  workqueue_unfinished_work_seconds: 'How long the passes under way have been going on, together.',
  workqueue_longest_running_processor_seconds: 'How long the longest pass under way has been going on.',
  leader_election_master_status: '1 where this process is the leader.',
} as const;

export type MetricName = keyof typeof metricDescriptions;

/** The metrics of one process. Nothing here throws, and labels never hold a commit or a message. */
export class Metrics {
  readonly registry = new Registry();
  readonly #runs = this.#counter('towpath_deployment_runs_total', ['product', 'stage', 'class', 'result']);
  readonly #duration = this.#histogram('towpath_deployment_duration_seconds', ['product', 'stage'], minutes);
  readonly #leadTime = this.#histogram('towpath_lead_time_seconds', ['product', 'stage'], leadTimes);
  readonly #releases = this.#counter('towpath_releases_total', ['product', 'class']);
  readonly #rollbacks = this.#counter('towpath_rollbacks_total', ['product', 'stage']);
  readonly #changeFailures = this.#counter('towpath_change_failures_total', ['product']);
  readonly #restore = this.#histogram('towpath_restore_seconds', ['product'], leadTimes);
  readonly #gateWait = this.#histogram('towpath_gate_wait_seconds', ['product', 'gate'], leadTimes);
  readonly #roleWait = this.#histogram('towpath_role_wait_seconds', ['product', 'role'], leadTimes);
  readonly #signoff = this.#histogram('towpath_signoff_seconds', ['product', 'role'], leadTimes);
  readonly #fetched = this.#gauge('towpath_source_last_fetch_timestamp_seconds', ['source']);
  readonly #fetchTime = this.#histogram('towpath_source_fetch_duration_seconds', ['source', 'result'], reconcileTimes);
  readonly #jenkins = this.#counter('towpath_jenkins_requests_total', ['server', 'operation', 'code']);
  readonly #passes = this.#counter('controller_runtime_reconcile_total', ['controller', 'result']);
  readonly #passTime = this.#histogram('controller_runtime_reconcile_time_seconds', ['controller'], reconcileTimes);

  readonly #work = this.#histogram('workqueue_work_duration_seconds', ['name'], reconcileTimes);
  readonly #waited = this.#histogram('workqueue_queue_duration_seconds', ['name'], reconcileTimes);
  readonly #retries = this.#counter('workqueue_retries_total', ['name']);

  constructor(snapshot: Snapshot, eventLoopLagSeconds: () => number) {
    collectDefaultMetrics({ register: this.registry });
    this.#environmentGauges(snapshot);
    this.#gauge('towpath_source_invalid_documents', ['source'], (gauge) => {
      for (const { source, invalidDocuments } of snapshot.sources()) gauge.set({ source }, invalidDocuments);
    });
    this.#gauge('towpath_obligations', ['product', 'kind', 'owner', 'state'], (gauge) => {
      for (const { count, ...labels } of snapshot.obligations()) gauge.inc(labels, count);
    });
    this.#figureGauges(snapshot);
    this.#queueGauges(snapshot);
    this.#gauge('leader_election_master_status', ['name'], (gauge) =>
      gauge.set({ name: 'towpath' }, snapshot.isLeader() ? 1 : 0),
    );
    this.#gauge('towpath_watch_last_event_age_seconds', ['kind'], (gauge) => {
      for (const [kind, age] of Object.entries(snapshot.lastEventAgeSeconds())) gauge.set({ kind }, age);
    });
    this.#gauge('towpath_quarantined_objects', ['kind'], (gauge) => {
      for (const [kind, count] of Object.entries(snapshot.quarantined())) gauge.set({ kind }, count);
    });
    this.#gauge('towpath_event_loop_lag_seconds', [], (gauge) => gauge.set(eventLoopLagSeconds()));
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

  #figureGauges({ figures }: Snapshot): void {
    this.#gauge('towpath_incidents', ['product', 'class', 'severity'], (gauge) => {
      for (const { incidents } of figures()) for (const labels of incidents) gauge.inc(labels);
    });
    this.#gauge('towpath_release_tickets', ['product', 'state'], (gauge) => {
      for (const { tickets } of figures()) for (const labels of tickets) gauge.inc(labels);
    });
    this.#gauge('towpath_release_downtime_seconds', ['product', 'kind'], (gauge) => {
      for (const { downtime } of figures()) for (const { seconds, ...labels } of downtime) gauge.inc(labels, seconds);
    });
  }

  #queueGauges(snapshot: Snapshot): void {
    const each = (name: MetricName, value: (sample: QueueSample) => number) =>
      this.#gauge(name, ['name'], (gauge) => {
        for (const sample of snapshot.queues()) gauge.set({ name: sample.name }, value(sample));
      });
    each('workqueue_depth', ({ depth }) => depth);
    each('workqueue_unfinished_work_seconds', ({ runningSeconds }) => runningSeconds.reduce((sum, seconds) => sum + seconds, 0));
    each('workqueue_longest_running_processor_seconds', ({ runningSeconds }) => Math.max(0, ...runningSeconds));
    this.#counter('workqueue_adds_total', ['name'], (counter) => {
      for (const { name, adds } of snapshot.queues()) counter.inc({ name }, adds);
    });
  }

  #environmentGauges(snapshot: Snapshot): void {
    const each = (name: MetricName, labels: readonly string[], set: (gauge: Gauge<string>, sample: EnvironmentSample) => void) =>
      this.#gauge(name, labels, (gauge) => {
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

  #gauge(name: MetricName, labelNames: readonly string[], collect?: (gauge: Gauge<string>) => void): Gauge<string> {
    const fill =
      collect === undefined
        ? {}
        : {
            collect(this: Gauge<string>) {
              this.reset();
              collect(this);
            },
          };
    return new Gauge({ name, help: metricDescriptions[name], labelNames: [...labelNames], registers: [this.registry], ...fill });
  }

  #counter(name: MetricName, labelNames: readonly string[], collect?: (counter: Counter<string>) => void): Counter<string> {
    const fill =
      collect === undefined
        ? {}
        : {
            collect(this: Counter<string>) {
              this.reset();
              collect(this);
            },
          };
    return new Counter({
      name,
      help: metricDescriptions[name],
      labelNames: [...labelNames],
      registers: [this.registry],
      ...fill,
    });
  }

  #histogram(name: MetricName, labelNames: readonly string[], buckets: number[]): Histogram<string> {
    return new Histogram({
      name,
      help: metricDescriptions[name],
      labelNames: [...labelNames],
      buckets,
      registers: [this.registry],
    });
  }
}

/** docs/metrics.md. */
export function metricsPage(): string {
  const rows = Object.entries(metricDescriptions).map(([name, meaning]) => `| \`${name}\` | ${meaning} |`);
  return `<!-- Generated by \`npm run generate\` from controller/telemetry/metrics.ts. Do not edit. -->

# Metrics

Served on \`/metrics\`, beside prom-client's metrics of the process. Labels never hold a commit or a message, and series of things that are gone go.

| metric | meaning |
| --- | --- |
${rows.join('\n')}
`;
}
