import type { SeenRequest } from './answers.js';
import type { StandInClock } from './clock.js';
import type { Effect, JobDefinition, UserDefinition } from './definition.js';
import type { Fault, FaultTarget } from './faults.js';
import type { Build, Item } from './live.js';

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
