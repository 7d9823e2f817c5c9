import type { Finding } from '../../model.js';
import { type ParsedDocument, type Problem, toFinding } from '../parsed.js';
import type { Path } from '../places.js';
import { keyOf } from '../repository-index.js';

/** What a finding stops: one environment (`product/name`), one release (`product/version`), or a product with all of its environments. */
export type Subject = `environment:${string}` | `release:${string}` | `product:${string}`;

/** Subject → the errors that stop it. */
export type Stopped = ReadonlyMap<Subject, readonly Finding[]>;

/** One finding of a rule across documents, and what cannot be used because of it. */
export interface Verdict {
  readonly finding: Finding;
  readonly document: ParsedDocument;
  readonly stops: readonly Subject[];
}

/** What a broken document stops; nothing where it does not say what it speaks of. */
export function subjectOf(document: ParsedDocument): readonly Subject[] {
  const key = keyOf(document);
  if (key === undefined) return [];
  if (document.kind === 'Product') return [`product:${key}`];
  if (document.kind === 'Release') return [`release:${key}`];
  return document.kind === 'MasterVersion' || document.kind === 'EnvironmentConfig' ? [`environment:${key}`] : [];
}

/** An error of a document, which stops what the document speaks of. */
export function error(document: ParsedDocument, problem: Problem): Verdict {
  return { document, finding: toFinding(document, problem), stops: subjectOf(document) };
}

/** Something that its author should know, and that stops nothing. */
export function warning(document: ParsedDocument, problem: Problem): Verdict {
  return { document, finding: toFinding(document, { ...problem, severity: 'warning' }), stops: [] };
}

/** `; see FILE`, after a suggestion if there is one. */
export function seeAlso(near: string, place: string): string {
  return near === '' ? `; see ${place}` : `${near} See ${place}`;
}

/** Where a document stands, for messages that name a second file: `products/a/version.yaml:4:9`. */
export function placeOf(document: ParsedDocument, path: Path): string {
  const { file, line, column } = toFinding(document, { rule: 'schema', path, message: '' });
  return `${file}:${line}:${column}`;
}
