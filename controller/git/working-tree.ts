import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync, type Stats } from 'node:fs';
import type { Checkout } from './checkout.js';
import { IndexFile } from './index-file.js';
import type { GitObject } from './pack.js';
import { documentName, FOLDER } from './tree.js';

/** The working copy as a tree, as it would be were everything committed now; what is not in the repository yet is read from here. */
export interface WorkingTree {
  readonly tree: string;
  /** Undefined for what did not change: the repository has it. */
  read(oid: string, type: GitObject['type']): Buffer | undefined;
}

/** Whether git would leave out a file or a folder (with a slash at its end) that it does not know. */
export type IsIgnored = (path: string) => Promise<boolean>;

const deepest = 100;
/** What is larger is not even looked into. */
const mostBytes = 16 * 1_048_576;
/** Times are compared as JavaScript has them: a little less than nanoseconds. */
const sameMs = 0.001;

/**
 * Reads what differs from the index and believes the index for the rest, by size, times and inode, as git does. Of files that hold no
 * documents it says what the index says. Links are not followed. Throws what the file system throws.
 */
export async function readWorkingTree(checkout: Checkout & { readonly root: string }, ignored: IsIgnored): Promise<WorkingTree> {
  const index = readIndex(checkout.gitFolder);
  const left = new Set<string>();
  for (;;) {
    const reading = new Reading(checkout.root, index, left);
    const { tree } = reading.folder({ path: '', from: 0, to: index.file?.paths.length ?? 0 }, 0);
    const found = left.size;
    // Whether git ignores something takes a while to find out, and mostly there is nothing that it does not know.
    for (const path of reading.unknown) if (await ignored(path)) left.add(path);
    if (left.size > found) continue;
    return { tree: tree ?? reading.write('tree', Buffer.alloc(0)), read: (oid, type) => reading.objects.get(`${type} ${oid}`) };
  }
}

interface Index {
  /** Absent: there is none that can be read, so everything is. */
  readonly file?: IndexFile;
  /** Files that changed since then cannot be told from those that did not, by their times. */
  readonly writtenMs: number;
}

function readIndex(gitFolder: string): Index {
  try {
    const writtenMs = lstatSync(`${gitFolder}/index`).mtimeMs;
    return { file: new IndexFile(readFileSync(`${gitFolder}/index`)), writtenMs };
  } catch {
    return { writtenMs: 0 };
  }
}

interface Written {
  readonly name: string;
  readonly mode: string;
  readonly oid: string;
}

/** What is as the index says, told by its place there: mostly nobody asks what that is. */
type Kept = Written | { readonly name: string; readonly position: number };

/** A folder, and where its entries stand in the index: one after the other. */
interface Range {
  readonly path: string;
  readonly from: number;
  readonly to: number;
}

/** What a folder holds; `same`: just what the index says. */
interface Found {
  /** Absent where it holds nothing that git would keep. */
  readonly tree?: string;
  readonly same: boolean;
}

class Reading {
  readonly objects = new Map<string, Buffer>();
  /** What the index does not know, but for what is known to be ignored; folders with a slash. */
  readonly unknown: string[] = [];
  readonly #root: string;
  readonly #index: Index;
  readonly #paths: readonly string[];
  readonly #ignored: ReadonlySet<string>;

  constructor(root: string, index: Index, ignored: ReadonlySet<string>) {
    this.#root = root;
    this.#index = index;
    this.#paths = index.file?.paths ?? [];
    this.#ignored = ignored;
  }

  folder(range: Range, depth: number): Found {
    const { path, from, to } = range;
    if (depth > deepest) throw new Error(`${path} is nested more than ${deepest} deep`);
    const present = this.#list(path);
    // A repository of its own, which git would only name.
    if (from === to && path !== '' && present.has('.git')) return { same: false };
    present.delete('.git');
    const known = this.#known(range, present, depth);
    const added = [...present].flatMap((name) => this.#added(path === '' ? name : `${path}/${name}`, name, depth) ?? []);
    const same = known.same && added.length === 0;
    if (known.entries.length + added.length === 0) return { same: false };
    const tree = same ? this.#index.file?.treeOf(path) : undefined;
    return { tree: tree ?? this.#writeTree([...known.entries.map((entry) => this.#written(entry)), ...added]), same };
  }

  /** The names in a folder; none where there is no such folder any more. */
  #list(path: string): Set<string> {
    try {
      return new Set(readdirSync(`${this.#root}/${path}`));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (path !== '' && (code === 'ENOENT' || code === 'ENOTDIR')) return new Set();
      throw error;
    }
  }

  /** Goes through what the index has of a folder, and takes it out of what is there. */
  #known({ path, from, to }: Range, present: Set<string>, depth: number): { readonly entries: Kept[]; readonly same: boolean } {
    const entries: Kept[] = [];
    const length = path === '' ? 0 : path.length + 1;
    let same = true;
    for (let at = from, end = from; at < to; at = end) {
      const full = this.#paths[at] ?? '';
      const slash = full.indexOf('/', length);
      const name = full.slice(length, slash < 0 ? undefined : slash);
      end = slash < 0 ? at + 1 : this.#endOf(full.slice(0, slash + 1), at, to);
      if (slash < 0) {
        const [entry, isSame] = this.#file(full, name, { position: at, isThere: present.delete(name) });
        if (entry !== undefined) entries.push(entry);
        same &&= isSame;
      } else {
        present.delete(name);
        const found = this.folder({ path: full.slice(0, slash), from: at, to: end }, depth + 1);
        if (found.tree !== undefined) entries.push({ name, mode: FOLDER, oid: found.tree });
        same &&= found.same;
      }
    }
    return { entries, same };
  }

  #endOf(prefix: string, from: number, to: number): number {
    let at = from + 1;
    while (at < to && this.#paths[at]?.startsWith(prefix) === true) at += 1;
    return at;
  }

  #written(entry: Kept): Written {
    if ('oid' in entry) return entry;
    const { name, position } = entry;
    return { name, mode: this.#index.file?.mode(position) ?? '', oid: this.#index.file?.oid(position) ?? '' };
  }

  /** A file that the index knows, and whether it is as it was. */
  #file(path: string, name: string, { position, isThere }: { position: number; isThere: boolean }): [Kept | undefined, boolean] {
    const { file } = this.#index;
    const before = { name, position };
    // What was never meant to be there, and a file that holds no documents, counts as it was.
    if (!isThere) return file?.isSkipped(position) === true ? [before, true] : [undefined, false];
    if (!documentName.test(name)) return [before, true];
    const stats = lstatSync(`${this.#root}/${path}`, { throwIfNoEntry: false });
    if (stats === undefined) return [undefined, false];
    if (this.#isSame(position, stats)) return [before, true];
    const mode = file?.mode(position) ?? '';
    return mode === '160000' ? [before, true] : [this.#read(path, name, stats, mode), false];
  }

  /** What the index does not know. */
  #added(path: string, name: string, depth: number): Written | undefined {
    const stats = lstatSync(`${this.#root}/${path}`, { throwIfNoEntry: false });
    if (stats === undefined || (!stats.isDirectory() && !documentName.test(name))) return undefined;
    const place = stats.isDirectory() ? `${path}/` : path;
    if (name === 'node_modules' || this.#ignored.has(place)) return undefined;
    if (!stats.isDirectory()) {
      this.unknown.push(place);
      return this.#read(path, name, stats, '100644');
    }
    const { tree } = this.folder({ path, from: 0, to: 0 }, depth + 1);
    if (tree === undefined) return undefined;
    this.unknown.push(place);
    return { name, mode: FOLDER, oid: tree };
  }

  #read(path: string, name: string, stats: Stats, mode: string): Written | undefined {
    const place = `${this.#root}/${path}`;
    if (stats.isSymbolicLink()) return { name, mode: '120000', oid: this.write('blob', Buffer.from(readlinkSync(place))) };
    if (!stats.isFile()) return undefined;
    const content = stats.size > mostBytes ? tooLarge(stats.size) : readFileSync(place);
    return { name, mode: mode.startsWith('100') ? mode : '100644', oid: this.write('blob', content) };
  }

  #isSame(position: number, stats: Stats): boolean {
    const { file, writtenMs } = this.#index;
    if (file === undefined) return false;
    const { size, ino, mtimeMs, ctimeMs } = file.stat(position);
    return (
      size === stats.size % 2 ** 32 &&
      ino === stats.ino % 2 ** 32 &&
      Math.abs(mtimeMs - stats.mtimeMs) < sameMs &&
      Math.abs(ctimeMs - stats.ctimeMs) < sameMs &&
      // What was written in the same moment as the index may have been written once more after it (racy git).
      stats.mtimeMs < writtenMs - sameMs &&
      file.mode(position).startsWith(stats.isSymbolicLink() ? '120' : '100')
    );
  }

  #writeTree(entries: readonly Written[]): string {
    const key = ({ name, mode }: Written) => Buffer.from(mode === FOLDER ? `${name}/` : name);
    const sorted = entries.map((entry) => ({ entry, key: key(entry) })).sort((a, b) => a.key.compare(b.key));
    const parts = sorted.flatMap(({ entry: { mode, name, oid } }) => [Buffer.from(`${mode} ${name}\0`), Buffer.from(oid, 'hex')]);
    return this.write('tree', Buffer.concat(parts));
  }

  /** The name of an object, which can be read from here from then on. */
  write(type: GitObject['type'], data: Buffer): string {
    const oid = createHash('sha1').update(`${type} ${data.length}\0`).update(data).digest('hex');
    this.objects.set(`${type} ${oid}`, data);
    return oid;
  }
}

/** Stands for a file that is not read: as large as to be refused. */
const tooLarge = (size: number): Buffer => Buffer.alloc(Math.min(size, 2 * 1_048_576), 'x');
