/** What a stand-in server is told about its jobs and users. Everything but `outcome` can stand in a JSON file. */

export type BuildResult = 'SUCCESS' | 'UNSTABLE' | 'FAILURE' | 'NOT_BUILT' | 'ABORTED';

export interface ParameterDefinition {
  readonly name: string;
  readonly type?: 'string' | 'text' | 'choice' | 'boolean' | 'password';
  readonly default?: string;
  /** For a choice; the first one is its default. */
  readonly choices?: readonly string[];
}

/** A line of a log, alone or with the time after the start at which it appears. */
export type LogLine = string | readonly [afterMs: number, line: string];

/** What a build does. */
export interface Outcome {
  readonly durationMs: number;
  readonly result: BuildResult;
  /** The lines that the job itself prints; those without a time are spread evenly over the duration. */
  readonly log: readonly LogLine[];
}

export interface JobDefinition {
  /** Full name: `deploy` or `team/platform eng/deploy`; the folders exist by being named. */
  readonly name: string;
  readonly description?: string;
  /** Absent: the job takes no parameters. */
  readonly parameters?: readonly ParameterDefinition[];
  readonly concurrent?: boolean;
  readonly disabled?: boolean;
  /** Used where a trigger names no delay. */
  readonly quietPeriodMs?: number;
  /** A label that no node has: its items stay buildable and stuck. */
  readonly label?: string;
  readonly nextBuildNumber?: number;
  readonly durationMs?: number;
  readonly result?: BuildResult;
  readonly log?: readonly LogLine[];
  /** A parameter with the duration in seconds. */
  readonly durationParameter?: string;
  /** A parameter with the result in small letters. */
  readonly resultParameter?: string;
  /** Overrides the fixed fields above, build by build. */
  readonly outcome?: (parameters: Readonly<Record<string, string>>, build: { readonly number: number }) => Partial<Outcome>;
}

export type Permission =
  | 'Overall/Read'
  | 'Overall/Administer'
  | 'Job/Read'
  | 'Job/Build'
  | 'Job/Cancel'
  | 'Job/Configure'
  | 'Run/Delete';

export interface UserDefinition {
  readonly name: string;
  readonly token?: string;
  readonly password?: string;
  readonly permissions: readonly Permission[];
}

/** A value that a build was given. A password is never shown again. */
export interface ParameterValue {
  readonly name: string;
  readonly type: NonNullable<ParameterDefinition['type']>;
  readonly value: string;
}

export interface Cause {
  readonly user: string;
}

export interface BuildRecord {
  readonly number: number;
  readonly queueId: number;
  readonly parameters: readonly ParameterValue[];
  readonly causes: readonly Cause[];
  readonly startedAt: number;
  readonly durationMs: number;
  readonly estimatedDurationMs: number;
  readonly result: BuildResult;
  readonly interrupted: boolean;
  /** As the file would hold it: LF, with hidden console notes. */
  readonly log: string;
}

/** A waiting item as queue.xml holds it. */
export interface SavedItem {
  readonly id: number;
  readonly job: string;
  readonly parameters: readonly ParameterValue[];
  readonly causes: readonly Cause[];
  readonly inQueueSince: number;
  readonly due: number;
  /** The life of the server and the id under which it was accepted. */
  readonly accepted: string;
}

export interface SavedQueue {
  readonly counter: number;
  readonly items: readonly SavedItem[];
}

/** One start of a job's first step: what doubles are counted on. */
export interface Effect {
  readonly job: string;
  readonly number: number;
  readonly queueId: number;
  readonly at: number;
  readonly parameters: Readonly<Record<string, string>>;
  /** Which acceptance it comes from: two effects of the same one are a repetition by Jenkins itself, after a crash. */
  readonly accepted: string;
}

/** The users of the recorded exchanges, which are also the default. */
export const recordedUsers: readonly UserDefinition[] = [
  {
    name: 'controller',
    token: `11${'c'.repeat(32)}`,
    password: 'ctl-Passw0rd',
    permissions: ['Overall/Read', 'Job/Read', 'Job/Build', 'Job/Cancel'],
  },
  { name: 'viewer', token: `11${'d'.repeat(32)}`, permissions: ['Overall/Read', 'Job/Read'] },
  { name: 'nobody', token: `11${'e'.repeat(32)}`, permissions: [] },
  {
    name: 'admin',
    token: `11${'a'.repeat(32)}`,
    permissions: ['Overall/Read', 'Overall/Administer', 'Job/Read', 'Job/Build', 'Job/Cancel', 'Job/Configure', 'Run/Delete'],
  },
];

export function toRecord(values: readonly ParameterValue[]): Record<string, string> {
  return Object.fromEntries(values.map(({ name, value }) => [name, value]));
}
