import { createHistory, type HistoryLimits, type StoreEvent, toEvent } from './history.js';
import { compareText } from './json.js';
import {
  type Collection,
  collectionOf,
  type Level,
  type LoadOptions,
  levelKey,
  loadLevel,
  openLevel,
  revisionKey,
} from './level.js';
import type { ApiObject } from './resource-type.js';
import { createTransaction, type Staged, type Transaction } from './transaction.js';

export interface StoreOptions extends LoadOptions {
  readonly directory: string;
  readonly history: HistoryLimits;
}

/** Objects by collection and key. What can be read is durable; revisions grow with every change and are never used twice. */
export interface Store {
  revision(): number;
  get(collection: string, key: string): ApiObject | undefined;
  /** In key order. */
  list(collection: string): readonly ApiObject[];
  /** As it was at a revision of the recent past; undefined when that is forgotten. */
  listAt(collection: string, revision: number): readonly ApiObject[] | undefined;
  /** Runs one all-or-nothing change and resolves when it is on disk. A refusal is thrown only once what it was judged by is on disk. */
  write<T>(change: (transaction: Transaction) => T): Promise<T>;
  eventsSince(revision: number, collection: string): readonly StoreEvent[] | undefined;
  /** Called with every durable change, in order; returns the unsubscription. */
  subscribe(listener: (event: StoreEvent) => void): () => void;
  /** The oldest revision that lists and watches can still ask for. */
  oldest(): number;
  close(): Promise<void>;
}

/** Opens (or creates) the store of a folder. Only one process can: a second one gets an error of one sentence. */
export async function openStore(options: StoreOptions): Promise<Store> {
  const level = await openLevel(options.directory);
  const { collections, revision } = await loadLevel(level, options);
  return new LevelStore({ level, collections, revision, options });
}

interface Pending {
  readonly staged: readonly Staged[];
  settle(error?: Error): void;
}

class LevelStore implements Store {
  readonly #level: Level;
  readonly #options: StoreOptions;
  readonly #collections: Map<string, Collection>;
  readonly #history;
  readonly #listeners = new Set<(event: StoreEvent) => void>();
  /** Changes that are judged but not yet on disk: later changes must build on them, readers must not see them. */
  readonly #overlay = new Map<string, Staged>();
  #queue: Pending[] = [];
  #flushing: Promise<void> | undefined;
  #durable: number;
  #assigned: number;
  #failure: Error | undefined;

  constructor(parts: { level: Level; collections: Map<string, Collection>; revision: number; options: StoreOptions }) {
    this.#level = parts.level;
    this.#options = parts.options;
    this.#collections = parts.collections;
    this.#durable = parts.revision;
    this.#assigned = parts.revision;
    this.#history = createHistory(parts.revision, parts.options.history);
  }

  revision(): number {
    return this.#durable;
  }

  get(collection: string, key: string): ApiObject | undefined {
    return this.#collections.get(collection)?.objects.get(key);
  }

  list(name: string): readonly ApiObject[] {
    const collection = this.#collections.get(name);
    if (collection === undefined) return [];
    collection.sorted ??= [...collection.objects.keys()].sort(compareText);
    const objects: ApiObject[] = [];
    for (const key of collection.sorted) {
      const object = collection.objects.get(key);
      if (object !== undefined) objects.push(object);
    }
    return objects;
  }

  listAt(collection: string, revision: number): readonly ApiObject[] | undefined {
    const later = this.#history.since(revision, collection);
    if (later === undefined) return undefined;
    if (later.length === 0) return this.list(collection);
    const objects = new Map(this.#collections.get(collection)?.objects);
    for (const event of later.toReversed()) {
      if (event.previous === undefined) objects.delete(event.key);
      else objects.set(event.key, event.previous);
    }
    return [...objects].sort(([left], [right]) => compareText(left, right)).map(([, object]) => object);
  }

  eventsSince(revision: number, collection: string): readonly StoreEvent[] | undefined {
    return this.#history.since(revision, collection);
  }

  oldest(): number {
    return this.#history.floor();
  }

  subscribe(listener: (event: StoreEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async write<T>(change: (transaction: Transaction) => T): Promise<T> {
    if (this.#failure !== undefined) throw this.#failure;
    const transaction = createTransaction({
      revision: this.#assigned,
      read: (collection, key) => this.#latest(collection, key),
      keys: (collection) => this.#latestKeys(collection),
      collections: () => [
        ...new Set([...this.#collections.keys(), ...[...this.#overlay.values()].map((staged) => staged.collection)]),
      ],
    });
    let result: T;
    try {
      result = change(transaction);
    } catch (refusal) {
      await this.#commit([]);
      throw refusal;
    }
    await this.#commit(transaction.staged());
    return result;
  }

  async close(): Promise<void> {
    this.#failure ??= new Error('the store is closed');
    await this.#flushing;
    await this.#level.close();
  }

  #latest(collection: string, key: string): ApiObject | undefined {
    const staged = this.#overlay.get(`${collection}\0${key}`);
    return staged === undefined ? this.get(collection, key) : staged.next;
  }

  #latestKeys(collection: string): string[] {
    const keys = new Set(this.#collections.get(collection)?.objects.keys());
    for (const staged of this.#overlay.values()) if (staged.collection === collection) keys.add(staged.key);
    return [...keys].filter((key) => this.#latest(collection, key) !== undefined).sort(compareText);
  }

  /** Resolves when the change, or with none everything before it, is on disk. */
  #commit(staged: readonly Staged[]): Promise<void> {
    if (staged.length === 0 && this.#flushing === undefined) return Promise.resolve();
    this.#assigned = staged.at(-1)?.revision ?? this.#assigned;
    for (const change of staged) this.#overlay.set(`${change.collection}\0${change.key}`, change);
    return new Promise((resolve, reject) => {
      this.#queue.push({ staged, settle: (error) => (error === undefined ? resolve() : reject(error)) });
      this.#flushing ??= this.#flush();
    });
  }

  /** Group commit: everything that arrived while the disk was busy goes out in the next batch. */
  async #flush(): Promise<void> {
    while (this.#queue.length > 0) {
      const batch = this.#queue;
      this.#queue = [];
      const staged = batch.flatMap((pending) => pending.staged);
      try {
        const sizes = staged.length === 0 ? [] : await this.#persist(staged);
        for (const [index, change] of staged.entries()) this.#publish(change, sizes[index] ?? 0);
        for (const pending of batch) pending.settle();
      } catch (error) {
        this.#fail(error, batch);
      }
    }
    this.#flushing = undefined;
  }

  async #persist(staged: readonly Staged[]): Promise<number[]> {
    const encoder = new TextEncoder();
    const sizes: number[] = [];
    const batch = this.#level.batch();
    for (const { collection, key, next } of staged) {
      const place = levelKey(collection, key);
      const plain = next === undefined ? undefined : encoder.encode(JSON.stringify(next));
      sizes.push(plain?.length ?? 0);
      if (plain === undefined) batch.del(place);
      else batch.put(place, this.#options.sealed.has(collection) ? this.#options.cipher.seal(plain, place) : plain);
    }
    batch.put(revisionKey, encoder.encode(String(staged.at(-1)?.revision ?? this.#durable)));
    await batch.write({ sync: true });
    return sizes;
  }

  #publish(change: Staged, bytes: number): void {
    const { collection: name, key, next, previous, revision } = change;
    const collection = collectionOf(this.#collections, name);
    if (next === undefined) collection.objects.delete(key);
    else collection.objects.set(key, next);
    if (next === undefined || previous === undefined) collection.sorted = undefined;
    if (this.#overlay.get(`${name}\0${key}`) === change) this.#overlay.delete(`${name}\0${key}`);
    this.#durable = revision;
    const event = toEvent(change, bytes);
    if (event === undefined) return;
    this.#history.append(event);
    for (const listener of this.#listeners) this.#tell(listener, event);
  }

  /** A listener that throws is its own loss: the write is done, and it is not told again. */
  #tell(listener: (event: StoreEvent) => void, event: StoreEvent): void {
    try {
      listener(event);
    } catch {
      this.#listeners.delete(listener);
    }
  }

  /** After a failed write nothing is known about the disk: nothing more is accepted until the store is opened again. */
  #fail(error: unknown, batch: readonly Pending[]): void {
    this.#failure = new Error('the store cannot write any more', { cause: error });
    for (const pending of [...batch, ...this.#queue]) pending.settle(this.#failure);
    this.#queue = [];
    this.#overlay.clear();
  }
}
