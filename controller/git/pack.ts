import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { inflateSync } from 'node:zlib';
import { applyDelta, deltaResultSize } from './delta.js';
import { corrupt, tooLarge } from './object-error.js';

export interface GitObject {
  readonly type: 'commit' | 'tree' | 'blob' | 'tag';
  readonly data: Buffer;
}

/** Finds an object outside the pack that a delta builds on. */
export type FindBase = (oid: string, limit: number) => GitObject;

const types: Readonly<Record<number, GitObject['type']>> = { 1: 'commit', 2: 'tree', 3: 'blob', 4: 'tag' };
const WHOLE_FILE = 64 * 1024 * 1024;
const CACHE_BYTES = 32 * 1024 * 1024;
const MOST_DELTAS = 4096;

interface Entry {
  readonly kind: number;
  readonly size: number;
  /** Where the compressed bytes begin. */
  readonly start: number;
  /** Where the base stands, for a delta with an offset. */
  readonly base?: number;
  readonly baseOid?: string;
}

/** One pack and its index (version 2), read only and synchronously: for a worker. See gitformat-pack(5). */
export class Pack {
  readonly #index: Buffer;
  readonly #count: number;
  readonly #fd: number;
  readonly #size: number;
  readonly #whole: Buffer | undefined;
  readonly #bases = new Map<number, GitObject>();
  #cached = 0;

  /** `path` ends in `.idx`. Throws ObjectError where index or pack are not whole. */
  constructor(path: string) {
    this.#index = readFileSync(path);
    if (this.#index.length < 1072 || this.#index.readUInt32BE(0) !== 0xff744f63 || this.#index.readUInt32BE(4) !== 2) {
      throw corrupt('a pack index is not of version 2');
    }
    this.#count = this.#index.readUInt32BE(8 + 255 * 4);
    if (this.#index.length < 1072 + this.#count * 28) throw corrupt('a pack index is cut off');
    const checksum = createHash('sha1').update(this.#index.subarray(0, -20)).digest();
    if (!checksum.equals(this.#index.subarray(-20))) throw corrupt('a pack index does not match its checksum');
    this.#fd = openSync(path.replace(/\.idx$/, '.pack'), 'r');
    this.#size = fstatSync(this.#fd).size;
    this.#whole = this.#size <= WHOLE_FILE ? readFileSync(this.#fd) : undefined;
    if (this.#bytes(0, 4).toString('latin1') !== 'PACK') throw corrupt('a pack has no header');
  }

  close(): void {
    closeSync(this.#fd);
  }

  /** Where the object stands in the pack, or undefined. */
  find(oid: string): number | undefined {
    const wanted = Buffer.from(oid, 'hex');
    const first = wanted.readUInt8(0);
    let low = first === 0 ? 0 : this.#index.readUInt32BE(8 + (first - 1) * 4);
    let high = this.#index.readUInt32BE(8 + first * 4);
    if (high > this.#count) throw corrupt('a pack index is out of order');
    while (low < high) {
      const middle = (low + high) >>> 1;
      const at = 1032 + middle * 20;
      const order = wanted.compare(this.#index, at, at + 20);
      if (order === 0) return this.#offset(middle);
      if (order < 0) high = middle;
      else low = middle + 1;
    }
    return undefined;
  }

  /** The names of objects that begin so, at least two hex digits long. */
  beginningWith(prefix: string): string[] {
    const first = Number.parseInt(prefix.slice(0, 2), 16);
    const from = first === 0 ? 0 : this.#index.readUInt32BE(8 + (first - 1) * 4);
    const to = Math.min(this.#index.readUInt32BE(8 + first * 4), this.#count);
    const found: string[] = [];
    for (let at = from; at < to; at += 1) {
      const oid = this.#index.toString('hex', 1032 + at * 20, 1052 + at * 20);
      if (oid.startsWith(prefix)) found.push(oid);
    }
    return found;
  }

  /** The object at an offset. Throws ObjectError where it is larger than `limit`, without making it. */
  read(offset: number, limit: number, findBase: FindBase): GitObject {
    const deltas: { offset: number; delta: Buffer }[] = [];
    let at = offset;
    let object: GitObject | undefined;
    // A base may be larger than what is made of it, so it has a limit of its own.
    const baseLimit = Math.max(limit, CACHE_BYTES / 2);
    while (object === undefined) {
      object = this.#bases.get(at);
      if (object !== undefined) break;
      const entry = this.#entry(at);
      const most = deltas.length === 0 ? limit : baseLimit;
      if (entry.size > (entry.kind > 4 ? baseLimit : most)) throw tooLarge(`${entry.size} bytes`);
      const data = this.#inflate(entry);
      const type = types[entry.kind];
      if (type !== undefined) {
        object = { type, data };
        this.#keep(at, object);
        break;
      }
      if (deltaResultSize(data) > most) throw tooLarge(`${deltaResultSize(data)} bytes`);
      if (deltas.push({ offset: at, delta: data }) > MOST_DELTAS) throw corrupt('a chain of deltas has no end');
      if (entry.baseOid !== undefined) object = this.#outside(entry.baseOid, baseLimit, findBase);
      else at = entry.base ?? 0;
    }
    for (const { offset: place, delta } of deltas.reverse()) {
      object = { type: object.type, data: applyDelta(object.data, delta) };
      this.#keep(place, object);
    }
    if (object.data.length > limit) throw tooLarge(`${object.data.length} bytes`);
    return object;
  }

  #outside(oid: string, limit: number, findBase: FindBase): GitObject {
    const inside = this.find(oid);
    return inside === undefined ? findBase(oid, limit) : this.read(inside, limit, findBase);
  }

  #offset(position: number): number {
    const small = this.#index.readUInt32BE(1032 + this.#count * 24 + position * 4);
    if (small < 0x80000000) return small;
    return Number(this.#index.readBigUInt64BE(1032 + this.#count * 28 + (small - 0x80000000) * 8));
  }

  #bytes(offset: number, length: number): Buffer {
    if (this.#whole !== undefined) return this.#whole.subarray(offset, offset + length);
    const target = Buffer.allocUnsafe(Math.max(0, Math.min(length, this.#size - offset)));
    const read = readSync(this.#fd, target, 0, target.length, offset);
    return target.subarray(0, read);
  }

  #entry(offset: number): Entry {
    if (offset < 12 || offset > this.#size - 20) throw corrupt('an object stands outside its pack');
    const head = this.#bytes(offset, 64);
    let at = 0;
    let byte = head.readUInt8(at++);
    const kind = (byte >> 4) & 7;
    let size = byte & 15;
    for (let scale = 16; byte & 128; scale *= 128) {
      if (scale > 2 ** 49) throw corrupt('the size of an object is out of range');
      byte = head.readUInt8(at++);
      size += (byte & 127) * scale;
    }
    if (kind === 6) {
      byte = head.readUInt8(at++);
      let distance = byte & 127;
      while (byte & 128) {
        byte = head.readUInt8(at++);
        distance = (distance + 1) * 128 + (byte & 127);
      }
      if (distance <= 0) throw corrupt('a delta builds on itself');
      return { kind, size, start: offset + at, base: offset - distance };
    }
    if (kind === 7) return { kind, size, start: offset + at + 20, baseOid: head.toString('hex', at, at + 20) };
    if (types[kind] === undefined) throw corrupt('an object has an unknown type');
    return { kind, size, start: offset + at };
  }

  #inflate(entry: Entry): Buffer {
    // zlib never needs more than this for `size` bytes, and what follows the stream is ignored.
    const data = inflateObject(this.#bytes(entry.start, entry.size + (entry.size >> 8) + 1024), entry.size);
    if (data.length !== entry.size) throw corrupt('an object is not as long as it says');
    return data;
  }

  #keep(offset: number, object: GitObject): void {
    if (object.data.length > CACHE_BYTES / 8) return;
    if (this.#cached + object.data.length > CACHE_BYTES) {
      this.#bases.clear();
      this.#cached = 0;
    }
    this.#bases.set(offset, object);
    this.#cached += object.data.length;
  }
}

/** Inflates at most `size` bytes; what would be more is corrupt, and never made. */
export function inflateObject(bytes: Buffer, size: number): Buffer {
  try {
    return inflateSync(bytes, { maxOutputLength: Math.max(size, 1) });
  } catch (cause) {
    throw corrupt('an object cannot be inflated', cause);
  }
}
