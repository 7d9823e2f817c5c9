import type { Finding } from '../model.js';
import { limits } from './limits.js';
import type { ParsedFile } from './parsed.js';
import { computeLineStarts } from './places.js';
import { printable } from './quote.js';
import { capped, placed, type Reading, readDocument, type Text, towpathDocument } from './read-document.js';
import type { RuleName } from './rules/catalog.js';
import { holdsAscii, mayHold, plainBytes } from './unread.js';
import { decodeUtf8 } from './utf8.js';
import { composeDocuments } from './yaml-documents.js';

export interface RepositoryFile {
  /** Path from the root of the repository, with slashes. */
  readonly path: string;
  readonly content: Uint8Array;
}

const documentName = /\.(ya?ml|json)$/i;
const schemaWords = ['$schema', 'properties', '$defs', '$ref', '"type"', '\ntype'];

/**
 * Reads one file: its documents as far as they are Towpath's, and everything that can be said without looking at another file. Never throws,
 * whatever the bytes. The result depends on path and content alone.
 */
export function parseFile(file: RepositoryFile): ParsedFile {
  const parsed = readFile(file);
  return { ...parsed, ...mayHold(file.content, parsed) };
}

function readFile(file: RepositoryFile): ParsedFile {
  const empty = { path: file.path, documents: [], findings: [], unknownDocuments: 0 };
  if (!documentName.test(file.path)) return empty;
  if (!isOurs(file.content)) {
    if (!isOurs(plainBytes(file.content))) return { ...empty, ...asSchema(file) };
    return { ...empty, findings: [wholeFile(file.path, 'not-utf8', 'is UTF-16: documents are UTF-8')], unknownDocuments: 1 };
  }
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

function isOurs(bytes: Uint8Array): boolean {
  return holdsAscii(bytes, 'apiVersion') && holdsAscii(bytes, 'towpath');
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

/** A file that is not read at all, and why. An error where it looks like a document, else a warning: large JSON is mostly data of others. */
export function unreadableFile(path: string, reason: UnreadableReason): ParsedFile {
  const looksLikeDocument = documentName.test(path) && (reason !== 'too-large' || /\.ya?ml$/i.test(path));
  const finding = wholeFile(printable(path, 300), reason, unreadable[reason], looksLikeDocument ? 'error' : 'warning');
  return { path, documents: [], findings: [finding], unknownDocuments: looksLikeDocument ? 1 : 0 };
}
