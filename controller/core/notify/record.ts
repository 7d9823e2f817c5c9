import type { Json, Millis } from '../model.js';
import { toTime } from '../time.js';

/**
 * What one sink was told of one place: the durable half of the outbox. The other half is what the cluster keeps anyway: runs,
 * environments and releases. It stays small: one run is open at a time, and of a state only what was told last is kept.
 */
export interface LaneRecord {
  /** Everything of the runs up to this number is settled. */
  readonly upTo: number;
  /** Number → what was told of the run, and what the sink calls the message. */
  readonly runs: Readonly<Record<string, { readonly told: readonly string[]; readonly handle?: Json }>>;
  /** Event → the instances of it that were told last. */
  readonly states: Readonly<Record<string, readonly string[]>>;
  /** `version/environment` → what was told of the plan to deploy it there. */
  readonly plans?: Readonly<Record<string, PlanRecord>>;
  /** Written before a message goes out: until it is gone nobody knows whether that one arrived. */
  readonly doubt?: { readonly key: string; readonly at: string };
}

/**
 * What one sink knows of a plan. `telling` and `withdrawing` are written before the message goes out: from then on it may be known.
 * `over`: there is nothing to take back, for it has begun, was withdrawn, or was never taken.
 */
export interface PlanRecord {
  readonly state: 'telling' | 'told' | 'withdrawing' | 'over';
  /** Of the last message about it, from 1: a plan may be withdrawn and made again, and each time is news. */
  readonly number: number;
  /** When that was. */
  readonly at: string;
  /** When it is to be, as told last; absent once that is withdrawn. */
  readonly planned?: string;
  /** The latest time that was told of it. */
  readonly until: string;
  /** The ReleaseSource that it is of: its sink was told. */
  readonly source: string;
  readonly stage: string;
  readonly client?: string;
  /** Tickets of the release, the first of them: the document may go with the plan. */
  readonly tickets?: readonly string[];
}

export const nothingTold: LaneRecord = { upTo: 0, runs: {}, states: {} };

export function withDoubt(record: LaneRecord, key: string, now: Millis): LaneRecord {
  return { ...record, doubt: { key, at: toTime(now) } };
}

export function withoutDoubt({ doubt: _, ...record }: LaneRecord): LaneRecord {
  return record;
}

/** What was told of: a milestone of a run, instances of a state, or a plan, with how it stands before it is told and after. */
export type Subject =
  | { readonly kind: 'run'; readonly number: number; readonly event: string }
  | { readonly kind: 'state'; readonly event: string; readonly instances: readonly string[]; readonly clears?: string }
  | { readonly kind: 'plan'; readonly plan: string; readonly telling: PlanRecord; readonly told: PlanRecord };

/** The record once the sink has it, or never will. */
export function withTold(record: LaneRecord, subject: Subject, handle?: Json): LaneRecord {
  const { doubt: _, ...rest } = record;
  if (subject.kind === 'plan') return withPlan(rest, subject.plan, subject.told);
  if (subject.kind === 'run') {
    const before = record.runs[subject.number];
    const entry = {
      told: [...(before?.told ?? []), subject.event],
      ...(handle === undefined ? (before?.handle === undefined ? {} : { handle: before.handle }) : { handle }),
    };
    return { ...rest, runs: { ...record.runs, [subject.number]: entry } };
  }
  const { [subject.clears ?? '']: __, ...states } = record.states;
  return { ...rest, states: { ...states, [subject.event]: subject.instances } };
}

/** Before the sink is told of a plan: whatever happens then, it may know of it. */
export function withTelling(record: LaneRecord, subject: Subject): LaneRecord {
  return subject.kind === 'plan' ? withPlan(record, subject.plan, subject.telling) : record;
}

/** The record once it is certain that the sink never will be told: of a plan that it does not know nothing is taken back. */
export function withUntold(record: LaneRecord, subject: Subject): LaneRecord {
  if (subject.kind !== 'plan') return withTold(record, subject);
  const { doubt: _, ...rest } = record;
  return withPlan(rest, subject.plan, { ...subject.told, state: 'over' });
}

function withPlan(record: LaneRecord, name: string, plan: PlanRecord): LaneRecord {
  return { ...record, plans: { ...record.plans, [name]: plan } };
}

/** Plans that the sink knows of, or may, and that have not begun. */
export function openPlans({ plans = {} }: LaneRecord): readonly PlanRecord[] {
  return Object.values(plans).filter(({ state }) => state !== 'over');
}

/** From what was stored; what cannot be read counts as nothing told, and is said by the caller. */
export function parseRecord(text: string): LaneRecord | undefined {
  try {
    const value = JSON.parse(text) as Partial<LaneRecord> | null;
    if (typeof value?.upTo !== 'number' || typeof value.runs !== 'object' || typeof value.states !== 'object') return undefined;
    return value as LaneRecord;
  } catch {
    return undefined;
  }
}
