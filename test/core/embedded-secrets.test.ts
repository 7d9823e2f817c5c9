import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureToken, writeKubeconfig } from '../../controller/embedded/credentials.js';
import { openCipher } from '../../controller/embedded/encryption.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'towpath-secrets-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const plain = Buffer.from('hunter2');
const mode = async (name: string) => (await stat(join(directory, name))).mode & 0o777;

describe('the cipher', () => {
  it('opens what it sealed, also after a restart, and never seals alike', async () => {
    const cipher = await openCipher(directory);
    const first = cipher.seal(plain, 'default/db');
    const second = cipher.seal(plain, 'default/db');
    const reopened = await openCipher(directory);
    expect(Buffer.from(reopened.open(first, 'default/db'))).toEqual(plain);
    expect(Buffer.from(reopened.open(second, 'default/db'))).toEqual(plain);
    expect(Buffer.from(first).equals(second)).toBe(false);
    expect(Buffer.from(first).includes(plain)).toBe(false);
  });

  it('seals and opens an empty value', async () => {
    const cipher = await openCipher(directory);
    expect(Buffer.from(cipher.open(cipher.seal(new Uint8Array(0), 'a'), 'a'))).toEqual(Buffer.alloc(0));
  });

  it('refuses a value that was moved to another place', async () => {
    const cipher = await openCipher(directory);
    const sealed = cipher.seal(plain, 'default/db');
    expect(() => cipher.open(sealed, 'default/other')).toThrow('the sealed value of default/other was changed or moved');
  });

  it('refuses a value with any bit changed', async () => {
    const cipher = await openCipher(directory);
    const sealed = cipher.seal(plain, 'default/db');
    for (const index of sealed.keys()) {
      const changed = Uint8Array.from(sealed);
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(() => cipher.open(changed, 'default/db'), `byte ${index}`).toThrow(/^the sealed value of default\/db /);
    }
  });

  it('refuses a value that is cut short at any length', async () => {
    const cipher = await openCipher(directory);
    const sealed = cipher.seal(plain, 'default/db');
    for (const length of sealed.keys()) {
      expect(() => cipher.open(sealed.subarray(0, length), 'default/db'), `${length} bytes`).toThrow(/^the sealed value of/);
    }
  });

  it('says when the key is another one', async () => {
    const sealed = (await openCipher(directory)).seal(plain, 'default/db');
    await rm(join(directory, 'encryption-key'));
    const other = await openCipher(directory);
    expect(() => other.open(sealed, 'default/db')).toThrow(
      'the sealed value of default/db was made with another encryption key; restore the key that belongs to this store',
    );
  });

  it('refuses a key of a wrong length instead of making a new one', async () => {
    await writeFile(join(directory, 'encryption-key'), 'short');
    await expect(openCipher(directory)).rejects.toThrow('encryption-key holds 5 bytes, a key has 32; restore it from a backup');
  });

  it('makes one key however many open it at once, readable by the owner alone', async () => {
    const [first, ...others] = await Promise.all(Array.from({ length: 8 }, () => openCipher(directory)));
    const sealed = first?.seal(plain, 'x') ?? new Uint8Array(0);
    for (const cipher of others) expect(Buffer.from(cipher.open(sealed, 'x'))).toEqual(plain);
    expect(await readdir(directory)).toEqual(['encryption-key']);
    expect(await mode('encryption-key')).toBe(0o600);
  });
});

describe('the token', () => {
  it('is 32 random bytes that stay the same, readable by the owner alone', async () => {
    const token = await ensureToken(directory);
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    expect(await ensureToken(directory)).toBe(token);
    expect(await mode('token')).toBe(0o600);
  });

  it('is made private again when the file was opened to others', async () => {
    await writeFile(join(directory, 'token'), 'x'.repeat(43), { mode: 0o644 });
    await ensureToken(directory);
    expect(await mode('token')).toBe(0o600);
  });

  it('is not taken from a damaged file', async () => {
    await writeFile(join(directory, 'token'), '');
    await expect(ensureToken(directory)).rejects.toThrow(
      /token does not hold a token of this server; delete it to get a new one$/,
    );
  });
});

describe('the kubeconfig', () => {
  it('holds one context, and replaces the one before it', async () => {
    await writeKubeconfig({ directory, url: 'https://127.0.0.1:1', caPem: 'old', token: 'old' });
    const path = await writeKubeconfig({ directory, url: 'https://127.0.0.1:2', caPem: 'CA', token: 'secret' });
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'towpath', cluster: { server: 'https://127.0.0.1:2', 'certificate-authority-data': 'Q0E=' } }],
      users: [{ name: 'towpath', user: { token: 'secret' } }],
      contexts: [{ name: 'towpath', context: { cluster: 'towpath', user: 'towpath', namespace: 'default' } }],
      'current-context': 'towpath',
    });
    expect(await readdir(directory)).toEqual(['kubeconfig']);
    expect(await mode('kubeconfig')).toBe(0o600);
  });
});
