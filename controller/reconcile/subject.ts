import type { Millis } from '../core/model.js';
import type { EnvironmentResource } from '../core/resources/environment.js';
import type { CaughtUp } from './caught-up.js';
import type { Memory, Subject } from './gather.js';
import type { Locks } from './locks.js';
import type { Ports } from './ports.js';

export interface EnvironmentLoop {
  readonly ports: Ports;
  readonly memory: Memory;
  readonly locks: Locks;
  readonly caughtUp: CaughtUp;
}

export interface Act {
  readonly subject: Subject;
  readonly loop: EnvironmentLoop;
  readonly signal: AbortSignal;
}

export interface Performed {
  readonly afterMs?: Millis | undefined;
  readonly error?: unknown;
}

/** What is counted and then claimed is counted and claimed under this name. */
export const lockOf = ({ environment }: Subject): string => environment.metadata.namespace;

/** What one pass is about, as the caches have it. */
export function subjectOf(environment: EnvironmentResource, { ports, memory }: EnvironmentLoop): Subject {
  const { namespace, name } = environment.metadata;
  const published = memory.published.of({ namespace, name });
  const source = ports.sources.get({ namespace, name: published?.source.name ?? environment.spec.source });
  const holds = ports.holds.list().filter((hold) => hold.metadata.namespace === namespace);
  const unreadable = ports.holds.quarantined(namespace);
  const unread =
    published === undefined && source !== undefined && !memory.published.has({ namespace, name: source.metadata.name });
  return { environment, published, unread, source, holds, ...(unreadable.length === 0 ? {} : { unreadableHolds: unreadable }) };
}
