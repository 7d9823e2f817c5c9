import { durationOr } from '../core/duration.js';
import type { Millis } from '../core/model.js';
import type { EnvironmentResource, GateStatus } from '../core/resources/environment.js';
import { Audited, reconcileAudit } from './audit.js';
import { AuditWakes, everyEnvironment } from './audit-wakes.js';
import { CaughtUp } from './caught-up.js';
import { ClaimAges } from './claim-ages.js';
import { ComponentCache } from './components.js';
import { reconcileEnvironment } from './environment.js';
import { type ForgePorts, ForgeReports } from './forge-reports.js';
import type { Memory } from './gather.js';
import { fromJobText, JobHistories, toJobText } from './histories.js';
import { jobsOf, reconcileJob } from './job.js';
import { Locks } from './locks.js';
import type { NotificationPorts } from './notification-pass.js';
import { Notifications } from './notifications.js';
import { PathView } from './path-view.js';
import type { Key, Ports } from './ports.js';
import { fromKeyText, PublishedStates, toKeyText } from './published.js';
import { KeyedQueue, type PassReport, type Requeue, type Timers } from './queue.js';
import { reconcileRelease } from './release.js';
import { isProductKey, ReleaseWakes } from './release-wakes.js';
import { SeenObjects } from './seen-objects.js';
import { reconcileSource } from './source.js';
import { NotedWebhooks } from './webhook-wakes.js';

export interface ControllerOptions {
  readonly ports: Ports;
  readonly timers: Timers;
  readonly random: () => number;
  readonly onPass?: (report: PassReport) => void;
  /** Absent: nobody is told anything. */
  readonly notify?: NotificationPorts;
  /** Absent: code hosts are told nothing. */
  readonly forge?: ForgePorts;
}

/** What changed in the API; only the name is used, what to do is worked out from the state. */
export interface Change {
  readonly kind: 'ReleaseSource' | 'Environment' | 'DeploymentRun' | 'Release' | 'Hold';
  readonly key: Key;
  /** It was not written by this process. */
  readonly byOthers?: boolean;
}

const passDeadlineMs: Millis = 120_000;

/** What happens to environments together is told of their releases together. */
const releaseDelayMs: Millis = 1_000;

/** Two that both believe to lead, and whose clocks differ, must not write against each other as fast as they can. */
const othersDelayMs: Millis = 5_000;

/** The queues and what wakes them. It does nothing until it is started, and only a leader starts it. */
export class Controller {
  readonly sources: KeyedQueue;
  readonly environments: KeyedQueue;
  readonly jobs: KeyedQueue;
  readonly audits: KeyedQueue;
  readonly #auditWakes: AuditWakes;
  readonly releases: KeyedQueue;
  readonly #releaseWakes: ReleaseWakes;
  readonly notifications: Notifications | undefined;
  readonly forgeReports: ForgeReports | undefined;
  readonly #ports: Ports;
  readonly #memory: Memory;
  readonly #seen: SeenObjects;
  readonly #notedWebhooks = new NotedWebhooks();

  constructor({ ports, timers, random, onPass, notify, forge }: ControllerOptions) {
    this.#ports = ports;
    const published = new PublishedStates();
    const histories = new JobHistories();
    this.#memory = {
      published,
      histories,
      components: new ComponentCache(),
      path: new PathView(),
      claimAges: new ClaimAges(() => timers.now()),
      audited: new Audited((run, source) => this.notifications?.isSettled(run, source) ?? true),
    };
    this.#seen = new SeenObjects(published);
    const wakeEnvironments = (keys: readonly string[]) => {
      for (const key of keys) this.environments.add(key);
    };
    const shared = { timers, deadlineMs: passDeadlineMs, ...(onPass === undefined ? {} : { onPass }) };
    const watchJobs = (source: Key) => {
      for (const job of jobsOf(source, published)) this.jobs.add(toJobText(job));
    };
    this.#releaseWakes = new ReleaseWakes({ ports, published, wake: (key) => this.releases.addAfter(key, releaseDelayMs) });
    const wakeReleases = (source: Key) => this.#wakeReleases(source);
    this.notifications = notify && new Notifications({ ports, published, notify, wakeEnvironments, ...shared });
    this.forgeReports = forge && new ForgeReports({ ports, memory: this.#memory, forge, random, ...shared });
    const sourceLoop = { ports, published, wakeEnvironments, wakeReleases, watchJobs, random };
    const environmentLoop = { ports, memory: this.#memory, locks: new Locks(), caughtUp: new CaughtUp() };
    this.sources = new KeyedQueue({
      ...shared,
      name: 'releasesource',
      concurrency: 8,
      // A server that is down is asked again no less often than one that is up.
      longestWaitMs: (key) => durationOr(ports.sources.get(fromKeyText(key))?.spec.git.interval, 60_000),
      process: (key, signal) => reconcileSource(fromKeyText(key), sourceLoop, signal),
    });
    this.environments = new KeyedQueue({
      ...shared,
      name: 'environment',
      concurrency: 128,
      process: (key, signal) => reconcileEnvironment(fromKeyText(key), environmentLoop, signal),
    });
    this.jobs = new KeyedQueue({
      ...shared,
      name: 'job',
      concurrency: 16,
      process: (key, signal) => reconcileJob(fromJobText(key), { ports, published, histories, wakeEnvironments }, signal),
    });
    this.#auditWakes = new AuditWakes(ports.sources, (key) => this.audits.add(key));
    this.audits = new KeyedQueue({
      ...shared,
      name: 'audit',
      concurrency: 16,
      process: (key, signal) => reconcileAudit(key, { ports, audited: this.#memory.audited, wakeEnvironments }, signal),
    });
    this.releases = new KeyedQueue({
      ...shared,
      name: 'release',
      concurrency: 8,
      process: (text, signal) => this.#processRelease(fromKeyText(text), signal),
    });
  }

  async #processRelease(key: Key, signal: AbortSignal): Promise<Requeue> {
    if (!isProductKey(key)) return reconcileRelease(key, { ports: this.#ports, memory: this.#memory }, signal);
    this.#releaseWakes.ofProduct(key);
    return {};
  }

  /** What git says, as passes see it. */
  get published(): Pick<PublishedStates, 'of' | 'governanceOf' | 'governing'> {
    return this.#memory.published;
  }

  get queues(): readonly { name: string; queue: KeyedQueue }[] {
    return [
      { name: 'releasesource', queue: this.sources },
      { name: 'environment', queue: this.environments },
      { name: 'job', queue: this.jobs },
      { name: 'release', queue: this.releases },
      { name: 'audit', queue: this.audits },
      ...(this.notifications === undefined ? [] : [{ name: 'notification', queue: this.notifications.queue }]),
      ...(this.forgeReports === undefined ? [] : [{ name: 'forge', queue: this.forgeReports.queue }]),
    ];
  }

  /** Looks at everything once; from then on at what changes. */
  start(): void {
    for (const { queue } of this.queues) queue.start();
    for (const { metadata } of this.#ports.sources.list()) this.sources.add(toKeyText(metadata));
    for (const run of this.#ports.runs.list()) this.environments.add(environmentOf(run.metadata));
  }

  /** Takes no more work and waits for what is under way, which is aborted. */
  async stop(): Promise<void> {
    await Promise.all(this.queues.map(({ queue }) => queue.stop()));
  }

  /** Something changed in the API. */
  notice({ kind, key, byOthers = false }: Change): void {
    const text = toKeyText(key);
    switch (kind) {
      case 'ReleaseSource':
        if (this.#seen.look(kind, key, this.#ports.sources.get(key)).isNews) this.#wakeSource(key);
        if (this.#notedWebhooks.isNews(key, this.#ports.sources.get(key))) {
          this.sources.add(text);
          this.forgeReports?.pullRequests(text);
        }
        return;
      case 'Environment': {
        const { isNews, opensGates } = this.#seen.look(kind, key, this.#ports.environments.get(key));
        // A leader that was deposed unawares may have put an older truth over it.
        if (isNews) this.environments.add(text);
        else if (byOthers) this.environments.addAfter(text, othersDelayMs);
        if (opensGates) this.#wakePeers(key);
        this.#releaseWakes.environment(key);
        if (isAdopted(this.#ports.environments.get(key))) this.#auditWakes.environment(text);
        this.notifications?.environment(key);
        this.forgeReports?.environment(key);
        return;
      }
      case 'Release':
        this.notifications?.release(key);
        if (this.#seen.look(kind, key, this.#ports.releases.get(key)).isNews) this.releases.addAfter(text, releaseDelayMs);
        return;
      case 'DeploymentRun': {
        const { isNews, opensGates } = this.#seen.look(kind, key, this.#ports.runs.get(key));
        if (isNews || byOthers) this.environments.add(environmentOf(key));
        if (opensGates) this.#wakePeers(key);
        if (isNews || opensGates) this.#auditWakes.environment(environmentOf(key));
        this.notifications?.environment(fromKeyText(environmentOf(key)));
        return;
      }
      case 'Hold':
        this.#auditWakes.holds(key.namespace);
        for (const { metadata } of this.#ports.environments.list()) {
          if (metadata.namespace === key.namespace) this.environments.add(toKeyText(metadata));
        }
        return;
    }
  }

  /** What git says was published anew. */
  #wakeReleases(source: Key): void {
    this.#releaseWakes.source(source);
    this.notifications?.source(source);
    this.forgeReports?.source(source);
  }

  #wakeSource(key: Key): void {
    this.sources.add(toKeyText(key));
    for (const { metadata, spec } of this.#ports.environments.list()) {
      if (metadata.namespace === key.namespace && spec.source === key.name) this.environments.add(toKeyText(metadata));
    }
    for (const job of jobsOf(key, this.#memory.published)) this.jobs.add(toJobText(job));
    this.notifications?.source(key);
    this.forgeReports?.source(key);
    this.#auditWakes.everything(key.namespace, everyEnvironment(this.#ports, key.namespace));
  }

  /**
   * Environments of the same product, and those that wait for room, whose gates may open by what happened to this one. One that is
   * being looked at is looked at again: what it is about to write may rest on what was known before.
   */
  #wakePeers({ namespace, name }: Key): void {
    const product = name.slice(0, name.indexOf('.') + 1);
    for (const { metadata, status } of this.#ports.environments.list()) {
      if (metadata.namespace !== namespace) continue;
      const key = toKeyText(metadata);
      const waits =
        status?.waitingFor !== undefined &&
        (metadata.name.startsWith(product) || status.waitingFor === 'concurrency' || readsOtherProducts(status.gates ?? []));
      if (waits || this.environments.isRunning(key)) this.environments.add(key);
    }
  }
}

const readsOtherProducts = (gates: readonly GateStatus[]): boolean => gates.some(({ name }) => name === 'dependencies');

const isAdopted = (environment: EnvironmentResource | undefined): boolean =>
  environment?.status?.recorded !== undefined && environment.status.recorded.run === undefined;

/** The environment that a run belongs to, from its name. */
function environmentOf({ namespace, name }: { namespace: string; name: string }): string {
  return toKeyText({ namespace, name: name.slice(0, name.lastIndexOf('.')) });
}
