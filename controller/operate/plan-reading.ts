import { parseFile } from '../core/documents/parse.js';
import type { ParsedFile } from '../core/documents/parsed.js';
import type { TreeEntry } from '../git/formats.js';
import { defaultLimits } from '../git/limits.js';
import { ObjectError } from '../git/object-error.js';
import type { ObjectReader } from '../git/object-store.js';
import { type DocumentFile, documentName, listFiles, readFolder, toFile } from '../git/tree.js';
import { fileChanges } from '../git/tree-changes.js';
import { toUnreadFile } from '../git/unread.js';
import { ReleaseReading } from './plan-releases.js';
import { isFarReaching, losesRelease, Scope, waysOf } from './plan-scope.js';
import { Surroundings } from './plan-surroundings.js';

/** The documents of both sides. */
export interface Files {
  readonly base: readonly ParsedFile[];
  readonly head: readonly ParsedFile[];
}

interface Trees {
  /** The trees of the folder that documents are read from; absent where a side has no such folder. */
  readonly base: string | undefined;
  readonly head: string | undefined;
  /** Where that folder stands in the repository; '' for the top. */
  readonly path: string;
}

/**
 * Reads two trees. What is the same on both sides is read once, and in the layout of the documentation most of it not at all: a plan of a
 * hundred environments costs as much in a repository of ten thousand as in one of a hundred.
 */
export class PlanReading {
  readonly #objects: ObjectReader;
  readonly #trees: Trees;
  readonly #parsed = new Map<string, ParsedFile>();

  constructor(objects: ObjectReader, trees: Trees) {
    this.#objects = objects;
    this.#trees = trees;
  }

  /** Everything. Throws ObjectError. */
  whole(): Files {
    const side = (oid: string | undefined) => {
      if (oid === undefined) return [];
      const folder = readFolder(this.#objects, { oid, path: this.#trees.path, depth: 0 }, defaultLimits);
      return listFiles(folder, defaultLimits.files).map((file) => this.#parse(file));
    };
    return { base: side(this.#trees.base), head: side(this.#trees.head) };
  }

  /** What differs, and what governs it by where it stands; undefined where something differs that others depend on. Throws ObjectError. */
  narrow({ allReleases }: { readonly allReleases: boolean }): Files | undefined {
    const { base, head, path } = this.#trees;
    if (base === undefined || head === undefined) return undefined;
    const changes = fileChanges({ before: base, after: head, path }, this.#objects, defaultLimits);
    const [before, after] = (['before', 'after'] as const).map((side) =>
      [...changes.values()].flatMap((change) => (change[side] === undefined ? [] : [this.#parse(change[side])])),
    );
    if (before === undefined || after === undefined) return undefined;
    const changed = [...before, ...after];
    if (changed.some(isFarReaching) || before.some((file) => losesRelease(file, after))) return undefined;
    const same = this.#around(changed, head, { before, after, changes, allReleases });
    return { base: [...before, ...same], head: [...after, ...same] };
  }

  /** What is the same on both sides and is needed to judge what is not. */
  #around(changed: readonly ParsedFile[], tree: string, { before, after, changes, allReleases }: Changed): ParsedFile[] {
    const found: ParsedFile[] = [];
    const take = (entry: TreeEntry, path: string): ParsedFile | undefined => {
      if (!documentName.test(entry.name) || changes.has(path)) return undefined;
      const file = this.#parse(toFile(entry, path));
      found.push(file);
      return file;
    };
    const surroundings = new Surroundings(this.#objects, new Scope(changed), take);
    surroundings.walk(tree, '', this.#trees.path);
    const known = [...found, ...after];
    const releases = new ReleaseReading(surroundings.releases, known, take);
    if (allReleases) releases.all();
    else releases.along(waysOf([...found, ...before], known));
    return found;
  }

  #parse(file: DocumentFile): ParsedFile {
    const key = `${file.oid} ${file.path}`;
    const known = this.#parsed.get(key) ?? this.#read(file);
    this.#parsed.set(key, known);
    return known;
  }

  #read({ path, oid, refused }: DocumentFile): ParsedFile {
    if (refused !== undefined) return toUnreadFile(path, refused);
    const content = this.#content(oid);
    if (content === undefined) return toUnreadFile(path, 'too-large');
    if (content.length < 1024 && content.subarray(0, lfsPointer.length).equals(lfsPointer))
      return toUnreadFile(path, 'lfs-pointer');
    return parseFile({ path, content });
  }

  #content(oid: string): Buffer | undefined {
    try {
      return this.#objects.read(oid, 'blob', defaultLimits.fileBytes);
    } catch (error) {
      if (error instanceof ObjectError && error.kind === 'too-large') return undefined;
      throw error;
    }
  }
}

interface Changed {
  readonly before: readonly ParsedFile[];
  readonly after: readonly ParsedFile[];
  readonly changes: ReadonlyMap<string, unknown>;
  readonly allReleases: boolean;
}

const lfsPointer = Buffer.from('version https://git-lfs.github.com/spec/');
