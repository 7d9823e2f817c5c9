export interface Cipher {
  seal(plain: Uint8Array, context: string): Uint8Array;
  open(sealed: Uint8Array, context: string): Uint8Array;
}

/** AES-256-GCM under a key kept in `directory`. */
export function openCipher(_directory: string): Promise<Cipher> {
  return Promise.reject(new Error('not implemented'));
}
