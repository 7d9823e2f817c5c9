import type { Document } from 'yaml';
import type { Finding, Json, JsonObject } from '../model.js';
import { documentKinds } from './document-schemas.js';
import { limits } from './limits.js';
import type { DocumentKind, ParsedDocument, ParsedFile, Problem } from './parsed.js';
import { sourceOf, toFinding } from './parsed.js';
import { computeLineStarts, formatPath, type Path, type Places, positionOf, type Span } from './places.js';
import { printable, quote } from './quote.js';
import type { RuleName } from './rules/catalog.js';
import { apiVersionLiteral } from './schema/shapes.js';
import { suggestion } from './suggest.js';
import { buildTree, type Tree } from './tree.js';
import { decodeUtf8 } from './utf8.js';
import { validatorOf } from './validator.js';
import { composeDocuments } from './yaml-documents.js';
import { syntaxMessage } from './yaml-messages.js';

export interface RepositoryFile {
  /** Path from the root of the repository, with slashes. */
  readonly path: string;
  readonly content: Uint8Array;
}

interface Text {
  readonly text: string;
  readonly file: string;
  readonly lineStarts: Uint32Array;
}

interface Reading {
  readonly documents: ParsedDocument[];
  readonly findings: Finding[];
  unknown: number;
}

const documentName = /\.(ya?ml|json)$/i;
const towpathDocument = /apiVersion["']?[ \t]*:[ \t]*["']?[^\n"']{0,40}towpath/i;
const schemaWords = ['$schema', 'properties', '$defs', '$ref', '"type"', '\ntype'];
const clusterKinds = ['ReleaseSource', 'Environment', 'DeploymentRun', 'Hold'];

/**
 * Reads one file: its documents as far as they are Towpath's, and everything that can be said without looking at another file. Never throws,
 * whatever the bytes. The result depends on path and content alone.
 */
export function parseFile(file: RepositoryFile): ParsedFile {
  const empty = { path: file.path, documents: [], findings: [], unknownDocuments: 0 };
  if (!documentName.test(file.path)) return empty;
  const ours = holdsAscii(file.content, 'apiVersion') && holdsAscii(file.content, 'towpath');
  if (!ours) return { ...empty, ...asSchema(file) };
  if (file.content.length > limits.fileBytes) {
    const message = `is larger than ${limits.fileBytes.toLocaleString('en')} bytes (${file.content.length.toLocaleString('en')})`;
    return { ...empty, findings: [wholeFile(file.path, 'limit-size', message)], unknownDocuments: 1 };
  }
  const decoded = decodeUtf8(file.content);
  if ('badByteAt' in decoded) return { ...empty, findings: [badByte(file, decoded.badByteAt)], unknownDocuments: 1 };
  if (!towpathDocument.test(decoded.text)) return { ...empty, ...asSchema(file) };
  return readDocuments({ text: decoded.text, file: file.path, lineStarts: computeLineStarts(decoded.text) });
}

function readDocuments(text: Text): ParsedFile {
  const { documents, refusal } = composeDocuments(text.text);
  const reading: Reading = { documents: [], findings: [], unknown: 0 };
  for (const document of documents) readDocument(text, document, reading);
  if (refusal !== undefined) {
    const span = { start: refusal.offset, end: refusal.offset };
    reading.findings.push(placed(text, span, { rule: refusal.rule, path: [], message: refusal.message }));
    reading.unknown += 1;
  }
  return { path: text.file, documents: reading.documents, findings: capped(reading.findings), unknownDocuments: reading.unknown };
}

function readDocument(text: Text, document: Document.Parsed, reading: Reading): void {
  const [start, , end] = document.range;
  const tree = buildTree(document.contents, text.text);
  const places: Places = { file: text.file, lineStarts: text.lineStarts, nodes: tree.nodes };
  const value = isObject(tree.value) ? tree.value : {};
  const apiVersion = value.apiVersion;
  const named = typeof apiVersion === 'string' && apiVersion.toLowerCase().includes('towpath');
  const [syntaxError] = document.errors;
  if (!named && (syntaxError === undefined || !towpathDocument.test(text.text.slice(start, end)))) return;

  const kind = kindOf(value.kind);
  const problem = syntaxError === undefined ? headProblem(value) : undefined;
  if (problem?.severity === 'warning') {
    reading.findings.push(toFinding({ places, value }, problem));
    return;
  }
  const findings =
    syntaxError !== undefined
      ? [
          placed(
            text,
            { start: syntaxError.pos[0], end: syntaxError.pos[1] },
            { rule: 'yaml-syntax', path: [], message: syntaxMessage(syntaxError) },
          ),
        ]
      : problem !== undefined
        ? [toFinding({ places, value }, problem)]
        : contentFindings({ text, tree, value, places }, kind);
  reading.findings.push(...findings);
  if (kind === undefined) reading.unknown += 1;
  else reading.documents.push(toDocument({ kind, value, places, written: tree.written }, findings));
}

function toDocument(read: Pick<ParsedDocument, 'kind' | 'value' | 'places' | 'written'>, findings: Finding[]): ParsedDocument {
  const name = textAt(read.value, 'metadata', 'name');
  const product = textAt(read.value, 'spec', 'product');
  const known = { ...read, ...(name === undefined ? {} : { name }), ...(product === undefined ? {} : { product }) };
  return (
    findings.length === 0
      ? { ...known, valid: true, content: read.value }
      : { ...known, valid: false, findings: capped(findings) }
  ) as ParsedDocument;
}

/** What is wrong with apiVersion and kind: everything else depends on them. */
function headProblem(value: JsonObject): Problem | undefined {
  const { apiVersion, kind } = value;
  if (apiVersion !== apiVersionLiteral)
    return {
      rule: 'unknown-api-version',
      path: ['apiVersion'],
      message: `${quote(String(apiVersion))} is not known; did you mean "${apiVersionLiteral}"?`,
    };
  if (typeof kind === 'string' && kindOf(kind) !== undefined) return undefined;
  if (kind === undefined)
    return { rule: 'unknown-kind', path: ['kind'], message: `is missing; one of ${documentKinds.join(', ')}` };
  const word = typeof kind === 'string' ? kind : JSON.stringify(kind);
  if (clusterKinds.includes(word)) {
    const message = `${quote(word)} is a resource of the Kubernetes API, not a document of a release repository: it is ignored`;
    return { rule: 'cluster-resource', severity: 'warning', path: ['kind'], message };
  }
  const message = `${quote(word)} is not a kind of document (${documentKinds.join(', ')})${suggestion(word, documentKinds)}`;
  return { rule: 'unknown-kind', path: ['kind'], message };
}

interface Content {
  readonly text: Text;
  readonly tree: Tree;
  readonly value: JsonObject;
  readonly places: Places;
}

function contentFindings({ text, tree, value, places }: Content, kind: DocumentKind | undefined): Finding[] {
  const written = tree.problems.map((problem) => placed(text, problem.span, problem));
  if (kind === undefined || tree.problems.some(({ rule }) => rule === 'limit-keys')) return written;
  const known = new Set(tree.problems.map(({ path }) => formatPath(path)));
  const problems = validatorOf(kind)(value, (path) => sourceOf(tree, path)).filter(({ path }) => !known.has(formatPath(path)));
  return [...written, ...problems.slice(0, limits.findingsPerFile + 1).map((problem) => toFinding({ places, value }, problem))];
}

function kindOf(kind: Json | undefined): DocumentKind | undefined {
  return documentKinds.find((known) => known === kind);
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textAt(value: JsonObject, outer: string, inner: string): string | undefined {
  const object = value[outer];
  const found = isObject(object) ? object[inner] : undefined;
  return typeof found === 'string' ? found : undefined;
}

function placed(text: Text, span: Span, problem: { rule: RuleName; path: Path; message: string }): Finding {
  const places = { file: text.file, lineStarts: text.lineStarts, nodes: new Uint32Array() };
  const { rule, message } = problem;
  return { ...positionOf(places, span), severity: 'error', rule, path: formatPath(problem.path), message };
}

function wholeFile(file: string, rule: RuleName, message: string, severity: Finding['severity'] = 'error'): Finding {
  return { file, line: 1, column: 1, severity, rule, path: '', message };
}

function badByte(file: RepositoryFile, offset: number): Finding {
  let line = 1;
  let lineStart = 0;
  for (let at = file.content.indexOf(10); at >= 0 && at < offset; at = file.content.indexOf(10, at + 1)) {
    line += 1;
    lineStart = at + 1;
  }
  const before = decodeUtf8(file.content.subarray(lineStart, offset));
  const byte = (file.content[offset] ?? 0).toString(16).padStart(2, '0');
  const message = `byte ${(offset + 1).toLocaleString('en')} (0x${byte}) is not UTF-8`;
  return { ...wholeFile(file.path, 'not-utf8', message), line, column: ('text' in before ? before.text.length : 0) + 1 };
}

function capped(findings: Finding[]): Finding[] {
  const last = findings[limits.findingsPerFile];
  if (last === undefined) return findings;
  const more = findings.length - limits.findingsPerFile;
  return [
    ...findings.slice(0, limits.findingsPerFile),
    { ...last, rule: 'limit-findings', path: '', message: `and ${more} more` },
  ];
}

function holdsAscii(bytes: Uint8Array, word: string): boolean {
  const first = word.charCodeAt(0);
  for (let at = bytes.indexOf(first); at >= 0; at = bytes.indexOf(first, at + 1)) {
    let length = 1;
    while (length < word.length && bytes[at + length] === word.charCodeAt(length)) length += 1;
    if (length === word.length) return true;
  }
  return false;
}

/** The text of a file that may be a settings schema: products name them by path. */
function asSchema(file: RepositoryFile): { schemaText?: string } {
  if (file.content.length > limits.settingsSchemaBytes) return {};
  if (!schemaWords.some((word) => holdsAscii(file.content, word))) return {};
  const decoded = decodeUtf8(file.content);
  return 'text' in decoded ? { schemaText: decoded.text } : {};
}

export type UnreadableReason = 'symbolic-link' | 'submodule' | 'too-large' | 'too-slow' | 'bad-name';

const unreadable: Readonly<Record<UnreadableReason, string>> = {
  'symbolic-link': 'is a symbolic link: links are not followed',
  submodule: 'is a submodule: submodules are not read',
  'too-large': `is larger than ${limits.fileBytes.toLocaleString('en')} bytes: it is not read`,
  'too-slow': 'takes too long to read',
  'bad-name': 'has a name that is not allowed: no "..", no backslash, no control character',
};

/** A file that is not read at all, and why. An error where it looks like a document, else a warning. */
export function unreadableFile(path: string, reason: UnreadableReason): ParsedFile {
  const looksLikeDocument = documentName.test(path) && reason !== 'too-large';
  const finding = wholeFile(printable(path, 300), reason, unreadable[reason], looksLikeDocument ? 'error' : 'warning');
  return { path, documents: [], findings: [finding], unknownDocuments: looksLikeDocument ? 1 : 0 };
}
