import { createHash, type KeyObject, verify } from 'node:crypto';
import { curves, isCurve, toKeyObject, WireReader, wireString } from './ssh-wire.js';

const MAGIC = 'SSHSIG';
const NAMESPACE = 'git';
const armor = /^-----BEGIN SSH SIGNATURE-----\r?\n([A-Za-z0-9+/=\r\n]+)-----END SSH SIGNATURE-----\s*$/;

export const isSshSignature = (text: string): boolean => text.startsWith('-----BEGIN SSH SIGNATURE-----');

/**
 * The key, in its wire form, that a text was signed with for git; or why the signature is not good. Whose key it is is not looked at. The
 * format is that of OpenSSH's PROTOCOL.sshsig; of RSA only the kinds with SHA-2 are taken.
 */
export function verifySshSignature(payload: Buffer, text: string): { readonly key: Buffer } | { readonly problem: string } {
  const body = armor.exec(text)?.[1];
  if (body === undefined) return { problem: 'has an SSH signature that is not well-formed' };
  try {
    return verifyBlob(payload, Buffer.from(body.replaceAll(/[\r\n]/g, ''), 'base64'));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { problem: 'has an SSH signature that is not well-formed, or of a kind that is not supported' };
  }
}

function verifyBlob(payload: Buffer, blob: Buffer): { readonly key: Buffer } | { readonly problem: string } {
  const reader = new WireReader(blob);
  if (reader.take(MAGIC.length).toString('latin1') !== MAGIC || reader.number() !== 1) throw new RangeError('no signature');
  const key = reader.string();
  const [namespace, reserved, hash, signature] = [reader.text(), reader.string(), reader.text(), reader.string()];
  if (!reader.atEnd || (hash !== 'sha256' && hash !== 'sha512')) throw new RangeError('no signature');
  if (namespace !== NAMESPACE) return { problem: `was signed for ${JSON.stringify(namespace.slice(0, 40))} and not for git` };
  const digest = createHash(hash).update(payload).digest();
  const signed = Buffer.concat([
    Buffer.from(MAGIC),
    ...[Buffer.from(namespace), reserved, Buffer.from(hash), digest].map((part) => wireString(part)),
  ]);
  return isGood(signed, signature, key) ? { key } : { problem: 'has a signature that does not fit its content' };
}

function isGood(signed: Buffer, signature: Buffer, blob: Buffer): boolean {
  const reader = new WireReader(signature);
  const format = reader.text();
  const bytes = reader.string();
  if (!reader.atEnd) throw new RangeError('more than a signature');
  const key = toKeyObject(blob);
  const type = new WireReader(blob).text();
  if (type === 'ssh-rsa') return verify(rsaHash(format), signed, key, bytes);
  if (format !== type) throw new RangeError('a signature of another kind than its key');
  return type === 'ssh-ed25519' ? verify(null, signed, key, bytes) : isGoodEcdsa(signed, bytes, { key, type });
}

function rsaHash(format: string): string {
  if (format === 'rsa-sha2-256') return 'sha256';
  if (format === 'rsa-sha2-512') return 'sha512';
  throw new RangeError('an RSA signature with another hash');
}

function isGoodEcdsa(signed: Buffer, bytes: Buffer, { key, type }: { key: KeyObject; type: string }): boolean {
  const name = type.replace('ecdsa-sha2-', '');
  if (!isCurve(name)) throw new RangeError('another curve');
  const { length, hash } = curves[name];
  const reader = new WireReader(bytes);
  const pair = [reader.positive(), reader.positive()].map((part) => {
    if (part.length > length) throw new RangeError('a number that is too large');
    return Buffer.concat([Buffer.alloc(length - part.length), part]);
  });
  if (!reader.atEnd) throw new RangeError('more than a signature');
  return verify(hash, signed, { key, dsaEncoding: 'ieee-p1363' }, Buffer.concat(pair));
}
