import { randomBytes } from 'node:crypto';
import { createAccess } from './access.js';
import { type Answer, notReady, type Origin, type SeenRequest, type StandInRequest, unauthorized } from './answers.js';
import type { World } from './beans.js';
import { type StandInClock, systemClock } from './clock.js';
import type { Effect, JobDefinition, UserDefinition } from './definition.js';
import { recordedUsers } from './definition.js';
import { type Disk, directoryDisk, memoryDisk } from './disk.js';
import { createFaults, type Fault, type FaultTarget } from './faults.js';
import { defaultValues } from './parameters.js';
import { type Build, type Item, JenkinsProcess } from './process.js';
import { answer } from './routes.js';
import { createListener } from './server.js';
import type { Administration, Served } from './visit.js';

export interface StandInOptions {
  readonly jobs: readonly JobDefinition[];
  readonly port?: number;
  /** Keeps what a real server keeps on its disk; in memory where absent. */
  readonly dataDirectory?: string;
  readonly users?: readonly UserDefinition[];
  readonly executors?: number;
  /** The queue is saved at most once in this time; 60 s as in the real server. */
  readonly queueSaveMs?: number;
  readonly itemExpiryMs?: number;
  /** How long each of the short moments between queue and complete build lasts; 0 makes them invisible. */
  readonly raceMs?: number;
  /** How long a start answers 503. */
  readonly startupMs?: number;
  /** How long a safe restart answers 503, and then 401. */
  readonly restartingMs?: number;
  readonly leavingMs?: number;
  /** Folder of the jobs' workspaces, as logs name it. */
  readonly workspace?: string;
  readonly contextPath?: string;
  /** The configured root URL, which `url` fields are made of. */
  readonly rootUrl?: string;
  readonly nextQueueId?: number;
  readonly clock?: StandInClock;
  readonly tls?: { readonly key: string; readonly cert: string };
}

export interface JenkinsStandIn {
  /** Root URL without a slash at its end. */
  readonly url: string;
  /** Every start of a job's first step, over all lives of the server. */
  readonly effects: readonly Effect[];
  readonly requests: readonly SeenRequest[];
  /** False while it is down, starting or leaving. */
  readonly isUp: boolean;
  /** SIGKILL: the queue since its last save and the running builds are gone, connections are reset. */
  crash(): Promise<void>;
  /** SIGTERM: the queue is saved, running builds are gone all the same. */
  terminate(): Promise<void>;
  start(): Promise<void>;
  quietDown(): void;
  cancelQuietDown(): void;
  /** Waits for running builds, answers 503, then 401 to good credentials, then starts anew with the queue. */
  safeRestart(): void;
  userBuild(job: string, parameters: Readonly<Record<string, string>>, user: string): Item;
  /** The queue items that still wait. */
  queue(): readonly Item[];
  /** Newest first. */
  builds(job: string): readonly Build[];
  /** Puts an item into the queue that already left it, as a server does that was killed before the queue was saved again. */
  resurrect(queueId: number): Item;
  /** Takes the record of a build away and leaves a gap. */
  vanishBuild(job: string, number: number): void;
  deleteBuild(job: string, number: number): void;
  stopBuild(job: string, number: number, user: string): void;
  cancelItem(queueId: number): void;
  /** Changes a job, or removes it. */
  define(name: string, change: Partial<JobDefinition> | undefined): void;
  fail(fault: Fault, target?: FaultTarget): void;
  clearFaults(): void;
  close(): Promise<void>;
}

type Phase = 'down' | 'starting' | 'up' | 'restarting' | 'leaving';

/** Starts a stand-in for one Jenkins server on 127.0.0.1. */
export async function startJenkins(options: StandInOptions): Promise<JenkinsStandIn> {
  const server = new StandIn(options);
  await server.start();
  return server;
}

class StandIn implements JenkinsStandIn {
  readonly #options: StandInOptions;
  readonly #clock: StandInClock;
  readonly #disk: Disk;
  readonly #definitions: Map<string, JobDefinition>;
  readonly #faults = createFaults();
  readonly #users: readonly UserDefinition[];
  readonly #access;
  readonly #listener;
  readonly #instance = randomBytes(4).toString('hex');
  readonly requests: SeenRequest[] = [];
  #process: JenkinsProcess | undefined;
  #phase: Phase = 'down';
  #port: number;
  #nextQueueId: number;

  constructor(options: StandInOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#disk = options.dataDirectory === undefined ? memoryDisk() : directoryDisk(options.dataDirectory);
    this.#definitions = new Map(options.jobs.map((job) => [job.name, job]));
    this.#users = options.users ?? recordedUsers;
    this.#access = createAccess(this.#users);
    this.#port = options.port ?? 0;
    this.#nextQueueId = options.nextQueueId ?? 1;
    this.#listener = createListener({
      contextPath: options.contextPath ?? '',
      tls: options.tls,
      clock: this.#clock,
      faults: this.#faults,
      see: (request) => void this.requests.push(request),
      answer: (request) => this.#answer(request),
    });
  }

  get url(): string {
    return `${this.#options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${this.#port}${this.#options.contextPath ?? ''}`;
  }

  get isUp(): boolean {
    return this.#phase === 'up';
  }

  get effects(): readonly Effect[] {
    return this.#disk.effects();
  }

  async start(): Promise<void> {
    if (this.#phase !== 'down') throw new Error('the stand-in runs already');
    this.#phase = 'starting';
    this.#port = await this.#listener.listen(this.#port);
    const { startupMs = 0 } = this.#options;
    if (startupMs === 0) this.#boot();
    else this.#clock.schedule(startupMs, () => this.#boot());
  }

  async crash(): Promise<void> {
    this.#process?.die();
    this.#process = undefined;
    this.#phase = 'down';
    await this.#listener.close();
  }

  async terminate(): Promise<void> {
    this.#process?.saveQueue();
    await this.crash();
  }

  quietDown(reason: string | null = null): void {
    this.#alive().quieting = { reason };
  }

  cancelQuietDown(): void {
    const process = this.#alive();
    process.quieting = undefined;
    process.maintain();
  }

  safeRestart(): void {
    this.quietDown();
    const step = (): void => {
      const process = this.#process;
      if (process === undefined) return;
      if (process.runningBuilds().length > 0) {
        this.#clock.schedule(20, step);
        return;
      }
      this.#phase = 'restarting';
      const { restartingMs = 50, leavingMs = 50 } = this.#options;
      this.#clock.schedule(restartingMs, () => {
        this.#phase = 'leaving';
        this.#clock.schedule(leavingMs, () => void this.terminate().then(() => this.start()));
      });
    };
    this.#clock.schedule(0, step);
  }

  userBuild(name: string, parameters: Readonly<Record<string, string>>, user: string): Item {
    const job = this.#definition(name);
    const values = defaultValues(job).map((each) => ({ ...each, value: parameters[each.name] ?? each.value }));
    return this.#alive().schedule(job, values, { user })[0];
  }

  queue(): readonly Item[] {
    return this.#alive().waiting();
  }

  builds(job: string): readonly Build[] {
    return this.#alive().builds(job);
  }

  resurrect(queueId: number): Item {
    const process = this.#alive();
    const item = process.items.get(queueId);
    if (item === undefined) throw new Error(`no item ${queueId}`);
    item.state = 'waiting';
    item.due = this.#clock.now();
    item.buildNumber = undefined;
    process.maintain();
    return item;
  }

  vanishBuild(job: string, number: number): void {
    this.deleteBuild(job, number);
  }

  deleteBuild(job: string, number: number): void {
    const process = this.#alive();
    process
      .builds(job)
      .find((build) => build.number === number)
      ?.cancelTimer();
    process.deleteBuild(job, number);
  }

  stopBuild(job: string, number: number, user: string): void {
    const process = this.#alive();
    const build = process.builds(job).find((each) => each.number === number);
    if (build !== undefined) process.stop(job, build, user);
  }

  cancelItem(queueId: number): void {
    const process = this.#alive();
    const item = process.items.get(queueId);
    if (item !== undefined) process.cancel(item);
  }

  define(name: string, change: Partial<JobDefinition> | undefined): void {
    if (change === undefined) this.#definitions.delete(name);
    else this.#definitions.set(name, { ...(this.#definitions.get(name) ?? { name }), ...change, name });
  }

  fail(fault: Fault, target?: FaultTarget): void {
    this.#faults.add(fault, target);
  }

  clearFaults(): void {
    this.#faults.clear();
  }

  async close(): Promise<void> {
    await this.crash();
  }

  #boot(): void {
    if (this.#phase !== 'starting') return;
    const {
      executors = 4,
      queueSaveMs = 60_000,
      itemExpiryMs = 300_000,
      raceMs = 0,
      workspace = '/var/lib/jenkins/workspace',
    } = this.#options;
    const settings = { executors, queueSaveMs, itemExpiryMs, raceMs, workspace, nextQueueId: this.#nextQueueId };
    // A later life that finds no saved queue counts from 1 again.
    this.#nextQueueId = 1;
    const shared = { clock: this.#clock, disk: this.#disk, definitions: this.#definitions };
    this.#process = new JenkinsProcess({ ...settings, ...shared }, randomBytes(4).toString('hex'));
    this.#phase = 'up';
  }

  #answer(request: StandInRequest): Answer {
    if (this.#phase === 'restarting') return notReady('Restarting');
    if (this.#phase === 'leaving') return unauthorized(request.path);
    const process = this.#process;
    if (process === undefined) return notReady('Starting');
    const origin: Origin = { version: '2.426.2', session: process.session, instance: this.#instance };
    return answer(this.#served(process), origin, request);
  }

  #served(process: JenkinsProcess): Served {
    const administration: Administration = {
      define: (name, change) => this.define(name, change),
      quietDown: (reason) => this.quietDown(reason),
      cancelQuietDown: () => this.cancelQuietDown(),
      safeRestart: () => this.safeRestart(),
    };
    const world: World = {
      process,
      definitions: this.#definitions,
      rootUrl: this.#options.rootUrl ?? `${this.url}/`,
      executors: this.#options.executors ?? 4,
      now: () => this.#clock.now(),
    };
    const contextPath = this.#options.contextPath ?? '';
    return { ...world, administration, contextPath, access: this.#access, users: this.#users };
  }

  #definition(name: string): JobDefinition {
    const definition = this.#definitions.get(name);
    if (definition === undefined) throw new Error(`no job ${name}`);
    return definition;
  }

  #alive(): JenkinsProcess {
    if (this.#process === undefined) throw new Error('the stand-in is down');
    return this.#process;
  }
}
