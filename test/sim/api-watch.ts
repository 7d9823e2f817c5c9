import type { Millis } from '../../controller/core/model.js';
import type { WatchEvent } from '../../controller/kube/watch-events.js';
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

const bookmarkMs = 60_000;

type Batch = readonly WatchEvent[];

/** One watch: events as they come in, late, in one go, cut off, or not at all. */
export class ApiWatch implements AsyncIterable<Batch>, AsyncIterator<Batch> {
  readonly #world: ApiWorld;
  readonly #opening: Opening;
  #position: number;
  #batches: Batch[] = [];
  #waiting: { resolve: (result: IteratorResult<Batch, undefined>) => void; reject: (error: Error) => void } | undefined;
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
      this.#push([{ type: 'ERROR', object: { code: 410, reason: 'Expired', metadata: { name: '', namespace: '' } } }]);
      this.#end('closed');
      return;
    }
    this.#heard();
    scheduler.after(opening.endMs, () => this.#end('closed'));
    this.#bookmark();
    this.#schedule();
  }

  readonly #closed: () => void;

  [Symbol.asyncIterator](): AsyncIterator<Batch> {
    return this;
  }

  next(): Promise<IteratorResult<Batch, undefined>> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#wake();
    });
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
    this.#push((random.chance(faults.watch.coalesced) ? coalesced(fresh) : fresh) as unknown as Batch);
    this.#heard();
  }

  /** As servers do each minute, so that a quiet watch can be told from a dead one. */
  #bookmark(): void {
    this.#world.scheduler.after(
      bookmarkMs,
      () => {
        if (this.#ended !== undefined) return;
        if (!this.#world.api.isUp) return this.#end('closed');
        if (!this.#isSilent && !this.#isDue) {
          const metadata = { name: '', namespace: '', resourceVersion: String(this.#position) };
          this.#push([{ type: 'BOOKMARK', object: { metadata } }]);
          this.#heard();
        }
        this.#bookmark();
      },
      this.#opening.owner,
    );
  }

  #push(batch: Batch): void {
    this.#batches.push(batch);
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

  /** Gives the next batch to who waits for it, or tells how the watch has ended. */
  #wake(): void {
    const waiting = this.#waiting;
    const value = waiting && this.#batches.shift();
    if (waiting === undefined || (value === undefined && this.#ended === undefined)) return;
    this.#waiting = undefined;
    if (value !== undefined) waiting.resolve({ value, done: false });
    else if (this.#ended === 'stalled')
      waiting.reject(Object.assign(new Error('body timeout'), { code: 'UND_ERR_BODY_TIMEOUT' }));
    else if (this.#ended === 'aborted') waiting.reject(new Error('aborted'));
    else waiting.resolve({ value: undefined, done: true });
  }
}

/** Modifications of an object that another one follows are left out. */
function coalesced(events: readonly StoredEvent[]): StoredEvent[] {
  return events.filter(
    (event, at) =>
      event.type !== 'MODIFIED' ||
      !events.slice(at + 1).some(({ type, object }) => type === 'MODIFIED' && object.metadata.uid === event.object.metadata.uid),
  );
}
