import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { resolve } from 'node:path';
import { constants, inflateSync } from 'node:zlib';
import { corrupt, ObjectError, tooLarge } from './object-error.js';
import { type GitObject, inflateObject, Pack } from './pack.js';

const MOST_ALTERNATES = 8;
const MOST_RELOADS = 3;

/** Where objects are read from: a store, or one with what is not in it yet. Throws ObjectError. */
export type ObjectReader = Pick<ObjectStore, 'read'>;

/**
 * Reads the objects of a repository, loose and packed, alternates included; never writes. Every object is checked against its name.
 * Synchronous, because a worker has nothing else to do, and opened for one pass: what another git process adds or repacks
 * in the meantime is found by reading the folders again.
 */
export class ObjectStore {
  readonly #folders: readonly string[];
  #packs: Pack[] = [];
  #loose = new Map<string, ReadonlySet<string>>();
  #reloads = 0;

  /** `folder` is the `objects` folder. */
  constructor(folder: string) {
    this.#folders = withAlternates(folder);
    this.#openPacks();
  }

  close(): void {
    for (const pack of this.#packs) pack.close();
    this.#packs = [];
  }

  get packs(): number {
    return this.#packs.length;
  }

  /** The object, at most `limit` bytes large. Throws ObjectError. */
  read(oid: string, type: GitObject['type'], limit: number): Buffer {
    const object = this.#find(oid, limit);
    if (object.type !== type) throw corrupt(`object ${oid} is a ${object.type} and not a ${type}`);
    const name = createHash('sha1').update(`${object.type} ${object.data.length}\0`).update(object.data).digest('hex');
    if (name !== oid) throw corrupt(`object ${oid} does not have the content that its name stands for`);
    return object.data;
  }

  /** The names of objects that begin so; at least two hex digits. */
  beginningWith(prefix: string): string[] {
    const start = prefix.slice(0, 2);
    const loose = this.#folders.flatMap((folder) => [...this.#names(`${folder}/${start}`)].map((rest) => `${start}${rest}`));
    const packed = this.#packs.flatMap((pack) => pack.beginningWith(prefix));
    return [...new Set([...loose.filter((oid) => oid.startsWith(prefix)), ...packed])];
  }

  #find(oid: string, limit: number): GitObject {
    for (;;) {
      const object = this.#lookup(oid, limit);
      if (object !== undefined) return object;
      if (this.#reloads >= MOST_RELOADS) throw new ObjectError('missing', `object ${oid} is missing`);
      this.#reloads++;
      this.close();
      this.#loose = new Map();
      this.#openPacks();
    }
  }

  #lookup(oid: string, limit: number): GitObject | undefined {
    try {
      for (const pack of this.#packs) {
        const offset = pack.find(oid);
        if (offset !== undefined) return pack.read(offset, limit, (base, most) => this.#find(base, most));
      }
      for (const folder of this.#folders) {
        const directory = `${folder}/${oid.slice(0, 2)}`;
        if (this.#names(directory).has(oid.slice(2))) return readLoose(`${directory}/${oid.slice(2)}`, limit);
      }
      return undefined;
    } catch (error) {
      throw error instanceof ObjectError ? error : corrupt(`object ${oid} cannot be read`, error);
    }
  }

  #names(directory: string): ReadonlySet<string> {
    const known = this.#loose.get(directory);
    if (known !== undefined) return known;
    const names = new Set(existsSync(directory) ? readdirSync(directory) : []);
    this.#loose.set(directory, names);
    return names;
  }

  #openPacks(): void {
    for (const folder of this.#folders) {
      const directory = `${folder}/pack`;
      const names = new Set(existsSync(directory) ? readdirSync(directory) : []);
      for (const name of names) {
        if (!name.endsWith('.idx') || !names.has(name.replace(/\.idx$/, '.pack'))) continue;
        try {
          this.#packs.push(new Pack(`${directory}/${name}`));
        } catch (error) {
          // A pack that another process has just replaced is no fault; its objects are in the new one.
          if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
        }
      }
    }
  }
}

function readLoose(path: string, limit: number): GitObject {
  const fd = openSync(path, 'r');
  const head = Buffer.alloc(1024);
  const length = readSync(fd, head, 0, head.length, 0);
  closeSync(fd);
  const begin = inflateSync(head.subarray(0, length), { finishFlush: constants.Z_SYNC_FLUSH });
  const end = begin.indexOf(0);
  const [, type, size] = /^(commit|tree|blob|tag) ([0-9]{1,15})$/.exec(begin.toString('latin1', 0, Math.max(end, 0))) ?? [];
  if (type === undefined) throw corrupt('a loose object has no header');
  if (Number(size) > limit) throw tooLarge(`${size} bytes`);
  const data = inflateObject(readFileSync(path), end + 1 + Number(size)).subarray(end + 1);
  if (data.length !== Number(size)) throw corrupt('a loose object is not as long as it says');
  return { type: type as GitObject['type'], data };
}

function withAlternates(folder: string): string[] {
  const folders = [folder];
  for (let at = 0; at < folders.length && folders.length <= MOST_ALTERNATES; at++) {
    const base = folders[at] ?? folder;
    const list = `${base}/info/alternates`;
    if (!existsSync(list)) continue;
    for (const line of readFileSync(list, 'utf8').split('\n')) {
      const path = line.trim();
      if (path !== '' && !path.startsWith('#') && !folders.includes(resolve(base, path))) folders.push(resolve(base, path));
    }
  }
  return folders;
}
