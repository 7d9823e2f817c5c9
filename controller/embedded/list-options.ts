import { ApiError, badRequest, expired } from './errors.js';

/** Where a list stands and where it goes on; opaque to clients. */
export interface Continuation {
  readonly revision: number;
  readonly after: string;
}

export function encodeContinuation(continuation: Continuation): string {
  const plain = JSON.stringify({ v: 'towpath/v1', rv: continuation.revision, start: continuation.after });
  return Buffer.from(plain).toString('base64url');
}

export function decodeContinuation(token: string): Continuation {
  try {
    const { v, rv, start } = JSON.parse(Buffer.from(token, 'base64url').toString('utf8')) as Record<string, unknown>;
    if (v === 'towpath/v1' && Number.isSafeInteger(rv) && typeof start === 'string')
      return { revision: Number(rv), after: start };
  } catch {
    // Answered below, like every other token that is not ours.
  }
  throw badRequest('continue key is not valid: the token was not issued by this server');
}

/** The revision asked for; '' and '0' (anything will do) are 0. */
export function parseResourceVersion(text: string | null): number {
  if (text === null || text === '') return 0;
  if (!/^[0-9]{1,15}$/.test(text)) throw badRequest(`invalid resource version ${JSON.stringify(text)}: invalid syntax`);
  return Number(text);
}

/** A boolean of the query string: present without a value, `true` and `1` are true, as in the Kubernetes API. */
export function parseFlag(query: URLSearchParams, name: string): boolean {
  const text = query.get(name);
  return text !== null && text !== 'false' && text !== '0';
}

/** A count of the query string; 0 when absent. */
export function parseCount(query: URLSearchParams, name: string): number {
  const text = query.get(name);
  if (text === null || text === '') return 0;
  if (!/^-?[0-9]{1,15}$/.test(text)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  return Math.max(0, Number(text));
}

export function expiredContinuation(): ApiError {
  return expired(
    'The provided continue parameter is too old to display a consistent list result. You must start a new list without the continue parameter.',
  );
}

export function tooOldRevision(wanted: number, floor: number): ApiError {
  return expired(`too old resource version: ${wanted} (${floor})`);
}

/** Nothing of that revision has happened yet: the client may ask again in a second. */
export function futureRevision(wanted: number, current: number): ApiError {
  return new ApiError(504, 'Timeout', {
    message: `Timeout: Too large resource version: ${wanted}, current: ${current}`,
    details: { causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }], retryAfterSeconds: 1 },
  });
}
