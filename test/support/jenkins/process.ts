import type { StandInClock } from './clock.js';
import type { BuildResult, Cause, JobDefinition, ParameterValue, SavedItem } from './definition.js';
import { toRecord } from './definition.js';
import type { Disk } from './disk.js';
import { type Build, type Item, newBuild, restored, toRecordOf } from './live.js';
import { rawLog, withUserNote } from './log.js';
import { sameValues } from './parameters.js';

interface Job {
  readonly builds: Map<number, Build>;
  nextBuildNumber: number;
}

export interface ProcessSettings {
  readonly clock: StandInClock;
  readonly disk: Disk;
  readonly definitions: ReadonlyMap<string, JobDefinition>;
  readonly executors: number;
  readonly queueSaveMs: number;
  readonly itemExpiryMs: number;
  /** Length of each short moment between leaving the queue and being a complete build. */
  readonly raceMs: number;
  readonly nextQueueId: number;
  /** Folder of the jobs' workspaces, as logs name it. */
  readonly workspace: string;
}

/** One life of the server, from its start to its death: the queue and the running builds are in its memory alone. */
export class JenkinsProcess {
  readonly session: string;
  readonly items = new Map<number, Item>();
  readonly #settings: ProcessSettings;
  readonly #jobs = new Map<string, Job>();
  readonly #timers = new Set<() => void>();
  #counter: number;
  #saving = false;
  #dead = false;
  quieting: { readonly reason: string | null } | undefined;

  constructor(settings: ProcessSettings, session: string) {
    this.#settings = settings;
    this.session = session;
    const saved = settings.disk.takeQueue();
    this.#counter = saved?.counter ?? settings.nextQueueId - 1;
    for (const item of saved?.items ?? []) this.#enter(item);
    this.maintain();
  }

  /** Nothing happens in this life any more; what is not on the disk is gone. */
  die(): void {
    this.#dead = true;
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
  }

  /** Adds an item, or folds it into an identical one that still waits. */
  schedule(definition: JobDefinition, parameters: readonly ParameterValue[], by: Cause, delayMs?: number): [Item, boolean] {
    const now = this.#settings.clock.now();
    const due = now + Math.max(0, delayMs ?? definition.quietPeriodMs ?? 0);
    const twin = this.waiting().find(
      (item) => item.job === definition.name && item.state !== 'pending' && sameValues(item.parameters, parameters),
    );
    if (twin !== undefined) {
      twin.causes.push(by);
      if (twin.state === 'waiting' && due < twin.due) this.#wake(twin, due);
      this.#changed();
      return [twin, true];
    }
    this.#counter += 1;
    const accepted = `${this.session}/${this.#counter}`;
    const place = { id: this.#counter, job: definition.name, inQueueSince: now, due, accepted };
    const item = this.#enter({ ...place, parameters, causes: [by] });
    this.#changed();
    this.maintain();
    return [item, false];
  }

  waiting(): Item[] {
    return [...this.items.values()].filter(({ state }) => state !== 'left');
  }

  job(name: string): Job {
    const known = this.#jobs.get(name);
    if (known !== undefined) return known;
    const { disk, definitions } = this.#settings;
    const job: Job = {
      nextBuildNumber: disk.nextBuildNumber(name) ?? definitions.get(name)?.nextBuildNumber ?? 1,
      builds: new Map(disk.builds(name).map((record) => [record.number, restored(record)])),
    };
    this.#jobs.set(name, job);
    return job;
  }

  /** Newest first. */
  builds(name: string): Build[] {
    return [...this.job(name).builds.values()].sort((a, b) => b.number - a.number);
  }

  runningBuilds(): { readonly job: string; readonly build: Build }[] {
    return [...this.#jobs].flatMap(([job, { builds }]) =>
      [...builds.values()].filter(({ building }) => building).map((build) => ({ job, build })),
    );
  }

  cancel(item: Item): boolean {
    if (item.state === 'left' || item.state === 'pending') return false;
    item.cancelled = true;
    this.#leave(item);
    this.#changed();
    this.maintain();
    return true;
  }

  stop(job: string, build: Build, user: string): void {
    if (!build.building) return;
    build.interrupted = true;
    build.cancelTimer();
    build.log = `${this.currentLog(job, build)}Terminated\nBuild was aborted\nAborted by ${withUserNote(user)}\n`;
    this.#later(Math.min(10, build.outcome.durationMs), () => this.#finish(job, build, 'ABORTED'));
  }

  currentLog(job: string, build: Build): string {
    if (build.log !== '') return build.log;
    const { workspace, clock } = this.#settings;
    return rawLog(`${workspace}/${job}`, build.causes, build.outcome, clock.now() - build.startedAt);
  }

  deleteBuild(job: string, number: number): void {
    this.job(job).builds.delete(number);
    this.#settings.disk.deleteBuild(job, number);
  }

  saveQueue(): void {
    const items = this.waiting().map(({ id, job, parameters, causes, inQueueSince, due, accepted }) => ({
      id,
      job,
      parameters,
      causes,
      inQueueSince,
      due,
      accepted,
    }));
    this.#settings.disk.saveQueue({ counter: this.#counter, items });
  }

  /** Moves every item on as far as it can go now. */
  maintain(): void {
    if (this.#dead) return;
    const now = this.#settings.clock.now();
    for (const item of this.waiting()) {
      if (item.state === 'pending' || (item.state === 'waiting' && item.due > now)) continue;
      if (item.state === 'waiting') item.buildableSince = now;
      item.state = this.blockedBy(item) === undefined ? 'buildable' : 'blocked';
      if (item.state === 'buildable' && this.whyHeld(item) === undefined) this.#assign(item);
    }
  }

  /** The build that a serial job's item waits for. */
  blockedBy(item: Item): Build | undefined {
    if (this.#settings.definitions.get(item.job)?.concurrent === true) return undefined;
    return this.builds(item.job).find(({ building }) => building);
  }

  /** Why a buildable item cannot start. */
  whyHeld(item: Item): string | undefined {
    const definition = this.#settings.definitions.get(item.job);
    if (this.quieting !== undefined) return 'Jenkins is about to shut down';
    if (definition?.label !== undefined) return `‘Jenkins’ doesn’t have label ‘${definition.label}’`;
    const pending = this.waiting().filter(({ state }) => state === 'pending');
    const isTaken = definition?.concurrent !== true && pending.some(({ job }) => job === item.job);
    const busy = this.runningBuilds().length + pending.length;
    return isTaken || busy >= this.#settings.executors ? 'Waiting for next available executor' : undefined;
  }

  #enter(saved: SavedItem): Item {
    const item: Item = {
      ...saved,
      causes: [...saved.causes],
      state: 'waiting',
      buildableSince: 0,
      leftAt: 0,
      cancelled: false,
      buildNumber: undefined,
      cancelTimers: [],
    };
    this.items.set(item.id, item);
    this.#wake(item, item.due);
    return item;
  }

  #wake(item: Item, due: number): void {
    item.due = due;
    item.cancelTimers.push(this.#later(due - this.#settings.clock.now(), () => this.maintain()));
  }

  #assign(item: Item): void {
    item.state = 'pending';
    const { raceMs } = this.#settings;
    this.#after(raceMs, () => {
      this.#leave(item);
      this.#changed();
      this.#after(raceMs, () => this.#start(item));
    });
  }

  #leave(item: Item): void {
    item.state = 'left';
    item.leftAt = this.#settings.clock.now();
    for (const cancel of item.cancelTimers) cancel();
    this.#later(this.#settings.itemExpiryMs, () => this.items.delete(item.id));
  }

  #start(item: Item): void {
    const { disk, clock, raceMs } = this.#settings;
    const job = this.job(item.job);
    const number = job.nextBuildNumber;
    job.nextBuildNumber += 1;
    disk.saveNextBuildNumber(item.job, job.nextBuildNumber);
    const definition = this.#settings.definitions.get(item.job);
    const build = newBuild(item, number, {
      definition,
      earlier: this.builds(item.job),
      startedAt: clock.now(),
      isWhole: raceMs === 0,
    });
    item.buildNumber = number;
    this.#after(raceMs, () => {
      job.builds.set(number, build);
      const parameters = toRecord(build.parameters);
      const { job: name, id: queueId, accepted } = item;
      disk.appendEffect({ job: name, number, queueId, at: clock.now(), parameters, accepted });
      build.cancelTimer = this.#later(raceMs + build.outcome.durationMs, () =>
        this.#finish(item.job, build, build.outcome.result),
      );
      this.#after(raceMs, () => {
        build.hasActions = true;
      });
    });
  }

  #finish(job: string, build: Build, result: BuildResult): void {
    build.durationMs = this.#settings.clock.now() - build.startedAt;
    build.log = `${this.currentLog(job, build)}Finished: ${result}\n`;
    build.result = result;
    build.building = false;
    this.#settings.disk.saveBuild(job, toRecordOf(build, result));
    this.maintain();
  }

  /** The queue is saved at most once in that time, whatever happens in it. */
  #changed(): void {
    if (this.#saving) return;
    this.#saving = true;
    this.#after(this.#settings.queueSaveMs, () => {
      this.#saving = false;
      this.saveQueue();
    });
  }

  #after(ms: number, callback: () => void): void {
    if (ms === 0) callback();
    else this.#later(ms, callback);
  }

  #later(ms: number, callback: () => void): () => void {
    const cancel = this.#settings.clock.schedule(ms, () => {
      this.#timers.delete(cancel);
      if (!this.#dead) callback();
    });
    this.#timers.add(cancel);
    return cancel;
  }
}
