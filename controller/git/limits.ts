import type { Millis } from '../core/model.js';

/** What one release repository may cost; sizes in bytes. */
export interface GitLimits {
  /** Workers at a time; a source that needs one beyond that waits for a free one. Most of a busy worker's time is waiting for its server. */
  readonly workers: number;
  /** Workers that are kept for the next pass while they have nothing to do, with all they have parsed. */
  readonly idleWorkers: number;
  /** JavaScript heap of one worker, in MiB. */
  readonly heapMib: number;
  readonly connectMs: Millis;
  /** How long a server may be silent, before its answer and inside it. */
  readonly silenceMs: Millis;
  readonly refsBytes: number;
  readonly packBytes: number;
  /** Packs on disk after which the repository is cloned again: every fetch adds one, and nothing packs them together. */
  readonly packs: number;
  /** The largest document that is read. */
  readonly fileBytes: number;
  /** All documents of one commit together. */
  readonly totalBytes: number;
  readonly files: number;
  readonly treeDepth: number;
  /** How many commits back a clone goes, step by step, until it is known which commits brought the sign-offs. */
  readonly history: readonly number[];
  /** How long one document may take to parse before it is given up. */
  readonly parseMs: Millis;
  /** How long a worker may take to notice that it shall stop. */
  readonly graceMs: Millis;
}

export const defaultLimits: GitLimits = {
  workers: 32,
  idleWorkers: 4,
  heapMib: 1024,
  connectMs: 10_000,
  silenceMs: 30_000,
  refsBytes: 8 * 1024 * 1024,
  packBytes: 256 * 1024 * 1024,
  packs: 200,
  fileBytes: 1024 * 1024,
  totalBytes: 128 * 1024 * 1024,
  files: 100_000,
  treeDepth: 64,
  history: [50, 250, 1000],
  parseMs: 5_000,
  graceMs: 5_000,
};
