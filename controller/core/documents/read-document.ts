import type { Document } from 'yaml';
import type { Finding, Json, JsonObject } from '../model.js';
import { documentKinds } from './document-schemas.js';
import { limits } from './limits.js';
import { type DocumentKind, type ParsedDocument, type Problem, sourceOf, toFinding } from './parsed.js';
import { formatPath, type Path, type Places, positionOf, type Span } from './places.js';
import { quote } from './quote.js';
import type { RuleName } from './rules/catalog.js';
import { salvage } from './salvage.js';
import { apiVersionLiteral } from './schema/shapes.js';
import { nearest, suggestion } from './suggest.js';
import { buildTree, type Tree } from './tree.js';
import { validatorOf } from './validator.js';
import { syntaxMessage } from './yaml-messages.js';

export interface Text {
  readonly text: string;
  readonly file: string;
  readonly lineStarts: Uint32Array;
}

/** What has been read of a file so far. */
export interface Reading {
  readonly documents: ParsedDocument[];
  readonly findings: Finding[];
  /** Documents that are Towpath's and of no known kind. */
  unknown: number;
}

/** Whether a text speaks of Towpath where its version of the format would stand. */
export const towpathDocument = /apiVersion["']?[ \t]*:[ \t]*["']?[^\n"']{0,40}towpath/i;

const clusterKinds = ['ReleaseSource', 'Environment', 'DeploymentRun', 'Hold'];

interface Read {
  readonly text: Text;
  readonly tree: Tree;
  readonly value: JsonObject;
  readonly places: Places;
  readonly kind: DocumentKind | undefined;
}

/** Adds one document to what has been read, if it is Towpath's. */
export function readDocument(text: Text, document: Document.Parsed, reading: Reading): void {
  const [start, , end] = document.range;
  const tree = buildTree(document.contents, text.text);
  const value = isObject(tree.value) ? tree.value : {};
  const { apiVersion } = value;
  const named = typeof apiVersion === 'string' && apiVersion.toLowerCase().includes('towpath');
  const [syntaxError] = document.errors;
  if (!named && (syntaxError === undefined || !towpathDocument.test(text.text.slice(start, end)))) return;

  const places: Places = { file: text.file, lineStarts: text.lineStarts, nodes: tree.nodes };
  const read: Read = { text, tree, value, places, kind: likelyKind(value.kind) };
  if (syntaxError !== undefined) {
    const [from, to] = syntaxError.pos;
    const problem = { rule: 'yaml-syntax', path: [], message: syntaxMessage(syntaxError) } as const;
    add(reading, read, { findings: [placed(text, { start: from, end: to }, problem)] });
    return;
  }
  const { explicit, version } = document.directives.yaml;
  if (explicit === true && version !== '1.2') {
    const problem = {
      rule: 'yaml-syntax',
      path: [],
      message: `%YAML ${version} is not supported: documents are YAML 1.2`,
    } as const;
    add(reading, read, { findings: [placed(text, { start, end: start }, problem)] });
    return;
  }
  const problem = headProblem(value);
  if (problem === undefined) add(reading, read, judge(read));
  else if (problem.severity === 'warning') reading.findings.push(toFinding(read, problem));
  else add(reading, read, { findings: [toFinding(read, problem)] });
}

/** What is wrong with a document; `content` as far as the rules across documents can use it. */
interface Judgement {
  readonly findings: readonly Finding[];
  readonly content?: JsonObject;
}

function add(reading: Reading, { kind, value, places, tree }: Read, { findings, content }: Judgement): void {
  reading.findings.push(...findings);
  if (kind === undefined) {
    reading.unknown += 1;
    return;
  }
  const name = textAt(value, 'metadata', 'name');
  const product = textAt(value, 'spec', 'product');
  const document = {
    kind,
    value,
    places,
    written: tree.written,
    ...(name === undefined ? {} : { name }),
    ...(product === undefined ? {} : { product }),
    ...(content === undefined ? {} : { content }),
    ...(findings.length === 0 ? { valid: true } : { valid: false, findings: capped(findings) }),
  };
  // The validator of the kind has accepted the content.
  reading.documents.push(document as ParsedDocument);
}

function judge(read: Read): Judgement {
  const { text, tree, value, kind } = read;
  const written = tree.problems.map((problem) => placed(text, problem.span, problem));
  if (kind === undefined || tree.problems.some(({ rule }) => rule === 'limit-keys')) return { findings: written };
  const validate = validatorOf(kind);
  const problems = validate(value, (path) => sourceOf(tree, path));
  if (problems.length === 0) return { findings: written, content: value };
  const known = new Set(tree.problems.map(({ path }) => formatPath(path)));
  const fresh = problems.filter(({ path }) => !known.has(formatPath(path))).slice(0, limits.findingsPerFile + 1);
  const content = salvage(value, problems, validate);
  return {
    findings: [...written, ...fresh.map((problem) => toFinding(read, problem))],
    ...(content === undefined ? {} : { content }),
  };
}

/** What is wrong with apiVersion and kind: everything else depends on them. */
function headProblem(value: JsonObject): Problem | undefined {
  const { apiVersion, kind } = value;
  if (apiVersion !== apiVersionLiteral) {
    const message = `${quote(String(apiVersion))} is not known; did you mean "${apiVersionLiteral}"?`;
    return { rule: 'unknown-api-version', path: ['apiVersion'], message };
  }
  if (kindOf(kind) !== undefined) return undefined;
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

function kindOf(kind: Json | undefined): DocumentKind | undefined {
  return documentKinds.find((known) => known === kind);
}

/** The kind of a document, also where it is misspelled: its partner is then not reported as missing. */
function likelyKind(kind: Json | undefined): DocumentKind | undefined {
  return kindOf(kind) ?? (typeof kind === 'string' ? kindOf(nearest(kind, documentKinds)) : undefined);
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

// What could be meant as a name or a version. Anything else names nothing, so that no key of an index is ambiguous.
const nameLike = /^[0-9A-Za-z][0-9A-Za-z._+-]{0,62}$/;

function textAt(value: JsonObject, outer: string, inner: string): string | undefined {
  const object = value[outer];
  const found = isObject(object) ? object[inner] : undefined;
  return typeof found === 'string' && nameLike.test(found) ? found : undefined;
}

/** A problem whose place is known by itself. */
export function placed(text: Text, span: Span, problem: { rule: RuleName; path: Path; message: string }): Finding {
  const places = { file: text.file, lineStarts: text.lineStarts, nodes: new Uint32Array() };
  const { rule, message } = problem;
  return { ...positionOf(places, span), severity: 'error', rule, path: formatPath(problem.path), message };
}

/** At most as many findings as are reported of one file, and one that counts the others. */
export function capped(findings: readonly Finding[]): readonly Finding[] {
  const last = findings[limits.findingsPerFile];
  if (last === undefined) return findings;
  const more = findings.length - limits.findingsPerFile;
  return [
    ...findings.slice(0, limits.findingsPerFile),
    { ...last, rule: 'limit-findings', path: '', message: `and ${more} more` },
  ];
}
