import type { ApiObject } from './resource-type.js';

/** One change of one key; `next` undefined deletes. */
export interface Staged {
  readonly collection: string;
  readonly key: string;
  readonly revision: number;
  readonly previous: ApiObject | undefined;
  readonly next: ApiObject | undefined;
}

/** What a change sees and does: reads give the latest judged state, writes take effect all together or not at all. */
export interface Transaction {
  get(collection: string, key: string): ApiObject | undefined;
  keys(collection: string): readonly string[];
  /** The collections that hold, or ever held, something. */
  collections(): readonly string[];
  /** Stores the object under a new revision and returns it as stored. The object belongs to the store from then on. */
  put(collection: string, key: string, object: ApiObject): ApiObject;
  /** Deletes and returns what was there, with the deletion's revision. */
  delete(collection: string, key: string): ApiObject | undefined;
}

interface TransactionSource {
  /** The last revision handed out. */
  readonly revision: number;
  read(collection: string, key: string): ApiObject | undefined;
  keys(collection: string): string[];
  collections(): string[];
}

export function createTransaction(source: TransactionSource): Transaction & { staged(): readonly Staged[] } {
  const staged: Staged[] = [];
  const own = new Map<string, Staged>();
  let revision = source.revision;

  const latest = (collection: string, key: string): ApiObject | undefined => {
    const change = own.get(`${collection}\0${key}`);
    return change === undefined ? source.read(collection, key) : change.next;
  };

  const stage = (change: Staged): void => {
    staged.push(change);
    own.set(`${change.collection}\0${change.key}`, change);
  };

  return {
    staged: () => staged,
    get: latest,
    collections: () => source.collections(),
    keys: (collection) => source.keys(collection).filter((key) => latest(collection, key) !== undefined),
    put(collection, key, object) {
      revision += 1;
      const previous = latest(collection, key);
      const next = { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
      stage({ collection, key, revision, previous, next });
      return next;
    },
    delete(collection, key) {
      const previous = latest(collection, key);
      if (previous === undefined) return undefined;
      revision += 1;
      stage({ collection, key, revision, previous, next: undefined });
      return { ...previous, metadata: { ...previous.metadata, resourceVersion: String(revision) } };
    },
  };
}
