import { parseTree, type TreeEntry } from '../git/formats.js';
import type { ObjectReader } from '../git/object-store.js';
import { documentName, FOLDER, safeName, TREE_BYTES } from '../git/tree.js';
import type { ReleaseFolder } from './plan-releases.js';
import type { Scope } from './plan-scope.js';

type Select = (name: string, path: string) => boolean;

const everything: Select = () => true;

/**
 * Walks what is the same on both sides as far as it may govern what is not. The layout of the documentation tells where that is not: in the
 * folders of other environments, of other products, and of other releases. Whatever lies elsewhere is taken.
 */
export class Surroundings {
  /** Which of their files are needed is told by what is in them, one after the other. */
  readonly releases: ReleaseFolder[] = [];
  readonly #objects: ObjectReader;
  readonly #scope: Scope;
  readonly #take: (entry: TreeEntry, path: string) => void;

  constructor(objects: ObjectReader, scope: Scope, take: (entry: TreeEntry, path: string) => void) {
    this.#objects = objects;
    this.#scope = scope;
    this.#take = take;
  }

  /** `name` is that of the folder: empty for the one that documents are read from. */
  walk(oid: string, name: string, path: string): void {
    const entries = this.#entries(oid);
    const { products } = this.#scope;
    const isTouched: Select = (_, at) => this.#scope.touches(at);
    if (name === 'environments') this.#environments(entries, path);
    else if (name === 'products') this.#visit(entries, path, (child, at) => products.has(child) || isTouched(child, at));
    else if (name === 'incidents') this.#visit(entries, path, isTouched);
    else if (name === 'releases') this.#releaseFolder(entries, path);
    else this.#visit(entries, path, everything);
  }

  #entries(oid: string): TreeEntry[] {
    return parseTree(this.#objects.read(oid, 'tree', TREE_BYTES));
  }

  #visit(entries: readonly TreeEntry[], folder: string, select: Select): void {
    for (const entry of entries) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (!select(stem(entry), path)) continue;
      if (entry.mode !== FOLDER) this.#take(entry, path);
      else if (safeName(entry.name)) this.walk(entry.oid, entry.name, path);
    }
  }

  /** Folders in between, of a stage or of a client, are gone into where something in them changed. */
  #environments(entries: readonly TreeEntry[], folder: string): void {
    for (const entry of entries) {
      const path = `${folder}/${entry.name}`;
      const isNamed = this.#scope.environments.has(stem(entry));
      if (entry.mode !== FOLDER) {
        if (isNamed || this.#scope.holds(folder)) this.#take(entry, path);
      } else if (isNamed) this.#visit(this.#entries(entry.oid), path, everything);
      else if (this.#scope.touches(path)) this.#environments(this.#entries(entry.oid), path);
    }
  }

  #releaseFolder(entries: readonly TreeEntry[], path: string): void {
    this.releases.push({ path, entries: entries.filter(({ mode }) => mode !== FOLDER) });
    const folders = entries.filter(({ mode }) => mode === FOLDER);
    this.#visit(folders, path, everything);
  }
}

const stem = ({ name }: TreeEntry): string => name.replace(documentName, '');
