import type { ApiObject } from './resource-type.js';
import type { Staged } from './transaction.js';

/** One durable change. `previous` is what stood there before, `bytes` about what it costs to keep. */
export interface StoreEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly revision: number;
  readonly collection: string;
  readonly key: string;
  readonly object: ApiObject;
  readonly previous: ApiObject | undefined;
  readonly bytes: number;
}

/** The latest changes, oldest first, bounded by number and size; lists and watches of the recent past are served from it. */
export interface History {
  append(event: StoreEvent): void;
  /** The changes of one collection after a revision, or undefined when the history does not reach back that far. */
  since(revision: number, collection: string): readonly StoreEvent[] | undefined;
  /** The oldest revision that can still be asked for. */
  floor(): number;
}

export interface HistoryLimits {
  readonly events: number;
  readonly bytes: number;
}

export function createHistory(openedAt: number, limits: HistoryLimits): History {
  let events: StoreEvent[] = [];
  let first = 0;
  let bytes = 0;
  let floor = openedAt;

  const dropOldest = (): void => {
    const oldest = events[first];
    first += 1;
    bytes -= oldest?.bytes ?? 0;
    floor = oldest?.revision ?? floor;
    if (first > 1024 && first * 2 > events.length) {
      events = events.slice(first);
      first = 0;
    }
  };

  const indexAfter = (revision: number): number => {
    let low = first;
    let high = events.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((events[middle]?.revision ?? 0) <= revision) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  return {
    append(event) {
      events.push(event);
      bytes += event.bytes;
      while (events.length - first > limits.events || (bytes > limits.bytes && events.length - first > 1)) dropOldest();
    },
    since(revision, collection) {
      if (revision < floor) return undefined;
      return events.slice(indexAfter(revision)).filter((event) => event.collection === collection);
    },
    floor: () => floor,
  };
}

/** The event of a stored change; undefined for the deletion of what was not there. */
export function toEvent({ collection, key, next, previous, revision }: Staged, bytes: number): StoreEvent | undefined {
  if (next !== undefined) {
    return { type: previous === undefined ? 'ADDED' : 'MODIFIED', revision, collection, key, object: next, previous, bytes };
  }
  if (previous === undefined) return undefined;
  const object = { ...previous, metadata: { ...previous.metadata, resourceVersion: String(revision) } };
  return { type: 'DELETED', revision, collection, key, object, previous, bytes };
}
