import type { Millis } from '../../controller/core/model.js';
import type { StoredEvent } from './api.js';
import type { ApiWorld } from './api-client.js';
import type { Owner } from './scheduler.js';

export interface WatchFaults {
  /** Events come late: up to so many milliseconds, with this probability for each delivery. */
  lag: number;
  lagMs: Millis;
  /** The watch goes silent at a delivery and stays so, until its reader takes it for dead. */
  silent: number;
  /** It ends at a delivery, as servers end them at any time. */
  cut: number;
  /** Of several events about one object only the last comes. */
  coalesced: number;
}

export const calmWatch: WatchFaults = { lag: 0, lagMs: 0, silent: 0, cut: 0, coalesced: 0 };

interface Opening {
  readonly plural: string;
  readonly since: number;
  readonly stallMs: Millis;
  readonly endMs: Millis;
  readonly owner: Owner;
}

const encoder = new TextEncoder();
const bookmarkMs = 60_000;

/** The body of one watch: lines of JSON as they come in, late, in one go, cut off, or not at all. */
export class ApiWatch implements AsyncIterable<Uint8Array> {
  readonly #world: ApiWorld;
  readonly #opening: Opening;
  #position: number;
  #chunks: Uint8Array[] = [];
  #waiting: (() => void) | undefined;
  #ended: 'closed' | 'stalled' | 'aborted' | undefined;
  #isDue = false;
  #isSilent = false;
  #cancelStall: () => void = () => undefined;

  constructor(world: ApiWorld, opening: Opening, signal: AbortSignal) {
    this.#world = world;
    this.#opening = opening;
    this.#position = opening.since;
    const { api, scheduler } = world;
    const listen = (plural: string) => {
      if (plural === opening.plural) this.#schedule();
    };
    api.onEvent.push(listen);
    this.#closed = () => {
      const at = api.onEvent.indexOf(listen);
      if (at >= 0) api.onEvent.splice(at, 1);
    };
    signal.addEventListener('abort', () => this.#end('aborted'), { once: true });
    if (opening.since < api.compactedAt) {
      this.#push('{"type":"ERROR","object":{"code":410,"reason":"Expired","metadata":{}}}\n');
      this.#end('closed');
      return;
    }
    this.#heard();
    scheduler.after(opening.endMs, () => this.#end('closed'));
    this.#bookmark();
    this.#schedule();
  }

  readonly #closed: () => void;

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (;;) {
      const chunk = this.#chunks.shift();
      if (chunk !== undefined) {
        yield chunk;
        continue;
      }
      if (this.#ended === 'stalled') throw Object.assign(new Error('body timeout'), { code: 'UND_ERR_BODY_TIMEOUT' });
      if (this.#ended === 'aborted') throw new Error('aborted');
      if (this.#ended !== undefined) return;
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
    }
  }

  #schedule(): void {
    if (this.#isDue || this.#ended !== undefined || this.#opening.owner.dead) return;
    this.#isDue = true;
    const { random, faults, scheduler } = this.#world;
    const lagMs = random.chance(faults.watch.lag) ? random.between(100, faults.watch.lagMs) : random.between(1, 30);
    scheduler.after(lagMs, () => this.#deliver(), this.#opening.owner);
  }

  #deliver(): void {
    this.#isDue = false;
    const { random, faults, api } = this.#world;
    if (this.#ended !== undefined) return;
    if (random.chance(faults.watch.silent)) this.#isSilent = true;
    if (this.#isSilent) return;
    if (!api.isUp || random.chance(faults.watch.cut)) {
      this.#end('closed');
      return;
    }
    const events = api.events(this.#opening.plural);
    let first = events.length;
    while (first > 0 && (events[first - 1]?.version ?? 0) > this.#position) first -= 1;
    const fresh = events.slice(first);
    if (fresh.length === 0) return;
    this.#position = fresh.at(-1)?.version ?? this.#position;
    for (const event of random.chance(faults.watch.coalesced) ? coalesced(fresh) : fresh) this.#chunks.push(encoded(event));
    this.#heard();
    this.#wake();
  }

  /** As servers do each minute, so that a quiet watch can be told from a dead one. */
  #bookmark(): void {
    this.#world.scheduler.after(
      bookmarkMs,
      () => {
        if (this.#ended !== undefined) return;
        if (!this.#world.api.isUp) return this.#end('closed');
        if (!this.#isSilent && !this.#isDue) {
          this.#push(`{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"${this.#position}"}}}\n`);
          this.#heard();
        }
        this.#bookmark();
      },
      this.#opening.owner,
    );
  }

  #push(line: string): void {
    this.#chunks.push(encoder.encode(line));
    this.#wake();
  }

  #heard(): void {
    this.#cancelStall();
    this.#cancelStall = this.#world.scheduler.after(this.#opening.stallMs, () => this.#end('stalled'), this.#opening.owner);
  }

  #end(how: 'closed' | 'stalled' | 'aborted'): void {
    if (this.#ended !== undefined) return;
    this.#ended = how;
    this.#cancelStall();
    this.#closed();
    this.#wake();
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.();
  }
}

function encoded(event: StoredEvent): Uint8Array {
  event.bytes ??= encoder.encode(`${JSON.stringify({ type: event.type, object: event.object })}\n`);
  return event.bytes;
}

/** Modifications of an object that another one follows are left out. */
function coalesced(events: readonly StoredEvent[]): StoredEvent[] {
  return events.filter(
    (event, at) =>
      event.type !== 'MODIFIED' ||
      !events.slice(at + 1).some(({ type, object }) => type === 'MODIFIED' && object.metadata.uid === event.object.metadata.uid),
  );
}
