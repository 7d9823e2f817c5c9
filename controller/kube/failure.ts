import { ReconcileError, type Retry } from '../core/errors.js';
import type { Millis } from '../core/model.js';

/** What the server said, as far as it may be told: never a message of its own, which can quote the values of fields. */
export class ApiFailure extends ReconcileError {
  readonly code: number;
  /** The word of metav1.Status, for instance `AlreadyExists` or `Expired`. */
  readonly status: string;

  constructor(answer: { code: number; status: string }, reason: string, told: { message: string; retry: Retry }) {
    super(reason, told.message, { retry: told.retry });
    this.code = answer.code;
    this.status = answer.status;
  }
}

interface Refusal {
  readonly code: number;
  readonly text: string;
  /** The header Retry-After in milliseconds, where it was given. */
  readonly retryAfterMs?: Millis | undefined;
}

/** `what` finishes the sentence "the API server … to", for instance `write the status of environment a/b`. */
export function toFailure(what: string, { code, text, retryAfterMs }: Refusal): ApiFailure {
  const status = parseStatus(text);
  const answer = { code, status: status.reason };
  const retry: Retry = retryAfterMs === undefined ? 'backoff' : { afterMs: retryAfterMs };
  if (code === 401 || code === 403)
    return new ApiFailure(answer, 'Forbidden', { message: `the API server does not allow Towpath to ${what} (${code})`, retry });
  if (code === 409) return new ApiFailure(answer, 'Conflict', { message: `somebody else was faster to ${what}`, retry: 'now' });
  if (code === 404)
    return new ApiFailure(answer, 'NotFound', {
      message: `there is nothing to ${what}: it is gone or its kind is not installed`,
      retry,
    });
  if (code === 410) return new ApiFailure(answer, 'Expired', { message: `what was known is too old to ${what}`, retry });
  if (code === 422 || code === 400 || code === 413 || text.includes('request is too large'))
    return new ApiFailure({ ...answer, code: code === 500 ? 413 : code }, 'Refused', {
      message: `the API server refused to ${what}${status.fields}`,
      retry,
    });
  return new ApiFailure(answer, 'Unavailable', { message: `the API server answered ${code} when asked to ${what}`, retry });
}

/** Anything that went wrong before there was an answer. */
export function toNetworkFailure(what: string, error: unknown): ReconcileError {
  if (error instanceof ReconcileError) return error;
  const code = errorCode(error);
  return new ReconcileError(
    'Unreachable',
    `the API server could not be reached to ${what}${code === undefined ? '' : `: ${code}`}`,
    {
      cause: error,
    },
  );
}

/** `ECONNREFUSED`, `UND_ERR_SOCKET` …, from the error or what caused it. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' ? code : errorCode(error.cause);
}

/** The reason and the names of the refused fields of a metav1.Status; their values stay out. */
export function parseStatus(text: string): { reason: string; fields: string } {
  try {
    const status = JSON.parse(text) as { reason?: unknown; details?: { causes?: { field?: unknown; reason?: unknown }[] } };
    const causes = (status.details?.causes ?? []).slice(0, 5).map(({ field, reason }) => `${field} (${reason})`);
    return { reason: String(status.reason ?? ''), fields: causes.length === 0 ? '' : `: ${causes.join(', ')}` };
  } catch {
    return { reason: '', fields: '' };
  }
}
