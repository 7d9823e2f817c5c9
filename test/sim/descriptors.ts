import { createHash } from 'node:crypto';
import type { DescriptorReading, Millis } from '../../controller/core/model.js';
import type { Descriptors } from '../../controller/reconcile/ports.js';
import { createDescriptorParser } from '../../controller/s3/descriptor-reading.js';
import { toObjectFailure } from '../../controller/s3/failures.js';
import type { ObjectReading } from '../../controller/s3/object.js';
import { createFetch, type S3World } from './s3.js';

/** What lies under a key in place of the descriptor that was first put there. */
export type Damage = 'missing' | 'truncated' | 'of another version';

/** A bucket of descriptors: made on first sight, then missing, changed, broken or out of reach as the seed will have it. */
export class SimBucket {
  /** When one was last changed, taken away or put back. */
  readonly changedAt = new Map<string, Millis>();
  readonly #damage = new Map<string, Damage>();
  /** How often a descriptor's content was changed. */
  readonly #changes = new Map<string, number>();
  readonly #parser = createDescriptorParser();
  readonly #now: () => Millis;

  constructor(now: () => Millis) {
    this.#now = now;
  }

  /** Another one is put under the same key. */
  change(key: string): void {
    this.#changes.set(key, (this.#changes.get(key) ?? 0) + 1);
    this.changedAt.set(key, this.#now());
  }

  damage(key: string, damage: Damage): void {
    this.#damage.set(key, damage);
    this.changedAt.set(key, this.#now());
  }

  repair(key: string): void {
    if (this.#damage.delete(key)) this.changedAt.set(key, this.#now());
  }

  repairAll(): void {
    for (const key of [...this.#damage.keys()]) this.repair(key);
  }

  /** The digest of the descriptor that lies there now; undefined where none does, or one that is none. */
  sha256(key: string): string | undefined {
    return this.#damage.has(key)
      ? undefined
      : createHash('sha256')
          .update(this.#text(key) ?? '')
          .digest('hex');
  }

  /** The real parser over a simulated service. */
  reader(world: S3World): Descriptors {
    return {
      read: async (request, signal): Promise<DescriptorReading> => {
        const fetch = createFetch(world, (key) => this.#text(key), signal);
        return this.#parser.parse(await fetched(fetch, request.key, signal), request);
      },
    };
  }

  #text(key: string): string | undefined {
    const damage = this.#damage.get(key);
    if (damage === 'missing') return undefined;
    const [product = '', file = ''] = key.split('/');
    const version = damage === 'of another version' ? '9.9.9' : file.replace(/\.json$/, '');
    const text = JSON.stringify({ product, version, components: { api: version, web: `1.0.${this.#changes.get(key) ?? 0}` } });
    return damage === 'truncated' ? text.slice(0, -10) : text;
  }
}

async function fetched(fetch: ReturnType<typeof createFetch>, key: string, signal: AbortSignal): Promise<ObjectReading> {
  const place = { bucket: 'candidates', key };
  try {
    return await fetch(place);
  } catch (error) {
    signal.throwIfAborted();
    return toObjectFailure(error, place);
  }
}
