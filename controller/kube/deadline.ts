import { ReconcileError } from '../core/errors.js';
import type { Millis } from '../core/model.js';
import { toNetworkFailure } from './failure.js';

interface Limits {
  readonly signal: AbortSignal;
  readonly timeoutMs: Millis;
  /** As in toNetworkFailure. */
  readonly what: string;
}

/**
 * Runs `call` with a signal that fires at the deadline or with the caller's, and settles at that moment even where the call
 * does not (a request that waits for its connection does not hear of a signal). Leaves no timer and no listener behind.
 */
export async function withDeadline<T>(
  { signal, timeoutMs, what }: Limits,
  call: (signal: AbortSignal, remainingMs: () => Millis) => Promise<T>,
): Promise<T> {
  const interrupted = () => new ReconcileError('Interrupted', `stopped before the API server answered to ${what}`);
  if (signal.aborted) throw interrupted();
  const controller = new AbortController();
  const started = performance.now();
  const abort = () => controller.abort();
  const timer = setTimeout(abort, timeoutMs);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await orAborted(
      controller.signal,
      call(controller.signal, () => timeoutMs - (performance.now() - started)),
    );
  } catch (error) {
    if (error instanceof ReconcileError) throw error;
    if (signal.aborted) throw interrupted();
    if (controller.signal.aborted)
      throw new ReconcileError('Unreachable', `the API server did not answer within ${timeoutMs} ms to ${what}`);
    throw toNetworkFailure(what, error);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}

/** The promise, or a rejection as soon as the signal fires. */
export async function orAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  let abort: (() => void) | undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    if (abort !== undefined) signal.removeEventListener('abort', abort);
  }
}
