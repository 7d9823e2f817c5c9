import { parseTree, type TreeEntry } from './formats.js';
import { tooLarge } from './object-error.js';
import type { ObjectReader } from './object-store.js';
import type { UnreadReason } from './unread.js';

/** A file whose name says that it holds documents. */
export interface DocumentFile {
  /** From the root of the repository. */
  readonly path: string;
  readonly oid: string;
  /** Why it is not read, where it is not. */
  readonly refused?: UnreadReason;
}

/** One folder of a commit. Where nothing below it changed, the next commit has the same object. */
export interface Folder {
  readonly oid: string;
  readonly files: readonly DocumentFile[];
  readonly folders: ReadonlyMap<string, Folder>;
}

export interface TreeLimits {
  readonly files: number;
  readonly treeDepth: number;
}

export const TREE_BYTES = 16 * 1024 * 1024;
export const documentName = /\.(?:ya?ml|json)$/i;
export const FOLDER = '40000';
const refusals: Readonly<Record<string, UnreadReason>> = { '120000': 'symbolic-link', '160000': 'submodule' };

/** The tree that `folder` names (`.` or `a/b`), or undefined where the commit has no such folder. Throws ObjectError. */
export function findFolder(store: ObjectReader, root: string, folder: string): string | undefined {
  let oid: string | undefined = root;
  for (const name of folder.split('/').filter((part) => part !== '.' && part !== '')) {
    if (oid === undefined) return undefined;
    const entry: TreeEntry | undefined = parseTree(store.read(oid, 'tree', TREE_BYTES)).find((each) => each.name === name);
    oid = entry?.mode === FOLDER ? entry.oid : undefined;
  }
  return oid;
}

/** Reads the folders that differ from `before`, and no others. Throws ObjectError; `too-large` beyond the limits. */
export function readFolder(
  store: ObjectReader,
  at: { readonly oid: string; readonly path: string; readonly depth: number },
  limits: TreeLimits,
  before?: Folder,
): Folder {
  if (before?.oid === at.oid) return before;
  if (at.depth > limits.treeDepth) throw tooLarge(`folders are nested more than ${limits.treeDepth} deep`);
  const files: DocumentFile[] = [];
  const folders = new Map<string, Folder>();
  for (const entry of parseTree(store.read(at.oid, 'tree', TREE_BYTES))) {
    const path = at.path === '' ? entry.name : `${at.path}/${entry.name}`;
    if (documentName.test(entry.name) && entry.mode !== FOLDER) files.push(toFile(entry, path));
    if (entry.mode === FOLDER && safeName(entry.name)) {
      const next = { oid: entry.oid, path, depth: at.depth + 1 };
      folders.set(entry.name, readFolder(store, next, limits, before?.folders.get(entry.name)));
    }
    if (files.length > limits.files) throw tooLarge(`it holds more than ${limits.files} files`);
  }
  return { oid: at.oid, files, folders };
}

/** All files of a folder, sorted by path. Throws ObjectError beyond `most`. */
export function listFiles(root: Folder, most: number): DocumentFile[] {
  const files: DocumentFile[] = [];
  const waiting: Folder[] = [root];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    for (const file of folder.files) files.push(file);
    if (files.length > most) throw tooLarge(`it holds more than ${most} files`);
    waiting.push(...folder.folders.values());
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/** The file of an entry that is no folder. */
export function toFile(entry: TreeEntry, path: string): DocumentFile {
  const refused = safeName(entry.name) ? refusals[entry.mode] : 'bad-name';
  return refused === undefined ? { path, oid: entry.oid } : { path, oid: entry.oid, refused };
}

/** No control characters, no separators, no way out of the folder, valid UTF-8, and not git's own folder. */
export function safeName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && name.toLowerCase() !== '.git' && !/[\p{Cc}\p{Cf}/\\\uFFFD]/u.test(name);
}
