import { annotations } from '../core/facts.js';
import type { Millis } from '../core/model.js';
import type { EnvironmentResource } from '../core/resources/environment.js';
import { ComponentCache } from './components.js';
import { reconcileEnvironment } from './environment.js';
import type { Memory } from './gather.js';
import { fromJobText, JobHistories, toJobText } from './histories.js';
import { jobsOf, reconcileJob } from './job.js';
import { Locks } from './locks.js';
import type { Key, Ports } from './ports.js';
import { fromKeyText, PublishedStates, toKeyText } from './published.js';
import { KeyedQueue, type PassReport, type Timers } from './queue.js';
import { reconcileSource } from './source.js';

export interface ControllerOptions {
  readonly ports: Ports;
  readonly timers: Timers;
  readonly random: () => number;
  readonly onPass?: (report: PassReport) => void;
}

/** What changed in the API; only the name is used, what to do is worked out from the state. */
export interface Change {
  readonly kind: 'ReleaseSource' | 'Environment' | 'DeploymentRun' | 'Hold';
  readonly key: Key;
}

const passDeadlineMs: Millis = 120_000;

/** The three queues and what wakes them. It does nothing until it is started, and only a leader starts it. */
export class Controller {
  readonly sources: KeyedQueue;
  readonly environments: KeyedQueue;
  readonly jobs: KeyedQueue;
  readonly #ports: Ports;
  readonly #memory: Memory;
  /** What was last seen of each object, so that the controller's own status writes wake nobody. */
  readonly #seen = new Map<string, string>();

  constructor({ ports, timers, random, onPass }: ControllerOptions) {
    this.#ports = ports;
    const published = new PublishedStates();
    const histories = new JobHistories();
    this.#memory = { published, histories, components: new ComponentCache() };
    const locks = new Locks();
    const wakeEnvironments = (keys: readonly string[]) => {
      for (const key of keys) this.environments.add(key);
    };
    const shared = { timers, deadlineMs: passDeadlineMs, ...(onPass === undefined ? {} : { onPass }) };
    const watchJobs = (source: Key) => {
      for (const job of jobsOf(source, published)) this.jobs.add(toJobText(job));
    };
    const sourceLoop = { ports, published, wakeEnvironments, watchJobs, random };
    const wakePeers = (namespace: string, product: string) => this.#wakePeers(namespace, product);
    const environmentLoop = { ports, memory: this.#memory, locks, wakePeers };
    const jobLoop = { ports, published, histories, wakeEnvironments };
    this.sources = new KeyedQueue({
      ...shared,
      name: 'releasesource',
      concurrency: 8,
      process: (key, signal) => reconcileSource(fromKeyText(key), sourceLoop, signal),
    });
    this.environments = new KeyedQueue({
      ...shared,
      name: 'environment',
      concurrency: 64,
      process: (key, signal) => reconcileEnvironment(fromKeyText(key), environmentLoop, signal),
    });
    this.jobs = new KeyedQueue({
      ...shared,
      name: 'job',
      concurrency: 16,
      process: (key, signal) => reconcileJob(fromJobText(key), jobLoop, signal),
    });
  }

  get queues(): readonly { name: string; queue: KeyedQueue }[] {
    return [
      { name: 'releasesource', queue: this.sources },
      { name: 'environment', queue: this.environments },
      { name: 'job', queue: this.jobs },
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
  notice({ kind, key }: Change): void {
    const text = toKeyText(key);
    switch (kind) {
      case 'ReleaseSource':
        if (this.#isNews(kind, key, this.#ports.sources.get(key))) this.#wakeSource(key);
        return;
      case 'Environment':
        if (this.#isNews(kind, key, this.#ports.environments.get(key))) this.environments.add(text);
        return;
      case 'DeploymentRun':
        if (this.#isNews(kind, key, this.#ports.runs.get(key))) this.environments.add(environmentOf(key));
        return;
      case 'Hold':
        for (const { metadata } of this.#ports.environments.list()) {
          if (metadata.namespace === key.namespace) this.environments.add(toKeyText(metadata));
        }
        return;
    }
  }

  /** Whether there is more to an object than a status that this process may have written itself. */
  #isNews(
    kind: string,
    key: Key,
    found: EnvironmentResource | { metadata: EnvironmentResource['metadata'] } | undefined,
  ): boolean {
    const name = `${kind} ${toKeyText(key)}`;
    const before = this.#seen.get(name);
    if (found === undefined) {
      this.#seen.delete(name);
      return before !== undefined;
    }
    const { uid, generation, annotations: noted = {} } = found.metadata;
    const asked = Object.values(annotations).map((annotation) => noted[annotation] ?? null);
    const signature = JSON.stringify([uid, generation, asked]);
    this.#seen.set(name, signature);
    return before !== signature;
  }

  #wakeSource(key: Key): void {
    this.sources.add(toKeyText(key));
    for (const { metadata, spec } of this.#ports.environments.list()) {
      if (metadata.namespace === key.namespace && spec.source === key.name) this.environments.add(toKeyText(metadata));
    }
    for (const job of jobsOf(key, this.#memory.published)) this.jobs.add(toJobText(job));
  }

  #wakePeers(namespace: string, product: string): void {
    for (const { metadata, status } of this.#ports.environments.list()) {
      const waits = metadata.namespace === namespace && status?.waitingFor !== undefined;
      if (waits && (metadata.name.startsWith(`${product}.`) || status.waitingFor === 'concurrency'))
        this.environments.add(toKeyText(metadata));
    }
  }
}

/** The environment that a run belongs to, from its name. */
function environmentOf({ namespace, name }: { namespace: string; name: string }): string {
  return toKeyText({ namespace, name: name.slice(0, name.lastIndexOf('.')) });
}
