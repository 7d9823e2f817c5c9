import type { PublicKey, Signature } from 'openpgp';

export const isOpenPgpSignature = (text: string): boolean => text.startsWith('-----BEGIN PGP SIGNATURE-----');

/** Loaded when the first commit that was signed so is met: it is large. */
const load = () => import('openpgp');

/** A key as somebody wrote it down, and what it is. */
export interface OpenPgpKey<T> {
  readonly owner: T;
  readonly key: PublicKey;
}

/** The public keys of an armored text, none where it cannot be read. Private keys are taken for what is public of them. */
export async function readOpenPgpKeys<T>(armored: string, owner: T): Promise<OpenPgpKey<T>[]> {
  const { readKeys } = await load();
  try {
    const keys = await readKeys({ armoredKeys: armored });
    return keys.map((key) => ({ owner, key: key.toPublic() }));
  } catch {
    return [];
  }
}

/**
 * Who of the owners of keys signed a text, with the fingerprint of the key; or why the signature is not good. A key has to be valid when it
 * signed, and still: what it says of its time of signing is its own word.
 */
export async function verifyOpenPgpSignature<T>(
  payload: Buffer,
  text: string,
  keys: readonly OpenPgpKey<T>[],
): Promise<{ readonly owners: T[]; readonly fingerprint: string } | { readonly problem: string }> {
  const signature = await readOpenPgpSignature(text);
  if (signature === undefined) return { problem: 'has an OpenPGP signature that is not well-formed' };
  const [packet] = signature.packets;
  const id = packet?.issuerKeyID;
  const known = keys.filter(({ key }) => id !== undefined && key.getKeys(id).length > 0);
  const [first] = known;
  if (id === undefined || first === undefined)
    return { problem: `is signed with the OpenPGP key ${id?.toHex() ?? ''}, which is not known` };
  const owners: T[] = [];
  let problem = 'has a signature that does not fit its content';
  for (const { key, owner } of known) {
    const verdict = await problemOf(payload, signature, key);
    if (verdict === undefined) owners.push(owner);
    else problem = verdict;
  }
  return owners.length > 0 ? { owners, fingerprint: first.key.getFingerprint() } : { problem };
}

/** One signature; undefined where it is none, or more. */
async function readOpenPgpSignature(text: string): Promise<Signature | undefined> {
  const { readSignature } = await load();
  try {
    const signature = await readSignature({ armoredSignature: text });
    return signature.packets.length === 1 ? signature : undefined;
  } catch {
    return undefined;
  }
}

async function problemOf(payload: Buffer, signature: Signature, key: PublicKey): Promise<string | undefined> {
  const { createMessage, verify } = await load();
  const [packet] = signature.packets;
  if (packet === undefined || !(await isValidKey(key, packet.issuerKeyID)))
    return 'is signed with an OpenPGP key that has expired, or was revoked';
  try {
    const message = await createMessage({ binary: new Uint8Array(payload) });
    const { signatures } = await verify({ message, signature, verificationKeys: key, format: 'binary' });
    const [only] = signatures;
    return only !== undefined && (await only.verified) ? undefined : 'has a signature that does not fit its content';
  } catch (error) {
    const expired = error instanceof Error && /expired|revoked/i.test(error.message);
    return expired
      ? 'is signed with an OpenPGP key that had expired, or was revoked'
      : 'has a signature that does not fit its content';
  }
}

/** Now. */
async function isValidKey(key: PublicKey, id: Parameters<PublicKey['getSigningKey']>[0]): Promise<boolean> {
  try {
    await key.getSigningKey(id);
    return true;
  } catch {
    return false;
  }
}
