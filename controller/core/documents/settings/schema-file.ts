import type { Finding, Json } from '../../model.js';
import { type Problem, toFinding } from '../parsed.js';
import { computeLineStarts, formatPath, type Places, positionOf, type Span } from '../places.js';
import { buildTree } from '../tree.js';
import { composeDocuments } from '../yaml-documents.js';
import { syntaxMessage } from '../yaml-messages.js';
import { type CleanSchema, cleanSchema } from './clean.js';

/** A settings schema with a way to point into it: a file, or a part of a Product document. */
export interface SchemaFile {
  /** Undefined where it could not even be read. */
  readonly clean: CleanSchema | undefined;
  readonly findings: readonly Finding[];
  /** Path of the file, which relative references start from. */
  readonly file: string;
  readonly toFinding: (problem: Problem) => Finding;
}

/** Reads the text of a schema file: one document, JSON or YAML. */
export function readSchemaFile(file: string, text: string): SchemaFile {
  const lineStarts = computeLineStarts(text);
  const at = (span: Span, message: string, path = ''): Finding => ({
    ...positionOf({ file, lineStarts, nodes: new Uint32Array() }, span),
    severity: 'error',
    rule: 'settings-schema',
    path,
    message,
  });
  const broken = (finding: Finding): SchemaFile => ({ clean: undefined, findings: [finding], file, toFinding: () => finding });
  const { documents, refusal } = composeDocuments(text);
  if (refusal !== undefined) return broken(at({ start: refusal.offset, end: refusal.offset }, refusal.message));
  const [document, second] = documents;
  if (document === undefined) return broken(at({ start: 0, end: 0 }, 'is empty'));
  const [error] = document.errors;
  if (error !== undefined) return broken(at({ start: error.pos[0], end: error.pos[1] }, syntaxMessage(error)));
  if (second !== undefined)
    return broken(at({ start: second.range[0], end: second.range[0] }, 'a settings schema is one document'));
  const tree = buildTree(document.contents, text);
  const places: Places = { file, lineStarts, nodes: tree.nodes };
  const written = tree.problems.map(({ span, message, path }) => at(span, message, formatPath(path)));
  return fromValue({ value: tree.value, places, written });
}

function fromValue({ value, places, written }: { value: Json; places: Places; written: readonly Finding[] }): SchemaFile {
  const clean = cleanSchema(value);
  const point = (problem: Problem) => toFinding({ places, value }, problem);
  return { clean, findings: [...written, ...clean.problems.slice(0, 50).map(point)], file: places.file, toFinding: point };
}

/** A schema that stands inside of a document. */
export function inlineSchema(document: { readonly places: Places; readonly value: Json }, schema: Json): SchemaFile {
  const clean = cleanSchema(schema);
  const point = (problem: Problem) => toFinding(document, { ...problem, path: ['spec', 'settingsSchema', ...problem.path] });
  return { clean, findings: clean.problems.slice(0, 50).map(point), file: document.places.file, toFinding: point };
}
