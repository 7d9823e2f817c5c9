import type { BuildRecord, BuildResult, Cause, JobDefinition, Outcome, ParameterValue } from './definition.js';
import { toRecord } from './definition.js';

/** An item of the queue, or one that left it less than five minutes ago. */
export interface Item {
  readonly id: number;
  readonly job: string;
  readonly parameters: readonly ParameterValue[];
  readonly causes: Cause[];
  readonly inQueueSince: number;
  readonly accepted: string;
  due: number;
  state: 'waiting' | 'blocked' | 'buildable' | 'pending' | 'left';
  /** When it stopped waiting for its delay. */
  buildableSince: number;
  leftAt: number;
  cancelled: boolean;
  buildNumber: number | undefined;
  cancelTimers: (() => void)[];
}

export interface Build extends Omit<BuildRecord, 'result' | 'log' | 'durationMs' | 'interrupted'> {
  building: boolean;
  result: BuildResult | undefined;
  durationMs: number;
  interrupted: boolean;
  log: string;
  readonly outcome: Outcome;
  /** False for the moment in which a build is visible without its actions. */
  hasActions: boolean;
  cancelTimer: () => void;
}

/** What a new build is made from. */
interface Circumstances {
  readonly definition: JobDefinition | undefined;
  /** The builds of the job so far, newest first. */
  readonly earlier: readonly Build[];
  readonly startedAt: number;
  /** False where its actions are attached a moment later. */
  readonly isWhole: boolean;
}

export function newBuild(item: Item, number: number, { definition, earlier, startedAt, isWhole }: Circumstances): Build {
  return {
    number,
    queueId: item.id,
    parameters: item.parameters,
    causes: item.causes,
    startedAt,
    estimatedDurationMs: estimate(earlier),
    outcome: outcomeOf(definition, item, number),
    building: true,
    result: undefined,
    durationMs: 0,
    interrupted: false,
    log: '',
    hasActions: isWhole,
    cancelTimer: () => undefined,
  };
}

/** The mean of the last three good builds; -1 without one. */
function estimate(earlier: readonly Build[]): number {
  const durations = earlier
    .filter(({ building, result }) => !building && (result === 'SUCCESS' || result === 'UNSTABLE'))
    .slice(0, 3)
    .map(({ durationMs }) => durationMs);
  return durations.length === 0 ? -1 : Math.round(durations.reduce((sum, each) => sum + each, 0) / durations.length);
}

/** The record of a build that has ended. */
export function toRecordOf(build: Build, result: BuildResult): BuildRecord {
  const { number, queueId, parameters, causes, startedAt, durationMs, estimatedDurationMs, interrupted, log } = build;
  return { number, queueId, parameters, causes, startedAt, durationMs, estimatedDurationMs, result, interrupted, log };
}

export function restored(record: BuildRecord): Build {
  const outcome = { durationMs: record.durationMs, result: record.result, log: [] };
  return { ...record, building: false, outcome, hasActions: true, cancelTimer: () => undefined };
}

function outcomeOf(definition: JobDefinition | undefined, item: Item, number: number): Outcome {
  const parameters = toRecord(item.parameters);
  const seconds = Number(parameters[definition?.durationParameter ?? '']);
  const named = parameters[definition?.resultParameter ?? '']?.toUpperCase() as BuildResult | undefined;
  const fixed: Outcome = {
    durationMs: definition?.durationParameter === undefined ? (definition?.durationMs ?? 0) : seconds * 1000,
    result: named ?? definition?.result ?? 'SUCCESS',
    log: definition?.log ?? [],
  };
  return { ...fixed, ...definition?.outcome?.(parameters, { number }) };
}
