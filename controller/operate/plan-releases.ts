import type { ParsedDocument, ParsedFile } from '../core/documents/parsed.js';
import type { TreeEntry } from '../git/formats.js';
import { documentName } from '../git/tree.js';
import type { Way } from './plan-scope.js';

/** A folder of Release documents, a file a release, called like its version. */
export interface ReleaseFolder {
  readonly path: string;
  readonly entries: readonly TreeEntry[];
}

/** As many releases as a first deployment looks back over. */
const mostBack = 50;

/** Reads the releases on the ways, one after the other as each names what it builds on; all of them where that does not lead from one end to the other. */
export class ReleaseReading {
  readonly #folders: readonly ReleaseFolder[];
  readonly #read: (entry: TreeEntry, path: string) => ParsedFile | undefined;
  /** `product/version` → what it builds on. */
  readonly #previous = new Map<string, string | undefined>();
  readonly #done = new Set<string>();

  /** `read` gives nothing for a file that is known already: `known` has it. */
  constructor(
    folders: readonly ReleaseFolder[],
    known: readonly ParsedFile[],
    read: (entry: TreeEntry, path: string) => ParsedFile | undefined,
  ) {
    this.#folders = folders;
    this.#read = read;
    for (const file of known) this.#note(file);
  }

  /** Reads what is needed for these ways. */
  along(ways: readonly Way[]): void {
    // What a changed release builds on is looked for by its name.
    for (const [, previous] of [...this.#previous]) if (previous !== undefined) this.#load(previous);
    for (const { product, from, to } of ways) {
      if (from === to) this.#load(to);
      else if (!this.#leads(product, to, from) && (from === undefined || !this.#leads(product, from, to))) {
        this.all();
        return;
      }
    }
  }

  /** Whether the releases lead back from one version to another; all the way back where there is no other. */
  #leads(product: string, start: string, goal: string | undefined): boolean {
    let version: string | undefined = start;
    for (let count = 0; count < mostBack && version !== undefined; count += 1) {
      this.#load(version);
      const key = `${product}/${version}`;
      if (version === goal) return true;
      // A version without a document ends the way; for a first deployment that is no matter.
      if (!this.#previous.has(key)) return goal === undefined;
      version = this.#previous.get(key);
    }
    return goal === undefined;
  }

  #load(version: string): void {
    if (this.#done.has(version)) return;
    this.#done.add(version);
    for (const { path, entries } of this.#folders)
      for (const entry of entries) if (entry.name.replace(documentName, '') === version) this.#take(entry, path);
  }

  /** Reads all that there are. */
  all(): void {
    for (const { path, entries } of this.#folders)
      for (const entry of entries) if (!this.#done.has(entry.name.replace(documentName, ''))) this.#take(entry, path);
  }

  #take(entry: TreeEntry, path: string): void {
    const file = this.#read(entry, `${path}/${entry.name}`);
    if (file !== undefined) this.#note(file);
  }

  #note({ documents }: ParsedFile): void {
    for (const { kind, name, product, content } of documents as readonly ParsedDocument[])
      if (kind === 'Release' && content !== undefined && 'previous' in content.spec)
        this.#previous.set(`${product}/${name}`, content.spec.previous);
      else if (kind === 'Release') this.#previous.set(`${product}/${name}`, undefined);
  }
}
