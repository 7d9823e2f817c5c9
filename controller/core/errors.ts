import type { Millis } from './model.js';

/** What the queue does next. It is a property of the failure, never of the call site that catches it. `never`: until something changes. */
export type Retry = 'now' | 'backoff' | 'never' | { readonly afterMs: Millis };

/** The one error of the loop: `reason` for machines, `message` for people, `retry` for the queue, `cause` for the log. */
export class ReconcileError extends Error {
  override readonly name = 'ReconcileError';
  readonly reason: string;
  readonly retry: Retry;

  constructor(reason: string, message: string, options: { retry?: Retry; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.reason = reason;
    this.retry = options.retry ?? 'backoff';
  }
}

/** Anything that was not foreseen is retried with backoff and shown as Unexpected. */
export function toReconcileError(error: unknown): ReconcileError {
  if (error instanceof ReconcileError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new ReconcileError('Unexpected', message, { cause: error });
}
