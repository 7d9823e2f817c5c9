import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createFile, readIfPresent } from './private-file.js';

export interface Cipher {
  /** Encrypts; the same `context` (where the value is kept) is needed to open it. */
  seal(plain: Uint8Array, context: string): Uint8Array;
  /** Decrypts. Throws an Error when the key is another one, the context differs or the value was changed. */
  open(sealed: Uint8Array, context: string): Uint8Array;
}

const formatVersion = 1;
const keyIdBytes = 4;
const nonceBytes = 12;
const tagBytes = 16;
const headerBytes = 1 + keyIdBytes;

/**
 * AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce, under a key that is made on first use and kept in `encryption-key` (0600).
 * A sealed value: format version, key id, nonce, ciphertext, tag. Header and context are authenticated.
 */
export async function openCipher(directory: string): Promise<Cipher> {
  const path = join(directory, 'encryption-key');
  const key = (await readIfPresent(path)) ?? (await createFile(path, randomBytes(32)));
  if (key.length !== 32) throw new Error(`${path} holds ${key.length} bytes, a key has 32; restore it from a backup`);
  const header = Buffer.concat([Buffer.of(formatVersion), keyIdOf(key)]);
  return {
    seal: (plain, context) => {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes }).setAAD(
        authenticated(header, context),
      );
      return Buffer.concat([header, nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
    },
    open: (sealed, context) => {
      const { nonce, text, tag } = split(Buffer.from(sealed), header, context);
      const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes });
      decipher.setAAD(authenticated(header, context)).setAuthTag(tag);
      try {
        return Buffer.concat([decipher.update(text), decipher.final()]);
      } catch (cause) {
        throw new Error(`the sealed value of ${context} was changed or moved`, { cause });
      }
    },
  };
}

interface SealedParts {
  readonly nonce: Buffer;
  readonly text: Buffer;
  readonly tag: Buffer;
}

function split(sealed: Buffer, header: Buffer, context: string): SealedParts {
  if (sealed.length < headerBytes + nonceBytes + tagBytes) throw new Error(`the sealed value of ${context} is cut short`);
  if (sealed[0] !== formatVersion) throw new Error(`the sealed value of ${context} has an unknown format`);
  if (!sealed.subarray(0, headerBytes).equals(header)) {
    throw new Error(
      `the sealed value of ${context} was made with another encryption key; restore the key that belongs to this store`,
    );
  }
  return {
    nonce: sealed.subarray(headerBytes, headerBytes + nonceBytes),
    text: sealed.subarray(headerBytes + nonceBytes, sealed.length - tagBytes),
    tag: sealed.subarray(sealed.length - tagBytes),
  };
}

function authenticated(header: Buffer, context: string): Buffer {
  return Buffer.concat([header, Buffer.from(context, 'utf8')]);
}

function keyIdOf(key: Buffer): Buffer {
  return createHash('sha256').update('towpath key id').update(key).digest().subarray(0, keyIdBytes);
}
