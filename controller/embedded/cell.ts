import { humanAge } from './human-age.js';
import { sortedJson } from './json.js';
import { findFirst, type JsonPath } from './json-path.js';
import type { ApiObject, Json, PrinterColumn } from './resource-type.js';

/** A column with its path parsed once for all rows. */
export interface CellSource {
  readonly type: PrinterColumn['type'];
  readonly path: JsonPath;
}

/** What kube-apiserver puts into the cell of a custom column: null for what is missing or of another type. `now` in milliseconds. */
export function cellOf(object: ApiObject, { type, path }: CellSource, now: number): Json {
  const value = findFirst(object as unknown as Json, path);
  if (value === undefined) return null;
  if (type === 'string') return toText(value);
  if (type === 'date') return typeof value === 'string' ? humanAge(value, now) : null;
  if (type === 'boolean') return typeof value === 'boolean' ? value : null;
  if (typeof value !== 'number') return null;
  return type === 'integer' ? Math.trunc(value) : value;
}

function toText(value: Json): string {
  if (value === null) return '<no value>';
  if (typeof value === 'number') return goFloat(value);
  return typeof value === 'object' ? escapeHtml(sortedJson(value)) : String(value);
}

/** A whole number in full, any other as Go prints a float64: with an exponent from 1e+21 on for integers, 1e+06 on for fractions. */
function goFloat(value: number): string {
  if (Number.isSafeInteger(value)) return String(value);
  const [digits = '', exponent = '0'] = value.toExponential().split('e');
  const power = Number(exponent);
  if (power >= -4 && power < 21 && Math.abs(value) < 1e6) return String(value);
  return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}

/** Go's JSON encoder keeps these out of the text. */
function escapeHtml(json: string): string {
  return json.replace(/[<>&\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
