import { ReconcileError } from '../core/errors.js';
import { isNamed, type RawObject } from './resource-cache.js';

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
  const event = parseLine(line);
  if (!isEvent(event)) throw new ReconcileError('Unavailable', 'an event of a watch tells of no object');
  return event;
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new ReconcileError('Unavailable', 'an event of a watch is no JSON');
  }
}

/** Bookmarks have a version and no name, errors neither. */
function isEvent(event: unknown): event is WatchEvent {
  if (typeof event !== 'object' || event === null || !('type' in event) || !('object' in event)) return false;
  const { type, object } = event;
  if (typeof object !== 'object' || object === null) return false;
  if (type === 'ERROR') return true;
  if (type === 'BOOKMARK') return 'metadata' in object && typeof object.metadata === 'object' && object.metadata !== null;
  return isNamed(object);
}
