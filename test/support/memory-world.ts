import { type Governance, noGovernance } from '../../controller/core/governance.js';
import type { DesiredEnvironment, Millis, ReleaseRepository } from '../../controller/core/model.js';
import { phaseOf } from '../../controller/core/run/run.js';
import { Controller } from '../../controller/reconcile/controller.js';
import type { NotificationPorts } from '../../controller/reconcile/notification-pass.js';
import { aCommit, aProduct, at } from './facts.js';
import { ManualClock } from './manual-clock.js';
import { MemoryJenkins } from './memory-jenkins.js';
import { MemoryPorts } from './memory-ports.js';

export type Wanted = Pick<DesiredEnvironment, 'environment' | 'stage' | 'version'> & Partial<DesiredEnvironment>;

const namespace = 'default';
const key = (name: string) => ({ namespace, name });

/** A controller in memory with one source, one Jenkins server and time that is told to pass. */
export class MemoryWorld {
  readonly clock = new ManualClock(at('10:00'));
  readonly api = new MemoryPorts(this.clock);
  readonly jenkins = new MemoryJenkins(this.clock);
  controller: Controller;
  /** What the next commits say that governs. */
  governance: Governance = noGovernance;
  #commits = 0;

  readonly #notify: (() => NotificationPorts) | undefined;
  /** How the process at hand sees the world: what is killed sees it no more. */
  #life = { isOver: false };

  /** `notify`: who is told, made anew for each life of the process. */
  constructor(notify?: () => NotificationPorts) {
    this.#notify = notify;
    this.controller = this.#controller();
    this.api.onChange((change) => this.controller.notice(change));
    this.api.servers.set('main', this.jenkins);
    const server = { url: 'https://jenkins', jobs: ['**'], delay: '1s', grace: '3m', timeout: '30s', pollInterval: '10s' };
    const servers = ['main', 'checks'].map((name) => ({ name, ...server, observeInterval: '1m' }));
    const buckets = [{ name: 'candidates', bucket: 'candidates' }];
    this.api.sources.apply(key('releases'), {
      spec: {
        git: { url: 'https://git/releases', ref: { branch: 'main' }, path: '.', interval: '1m', timeout: '60s' },
        jenkins: servers,
        buckets,
        firstDeployment: 'deploy',
        historyLimit: 20,
        suspend: false,
      },
    });
  }

  start(): void {
    this.controller.start();
  }

  /** The process ends and another begins; what was in memory is gone. */
  async restart(): Promise<void> {
    await this.controller.stop();
    this.controller = this.#controller();
    for (const { metadata } of this.api.environments.list()) this.controller.notice({ kind: 'Environment', key: metadata });
    this.controller.start();
  }

  /** The process is gone from one moment to the next, and another begins. */
  kill(): void {
    this.#life.isOver = true;
    this.#life = { isOver: false };
    this.controller = this.#controller();
    for (const { metadata } of this.api.environments.list()) this.controller.notice({ kind: 'Environment', key: metadata });
    this.controller.start();
  }

  commit(...wanted: readonly Wanted[]): void {
    this.#commits += 1;
    const environments = wanted.map((one): DesiredEnvironment => {
      return { product: aProduct(), settings: {}, settingsDigest: 'sha256:settings', ...one };
    });
    const documents = { valid: environments.length, invalid: 0 };
    const repository: ReleaseRepository = { environments, invalid: [], governance: this.governance, findings: [], documents };
    this.api.snapshots.set('releases', { commit: aCommit(String(this.#commits).padStart(40, '0')), repository });
  }

  suspend(): void {
    const spec = this.api.sources.get(key('releases'))?.spec;
    if (spec !== undefined) this.api.sources.apply(key('releases'), { spec: { ...spec, suspend: true } });
  }

  advance(ms: Millis): Promise<void> {
    return this.clock.advance(ms);
  }

  annotate(environment: string, annotations: Record<string, string>): void {
    const noted = Object.entries(annotations).map(([name, value]) => [`towpath.dev/${name}`, value]);
    this.api.environments.apply(key(`shop.${environment}`), { annotations: Object.fromEntries(noted) });
  }

  status(environment: string) {
    return this.api.environments.get(key(`shop.${environment}`))?.status;
  }

  /** `Ready`'s reason and message. */
  ready(environment: string): string {
    const found = this.status(environment)?.conditions?.find(({ type }) => type === 'Ready');
    return `${found?.reason}: ${found?.message}`;
  }

  run(name: string) {
    return this.api.runs.get(key(name));
  }

  /** Every run with its phase, in the order of their creation. */
  get phases(): Record<string, string> {
    return Object.fromEntries(this.api.runs.list().map((run) => [run.metadata.name, phaseOf(run)]));
  }

  #controller(): Controller {
    const life = this.#life;
    const timers = {
      now: () => this.clock.now(),
      after: (ms: Millis, callback: () => void) => this.clock.after(ms, () => (life.isOver ? undefined : callback())),
    };
    const notify = this.#notify === undefined ? {} : { notify: mortal(this.#notify(), life) };
    return new Controller({ ports: mortal(this.api.ports(), life), timers, random: () => 0.5, ...notify });
  }
}

const reads: ReadonlySet<string> = new Set(['get', 'list', 'ofProduct', 'ofEnvironment', 'quarantined', 'now', 'remainingMs']);

/** Ports of a life: once it is over nothing comes of a call any more, and none ever returns. */
function mortal<T extends object>(ports: T, life: { readonly isOver: boolean }): T {
  return new Proxy(ports, {
    get(target, name, receiver): unknown {
      const value: unknown = Reflect.get(target, name, receiver);
      if (typeof value === 'function' && typeof name === 'string')
        return (...args: unknown[]) => {
          if (life.isOver && !reads.has(name)) return new Promise(() => undefined);
          const result: unknown = value.apply(target, args);
          return result instanceof Promise
            ? result.then((answer) => (life.isOver ? new Promise(() => undefined) : answer))
            : result;
        };
      return typeof value === 'object' && value !== null && !(value instanceof Map) ? mortal(value, life) : value;
    },
  });
}
