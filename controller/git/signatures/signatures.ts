import { sha256 } from '../../core/digest.js';
import type { CommitSignature } from '../../core/governance.js';
import type { Digest } from '../../core/units.js';
import { Verifier } from './verifier.js';

/** Keys expire: what was found is looked at again after an hour, as soon as there is a new commit. */
const KEPT_MS = 3_600_000;
const MOST_KEPT = 10_000;

/** What the signatures of commits came to, kept as long as the keys stay the same. */
export class Signatures {
  #keys: Digest | undefined;
  #verifier = new Verifier([]);
  readonly #known = new Map<string, { readonly signature: CommitSignature; readonly at: number }>();

  /** Verifies by these keys. */
  by(keys: readonly string[]): (sha: string, raw: Buffer) => Promise<CommitSignature> {
    const digest = sha256(JSON.stringify([...keys].sort()));
    if (digest !== this.#keys || this.#known.size > MOST_KEPT) {
      this.#keys = digest;
      this.#verifier = new Verifier(keys);
      this.#known.clear();
    }
    return (sha, raw) => this.#verify(sha, raw);
  }

  async #verify(sha: string, raw: Buffer): Promise<CommitSignature> {
    const known = this.#known.get(sha);
    if (known !== undefined && performance.now() - known.at < KEPT_MS) return known.signature;
    const signature = await this.#verifier.verify(raw);
    this.#known.set(sha, { signature, at: performance.now() });
    return signature;
  }
}
