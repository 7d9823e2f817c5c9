import type { Commit, Millis } from '../core/model.js';
import type { Failure } from './failure.js';
import type { GitLimits } from './limits.js';
import type { HttpRemote } from './transport.js';
import type { UnreadReason } from './unread.js';
import type { WireRepository } from './wire.js';

/** What host and worker say to each other. Everything is plain data; credentials travel with each request and are kept by nobody. */

/** Which signatures are looked at, and the keys of the operator for the newest commit. */
export interface VerifyRequest {
  readonly mode: 'signoffs' | 'head';
  readonly keys: readonly string[];
}

export interface LoadRequest {
  readonly type: 'load';
  readonly id: number;
  /** Which repository: with another one than before, nothing that was read is used again. */
  readonly identity: string;
  /** Absent for a repository on this machine. */
  readonly remote?: HttpRemote;
  /** The repository to read, or the folder to fetch into. */
  readonly folder: string;
  readonly ref: string;
  /** The commit that the ref named a moment ago. */
  readonly sha: string;
  /** How much history a clone begins with; the newest commit alone where it is absent. */
  readonly depth?: number;
  /** The folder inside the repository. */
  readonly path: string;
  /** How long the network may take. */
  readonly timeoutMs: Millis;
  /** Absent: none are verified. */
  readonly verify?: VerifyRequest;
  /** Blobs that are not parsed again, and why. */
  readonly givenUp: ReadonlyMap<string, UnreadReason>;
  /** The token of the answer that the host still has: what it held is not sent again. */
  readonly base?: string;
  readonly limits: GitLimits;
  readonly board: SharedArrayBuffer;
}

export type HostMessage = LoadRequest | { readonly type: 'abort'; readonly id: number };

export type LoadAnswer =
  | { readonly kind: 'loaded'; readonly commit: Commit; readonly repository: WireRepository; readonly token: string }
  | { readonly kind: 'failed'; readonly failure: Failure; readonly sha?: string };

/** A large repository comes in parts before its answer, with pauses between them, so that the host's thread is never held up. */
export type WorkerMessage =
  | { readonly type: 'part'; readonly id: number; readonly environments: WireRepository['environments'] }
  | {
      readonly type: 'answer';
      readonly id: number;
      readonly answer: LoadAnswer;
      /** Bytes that came over the network. */
      readonly received: number;
    };
