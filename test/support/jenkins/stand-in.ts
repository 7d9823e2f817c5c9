import { randomBytes } from 'node:crypto';
import { createAccess } from './access.js';
import { type Answer, notReady, type Origin, type SeenRequest, type StandInRequest, unauthorized } from './answers.js';
import type { World } from './build-beans.js';
import { type StandInClock, systemClock } from './clock.js';
import type { JenkinsStandIn, StandInOptions } from './control.js';
import type { Effect, JobDefinition, UserDefinition } from './definition.js';
import { recordedUsers } from './definition.js';
import { type Disk, directoryDisk, memoryDisk } from './disk.js';
import { createFaults, type Fault, type FaultTarget } from './faults.js';
import type { Build, Item } from './live.js';
import { defaultValues } from './parameters.js';
import { JenkinsProcess } from './process.js';
import { answer } from './routes.js';
import { createListener } from './server.js';
import type { Administration, Served } from './visit.js';

export type { JenkinsStandIn, StandInOptions } from './control.js';

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
