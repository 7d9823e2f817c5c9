import { invalid } from './errors.js';
import type { ApiRequest } from './exchange.js';

export type FieldValidation = 'Ignore' | 'Warn' | 'Strict';

/** The query parameters that writes share. */
export interface WriteOptions {
  readonly dryRun: boolean;
  /** Who owns the written fields; from the user agent when not given. */
  readonly manager: string;
  readonly fieldValidation: FieldValidation;
  readonly force: boolean;
}

type OptionsKind = 'CreateOptions' | 'UpdateOptions' | 'PatchOptions' | 'DeleteOptions';

/** Reads and checks the options; throws a 422 in the server's words. */
export function readWriteOptions({ query, headers }: ApiRequest, kind: OptionsKind): WriteOptions {
  const dryRuns = query.getAll('dryRun').filter((value) => value !== '');
  for (const value of dryRuns) if (value !== 'All') throw unsupported(kind, 'dryRun', { value, supported: ['All'] });
  const fieldValidation = query.get('fieldValidation') || 'Warn';
  if (fieldValidation !== 'Ignore' && fieldValidation !== 'Warn' && fieldValidation !== 'Strict') {
    throw unsupported(kind, 'fieldValidation', { value: fieldValidation, supported: ['', 'Ignore', 'Strict', 'Warn'] });
  }
  const given = query.get('fieldManager') ?? '';
  if (given.length > 128) throw refused(kind, 'fieldManager', 'Too long: must have at most 128 characters');
  const agent = (headers['user-agent'] ?? '').split('/')[0]?.slice(0, 128) ?? '';
  const force = query.get('force') === 'true' || query.get('force') === '1';
  return { dryRun: dryRuns.length > 0, manager: given || agent || 'unknown', fieldValidation, force };
}

/** Server-side apply must name its field manager. */
export function requireFieldManager(query: URLSearchParams): void {
  if (query.get('fieldManager')) return;
  const message = 'Required value: is required for apply patch';
  throw invalid(optionsType('PatchOptions'), '', [{ reason: 'FieldValueRequired', message, field: 'fieldManager' }]);
}

export function forbidForce(query: URLSearchParams): void {
  if (query.get('force') === null) return;
  const message = 'Forbidden: may not be specified for non-apply patch';
  throw invalid(optionsType('PatchOptions'), '', [{ reason: 'FieldValueForbidden', message, field: 'force' }]);
}

function optionsType(kind: OptionsKind) {
  return { group: 'meta.k8s.io', kind, plural: '' };
}

function unsupported(kind: OptionsKind, field: string, { value, supported }: { value: string; supported: readonly string[] }) {
  const list = supported.map((item) => JSON.stringify(item)).join(', ');
  const message = `Unsupported value: ${JSON.stringify(value)}: supported values: ${list}`;
  return invalid(optionsType(kind), '', [{ reason: 'FieldValueNotSupported', message, field }]);
}

function refused(kind: OptionsKind, field: string, message: string) {
  return invalid(optionsType(kind), '', [{ reason: 'FieldValueInvalid', message, field }]);
}
