import { limits } from '../core/documents/limits.js';

/** What reading one object gave: its bytes as stored, or a sentence. Only `unavailable` is worth a retry. */
export type ObjectReading = { readonly state: 'found'; readonly bytes: Uint8Array; readonly versionId?: string } | ObjectFailure;

export interface ObjectFailure {
  readonly state: 'missing' | 'invalid' | 'unavailable';
  readonly message: string;
}

/** The most bytes that are read of an object: as many as a descriptor may have. */
export const objectLimitBytes = limits.descriptorBytes;

/** The longest key that S3 knows, in bytes of UTF-8. */
const keyLimitBytes = 1024;

/** What is wrong with a key, or undefined. `.` and `..` are refused: they could leave the bucket behind a proxy, or the folder. */
export function findKeyFault(key: string): string | undefined {
  if (key === '') return 'the key is empty';
  if (Buffer.byteLength(key) > keyLimitBytes) return `the key is longer than ${keyLimitBytes} bytes`;
  if (/\p{Cc}/u.test(key)) return 'the key has control characters';
  if (key.split('/').some((segment) => segment === '.' || segment === '..'))
    return `the key ${JSON.stringify(key)} has a . or .. segment`;
  return undefined;
}

export function tooLarge(key: string): ObjectFailure {
  return { state: 'invalid', message: `${JSON.stringify(key)} is larger than ${objectLimitBytes / 1024 / 1024} MiB` };
}
