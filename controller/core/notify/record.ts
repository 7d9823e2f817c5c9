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
  /** Written before a message goes out: until it is gone nobody knows whether that one arrived. */
  readonly doubt?: { readonly key: string; readonly at: string };
}

export const nothingTold: LaneRecord = { upTo: 0, runs: {}, states: {} };

export function withDoubt(record: LaneRecord, key: string, now: Millis): LaneRecord {
  return { ...record, doubt: { key, at: toTime(now) } };
}

export function withoutDoubt({ doubt: _, ...record }: LaneRecord): LaneRecord {
  return record;
}

/** What was told of: a milestone of a run, or instances of a state. */
export type Subject =
  | { readonly kind: 'run'; readonly number: number; readonly event: string }
  | { readonly kind: 'state'; readonly event: string; readonly instances: readonly string[]; readonly clears?: string };

/** The record once the sink has it, or never will. */
export function withTold(record: LaneRecord, subject: Subject, handle?: Json): LaneRecord {
  const { doubt: _, ...rest } = record;
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
