import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createFile, readIfPresent, replaceFile } from './private-file.js';

export interface KubeconfigInput {
  readonly directory: string;
  readonly url: string;
  readonly caPem: string;
  readonly token: string;
}

/** The administrator's bearer token: 32 random bytes, made on first use and kept in `token` (0600). */
export async function ensureToken(directory: string): Promise<string> {
  const path = join(directory, 'token');
  const stored = (await readIfPresent(path)) ?? (await createFile(path, `${randomBytes(32).toString('base64url')}\n`));
  const token = stored.toString('utf8').trim();
  if (token.length < 32) throw new Error(`${path} does not hold a token of this server; delete it to get a new one`);
  return token;
}

/** Writes `kubeconfig` (0600, atomically) with one context `towpath`, namespace `default`, and returns its path. */
export async function writeKubeconfig({ directory, url, caPem, token }: KubeconfigInput): Promise<string> {
  const path = join(directory, 'kubeconfig');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name: 'towpath', cluster: { server: url, 'certificate-authority-data': Buffer.from(caPem).toString('base64') } },
    ],
    users: [{ name: 'towpath', user: { token } }],
    contexts: [{ name: 'towpath', context: { cluster: 'towpath', user: 'towpath', namespace: 'default' } }],
    'current-context': 'towpath',
  };
  // JSON is YAML, so kubectl reads it.
  await replaceFile(path, `${JSON.stringify(config, undefined, 2)}\n`);
  return path;
}
