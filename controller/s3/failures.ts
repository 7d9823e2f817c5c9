import type { ObjectFailure } from './object.js';

export interface ObjectPlace {
  readonly bucket: string;
  readonly key: string;
}

/** What the SDK attaches to its errors. Texts of servers are never read: they differ, are missing, or name the access key. */
interface ServiceError {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
}

const connectionCodes: ReadonlySet<string> = new Set([
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'EPROTO',
]);

const certificateCodes: ReadonlySet<string> = new Set([
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/**
 * What a failed GetObject means, by the error's name and status (S3 API reference, "Error responses"): the object or
 * bucket is missing, or it could not be asked. Everything that an operator can set right is `unavailable`: looked at again.
 */
export function toObjectFailure(error: unknown, place: ObjectPlace): ObjectFailure {
  const failure: ServiceError = typeof error === 'object' && error !== null ? error : {};
  const status = failure.$metadata?.httpStatusCode;
  const name = toName(failure.name);
  const where = `${JSON.stringify(place.key)} in bucket ${JSON.stringify(place.bucket)}`;
  const missing = describeMissing({ name, status, headers: failure.$response?.headers ?? {} });
  if (missing !== undefined) return { state: 'missing', message: `${where}: ${missing}` };
  const reason = status === undefined ? describeUnanswered(failure, name) : describeRefusal(name, status);
  return { state: 'unavailable', message: `${where} could not be read: ${reason}` };
}

/** Whether there is no such object, or it was deleted; a missing bucket is neither. */
export function absenceOf(error: unknown): 'absent' | 'deleted' | undefined {
  const failure: ServiceError = typeof error === 'object' && error !== null ? error : {};
  if (failure.$response?.headers?.['x-amz-delete-marker'] === 'true') return 'deleted';
  return failure.$metadata?.httpStatusCode === 404 && toName(failure.name) === 'NoSuchKey' ? 'absent' : undefined;
}

function describeMissing(answer: { name: string; status: number | undefined; headers: Readonly<Record<string, string>> }) {
  if (answer.headers['x-amz-delete-marker'] === 'true') return 'the object was deleted';
  if (answer.status !== 404) return undefined;
  if (answer.name === 'NoSuchKey') return 'there is no such object';
  if (answer.name === 'NoSuchVersion') return 'there is no such version of the object';
  if (answer.name === 'NoSuchBucket') return 'there is no such bucket';
  return undefined;
}

function describeRefusal(name: string, status: number): string {
  const answer = `${name}, status ${status}`;
  if (name === 'AccessDenied')
    return `reading it was denied (${answer}): s3:GetObject is not allowed, or the object is missing and s3:ListBucket is not allowed`;
  if (status === 401 || status === 403) return `the credentials were refused (${answer})`;
  if (status >= 300 && status < 400) return `the bucket is served elsewhere (${answer}): check region and endpoint`;
  if (status === 429 || name === 'SlowDown') return `the service asks for fewer requests (${answer})`;
  if (status >= 500) return `the service failed (${answer})`;
  if (status >= 400) return `the request was refused (${answer})`;
  return `the answer was not understood (${answer})`;
}

function describeUnanswered(failure: ServiceError, name: string): string {
  const code = toName(failure.code);
  if (certificateCodes.has(code))
    return `the certificate of the service is not trusted (${code}); a private CA belongs into the Secret as ca.crt`;
  // The SDK calls resets of the connection time-outs too: the code is the better witness.
  if (connectionCodes.has(code)) return `the service could not be reached (${code})`;
  if (name === 'TimeoutError' || name === 'AbortError') return 'the service did not answer in time';
  // The SDK looks for its configuration files even where it needs none of them.
  if (code === 'ERR_SYSTEM_ERROR') return 'the user of this process has no home directory; HOME has to be set';
  if (name === 'RegionMissing') return 'no region is set, and the surroundings of this process name none';
  if (name === 'CredentialsProviderError') return 'no credentials are given, and the surroundings of this process provide none';
  return `the answer could not be used (${code === 'unknown error' ? name : code})`;
}

/** Names can come from the server: anything but a plain word is not repeated. */
function toName(name: unknown): string {
  return name !== 'Error' && typeof name === 'string' && /^[A-Za-z][A-Za-z0-9_.]{0,63}$/.test(name) ? name : 'unknown error';
}
