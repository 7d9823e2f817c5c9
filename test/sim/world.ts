import { leaseMarginMs } from '../../controller/core/lease-times.js';
import type { Millis } from '../../controller/core/model.js';
import type { Lookup } from '../../controller/core/run/observation.js';
import { cancelItem, stopBuild } from '../../controller/jenkins/control.js';
import { lookup } from '../../controller/jenkins/lookup.js';
import { createPost } from '../../controller/jenkins/posting.js';
import { preflight } from '../../controller/jenkins/preflight.js';
import { readBuild, readHistory, readItem, readLogTail } from '../../controller/jenkins/tracking.js';
import { trigger } from '../../controller/jenkins/trigger.js';
import type { Deployer } from '../../controller/reconcile/ports.js';
import { SimApi } from './api.js';
import { calmWatch, type WatchFaults } from './api-watch.js';
import { SimBucket } from './descriptors.js';
import { SimGit } from './git.js';
import { SimJenkins } from './jenkins.js';
import { createConnection } from './jenkins-connection.js';
import { JenkinsPages } from './jenkins-pages.js';
import { SimLedger } from './ledger.js';
import { type LinkFaults, Network, noFaults } from './network.js';
import type { Plan } from './plan.js';
import { Random } from './random.js';
import { Replica } from './replica.js';
import { calmS3, type S3Faults } from './s3.js';
import { Scheduler } from './scheduler.js';
import { Violation } from './violation.js';

/** What goes wrong now; all of it ends when the faults end. */
export interface Faults {
  api: LinkFaults;
  watch: WatchFaults;
  jenkins: LinkFaults;
  jenkinsReads: LinkFaults;
  unauthorized: number;
  s3: S3Faults;
}

export const calm: Readonly<Faults> = {
  api: noFaults,
  watch: calmWatch,
  jenkins: noFaults,
  jenkinsReads: noFaults,
  unauthorized: 0,
  s3: calmS3,
};

const startOfTime = Date.parse('2026-11-22T10:00:00Z');
const requestTimeoutMs = 30_000;
/** The default grace of 3 min covers the client's patience and this. */
const lateMs = 90_000;

/** Everything outside of the controller, on one clock and one generator. */
export class World {
  readonly scheduler = new Scheduler(() => {
    if (this.broken !== undefined) throw this.broken;
  });
  readonly random: Random;
  readonly network: Network;
  readonly api: SimApi;
  readonly jenkins: SimJenkins;
  readonly git: SimGit;
  readonly bucket = new SimBucket(() => this.scheduler.now);
  readonly ledger: SimLedger;
  readonly faults: Faults = { ...calm };
  readonly replicas: Replica[] = [];
  /** All that there ever were. */
  readonly processes = new Map<string, Replica>();
  readonly plan: Plan;
  /** Told of everything that happens, where somebody wants to read it. */
  onHappening: ((text: () => string) => void) | undefined;
  /** Requests of operators that have led to a run, or that nothing needed. */
  readonly answered = new Set<string>();
  /** When a pass last failed in a way that is tried again later and later. */
  lastBackoffAt: Millis = Number.NEGATIVE_INFINITY;
  /** What a process found out about itself: thrown when its turn is over. */
  broken: Violation | undefined;
  onPost: (id: string, holder: string) => void = () => undefined;
  readonly #pages: JenkinsPages;
  #incarnations = 0;
  /** Processes that end are started again after a while. */
  restarts = true;

  constructor(plan: Plan) {
    this.plan = plan;
    this.random = new Random(plan.seed);
    this.network = new Network(this.scheduler, this.random);
    this.api = new SimApi(this.scheduler, this.random, () => this.wall());
    this.git = new SimGit(() => this.wall());
    this.ledger = new SimLedger(() => this.wall(), plan.refusal);
    this.jenkins = new SimJenkins({
      scheduler: this.scheduler,
      random: this.random,
      wall: () => this.wall(),
      executors: plan.executors,
      buildMs: plan.buildMs,
      results: plan.results,
      firstResults: plan.firstResults,
      handoverMs: plan.handoverMs,
      saveMs: plan.saveMs,
    });
    this.jenkins.onHappening.push((text) => this.happened(text));
    this.#pages = new JenkinsPages(this.jenkins, this.random, this.faults);
  }

  /** True time; processes may be off by their skew. */
  wall(): Millis {
    return (this.plan.governed?.startAt ?? startOfTime) + this.scheduler.now;
  }

  happened(text: () => string): void {
    this.onHappening?.(text);
  }

  /** A new process on the host with that number. */
  startReplica(host: number): Replica {
    this.#incarnations += 1;
    const name = `towpath-${host}-${this.#incarnations}`;
    const skewMs = this.plan.skewMs === 0 ? 0 : this.random.between(-this.plan.skewMs, this.plan.skewMs);
    const replica = new Replica(this, name, { skewMs, onEnd: (ended) => this.restartLater(ended) });
    this.replicas[host] = replica;
    this.processes.set(name, replica);
    this.happened(() => `${name} starts`);
    replica.start();
    return replica;
  }

  restartLater(replica: Replica): void {
    const host = this.replicas.indexOf(replica);
    if (host < 0) return;
    const delay = this.network.steady ? 2_000 : this.random.between(500, 20_000);
    this.scheduler.outside(delay, () => {
      if (this.restarts && this.replicas[host] === replica) this.startReplica(host);
    });
  }

  /** The real adapter over a simulated connection. */
  openDeployer(who: string): Deployer {
    const { network, faults } = this;
    const pages = this.#pages;
    const connection = createConnection({ network, faults, pages, requestTimeoutMs, lateMs }, who, (id) => {
      this.happened(() => `${who} sends the POST for ${id}`);
      this.onPost(id, who);
    });
    const { delayMs } = this.plan;
    // The simulated network does not look at it: there a process may stand still between this and its sending.
    const context = { connection, post: createPost(connection), delayMs, sendWithinMs: leaseMarginMs };
    return {
      preflight: (request, signal) => preflight(connection, request, signal),
      trigger: (request, signal) => trigger(context, request, signal),
      lookup: (request, signal) => this.#judged(request, () => lookup(connection, request, signal)),
      readItem: (request, signal) => readItem(connection, request, signal),
      readBuild: (request, signal) => readBuild(connection, request, signal),
      readLogTail: (request, signal) => readLogTail(connection, request, signal),
      readHistory: (job, signal) => readHistory(connection, job, signal),
      cancelItem: (request, signal) => cancelItem(context, request, signal),
      stopBuild: (request, signal) => stopBuild(context, request, signal),
    };
  }

  /** A lookup that finds nothing of what was there all the time has not looked well. */
  async #judged({ id }: { id: string }, look: () => Promise<Lookup>): Promise<Lookup> {
    const wasThere = this.jenkins.holds(id);
    const { process } = this.jenkins;
    const found = await look();
    if (found.state === 'unavailable' || found.items.length + found.builds.length > 0) return found;
    const isThere = wasThere && this.jenkins.holds(id) && this.jenkins.process === process;
    if (isThere) this.broken ??= new Violation('absent means absent', `${id} was in Jenkins all the time, and was not found`);
    return found;
  }
}
