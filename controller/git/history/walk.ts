import type { Commit } from '../../core/model.js';
import { type ParsedCommit, parseCommit } from '../formats.js';
import { ObjectError } from '../object-error.js';
import type { ObjectStore } from '../object-store.js';
import { findFolder, type TreeLimits } from '../tree.js';
import { type Change, changesBetween } from './changes.js';

export const COMMIT_BYTES = 1024 * 1024;
/** Commits that one walk looks at. */
const MOST_COMMITS = 20_000;
/** Files of one commit that are searched for something that may have been moved. */
const MOST_MOVED = 500;

/** Where a walk ended for one thing. `deeper`: the history that is here begins later. */
export type Found =
  | { readonly kind: 'brought'; readonly commit: Commit; readonly raw: Buffer }
  | { readonly kind: 'deeper' }
  | { readonly kind: 'unknown'; readonly why: string };

/** A history, as far as it is here. */
export interface History {
  readonly store: ObjectStore;
  /** The folder inside the repository. */
  readonly folder: string;
  readonly limits: TreeLimits;
  /** Commits whose parents are not here. */
  readonly shallow: ReadonlySet<string>;
  /** What a file holds that can be traced; undefined where it cannot be read. */
  readonly keysOf: (path: string, oid: string) => ReadonlySet<string> | undefined;
  /** To be awaited now and then, so that a message to stop is heard. Throws when it was. */
  readonly breathe: () => Promise<void>;
}

/** What an earlier walk found, from the commit that it began at. */
export interface Earlier {
  readonly tip: string;
  readonly found: ReadonlyMap<string, Found>;
}

type Lost = Exclude<Found, { kind: 'brought' }>;

interface ReadCommit {
  readonly parsed: ParsedCommit;
  readonly raw: Buffer;
}

/** Key → path. */
type Traced = ReadonlyMap<string, string>;

/**
 * For each thing that stands in the tip, the commit that brought it: the last one on the way back, by the first of its parents that has
 * it too, of which no parent has it. A file that was moved is followed. A merge brings only what none of the sides had. Throws ObjectError
 * where the repository is damaged.
 */
export async function walkBack(tip: string, traced: Traced, history: History, earlier?: Earlier): Promise<Map<string, Found>> {
  const walk = new Walk(history, earlier);
  walk.add(tip, traced);
  await walk.run();
  return walk.found;
}

class Walk {
  readonly found = new Map<string, Found>();
  readonly #history: History;
  readonly #earlier: Earlier | undefined;
  readonly #pending = new Map<string, Map<string, string>>();
  readonly #commits = new Map<string, ReadCommit>();
  #visited = 0;

  constructor(history: History, earlier: Earlier | undefined) {
    this.#history = history;
    this.#earlier = earlier;
  }

  add(sha: string, traced: Traced): void {
    if (traced.size === 0) return;
    const known = this.#pending.get(sha);
    if (known === undefined) this.#pending.set(sha, new Map(traced));
    else for (const [key, path] of traced) known.set(key, path);
  }

  async run(): Promise<void> {
    for (let sha = this.#next(); sha !== undefined; sha = this.#next()) {
      const traced = this.#pending.get(sha) ?? new Map<string, string>();
      this.#pending.delete(sha);
      this.#step(sha, traced);
      await this.#history.breathe();
    }
  }

  /** The youngest first, so that what comes from several sides is looked at together. */
  #next(): string | undefined {
    let youngest: string | undefined;
    for (const sha of this.#pending.keys())
      if (youngest === undefined || this.#timeOf(sha) > this.#timeOf(youngest)) youngest = sha;
    return youngest;
  }

  #timeOf(sha: string): number {
    const commit = this.#read(sha);
    return 'kind' in commit ? Number.POSITIVE_INFINITY : commit.parsed.commit.time;
  }

  #step(sha: string, traced: Map<string, string>): void {
    if (this.#earlier?.tip === sha) {
      for (const key of [...traced.keys()]) {
        const known = this.#earlier.found.get(key);
        if (known === undefined) continue;
        this.found.set(key, known);
        traced.delete(key);
      }
    }
    if (traced.size === 0) return;
    this.#visited += 1;
    const commit = this.#read(sha);
    if ('kind' in commit) this.#end(traced, commit);
    else if (this.#history.shallow.has(sha)) this.#end(traced, { kind: 'deeper' });
    else if (this.#visited > MOST_COMMITS)
      this.#end(traced, { kind: 'unknown', why: `it is more than ${MOST_COMMITS} commits back` });
    else this.#pass(commit, traced);
  }

  #pass(commit: ReadCommit, traced: Map<string, string>): void {
    for (const parent of commit.parsed.parents) this.#follow(parent, commit.parsed, traced);
    this.#end(traced, { kind: 'brought', commit: commit.parsed.commit, raw: commit.raw });
  }

  #end(traced: Traced, found: Found): void {
    for (const key of traced.keys()) this.found.set(key, found);
  }

  /** Hands over to a parent what it has too, and takes it out of `traced`. */
  #follow(parent: string, child: ParsedCommit, traced: Map<string, string>): void {
    if (traced.size === 0) return;
    const before = this.#read(parent);
    const changes = 'kind' in before ? before : this.#changes(before.parsed.tree, child.tree);
    // What the parent had cannot be seen, so nothing can be told to be new here.
    if ('kind' in changes) {
      this.#end(traced, changes);
      traced.clear();
      return;
    }
    const kept = new Map<string, string>();
    for (const [key, path] of traced) {
      const place = changes.has(path) ? this.#placeBefore(key, path, changes) : path;
      if (place === undefined) continue;
      traced.delete(key);
      if (place === unreadable) this.found.set(key, { kind: 'unknown', why: `an earlier ${path} cannot be read` });
      else kept.set(key, place);
    }
    this.add(parent, kept);
  }

  #placeBefore(key: string, path: string, changes: ReadonlyMap<string, Change>): string | typeof unreadable | undefined {
    const own = changes.get(path)?.before;
    const before = own === undefined ? new Set<string>() : this.#history.keysOf(path, own);
    if (before === undefined) return unreadable;
    if (before.has(key)) return path;
    let searched = 0;
    for (const [other, { before: oid }] of changes) {
      if (oid === undefined || other === path) continue;
      if (++searched > MOST_MOVED) return undefined;
      if (this.#history.keysOf(other, oid)?.has(key) === true) return other;
    }
    return undefined;
  }

  #changes(before: string, after: string): ReadonlyMap<string, Change> | Lost {
    const { store, folder, limits } = this.#history;
    const path = folder === '.' ? '' : folder;
    return unlessLost(() =>
      changesBetween({ before: findFolder(store, before, folder), after: findFolder(store, after, folder), path }, store, limits),
    );
  }

  #read(sha: string): ReadCommit | Lost {
    const known = this.#commits.get(sha);
    if (known !== undefined) return known;
    const commit = unlessLost((): ReadCommit => {
      const raw = this.#history.store.read(sha, 'commit', COMMIT_BYTES);
      return { parsed: parseCommit(sha, raw), raw };
    });
    if (!('kind' in commit)) this.#commits.set(sha, commit);
    return commit;
  }
}

const unreadable = Symbol('unreadable');

/** What is not here, or more than is read, ends the walk of what leads there, and not that of the rest. */
export function unlessLost<T>(read: () => T): T | Lost {
  try {
    return read();
  } catch (error) {
    if (error instanceof ObjectError && error.kind === 'missing') return { kind: 'deeper' };
    if (error instanceof ObjectError && error.kind === 'too-large')
      return { kind: 'unknown', why: 'a commit since is too large' };
    throw error;
  }
}
