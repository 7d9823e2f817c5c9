import { sha256 } from '../../controller/core/digest.js';
import type { DescriptorReading, Millis } from '../../controller/core/model.js';
import type { Descriptors } from '../../controller/reconcile/ports.js';

/** A bucket of descriptors: made on first sight, then missing, changed or out of reach as the seed will have it. */
export class SimBucket {
  isUnavailable = false;
  readonly missing = new Set<string>();
  /** When one was last changed, taken away or put back. */
  readonly changedAt = new Map<string, Millis>();
  /** How often a descriptor's content was changed. */
  readonly changes = new Map<string, number>();

  /** The digest of what lies there now; undefined where nothing does. */
  sha256(key: string): string | undefined {
    return this.missing.has(key) ? undefined : sha256(this.#content(key)).slice('sha256:'.length);
  }

  #content(key: string): string {
    return JSON.stringify({ components: { api: key, change: String(this.changes.get(key) ?? 0) } });
  }

  reader(wait: (ms: Millis) => Promise<void>, latency: () => Millis): Descriptors {
    return {
      read: async ({ key }): Promise<DescriptorReading> => {
        await wait(latency());
        const digest = this.sha256(key);
        const content = this.#content(key);
        const { isUnavailable } = this;
        await wait(latency());
        if (isUnavailable) return { state: 'unavailable', message: 'the bucket cannot be reached' };
        if (digest === undefined) return { state: 'missing', message: `there is no ${key}` };
        const parsed = JSON.parse(content) as { components: Record<string, string> };
        return { state: 'found', descriptor: { key, sha256: digest, components: parsed.components, content: parsed } };
      },
    };
  }
}
