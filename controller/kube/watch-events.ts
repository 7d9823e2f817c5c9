import { ReconcileError } from '../core/errors.js';
import type { RawObject } from './resource-cache.js';

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: RawObject & { readonly code?: number; readonly reason?: string };
}

/** No object is larger than what etcd takes (1.5 MiB), escapes included. */
const maxLineLength = 16 * 1024 * 1024;

/** The events of a watch as they come in: one JSON object a line. Throws for what is no such stream. */
export async function* watchEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<WatchEvent[]> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > maxLineLength) throw new ReconcileError('Unavailable', 'an event of a watch is too long');
    yield lines.filter((line) => line.trim() !== '').map(parseEvent);
  }
}

function parseEvent(line: string): WatchEvent {
  try {
    return JSON.parse(line) as WatchEvent;
  } catch {
    throw new ReconcileError('Unavailable', 'an event of a watch is no JSON');
  }
}
