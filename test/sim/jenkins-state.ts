import type { Millis } from '../../controller/core/model.js';

export type Parameters = Readonly<Record<string, string>>;

/** Where the builds of a job claim their runs. */
export interface JobLedger {
  /** How a build ends that finds its run claimed. */
  readonly refusal: string;
  claim(id: string, build: number): 'granted' | 'taken' | 'unavailable';
  end(id: string, build: number, result: string): boolean;
}

export interface SimJob {
  readonly name: string;
  /** Absent: its builds claim nothing. */
  readonly ledger?: JobLedger;
  parameters: readonly string[];
  /** What they are from the moment on in which the next request arrives: after it was looked at and before it is asked. */
  parametersAtNextRequest?: readonly string[] | undefined;
  readonly usualParameters: readonly string[];
  isDisabled: boolean;
  readonly isSerial: boolean;
  nextBuildNumber: number;
  readonly builds: Map<number, SimBuild>;
  /** Numbers that were given out and have no record any more. */
  readonly vanished: Set<number>;
}

/** What made an item: one POST, one click. Copies of a saved queue share it. */
export interface Origin {
  readonly by: 'towpath' | 'user' | 'rebuild';
  readonly who: string;
  /** It has left the queue once: all that comes of it later is a repetition by Jenkins itself. */
  hasLeft: boolean;
}

export interface SimItem {
  readonly id: number;
  readonly job: string;
  readonly parameters: Parameters;
  dueAt: Millis;
  readonly origin: Origin;
  isCancelled: boolean;
  /** When it left the queue; it is readable for 300 s more. */
  leftAt?: Millis;
  buildNumber?: number;
}

export interface SimBuild {
  readonly number: number;
  readonly job: string;
  readonly queueId: number;
  /** Attached some ms after the build can be seen. */
  parameters: Parameters | undefined;
  readonly startedAt: Millis;
  readonly durationMs: Millis;
  readonly origin: Origin;
  isBuilding: boolean;
  result?: string;
  endedAt?: Millis;
}

/** What a build does to the world, which no crash of Jenkins takes back. */
export interface SimEffect {
  readonly job: string;
  readonly number: number;
  readonly parameters: Parameters;
  readonly by: Origin['by'];
  readonly isRepeated: boolean;
  readonly startedAt: Millis;
  /** Of a job that claims its runs: without a claim that was granted nothing was changed. */
  claim?: 'pending' | 'granted' | 'refused';
  endedAt?: Millis;
  result?: string;
}

/** Whether it has changed anything. */
export function hasEffect({ claim }: SimEffect): boolean {
  return claim === undefined || claim === 'granted';
}
