import type { Json, JsonObject } from '../model.js';
import { numbersPerNode } from './places.js';
import type { Tree } from './tree.js';

/**
 * Reads the plain part of YAML that most documents are written in: mappings and lists by indentation, one-line flow collections, plain and
 * quoted texts without escapes, whole numbers, true and false. It knows no errors: whatever is otherwise is left to the YAML parser, which
 * takes ten times as long; what is read here it would read the same, places included.
 */
export function readPlainYaml(text: string): Tree | undefined {
  if (text.length > mostLength || other.test(text) || marker.test(text)) return undefined;
  try {
    return new Reader(text).document();
  } catch (error) {
    if (error === notPlain) return undefined;
    throw error;
  }
}

const mostLength = 65_536;
const deepest = 20;
/** Anything but printable ASCII and line feeds. */
const other = /[^\x20-\x7e\n]/;
/** Directives and ends of documents, and what begins a line of no mapping. */
const marker = /^(?:---|\.\.\.|%)/m;

const notPlain = Symbol('not plain');

function leave(): never {
  throw notPlain;
}

const keyAt = /([A-Za-z_][A-Za-z0-9_./-]*):(?= |\n|$)/y;
const quotedAt = /"([^"\\\n]*)"|'([^'\n]*)'(?!')/y;
const blockTextAt = /[A-Za-z0-9_/](?:[A-Za-z0-9_./+@%=&;,()'<>!?*~$"{}[\]|^\\`-]|:(?![ \n]|$)|#|[ ]+(?![ #\n]|$))*/y;
const flowTextAt = /[A-Za-z0-9_/](?:[A-Za-z0-9_./+@%=&;()<>!?*~$|^-]|:(?=[A-Za-z0-9/])|[ ]+(?=[A-Za-z0-9_/(+&]))*/y;
const flowKeyAt = /([A-Za-z_][A-Za-z0-9_./-]*)(?=:[ ])/y;
const endOfLine = /[ ]*(?:[ ]#[^\n]*)?(?:\n|$)/y;
const blankAt = /[ ]*(?:#[^\n]*)?\n/y;
const wholeNumber = /^(?:0|[1-9][0-9]{0,14})$/;
/** What the core schema of YAML 1.2 reads as a number, written otherwise than the number would be. */
const numberLike = /^(?:0x[0-9a-fA-F]+|0o[0-7]+|[0-9]+(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?)$/;
const reserved = /^(?:null|true|false)$/i;

class Reader {
  readonly #text: string;
  readonly #nodes: number[] = [];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): Tree {
    this.#skipBlank();
    if (this.#at >= this.#text.length) leave();
    if (this.#indent() !== 0) leave();
    const value = this.#block(0, undefined, 0);
    if (this.#at < this.#text.length) leave();
    return { value, nodes: Uint32Array.from(this.#nodes), problems: [], written: {} };
  }

  /** A mapping or a list that begins here, in column `indent`. */
  #block(indent: number, key: Key | undefined, depth: number): Json {
    if (depth > deepest) leave();
    const at = this.#open(key, this.#at);
    const isList = this.#text.startsWith('- ', this.#at);
    const value = isList ? this.#list(indent, depth) : this.#mapping(indent, depth);
    this.#close(at, this.#at);
    return value;
  }

  #mapping(indent: number, depth: number): JsonObject {
    const result: JsonObject = {};
    do {
      const start = this.#at;
      const [, name = ''] = this.#match(keyAt) ?? leave();
      if (Object.hasOwn(result, name) || reserved.test(name) || name === '__proto__') leave();
      const key = { start, end: this.#at - 1 };
      result[name] = this.#value(indent, key, depth);
    } while (this.#continues(indent));
    return result;
  }

  #list(indent: number, depth: number): Json[] {
    const result: Json[] = [];
    do {
      if (!this.#text.startsWith('- ', this.#at)) leave();
      this.#at += 2;
      while (this.#text[this.#at] === ' ') this.#at += 1;
      keyAt.lastIndex = this.#at;
      const column = this.#column();
      if (keyAt.test(this.#text)) result.push(this.#block(column, undefined, depth + 1));
      else result.push(this.#line(undefined, depth));
    } while (this.#continues(indent));
    return result;
  }

  /** What stands behind the colon: on the line, or below it and further in. */
  #value(indent: number, key: Key, depth: number): Json {
    while (this.#text[this.#at] === ' ') this.#at += 1;
    const [rest] = this.#matchAt(endOfLine, this.#at) ?? [];
    // A comment has a blank before it, which was passed over.
    if (this.#text[this.#at] === '#') leave();
    if (rest === undefined) return this.#line(key, depth);
    this.#at += rest.length;
    const inner = this.#indent();
    if (inner <= indent) leave();
    this.#at += inner;
    return this.#block(inner, key, depth + 1);
  }

  /** A value that ends with its line. */
  #line(key: Key | undefined, depth: number): Json {
    const value = this.#flow(blockTextAt, key, depth);
    const [rest] = this.#matchAt(endOfLine, this.#at) ?? leave();
    this.#at += rest.length;
    return value;
  }

  /** Whether the next line goes on in the same column; leaves where it stands further in, as a text over several lines would. */
  #continues(indent: number): boolean {
    if (this.#at >= this.#text.length) return false;
    const next = this.#indent();
    if (next > indent) leave();
    if (next < indent) return false;
    this.#at += next;
    return true;
  }

  #flow(plain: RegExp, key: Key | undefined, depth: number): Json {
    if (depth > deepest) leave();
    const first = this.#text[this.#at];
    const at = this.#open(key, this.#at);
    const value = first === '{' ? this.#flowMapping(depth) : first === '[' ? this.#flowList(depth) : this.#scalar(plain);
    this.#close(at, this.#at);
    return value;
  }

  #flowMapping(depth: number): JsonObject {
    const result: JsonObject = {};
    for (const _ of this.#items('}')) {
      const start = this.#at;
      const quoted = this.#match(quotedAt);
      const name = quoted === undefined ? (this.#match(flowKeyAt)?.[1] ?? leave()) : (quoted[1] ?? quoted[2] ?? '');
      if (/^[0-9]/.test(name) || Object.hasOwn(result, name) || (quoted === undefined && reserved.test(name))) leave();
      if (name === '__proto__' || name === '') leave();
      const key = { start, end: this.#at };
      if (!this.#text.startsWith(': ', this.#at)) leave();
      this.#at += 2;
      this.#blanks();
      result[name] = this.#flow(flowTextAt, key, depth + 1);
    }
    return result;
  }

  #flowList(depth: number): Json[] {
    const result: Json[] = [];
    for (const _ of this.#items(']')) result.push(this.#flow(flowTextAt, undefined, depth + 1));
    return result;
  }

  /** Goes from item to item, until the bracket that closes. */
  *#items(close: string): Generator<void, void> {
    this.#at += 1;
    this.#blanks();
    if (this.#text[this.#at] === close) {
      this.#at += 1;
      return;
    }
    for (;;) {
      yield;
      this.#blanks();
      const next = this.#text[this.#at];
      this.#at += 1;
      if (next === close) return;
      if (next !== ',' || this.#text[this.#at] !== ' ') leave();
      this.#blanks();
    }
  }

  #scalar(plain: RegExp): Json {
    const quoted = this.#match(quotedAt);
    if (quoted !== undefined) return quoted[1] ?? quoted[2] ?? '';
    const [word] = this.#match(plain) ?? leave();
    if (word === 'true') return true;
    if (word === 'false') return false;
    if (wholeNumber.test(word)) return Number(word);
    if (numberLike.test(word) || reserved.test(word)) leave();
    return word;
  }

  #blanks(): void {
    while (this.#text[this.#at] === ' ') this.#at += 1;
  }

  /** Comments and empty lines before the first key. */
  #skipBlank(): void {
    for (let match = this.#matchAt(blankAt, this.#at); match !== undefined; match = this.#matchAt(blankAt, this.#at))
      this.#at += match[0].length;
  }

  /** The blanks that the line begins with; leaves at comments and empty lines, which belong now to what is before and now to what is after them. */
  #indent(): number {
    let at = this.#at;
    while (this.#text[at] === ' ') at += 1;
    const next = this.#text[at];
    if (next === undefined || next === '\n' || next === '#') leave();
    return at - this.#at;
  }

  #column(): number {
    return this.#at - (this.#text.lastIndexOf('\n', this.#at - 1) + 1);
  }

  #match(expression: RegExp): RegExpExecArray | undefined {
    const found = this.#matchAt(expression, this.#at);
    if (found !== undefined) this.#at += found[0].length;
    return found;
  }

  #matchAt(expression: RegExp, at: number): RegExpExecArray | undefined {
    expression.lastIndex = at;
    return expression.exec(this.#text) ?? undefined;
  }

  /** As Places has them: size, key, value; size and end are filled in when the node is closed. */
  #open(key: Key | undefined, start: number): number {
    const at = this.#nodes.length;
    this.#nodes.push(1, key?.start ?? start, key?.end ?? start, start, start);
    return at;
  }

  #close(at: number, end: number): void {
    this.#nodes[at] = (this.#nodes.length - at) / numbersPerNode;
    this.#nodes[at + numbersPerNode - 1] = end;
  }
}

interface Key {
  readonly start: number;
  readonly end: number;
}
