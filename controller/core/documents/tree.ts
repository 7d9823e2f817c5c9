import { isAlias, isMap, isPair, isScalar, isSeq, type Node, type Pair, type Scalar, type YAMLMap, type YAMLSeq } from 'yaml';
import type { Json, JsonObject } from '../model.js';
import { limits } from './limits.js';
import { computeLineStarts, formatPath, lineAndColumn, numbersPerNode, type Path, type Span } from './places.js';
import { quote } from './quote.js';
import type { RuleName } from './rules/catalog.js';

/** A problem of the written form, with its place because the value may not have one. */
export interface TreeProblem {
  readonly span: Span;
  readonly rule: RuleName;
  readonly path: Path;
  readonly message: string;
}

/** Path → text, of the scalars that are written otherwise than their value would be: `1.10`, `0x1F`, `True`. */
export type WrittenScalars = Readonly<Record<string, string>>;

export interface Tree {
  readonly value: Json;
  /** See Places.nodes. */
  readonly nodes: Uint32Array;
  readonly problems: readonly TreeProblem[];
  readonly written: WrittenScalars;
}

interface Builder {
  readonly text: string;
  readonly nodes: number[];
  readonly problems: TreeProblem[];
  readonly written: [string, string][];
  readonly path: (string | number)[];
  readonly hasEscapes: boolean;
  keys: number;
  lineStarts?: Uint32Array;
}

const coreTags = new Set(['str', 'int', 'float', 'bool', 'null', 'map', 'seq'].map((name) => `tag:yaml.org,2002:${name}`));
const loneSurrogate = /\p{Surrogate}/u;

/** From the composed nodes of one document to its plain value, the place of each node, and what no document may hold. */
export function buildTree(contents: Node | null, text: string): Tree {
  const builder: Builder = { text, nodes: [], problems: [], written: [], path: [], hasEscapes: /\\[uU]/.test(text), keys: 0 };
  const value = visit(builder, contents, undefined);
  if (builder.keys > limits.keysPerDocument) {
    const message = `holds ${builder.keys.toLocaleString('en')} keys; at most ${limits.keysPerDocument.toLocaleString('en')} are allowed`;
    const span = spanOf(contents) ?? { start: 0, end: 0 };
    builder.problems.splice(0, Number.POSITIVE_INFINITY, { span, rule: 'limit-keys', path: [], message });
  }
  const { problems, written } = builder;
  return { value, nodes: Uint32Array.from(builder.nodes), problems, written: Object.fromEntries(written) };
}

function spanOf(node: Node | null | undefined): Span | undefined {
  return node?.range ? { start: node.range[0], end: node.range[1] } : undefined;
}

function report(builder: Builder, span: Span, problem: { rule: RuleName; message: string }): void {
  builder.problems.push({ span, path: [...builder.path], ...problem });
}

function visit(builder: Builder, node: Node | null, key: Span | undefined): Json {
  const span = spanOf(node) ?? (key === undefined ? { start: 0, end: 0 } : { start: key.end, end: key.end });
  const at = builder.nodes.length;
  builder.nodes.push(1, key?.start ?? span.start, key?.end ?? span.start, span.start, span.end);
  const value = node === null ? null : readNode(builder, node, span);
  builder.nodes[at] = (builder.nodes.length - at) / numbersPerNode;
  return value;
}

function readNode(builder: Builder, node: Node, span: Span): Json {
  if (isAlias(node)) {
    report(builder, span, {
      rule: 'yaml-alias',
      message: `aliases such as *${node.source.slice(0, 40)} are not allowed: write the value out`,
    });
    return null;
  }
  if (!isScalar(node) && !isMap(node) && !isSeq(node)) return null;
  if (node.anchor !== undefined)
    report(builder, span, { rule: 'yaml-alias', message: `anchors such as &${node.anchor.slice(0, 40)} are not allowed` });
  if (node.tag !== undefined && !coreTags.has(node.tag))
    report(builder, span, {
      rule: 'yaml-tag',
      message: `the tag ${quote(node.tag)} is not allowed: only !!str, !!int, !!float, !!bool, !!null, !!map and !!seq are`,
    });
  if (isMap(node)) return objectOf(builder, node);
  if (isSeq(node)) return arrayOf(builder, node);
  return scalarOf(builder, node, span);
}

function scalarOf(builder: Builder, node: Scalar, span: Span): Json {
  const { value } = node;
  if (typeof value === 'string') {
    if (builder.hasEscapes && loneSurrogate.test(value))
      report(builder, span, { rule: 'bad-character', message: 'holds half of a surrogate pair, which is no character' });
    return value;
  }
  const source = builder.text.slice(span.start, span.end);
  if (value === null) return null;
  if (typeof value !== 'boolean' && typeof value !== 'number') return String(value);
  if (source !== String(value)) builder.written.push([formatPath(builder.path), source]);
  if (typeof value === 'boolean') return value;
  if (Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value))) return value;
  const hint = source.length <= 80 ? `: write ${quote(source)}` : '';
  report(builder, span, {
    rule: 'number-as-string',
    message: `${source.slice(0, 80)} is a number that would become ${value}${hint}`,
  });
  return source;
}

function arrayOf(builder: Builder, node: YAMLSeq): Json[] {
  return node.items.map((item, index) => {
    builder.path.push(index);
    const value = isPair(item) ? null : visit(builder, item as Node | null, undefined);
    builder.path.pop();
    return value;
  });
}

interface Entry {
  readonly key: Span;
  readonly node: Node | null;
}

function objectOf(builder: Builder, node: YAMLMap): JsonObject {
  const entries = new Map<string, Entry>();
  for (const pair of node.items) addEntry(builder, entries, pair as Pair<Node | null, Node | null>);
  const result: JsonObject = {};
  for (const name of inObjectOrder(entries)) {
    const entry = entries.get(name);
    if (entry === undefined) continue;
    builder.path.push(name);
    result[name] = visit(builder, entry.node, entry.key);
    builder.path.pop();
  }
  return result;
}

/** Objects put keys such as "10" first, so places must be walked in that order too. */
function inObjectOrder(entries: ReadonlyMap<string, Entry>): Iterable<string> {
  for (const name of entries.keys()) {
    const first = name.charCodeAt(0);
    if (first >= 48 && first <= 57) return Object.keys(Object.fromEntries([...entries.keys()].map((key) => [key, 0])));
  }
  return entries.keys();
}

function addEntry(builder: Builder, entries: Map<string, Entry>, pair: Pair<Node | null, Node | null>): void {
  builder.keys += 1;
  const span = spanOf(pair.key) ?? spanOf(pair.value) ?? { start: 0, end: 0 };
  const name = nameOf(builder, pair.key, span);
  if (name === undefined) return;
  const earlier = entries.get(name);
  if (earlier === undefined) {
    entries.set(name, { key: span, node: pair.value });
    return;
  }
  builder.lineStarts ??= computeLineStarts(builder.text);
  const { line, column } = lineAndColumn(builder.lineStarts, earlier.key.start);
  builder.path.push(name);
  report(builder, span, { rule: 'duplicate-key', message: `${quote(name)} is written twice; the first is at ${line}:${column}` });
  builder.path.pop();
}

function nameOf(builder: Builder, key: Node | null, span: Span): string | undefined {
  if (isAlias(key)) {
    readNode(builder, key, span);
    return undefined;
  }
  if (!isScalar(key)) {
    report(builder, span, {
      rule: 'bad-key',
      message: key === null ? 'a key is missing' : 'a key must be a text, not a list or a mapping',
    });
    return undefined;
  }
  const value = readNode(builder, key, span);
  const source = builder.text.slice(span.start, Math.min(span.end, span.start + 80));
  if (typeof value !== 'string') {
    report(builder, span, { rule: 'bad-key', message: `a key must be a text: write ${quote(source)}` });
    return undefined;
  }
  if (value === '__proto__') {
    report(builder, span, { rule: 'bad-key', message: '"__proto__" is not allowed as a key' });
    return undefined;
  }
  if (value === '<<' && source === '<<') {
    report(builder, span, { rule: 'yaml-alias', message: 'merge keys (<<) are not allowed: write the values out' });
    return undefined;
  }
  return value;
}
