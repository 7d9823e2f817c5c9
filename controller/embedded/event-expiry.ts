import type { ApiContext } from './exchange.js';
import { objectKey } from './registry.js';

const eventCollection = '/events';
const eventLifetimeMs = 3_600_000;
const sweepEveryMs = 60_000;

/** Deletes events an hour after they were last written. Returns what stops it. */
export function startEventExpiry(context: ApiContext): () => void {
  const timer = setInterval(() => {
    // A store that cannot write says so to every client; the sweep has nothing to add.
    expireEvents(context).catch(() => {});
  }, sweepEveryMs);
  timer.unref();
  return () => clearInterval(timer);
}

export async function expireEvents({ store, now }: ApiContext): Promise<void> {
  const before = now() - eventLifetimeMs;
  await store.write((transaction) => {
    for (const key of transaction.keys(eventCollection)) {
      const event = transaction.get(eventCollection, key);
      if (event === undefined || lastWritten(event.metadata) > before) continue;
      transaction.delete(eventCollection, objectKey(event.metadata.namespace ?? '', event.metadata.name));
    }
  });
}

function lastWritten(metadata: { [field: string]: unknown }): number {
  const entries = Array.isArray(metadata.managedFields) ? (metadata.managedFields as { time?: string }[]) : [];
  const times = [metadata.creationTimestamp, ...entries.map((entry) => entry.time)];
  return Math.max(0, ...times.map((time) => (typeof time === 'string' ? Date.parse(time) : 0)));
}
