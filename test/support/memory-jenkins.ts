import type { Millis } from '../../controller/core/model.js';
import type {
  BuildReading,
  FoundBuild,
  FoundItem,
  HistoryBuild,
  ItemReading,
  JobHistory,
  Lookup,
  Preflight,
  TriggerAnswer,
} from '../../controller/core/run/observation.js';
import type { Deployer, JobRequest } from '../../controller/reconcile/ports.js';

interface Item extends JobRequest {
  readonly queueId: number;
  readonly startsAt: Millis;
}

export interface Build extends JobRequest {
  readonly queueId: number;
  readonly number: number;
  readonly startedAt: Millis;
  endsAt: Millis;
  result: string;
}

/** One Jenkins server as the loop sees it: a queue and builds that follow the clock. `posts` holds every request that reached it. */
export class MemoryJenkins implements Deployer {
  readonly posts: string[] = [];
  /** The id of every build that ever started, whether Jenkins still knows of it or not. */
  readonly effects: string[] = [];
  /** Every read and every other request, by name. */
  readonly requests: string[] = [];
  items: Item[] = [];
  builds: Build[] = [];
  delayMs: Millis = 1_000;
  buildMs: Millis = 5_000;
  result = 'SUCCESS';
  isDown = false;
  session = 's1';
  nextBuildNumber = 1;
  /** What becomes of the answer to the next POST: by default it arrives. */
  answer: (accepted: TriggerAnswer) => TriggerAnswer = (accepted) => accepted;
  /** What a build does first; it may change its end. */
  onStart: (build: Build) => void = () => undefined;
  onCancel: (queueId: number) => void = () => undefined;
  readonly #clock: { now(): Millis };
  #queueId = 0;

  constructor(clock: { now(): Millis }) {
    this.#clock = clock;
  }

  /** Moves on what is due. */
  tick(): void {
    const now = this.#clock.now();
    for (const item of this.items.filter(({ startsAt }) => startsAt <= now)) this.#start(item);
  }

  enqueue(request: JobRequest): number {
    this.#queueId += 1;
    this.items.push({ ...request, queueId: this.#queueId, startsAt: this.#clock.now() + this.delayMs });
    return this.#queueId;
  }

  /** Dies and comes back: what waited and what ran is gone without a record, and only the next build number tells of it. */
  kill(): void {
    this.tick();
    this.items = [];
    this.builds = this.builds.filter(({ endsAt }) => endsAt <= this.#clock.now());
    this.session = `${this.session}x`;
    this.#queueId = 0;
  }

  async preflight(): Promise<Preflight> {
    this.#look('preflight');
    if (this.isDown) return unavailable;
    return { state: 'ready', nextBuildNumber: this.nextBuildNumber, session: this.session };
  }

  async trigger(request: JobRequest): Promise<TriggerAnswer> {
    this.tick();
    if (this.isDown) return { state: 'unsent', message: 'Jenkins refuses connections' };
    this.posts.push(request.id);
    const queueId = this.enqueue(request);
    return this.answer({ state: 'accepted', queueId, queueUrl: itemUrl(queueId) });
  }

  async lookup({ job, id, since }: { job: string; id: string; since: number }): Promise<Lookup> {
    this.#look('lookup');
    if (this.isDown) return unavailable;
    const numbers = new Set(this.builds.filter((build) => build.job === job).map(({ number }) => number));
    const handedOut = Array.from({ length: Math.max(0, this.nextBuildNumber - since) }, (_, index) => since + index);
    return {
      state: 'read',
      session: this.session,
      nextBuildNumber: this.nextBuildNumber,
      items: this.items.filter((item) => item.job === job && item.id === id).map(toFoundItem),
      builds: this.builds.filter((build) => build.job === job && build.id === id).map((build) => this.#found(build)),
      vanished: handedOut.filter((number) => !numbers.has(number)),
    };
  }

  async readItem({ id, queueId }: { job: string; id: string; queueId: number }): Promise<ItemReading> {
    this.#look('item');
    if (this.isDown) return unavailable;
    if (this.items.some((item) => item.queueId === queueId && item.id === id))
      return { state: 'waiting', why: 'In the quiet period', stuck: false };
    const build = this.builds.find((one) => one.queueId === queueId && one.id === id);
    if (build === undefined) return { state: 'missing' };
    return { state: 'started', buildNumber: build.number, url: buildUrl(build.number) };
  }

  async readBuild({ id, number }: { job: string; id: string; number: number }): Promise<BuildReading> {
    this.#look('build');
    if (this.isDown) return unavailable;
    const build = this.builds.find((one) => one.number === number && one.id === id);
    if (build === undefined) return { state: 'missing' };
    const { startedAt, endsAt, result } = build;
    if (endsAt > this.#clock.now()) return { state: 'building', url: buildUrl(number), startedAt };
    return { state: 'finished', url: buildUrl(number), result, startedAt, finishedAt: endsAt };
  }

  async readLogTail(): Promise<string[]> {
    return [];
  }

  async readHistory(job: string): Promise<JobHistory> {
    this.#look('history');
    if (this.isDown) return unavailable;
    const builds = this.builds.filter((build) => build.job === job).map((build) => this.#toHistory(build));
    return { state: 'read', session: this.session, builds: builds.reverse() };
  }

  async cancelItem({ id, queueId }: { job: string; id: string; queueId: number }): Promise<void> {
    this.#look('cancel');
    this.onCancel(queueId);
    this.items = this.items.filter((item) => item.queueId !== queueId || item.id !== id);
  }

  async stopBuild({ id, number }: { job: string; id: string; number: number }): Promise<void> {
    this.#look('stop');
    const build = this.builds.find((one) => one.number === number && one.id === id);
    if (build === undefined || build.endsAt <= this.#clock.now()) return;
    build.endsAt = this.#clock.now();
    build.result = 'ABORTED';
  }

  #look(request: string): void {
    this.requests.push(request);
    this.tick();
  }

  #start(item: Item): void {
    this.items = this.items.filter((one) => one !== item);
    this.effects.push(item.id);
    const { startsAt: startedAt, ...request } = item;
    const build = { ...request, number: this.nextBuildNumber, startedAt, endsAt: startedAt + this.buildMs, result: this.result };
    this.builds.push(build);
    this.onStart(build);
    this.nextBuildNumber += 1;
  }

  #found({ number, endsAt, startedAt }: Build): FoundBuild {
    return { number, url: buildUrl(number), building: endsAt > this.#clock.now(), startedAt };
  }

  #toHistory({ number, endsAt, startedAt, result, id, parameters }: Build): HistoryBuild {
    const building = endsAt > this.#clock.now();
    const ended = building ? {} : { result };
    return { number, url: buildUrl(number), building, startedAt, towpathRun: id, parameters, by: 'towpath', ...ended };
  }
}

const unavailable = { state: 'unavailable', message: 'Jenkins refuses connections' } as const;
const itemUrl = (queueId: number) => `https://jenkins/queue/item/${queueId}/`;
const buildUrl = (number: number) => `https://jenkins/job/deploy/${number}/`;
const toFoundItem = ({ queueId }: Item): FoundItem => ({ queueId, url: itemUrl(queueId) });
