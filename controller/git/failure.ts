import { ReconcileError, type Retry } from '../core/errors.js';

/** A failure as it crosses from a worker: the fields of a ReconcileError, and nothing else. */
export interface Failure {
  readonly reason: string;
  readonly message: string;
  readonly retry: Retry;
}

/** `git` goes in front of no message: each is a whole sentence and names the repository by its address without credentials. */
export function failed(reason: string, message: string, retry: Retry = 'backoff'): ReconcileError {
  return new ReconcileError(reason, message, { retry });
}

export function branchMissing(url: string, ref: string): ReconcileError {
  return failed('GitBranchMissing', `${url} has no branch ${ref.replace('refs/heads/', '')}.`);
}

export function toFailure(error: ReconcileError): Failure {
  return { reason: error.reason, message: error.message, retry: error.retry };
}

/** What to throw where the signal has ended a pass: its own reason, or a time-out. */
export function endedBy(signal: AbortSignal): Error {
  const { reason } = signal;
  if (reason instanceof ReconcileError) return reason;
  if (reason instanceof Error && reason.name === 'TimeoutError') {
    return failed('GitTimeout', 'The release repository was not read in the time that one pass has.');
  }
  return reason instanceof Error ? reason : failed('GitTimeout', 'Reading the release repository was ended.');
}
