import { canonicalJson } from '../digest.js';
import type { ParsedDocument } from '../documents/parsed.js';
import { findPlace, type Span } from '../documents/places.js';
import { printable } from '../documents/quote.js';
import { buildTree } from '../documents/tree.js';
import { composeDocuments } from '../documents/yaml-documents.js';
import type { Json, JsonObject } from '../model.js';
import { PromoteRefused } from './refused.js';

/** What a master version file shall say. */
export interface MasterVersionEdit {
  readonly version: string;
  /** Why; absent: what the file says stays. */
  readonly reason?: string;
}

type MasterVersion = ParsedDocument<'MasterVersion'>;

/**
 * The text of a file with one of its documents asking for another version: every other byte stays, comments and layout too. The text is
 * without byte order mark, as it was parsed. What comes out is read again: it says what it said before, but for the edit. Throws PromoteRefused
 * where it cannot be edited so.
 */
export function editMasterVersion(text: string, document: MasterVersion, edit: MasterVersionEdit): string {
  const wanted = expected(text, document, edit);
  for (const version of scalarForms(sliceAt(text, document, 'version'), edit.version)) {
    const versioned = replace(text, spanOf(document, 'version'), version);
    const grown = versioned.length - text.length;
    for (const candidate of edit.reason === undefined
      ? [versioned]
      : reasonForms(versioned, document, { reason: edit.reason, grown }))
      if (says(candidate, wanted)) return candidate;
  }
  const { file } = document.places;
  throw new PromoteRefused(
    `${printable(file)} is written in a way that cannot be edited in place: ask for ${edit.version} there by hand`,
  );
}

function spanOf(document: MasterVersion, field: 'version' | 'reason'): Span {
  return findPlace(document.places, document.value, ['spec', field]).value;
}

function sliceAt(text: string, document: MasterVersion, field: 'version' | 'reason'): string {
  const { start, end } = spanOf(document, field);
  return text.slice(start, end);
}

const replace = (text: string, { start, end }: Span, by: string): string => text.slice(0, start) + by + text.slice(end);

/** The value in the manner of the one before it, then in the safest. */
function scalarForms(before: string, value: string): string[] {
  const quoted = JSON.stringify(value);
  const after = /^[|>]/.test(before) ? (/\r?\n$/.exec(before)?.[0] ?? '') : '';
  if (before.startsWith("'")) return [`'${value.replaceAll("'", "''")}'`, quoted];
  if (before.startsWith('"') || after !== '') return [quoted + after];
  return [value, quoted];
}

/** The reason in place of the one before, or right after the version: on a line of its own where the version has one. */
function reasonForms(text: string, document: MasterVersion, { reason, grown }: { reason: string; grown: number }): string[] {
  const spec = document.value.spec;
  const quoted = JSON.stringify(reason);
  const { start, end } = spanOf(document, 'version');
  if (isObject(spec) && Object.hasOwn(spec, 'reason')) {
    const place = spanOf(document, 'reason');
    const shift = place.start > start ? grown : 0;
    const span = { start: place.start + shift, end: place.end + shift };
    return scalarForms(text.slice(span.start, span.end), reason).map((form) => replace(text, span, form));
  }
  const { key } = findPlace(document.places, document.value, ['spec', 'version']);
  const at = end + grown;
  const indent = /(?:^|\n)([ \t]*)$/.exec(text.slice(0, key.start))?.[1];
  const lineEnd = /\r?\n|$/.exec(text.slice(at));
  const newline = lineEnd?.[0] || (text.includes('\r\n') ? '\r\n' : '\n');
  const after = at + (lineEnd?.index ?? 0);
  const insert = (offset: number, more: string) => replace(text, { start: offset, end: offset }, more);
  return [
    // A block mapping; then flow mappings and JSON, on a line of its own or in the same.
    ...(indent === undefined ? [] : [insert(after, `${newline}${indent}reason: ${quoted}`)]),
    ...(indent === undefined ? [] : [insert(at, `,${newline}${indent}"reason": ${quoted}`)]),
    insert(at, `, "reason": ${quoted}`),
  ];
}

/** What every document of the file shall say afterwards. */
function expected(text: string, document: MasterVersion, { version, reason }: MasterVersionEdit): string[] {
  const { start } = spanOf(document, 'version');
  const { spec } = document.value;
  if (!isObject(spec) || spec.version === undefined || spec.version === null)
    throw new PromoteRefused(
      `${printable(document.places.file)} asks for no version that could be replaced: write one there by hand`,
    );
  return composeDocuments(text).documents.map(({ contents, range }) => {
    const value = buildTree(contents, text).value;
    if (start < range[0] || start >= range[2] || !isObject(value)) return canonicalJson(value);
    return canonicalJson({ ...value, spec: { ...spec, version, ...(reason === undefined ? {} : { reason }) } });
  });
}

function says(text: string, wanted: readonly string[]): boolean {
  const { documents, refusal } = composeDocuments(text);
  if (refusal !== undefined || documents.length !== wanted.length) return false;
  return documents.every(({ contents, errors }, index) => {
    const { value, problems } = buildTree(contents, text);
    return errors.length === 0 && problems.length === 0 && canonicalJson(value) === wanted[index];
  });
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
