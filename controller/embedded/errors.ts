import type { Json, ResourceType } from './resource-type.js';

/** One entry of `Status.details.causes`: which field, what is wrong with it. */
export interface StatusCause {
  readonly reason?: string;
  readonly message: string;
  readonly field?: string;
}

export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly StatusCause[];
  readonly retryAfterSeconds?: number;
}

/** A refusal that is answered as a `Status` object (API conventions, "Response Status Kind"). */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: number;
  readonly reason: string;
  readonly details: StatusDetails | undefined;

  constructor(code: number, reason: string, options: { message: string; details?: StatusDetails }) {
    super(options.message);
    this.code = code;
    this.reason = reason;
    this.details = options.details;
  }
}

/** The `Status` object of a failure, fields in the order that the Kubernetes server writes them. */
export function failureStatus(error: ApiError): Json {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: error.message,
    ...(error.reason === '' ? {} : { reason: error.reason }),
    ...(error.details === undefined ? {} : { details: error.details as unknown as Json }),
    code: error.code,
  };
}

/** The `Status` object of a deletion that is complete. */
export function successStatus(details: StatusDetails): Json {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details: details as unknown as Json };
}

type TypeName = Pick<ResourceType, 'group' | 'plural' | 'kind'>;

/** `environments.towpath.dev`, or `secrets` in the core group. */
export function qualifiedResource(type: TypeName): string {
  return type.group === '' ? type.plural : `${type.plural}.${type.group}`;
}

function resourceDetails(type: TypeName, name: string): StatusDetails {
  return { name, ...(type.group === '' ? {} : { group: type.group }), kind: type.plural };
}

export function notFound(type: TypeName, name: string): ApiError {
  const message = `${qualifiedResource(type)} ${quote(name)} not found`;
  return new ApiError(404, 'NotFound', { message, details: resourceDetails(type, name) });
}

/** No such path, or no such resource type. */
export function unknownResource(): ApiError {
  return new ApiError(404, 'NotFound', { message: 'the server could not find the requested resource', details: {} });
}

export function alreadyExists(type: TypeName, name: string): ApiError {
  const message = `${qualifiedResource(type)} ${quote(name)} already exists`;
  return new ApiError(409, 'AlreadyExists', { message, details: resourceDetails(type, name) });
}

const staleMessage = 'the object has been modified; please apply your changes to the latest version and try again';

export function conflict(type: TypeName, name: string, why: string = staleMessage): ApiError {
  const message = `Operation cannot be fulfilled on ${qualifiedResource(type)} ${quote(name)}: ${why}`;
  return new ApiError(409, 'Conflict', { message, details: resourceDetails(type, name) });
}

export function forbidden(type: TypeName, name: string, options: { why: string; causes?: readonly StatusCause[] }): ApiError {
  const message = `${qualifiedResource(type)} ${quote(name)} is forbidden: ${options.why}`;
  const causes = options.causes === undefined ? {} : { causes: options.causes };
  return new ApiError(403, 'Forbidden', { message, details: { ...resourceDetails(type, name), ...causes } });
}

/** 422 with one cause a fault; the message joins them as the Kubernetes server does. */
export function invalid(type: TypeName, name: string, causes: readonly StatusCause[]): ApiError {
  const kind = type.group === '' ? type.kind : `${type.kind}.${type.group}`;
  const faults = causes.map((cause) => `${cause.field ?? ''}: ${cause.message}`);
  const list = faults.length === 1 ? faults[0] : `[${[...new Set(faults)].join(', ')}]`;
  const group = type.group === '' ? {} : { group: type.group };
  return new ApiError(422, 'Invalid', {
    message: `${kind} ${quote(name)} is invalid: ${list}`,
    details: { ...(name === '' ? {} : { name }), ...group, kind: type.kind, causes },
  });
}

export function badRequest(message: string): ApiError {
  return new ApiError(400, 'BadRequest', { message });
}

export function unauthorized(): ApiError {
  return new ApiError(401, 'Unauthorized', { message: 'Unauthorized' });
}

export function tooLarge(limit: number): ApiError {
  return new ApiError(413, 'RequestEntityTooLarge', { message: `Request entity too large: limit is ${limit}` });
}

export function methodNotAllowed(): ApiError {
  const message = 'the server does not allow this method on the requested resource';
  return new ApiError(405, 'MethodNotAllowed', { message, details: {} });
}

export function unsupportedMediaType(accepted: readonly string[]): ApiError {
  const message = `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`;
  return new ApiError(415, 'UnsupportedMediaType', { message });
}

export function notAcceptable(): ApiError {
  const message = 'only the following media types are accepted: application/json';
  return new ApiError(406, 'NotAcceptable', { message });
}

/** The history no longer reaches back to what was asked for (410). */
export function expired(message: string): ApiError {
  return new ApiError(410, 'Expired', { message });
}

export function internalError(): ApiError {
  return new ApiError(500, 'InternalError', { message: 'Internal error occurred: the request could not be completed' });
}

/** A string as Go's `%q` prints it, for plain text. */
export function quote(text: string): string {
  return JSON.stringify(text);
}
