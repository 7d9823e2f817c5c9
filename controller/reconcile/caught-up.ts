import type { FreshReads } from './ports.js';

/**
 * Brings the caches up to date once, before the first claim: what the leader before has written last may not have reached them yet, and
 * gates judged without it let pass what it holds back. From then on nobody else writes what claims are judged by.
 */
export class CaughtUp {
  readonly #namespaces = new Map<string, Promise<void>>();

  /** Rejects where the API cannot be read; then the next one tries again. */
  in(namespace: string, fresh: Pick<FreshReads, 'catchUp'>, signal: AbortSignal): Promise<void> {
    const known = this.#namespaces.get(namespace);
    if (known !== undefined) return known;
    const asked = fresh.catchUp(namespace, signal).catch((error: unknown) => {
      this.#namespaces.delete(namespace);
      throw error;
    });
    this.#namespaces.set(namespace, asked);
    return asked;
  }
}
