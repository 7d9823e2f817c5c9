import { createHash } from 'node:crypto';
import { type Dirent, lstatSync, readdirSync, readFileSync, readlinkSync, type Stats } from 'node:fs';
import type { Checkout } from './checkout.js';
import { type IndexEntry, parseIndex } from './index-file.js';
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

const skipped = new Set(['node_modules']);
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
  const reading = new Reading(checkout.root, readIndex(checkout.gitFolder), ignored);
  const tree = await reading.folder('', 0);
  return { tree: tree ?? reading.write('tree', Buffer.alloc(0)), read: (oid, type) => reading.objects.get(`${type} ${oid}`) };
}

interface Index {
  readonly entries: ReadonlyMap<string, IndexEntry>;
  /** Folder → the names in it. */
  readonly folders: ReadonlyMap<string, ReadonlySet<string>>;
  /** Files that changed since then cannot be told from those that did not, by their times. */
  readonly writtenMs: number;
}

/** An index that cannot be read, or is not there, is one that knows nothing: then everything is read. */
function readIndex(gitFolder: string): Index {
  const entries = new Map<string, IndexEntry>();
  const folders = new Map<string, Set<string>>();
  let writtenMs = 0;
  try {
    writtenMs = lstatSync(`${gitFolder}/index`).mtimeMs;
    for (const entry of parseIndex(readFileSync(`${gitFolder}/index`))) {
      entries.set(entry.path, entry);
      note(entry.path, folders);
    }
  } catch {
    return { entries: new Map(), folders: new Map(), writtenMs: 0 };
  }
  return { entries, folders, writtenMs };
}

function note(path: string, folders: Map<string, Set<string>>): void {
  for (let child = path; child !== ''; ) {
    const slash = child.lastIndexOf('/');
    const folder = slash < 0 ? '' : child.slice(0, slash);
    const known = folders.get(folder);
    if (known !== undefined) {
      known.add(child.slice(slash + 1));
      return;
    }
    folders.set(folder, new Set([child.slice(slash + 1)]));
    child = folder;
  }
}

interface Written {
  readonly name: string;
  readonly mode: string;
  readonly oid: string;
}

class Reading {
  readonly objects = new Map<string, Buffer>();
  readonly #root: string;
  readonly #index: Index;
  readonly #ignored: IsIgnored;

  constructor(root: string, index: Index, ignored: IsIgnored) {
    this.#root = root;
    this.#index = index;
    this.#ignored = ignored;
  }

  /** The tree of a folder; undefined where it holds nothing that git would keep. */
  async folder(path: string, depth: number): Promise<string | undefined> {
    if (depth > deepest) throw new Error(`${path} is nested more than ${deepest} deep`);
    const entries: Written[] = [];
    const present = new Map(readdirSync(`${this.#root}/${path}`, { withFileTypes: true }).map((entry) => [entry.name, entry]));
    const known = this.#index.folders.get(path);
    // A repository of its own, which git would only name.
    if (known === undefined && path !== '' && present.has('.git')) return undefined;
    for (const name of new Set([...present.keys(), ...(known ?? [])])) {
      if (name === '.git') continue;
      const child = path === '' ? name : `${path}/${name}`;
      const found = present.get(name);
      const entry = found?.isDirectory()
        ? await this.#subfolder(child, name, depth)
        : found === undefined
          ? this.#absent(child, name)
          : await this.#file(child, found);
      if (entry !== undefined) entries.push(entry);
    }
    return entries.length === 0 ? undefined : this.#writeTree(entries);
  }

  async #subfolder(path: string, name: string, depth: number): Promise<Written | undefined> {
    const { entries, folders } = this.#index;
    const own = entries.get(path);
    if (own?.mode === '160000') return { name, mode: own.mode, oid: own.oid };
    if (!folders.has(path) && (skipped.has(name) || (await this.#ignored(`${path}/`)))) return undefined;
    const oid = await this.folder(path, depth + 1);
    return oid === undefined ? undefined : { name, mode: FOLDER, oid };
  }

  /** What the index has and the folder has not: deleted, but for what was never meant to be there. */
  #absent(path: string, name: string): Written | undefined {
    const entry = this.#index.entries.get(path);
    return entry?.skipped === true ? { name, mode: entry.mode, oid: entry.oid } : undefined;
  }

  async #file(path: string, found: Dirent): Promise<Written | undefined> {
    const { name } = found;
    const entry = this.#index.entries.get(path);
    // A file that holds no documents is nobody's business here: it counts as it was.
    if (!documentName.test(name)) return entry && { name, mode: entry.mode, oid: entry.oid };
    const stats = lstatSync(`${this.#root}/${path}`, { throwIfNoEntry: false });
    if (stats === undefined) return undefined;
    if (entry !== undefined && this.#isSame(entry, stats)) return { name, mode: entry.mode, oid: entry.oid };
    if (entry === undefined && (await this.#ignored(path))) return undefined;
    if (stats.isSymbolicLink())
      return { name, mode: '120000', oid: this.write('blob', Buffer.from(readlinkSync(`${this.#root}/${path}`))) };
    if (!stats.isFile()) return undefined;
    const content = stats.size > mostBytes ? tooLarge(stats.size) : readFileSync(`${this.#root}/${path}`);
    const mode = entry?.mode.startsWith('100') ? entry.mode : '100644';
    return { name, mode, oid: this.write('blob', content) };
  }

  #isSame({ mode, size, mtimeMs, ctimeMs, ino }: IndexEntry, stats: Stats): boolean {
    return (
      mode.startsWith(stats.isSymbolicLink() ? '120' : '100') &&
      size === stats.size % 2 ** 32 &&
      ino === stats.ino % 2 ** 32 &&
      Math.abs(mtimeMs - stats.mtimeMs) < sameMs &&
      Math.abs(ctimeMs - stats.ctimeMs) < sameMs &&
      // What was written in the same moment as the index may have been written once more after it (racy git).
      stats.mtimeMs < this.#index.writtenMs - sameMs
    );
  }

  #writeTree(entries: Written[]): string {
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
