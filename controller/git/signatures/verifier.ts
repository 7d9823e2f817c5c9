import { sha256 } from '../../core/digest.js';
import type { CommitSignature } from '../../core/governance.js';
import type { Digest } from '../../core/units.js';
import { isOpenPgpSignature, type OpenPgpKey, readOpenPgpKeys, verifyOpenPgpSignature } from './openpgp-signature.js';
import { splitSignedCommit } from './signed-commit.js';
import { isSshSignature, verifySshSignature } from './ssh-signature.js';
import { parseSshKey, sshFingerprint } from './ssh-wire.js';

const armoredKey = '-----BEGIN PGP ';

/** Verifies commits by a list of public keys: OpenPGP, armored, or SSH, in one line. Keys that cannot be read verify nothing. */
export class Verifier {
  readonly #ssh: readonly { readonly text: Digest; readonly blob: Buffer }[];
  readonly #armored: readonly string[];
  #openPgp: Promise<OpenPgpKey<Digest>[]> | undefined;

  constructor(keys: Iterable<string>) {
    const texts = [...new Set([...keys].map((key) => key.trim()))];
    this.#armored = texts.filter((text) => text.includes(armoredKey));
    this.#ssh = texts.flatMap((text) => {
      const blob = text.includes(armoredKey) ? undefined : parseSshKey(text);
      return blob === undefined ? [] : [{ text: sha256(text), blob }];
    });
  }

  /** What the signature of a commit object comes to. */
  async verify(raw: Buffer): Promise<CommitSignature> {
    const signed = splitSignedCommit(raw);
    if (signed === undefined) return { problem: 'is not signed' };
    if (signed === 'several') return { problem: 'has more than one signature' };
    const { payload, signature } = signed;
    if (isSshSignature(signature)) return this.#verifySsh(payload, signature);
    if (isOpenPgpSignature(signature)) return this.#verifyOpenPgp(payload, signature);
    return { problem: 'is signed in a way that is not supported; use SSH or OpenPGP' };
  }

  #verifySsh(payload: Buffer, signature: string): CommitSignature {
    const verdict = verifySshSignature(payload, signature);
    if ('problem' in verdict) return verdict;
    const signedBy = sshFingerprint(verdict.key);
    const keys = this.#ssh.filter(({ blob }) => blob.equals(verdict.key)).map(({ text }) => text);
    return keys.length === 0 ? { problem: `is signed with the SSH key ${signedBy}, which is not known` } : { signedBy, keys };
  }

  async #verifyOpenPgp(payload: Buffer, signature: string): Promise<CommitSignature> {
    this.#openPgp ??= Promise.all(this.#armored.map((text) => readOpenPgpKeys(text, sha256(text)))).then((all) => all.flat());
    const verdict = await verifyOpenPgpSignature(payload, signature, await this.#openPgp);
    return 'problem' in verdict ? verdict : { signedBy: verdict.fingerprint.toUpperCase(), keys: verdict.owners };
  }
}
