import type { Millis } from '../model.js';

/** What the deployer says. The adapter that knows the protocol makes these; the state machine judges nothing else. */

/** Jenkins is down, restarting, quiet, or answers what only a proxy would: wait, conclude nothing. */
export interface Unavailable {
  readonly state: 'unavailable';
  readonly message: string;
}

/** Whether the job can be asked at all. `refused` needs a person: the message says what and where. */
export type Preflight =
  | { readonly state: 'ready'; readonly nextBuildNumber: number; readonly session: string }
  | { readonly state: 'refused'; readonly message: string }
  | Unavailable;

/**
 * How a trigger ended. `refused`: Jenkins answered and queued nothing. `unsent`: the request never reached it.
 * `ambiguous`: it may have been queued. `mismatch`: it was queued with other parameters than asked for, and cancelled.
 */
export type TriggerAnswer =
  | { readonly state: 'accepted'; readonly queueId: number; readonly queueUrl: string }
  | { readonly state: 'refused' | 'unsent' | 'ambiguous' | 'mismatch'; readonly message: string };

export interface FoundItem {
  readonly queueId: number;
  readonly url: string;
  /** What of its parameters is not as it was asked for, where something is. */
  readonly differs?: string;
}

/** How a build's parameters compare with what was asked for. */
export interface Likeness {
  /** What was asked for and is not there, or is something else. */
  readonly differs?: string;
  /** What the job has gained since it was looked at; all that was asked for is there, and these have their defaults. */
  readonly added?: readonly string[];
}

export interface FoundBuild extends Likeness {
  readonly number: number;
  readonly url: string;
  readonly building: boolean;
  readonly result?: string;
  readonly startedAt: Millis;
}

/**
 * Where a TOWPATH_RUN is: queue read first, then builds. With nothing found it was read twice, at least a second apart, within one
 * Jenkins process, and no recent build was without its parameters; else the answer is `unavailable`.
 */
export type Lookup =
  | {
      readonly state: 'read';
      readonly session: string;
      readonly nextBuildNumber: number;
      /** Waiting items that carry the id, lowest queue id first. */
      readonly items: readonly FoundItem[];
      /** Builds that carry the id, lowest number first. */
      readonly builds: readonly FoundBuild[];
      /** Build numbers handed out since the claim of which no readable build is left: any of them may have been ours. */
      readonly vanished: readonly number[];
    }
  /** `jobMissing`: Jenkins itself says that there is no such job, which may also mean that the user may not read it any more. */
  | (Unavailable & { readonly jobMissing?: boolean });

/** A queue item. `missing`: gone, or its id belongs to something else now. */
export type ItemReading =
  | (Likeness & { readonly state: 'waiting'; readonly why: string; readonly stuck: boolean })
  | (Likeness & { readonly state: 'started'; readonly buildNumber: number; readonly url: string })
  | { readonly state: 'leaving' | 'cancelled' | 'missing' }
  | Unavailable;

/** A build. `missing`: gone, or the number belongs to something else. */
export type BuildReading =
  | (Likeness & {
      readonly state: 'building';
      readonly url: string;
      readonly startedAt: Millis;
      /** Per cent of the usual duration, 0 to 99; absent without a history. */
      readonly progress?: number;
      readonly estimatedEnd?: Millis;
    })
  | (Likeness & {
      readonly state: 'finished';
      readonly url: string;
      readonly result: string;
      readonly startedAt: Millis;
      readonly finishedAt: Millis;
    })
  | { readonly state: 'missing' }
  | Unavailable;

/** One build of a job, as the history scan sees it. */
export interface HistoryBuild {
  readonly number: number;
  readonly url: string;
  readonly building: boolean;
  readonly result?: string;
  readonly startedAt: Millis;
  /** TOWPATH_RUN, where it has one. */
  readonly towpathRun?: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** The user or trigger that started it, as Jenkins tells it. */
  readonly by: string;
}

/** The newest builds of a job, highest number first. */
export type JobHistory =
  | { readonly state: 'read'; readonly session: string; readonly builds: readonly HistoryBuild[] }
  | Unavailable;

/**
 * What the claim ledger says of a run: the objects that its builds create, if they do so. `absent`: no build has claimed it, so none
 * has had an effect. `claimed`: one has, and has not recorded its end. `build` is the number that the build gave itself.
 */
export type ClaimReading =
  | { readonly state: 'absent' }
  | { readonly state: 'claimed'; readonly build?: number; readonly at?: Millis }
  | { readonly state: 'ended'; readonly result: string; readonly build?: number; readonly at?: Millis }
  | Unavailable;

/** The results that a build can record; what else stands there was not written by one. */
export const recordedResults: ReadonlySet<string> = new Set(['SUCCESS', 'UNSTABLE', 'FAILURE', 'ABORTED', 'NOT_BUILT']);
