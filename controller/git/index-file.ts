import { corrupt } from './object-error.js';

/** What git noted of a file when it last looked at it; numbers modulo 2^32, as git keeps them. */
export interface IndexStat {
  readonly size: number;
  readonly ino: number;
  /** Milliseconds, with what nanoseconds fit. */
  readonly mtimeMs: number;
  readonly ctimeMs: number;
}

/**
 * The entries of an index of version 2, 3 or 4, in their order, which is that of the bytes of their paths; see gitformat-index(5). An entry
 * is only taken apart when it is asked for: most of ten thousand are not.
 */
export class IndexFile {
  readonly paths: readonly string[];
  readonly #data: Buffer;
  readonly #offsets: readonly number[];
  readonly #trees: ReadonlyMap<string, string>;

  /** Throws ObjectError where it is not well-formed, or says that it needs another file to be read. */
  constructor(data: Buffer) {
    if (data.length < 32 || data.toString('latin1', 0, 4) !== 'DIRC') throw corrupt('the index is not well-formed');
    const version = data.readUInt32BE(4);
    if (version < 2 || version > 4) throw corrupt(`the index is of version ${version}`);
    const { paths, offsets, end } = version === 4 ? readPacked(data) : readPlain(data, version);
    this.paths = paths;
    this.#data = data;
    this.#offsets = offsets;
    this.#trees = readExtensions(data, end);
  }

  oid(position: number): string {
    const at = this.#at(position);
    return this.#data.toString('hex', at + 40, at + 60);
  }

  /** As a tree writes it: 100644, 100755, 120000, 160000, or 40000 for a folder of a sparse index. */
  mode(position: number): string {
    return this.#data.readUInt32BE(this.#at(position) + 24).toString(8);
  }

  /** Whether it is not in the working copy, and meant not to be: a sparse checkout. */
  isSkipped(position: number): boolean {
    const at = this.#at(position);
    return (this.#data.readUInt16BE(at + 60) & 0x4000) !== 0 && (this.#data.readUInt16BE(at + 62) & 0x4000) !== 0;
  }

  stat(position: number): IndexStat {
    const at = this.#at(position);
    const data = this.#data;
    return {
      size: data.readUInt32BE(at + 36),
      ino: data.readUInt32BE(at + 20),
      mtimeMs: data.readUInt32BE(at + 8) * 1000 + data.readUInt32BE(at + 12) / 1_000_000,
      ctimeMs: data.readUInt32BE(at) * 1000 + data.readUInt32BE(at + 4) / 1_000_000,
    };
  }

  #at(position: number): number {
    const at = this.#offsets[position];
    if (at === undefined) throw corrupt('the index has no such entry');
    return at;
  }

  /** The tree of a folder, where git has one of just these entries. */
  treeOf(folder: string): string | undefined {
    return this.#trees.get(folder);
  }
}

interface Located {
  readonly paths: string[];
  readonly offsets: number[];
  readonly end: number;
}

function readPlain(data: Buffer, version: number): Located {
  const count = data.readUInt32BE(8);
  const [paths, offsets]: [string[], number[]] = [[], []];
  let at = 12;
  for (let number = 0; number < count; number += 1) {
    if (at + 62 > data.length) throw corrupt('the index is cut off');
    const start = at + (version === 3 && (data.readUInt16BE(at + 60) & 0x4000) !== 0 ? 64 : 62);
    const end = data.indexOf(0, start);
    if (end < 0) throw corrupt('the index is cut off');
    paths.push(data.toString('utf8', start, end));
    offsets.push(at);
    // One to eight zeros end the entry.
    at += (end + 8 - at) & ~7;
  }
  return { paths, offsets, end: at };
}

/** Version 4: each path says how much to take off the one before, as offsets in packs do, and what to put on. */
function readPacked(data: Buffer): Located {
  const count = data.readUInt32BE(8);
  const [paths, offsets]: [string[], number[]] = [[], []];
  let at = 12;
  let path: Buffer = Buffer.alloc(0);
  for (let number = 0; number < count; number += 1) {
    if (at + 64 > data.length) throw corrupt('the index is cut off');
    let next = at + ((data.readUInt16BE(at + 60) & 0x4000) === 0 ? 62 : 64);
    let byte = data.readUInt8(next++);
    let strip = byte & 127;
    while (byte & 128) {
      byte = data.readUInt8(next++);
      strip = ((strip + 1) << 7) | (byte & 127);
    }
    const end = data.indexOf(0, next);
    if (end < 0 || strip > path.length) throw corrupt('the index is not well-formed');
    path = Buffer.concat([path.subarray(0, path.length - strip), data.subarray(next, end)]);
    paths.push(path.toString('utf8'));
    offsets.push(at);
    at = end + 1;
  }
  return { paths, offsets, end: at };
}

/** Those with small letters change what the entries mean: a split index names another file. That of sparse folders is understood. */
function readExtensions(data: Buffer, from: number): ReadonlyMap<string, string> {
  let trees: ReadonlyMap<string, string> = new Map();
  for (let at = from; at + 8 <= data.length - 20; ) {
    const signature = data.toString('latin1', at, at + 4);
    const end = at + 8 + data.readUInt32BE(at + 4);
    if (/^[a-z]/.test(signature) && signature !== 'sdir') throw corrupt(`the index has an extension ${signature}`);
    if (signature === 'TREE') trees = readTrees(data.subarray(at + 8, end));
    at = end;
  }
  return trees;
}

/** Folder → tree, of the folders whose entries are as they were when the tree was written: `name NUL entries SP subtrees LF`, and then its name. */
function readTrees(data: Buffer): ReadonlyMap<string, string> {
  const trees = new Map<string, string>();
  let at = 0;
  const read = (parent: string): void => {
    const zero = data.indexOf(0, at);
    const line = data.indexOf(10, zero);
    if (zero < 0 || line < 0) throw corrupt('the index is not well-formed');
    const name = data.toString('utf8', at, zero);
    const [entries = -1, subtrees = 0] = data
      .toString('latin1', zero + 1, line)
      .split(' ')
      .map(Number);
    const folder = parent === '' ? name : `${parent}/${name}`;
    at = line + 1;
    if (entries >= 0) {
      trees.set(folder, data.toString('hex', at, at + 20));
      at += 20;
    }
    for (let count = 0; count < subtrees; count += 1) read(folder);
  };
  if (data.length > 0) read('');
  return trees;
}
