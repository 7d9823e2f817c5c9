import { parseTree, type TreeEntry } from './formats.js';
import { tooLarge } from './object-error.js';
import type { ObjectReader } from './object-store.js';
import { type DocumentFile, documentName, FOLDER, safeName, TREE_BYTES, type TreeLimits, toFile } from './tree.js';

/** A document file that is not the same on two sides; absent: not there. */
export interface FileChange {
  readonly before?: DocumentFile;
  readonly after?: DocumentFile;
}

interface Comparing {
  readonly objects: ObjectReader;
  readonly limits: TreeLimits;
  readonly found: Map<string, FileChange>;
}

interface Two {
  readonly before: string | undefined;
  readonly after: string | undefined;
  /** Where both stand in the repository; '' for the top. */
  readonly path: string;
}

/** Path → what became of it, of the document files that differ between two trees. Reads nothing below what is the same. Throws ObjectError. */
export function fileChanges(trees: Two, objects: ObjectReader, limits: TreeLimits): ReadonlyMap<string, FileChange> {
  const found = new Map<string, FileChange>();
  compare(trees, 0, { objects, limits, found });
  return found;
}

function compare({ before, after, path: folder }: Two, depth: number, comparing: Comparing): void {
  if (before === after) return;
  const { limits, objects, found } = comparing;
  if (depth > limits.treeDepth) throw tooLarge(`folders are nested more than ${limits.treeDepth} deep`);
  const [old, now] = [before, after].map((oid) => (oid === undefined ? [] : parseTree(objects.read(oid, 'tree', TREE_BYTES))));
  const earlier = new Map(old?.map((entry) => [entry.name, entry]));
  const visit = (name: string, was: TreeEntry | undefined, is: TreeEntry | undefined) => {
    if (was?.oid === is?.oid && was?.mode === is?.mode) return;
    const path = folder === '' ? name : `${folder}/${name}`;
    compare({ before: folderOf(was), after: folderOf(is), path }, depth + 1, comparing);
    const [first, second] = [fileOf(was, path), fileOf(is, path)];
    if (first === undefined && second === undefined) return;
    found.set(path, { ...(first === undefined ? {} : { before: first }), ...(second === undefined ? {} : { after: second }) });
    if (found.size > limits.files) throw tooLarge(`more than ${limits.files} files differ`);
  };
  for (const entry of now ?? []) {
    visit(entry.name, earlier.get(entry.name), entry);
    earlier.delete(entry.name);
  }
  for (const [name, entry] of earlier) visit(name, entry, undefined);
}

const folderOf = (entry: TreeEntry | undefined): string | undefined =>
  entry?.mode === FOLDER && safeName(entry.name) ? entry.oid : undefined;

const fileOf = (entry: TreeEntry | undefined, path: string): DocumentFile | undefined =>
  entry === undefined || entry.mode === FOLDER || !documentName.test(entry.name) ? undefined : toFile(entry, path);
