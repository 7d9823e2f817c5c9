import { parseTree, type TreeEntry } from '../formats.js';
import { tooLarge } from '../object-error.js';
import type { ObjectStore } from '../object-store.js';
import { documentName, FOLDER, TREE_BYTES, type TreeLimits } from '../tree.js';

/** A document file that is not the same in two trees; absent: not there. */
export interface Change {
  readonly before?: string;
  readonly after?: string;
}

interface Trees {
  readonly store: ObjectStore;
  readonly limits: TreeLimits;
  readonly found: Map<string, Change>;
}

/** Path → what became of it, of the document files that differ between two folders. Reads nothing below what is the same. Throws ObjectError. */
export function changesBetween(
  folders: { readonly before: string | undefined; readonly after: string | undefined; readonly path: string },
  store: ObjectStore,
  limits: TreeLimits,
): ReadonlyMap<string, Change> {
  const found = new Map<string, Change>();
  compare(folders, { store, limits, found }, 0);
  return found;
}

function compare(
  { before, after, path }: { before: string | undefined; after: string | undefined; path: string },
  trees: Trees,
  depth: number,
): void {
  if (before === after) return;
  if (depth > trees.limits.treeDepth) throw tooLarge(`folders are nested more than ${trees.limits.treeDepth} deep`);
  const old = entriesOf(before, trees.store);
  const now = entriesOf(after, trees.store);
  for (const name of new Set([...old.keys(), ...now.keys()])) {
    const [was, is] = [old.get(name), now.get(name)];
    if (was?.oid === is?.oid && was?.mode === is?.mode) continue;
    const full = path === '' ? name : `${path}/${name}`;
    const folder = (entry: TreeEntry | undefined) => (entry?.mode === FOLDER ? entry.oid : undefined);
    compare({ before: folder(was), after: folder(is), path: full }, trees, depth + 1);
    const file = (entry: TreeEntry | undefined) => (entry === undefined || entry.mode === FOLDER ? {} : { oid: entry.oid });
    if (documentName.test(name)) note(full, { before: file(was).oid, after: file(is).oid }, trees);
  }
}

function note(path: string, { before, after }: { before: string | undefined; after: string | undefined }, trees: Trees): void {
  if (before === undefined && after === undefined) return;
  trees.found.set(path, { ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) });
  if (trees.found.size > trees.limits.files) throw tooLarge(`a commit changes more than ${trees.limits.files} files`);
}

function entriesOf(oid: string | undefined, store: ObjectStore): Map<string, TreeEntry> {
  if (oid === undefined) return new Map();
  return new Map(parseTree(store.read(oid, 'tree', TREE_BYTES)).map((entry) => [entry.name, entry]));
}
