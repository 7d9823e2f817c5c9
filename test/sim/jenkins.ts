import type { Millis } from '../../controller/core/model.js';
import { runClaimed } from './claimed-build.js';
import type { JobLedger, Origin, Parameters, SimBuild, SimEffect, SimItem, SimJob } from './jenkins-state.js';
import type { Random } from './random.js';
import type { Scheduler } from './scheduler.js';

export interface JenkinsOptions {
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly wall: () => Millis;
  readonly executors: number;
  readonly buildMs: readonly [Millis, Millis];
  /** How builds end; drawn when they start. */
  readonly results: readonly [string, ...string[]];
  readonly firstResults: readonly string[];
  /** How long an item has left the queue before its build is there with its number and parameters, at most and each. */
  readonly handoverMs: Millis;
  /** queue.xml is written at most once in this time. */
  readonly saveMs: Millis;
}

export type JenkinsPhase = 'up' | 'down' | 'starting' | 'stopping';

const leftItemMs = 300_000;

/** One Jenkins with freestyle jobs, strict by what was measured of a real one: its queue, its builds, and what a crash makes of them. */
export class SimJenkins {
  phase: JenkinsPhase = 'up';
  isQuiet = false;
  /** Counts its processes: X-Jenkins-Session. */
  process = 1;
  readonly jobs = new Map<string, SimJob>();
  readonly effects: SimEffect[] = [];
  readonly onEffect: ((effect: SimEffect) => void)[] = [];
  /** Told when a run is claimed by a build. */
  readonly onClaim: ((effect: SimEffect) => void)[] = [];
  readonly onHappening: ((text: () => string) => void)[] = [];
  queue: SimItem[] = [];
  /** TOWPATH_RUN of all that was ever cancelled while it waited. */
  readonly cancelledIds = new Set<string>();
  readonly #left = new Map<number, SimItem>();
  #saved: readonly SimItem[] = [];
  #isSaveDue = false;
  #nextItemId = 1;
  readonly #options: JenkinsOptions;

  constructor(options: JenkinsOptions) {
    this.#options = options;
  }

  get session(): string {
    return `s${this.process}`;
  }

  addJob(name: string, parameters: readonly string[], how: { isSerial: boolean; ledger?: JobLedger | undefined }): void {
    const { isSerial, ledger } = how;
    this.jobs.set(name, {
      name,
      ...(ledger === undefined ? {} : { ledger }),
      parameters,
      usualParameters: parameters,
      isSerial,
      isDisabled: false,
      nextBuildNumber: 1,
      builds: new Map(),
      vanished: new Set(),
    });
  }

  /** Queues a build, or folds it into an item that waits with all the same parameters. */
  enqueue(job: SimJob, given: Parameters, how: { delayMs: Millis; origin: Origin }): { item: SimItem; isFolded: boolean } {
    // Unknown names are dropped and missing ones take the default, without a word.
    const parameters = Object.fromEntries(job.parameters.map((name) => [name, given[name] ?? '']));
    const dueAt = this.#now + how.delayMs;
    const text = JSON.stringify(parameters);
    const twin = this.queue.find((item) => item.job === job.name && JSON.stringify(item.parameters) === text);
    if (twin !== undefined) {
      twin.dueAt = Math.min(twin.dueAt, dueAt);
      this.#later(twin.dueAt - this.#now, () => this.#pump());
      return { item: twin, isFolded: true };
    }
    const item: SimItem = { id: this.#nextItemId, job: job.name, parameters, dueAt, origin: how.origin, isCancelled: false };
    this.#nextItemId += 1;
    this.queue.push(item);
    this.#queueChanged();
    this.#later(how.delayMs, () => this.#pump());
    return { item, isFolded: false };
  }

  /** A waiting item, or one that left less than 300 s ago. */
  item(id: number): SimItem | undefined {
    const waiting = this.queue.find((one) => one.id === id);
    if (waiting !== undefined) return waiting;
    const left = this.#left.get(id);
    return left?.leftAt !== undefined && this.#now - left.leftAt <= leftItemMs ? left : undefined;
  }

  /** Whether anything in the queue or a build with its parameters carries the id, or is on its way from one to the other. */
  holds(id: string): boolean {
    if (this.queue.some(({ parameters }) => parameters.TOWPATH_RUN === id)) return true;
    for (const item of this.#left.values()) {
      const isOnItsWay =
        !item.isCancelled &&
        item.parameters.TOWPATH_RUN === id &&
        this.#now - (item.leftAt ?? 0) < 3 * this.#options.handoverMs + 1;
      if (isOnItsWay) return true;
    }
    return [...this.jobs.values()].some((job) =>
      [...job.builds.values()].some(({ parameters }) => parameters?.TOWPATH_RUN === id),
    );
  }

  /** False: it is not waiting any more. */
  cancel(id: number): boolean {
    const at = this.queue.findIndex((one) => one.id === id);
    const item = this.queue[at];
    if (item === undefined) return false;
    this.queue.splice(at, 1);
    item.isCancelled = true;
    this.cancelledIds.add(item.parameters.TOWPATH_RUN ?? '');
    this.#happened(() => `queue item ${id} (${item.parameters.TOWPATH_RUN}) is cancelled`);
    item.leftAt = this.#now;
    item.origin.hasLeft = true;
    this.#left.set(id, item);
    this.#queueChanged();
    return true;
  }

  stop(job: SimJob, number: number): boolean {
    const build = job.builds.get(number);
    if (build === undefined) return false;
    if (build.isBuilding) this.#later(this.#options.random.between(10, 3_000), () => this.#end(job, build, 'ABORTED'));
    return true;
  }

  /** Its record goes, by hand or by the retention of the job. */
  deleteBuild(job: SimJob, number: number): void {
    if (job.builds.delete(number)) job.vanished.add(number);
  }

  /** SIGKILL: the queue since its last save, and the records of running builds, are gone; their shells run on. */
  kill(): void {
    this.#goDown();
    this.#happened(() => 'Jenkins is killed');
  }

  /** SIGTERM: the queue is saved; running builds are cut off in the middle and leave no record either. */
  terminate(): void {
    this.#saved = this.queue.map((item) => ({ ...item }));
    for (const effect of this.effects) {
      if (effect.endedAt !== undefined) continue;
      effect.endedAt = this.#now;
      // Its shell gets the signal as well, and may still say so.
      effect.result = this.#options.random.chance(0.5) && this.#recordEnd(effect, 'ABORTED') ? 'ABORTED' : 'CUT';
    }
    this.#goDown();
    this.#happened(() => 'Jenkins is stopped by SIGTERM');
  }

  /** Holds the queue until the running builds have ended, saves it, and starts anew. */
  restartSafely(): void {
    this.isQuiet = true;
    this.#happened(() => 'Jenkins is to restart when its builds have ended');
    this.#awaitEnds();
  }

  /** Ends a quiet time. */
  wakeUp(): void {
    this.isQuiet = false;
    this.#pump();
  }

  start(): void {
    if (this.phase !== 'down') return;
    this.phase = 'starting';
    this.#options.scheduler.outside(this.#options.random.between(4_000, 9_000), () => {
      if (this.phase !== 'starting') return;
      this.process += 1;
      this.phase = 'up';
      this.isQuiet = false;
      this.queue = this.#saved.map((item) => ({ ...item }));
      this.#nextItemId = Math.max(0, ...this.queue.map(({ id }) => id)) + 1;
      this.#happened(
        () => `Jenkins is up again as ${this.session} with the queue items [${this.queue.map(({ id }) => id).join(' ')}]`,
      );
      for (const item of this.queue) this.#later(Math.max(0, item.dueAt - this.#now), () => this.#pump());
    });
  }

  #goDown(): void {
    this.phase = 'down';
    this.isQuiet = false;
    this.process += 1;
    this.queue = [];
    this.#left.clear();
    this.#isSaveDue = false;
    for (const job of this.jobs.values()) {
      for (const build of [...job.builds.values()]) if (build.isBuilding) this.deleteBuild(job, build.number);
      for (let number = 1; number < job.nextBuildNumber; number += 1) if (!job.builds.has(number)) job.vanished.add(number);
    }
  }

  #awaitEnds(): void {
    this.#later(1_000, () => {
      if (!this.isQuiet) return;
      const isBusy = [...this.jobs.values()].some((job) => [...job.builds.values()].some(({ isBuilding }) => isBuilding));
      if (isBusy) return this.#awaitEnds();
      this.phase = 'stopping';
      this.#later(this.#options.random.between(100, 1_000), () => {
        this.#saved = this.queue.map((item) => ({ ...item }));
        this.#goDown();
        this.#options.scheduler.outside(this.#options.random.between(200, 3_000), () => this.start());
      });
    });
  }

  /** What waits, is due and finds its job and an executor free leaves the queue; its build is there some ms later. */
  #pump(): void {
    if (this.phase !== 'up' || this.isQuiet) return;
    for (const item of [...this.queue]) {
      const job = this.jobs.get(item.job);
      if (job === undefined || item.dueAt > this.#now) continue;
      const running = [...this.jobs.values()].flatMap((one) => [...one.builds.values()].filter(({ isBuilding }) => isBuilding));
      const isBlocked = job.isSerial && running.some((build) => build.job === job.name);
      if (!isBlocked && running.length < this.#options.executors) this.#leave(job, item);
    }
  }

  #leave(job: SimJob, item: SimItem): void {
    const { random, handoverMs } = this.#options;
    this.queue = this.queue.filter((one) => one !== item);
    item.leftAt = this.#now;
    this.#left.set(item.id, item);
    this.#queueChanged();
    const isRepeated = item.origin.hasLeft;
    item.origin.hasLeft = true;
    // The number is on disk before the build starts.
    const number = job.nextBuildNumber;
    job.nextBuildNumber += 1;
    const build: SimBuild = {
      number,
      job: job.name,
      queueId: item.id,
      parameters: undefined,
      startedAt: this.#options.wall(),
      durationMs: random.between(...this.#options.buildMs),
      origin: item.origin,
      isBuilding: true,
    };
    this.#later(random.between(0, handoverMs), () => {
      job.builds.set(number, build);
      this.#later(random.between(0, handoverMs), () => {
        item.buildNumber = number;
      });
      this.#later(random.between(0, handoverMs), () => {
        build.parameters = item.parameters;
        this.#run(job, build, { item, isRepeated });
      });
    });
  }

  #run(job: SimJob, build: SimBuild, { item, isRepeated }: { item: SimItem; isRepeated: boolean }): void {
    const { scheduler, random, results, firstResults } = this.#options;
    const { process } = this;
    const effect: SimEffect = {
      job: job.name,
      number: build.number,
      parameters: item.parameters,
      by: item.origin.by,
      isRepeated,
      startedAt: this.#now,
    };
    this.effects.push(effect);
    this.#happened(
      () =>
        `${job.name} #${build.number} starts with ${JSON.stringify(item.parameters)}${isRepeated ? ' (again, by Jenkins itself)' : ''}`,
    );
    for (const listener of this.onEffect) listener(effect);
    const result = firstResults[this.effects.length - 1] ?? random.pick(results);
    if (job.ledger !== undefined) {
      const onClaim = () => {
        for (const listener of this.onClaim) listener(effect);
      };
      const onEnd = (ended: string) => this.#endShell(job, build, { effect, result: ended, process });
      runClaimed({ ledger: job.ledger, scheduler, random, effect, durationMs: build.durationMs, result, onClaim, onEnd });
      return;
    }
    this.#later(build.durationMs, () => this.#end(job, build, result));
    // The shell itself goes on without Jenkins.
    scheduler.outside(build.durationMs, () => {
      if (effect.endedAt !== undefined) return;
      effect.endedAt = this.#now;
      effect.result = result;
    });
  }

  /** A shell is over; Jenkins hears of it where it still is the one that started it. */
  #endShell(
    job: SimJob,
    build: SimBuild,
    { effect, result, process }: { effect: SimEffect; result: string; process: number },
  ): void {
    effect.endedAt = this.#now;
    effect.result = result;
    if (this.process === process) this.#end(job, build, result);
    else this.#happened(() => `what is left of ${job.name} #${build.number} ends with ${result}`);
  }

  /** The shell of a build that is cut off may still record it. */
  #recordEnd({ job, number, claim, parameters }: SimEffect, result: string): boolean {
    return claim === 'granted' && (this.jobs.get(job)?.ledger?.end(parameters.TOWPATH_RUN ?? '', number, result) ?? false);
  }

  #end(job: SimJob, build: SimBuild, result: string): void {
    if (!build.isBuilding) return;
    build.isBuilding = false;
    build.result = result;
    build.endedAt = this.#options.wall();
    const effect = this.effects.findLast((one) => one.job === job.name && one.number === build.number);
    if (effect !== undefined && effect.endedAt === undefined) {
      this.#recordEnd(effect, result);
      effect.endedAt = this.#now;
      effect.result = result;
    }
    this.#happened(() => `${job.name} #${build.number} ends with ${result}`);
    this.#pump();
  }

  #queueChanged(): void {
    if (this.#isSaveDue) return;
    this.#isSaveDue = true;
    this.#later(this.#options.saveMs, () => {
      this.#isSaveDue = false;
      this.#saved = this.queue.map((item) => ({ ...item }));
    });
  }

  /** What belongs to one process of Jenkins ends with it. */
  #later(ms: Millis, run: () => void): void {
    const { process } = this;
    this.#options.scheduler.outside(ms, () => {
      if (this.process === process) run();
    });
  }

  #happened(text: () => string): void {
    for (const listener of this.onHappening) listener(text);
  }

  get #now(): Millis {
    return this.#options.scheduler.now;
  }
}
