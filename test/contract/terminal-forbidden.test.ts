import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { towpath } from '../support/terminal-world.js';

const tls = 'test/support/s3/tls';

describe('a cluster that lets people look into one namespace alone', () => {
  let folder: string;
  let server: Server;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'towpath-forbidden-'));
    const [cert, key, ca] = await Promise.all(
      ['server.pem', 'server-key.pem', 'ca.pem'].map((file) => readFile(`${tls}/${file}`)),
    );
    server = createServer({ cert, key } as object, ({ url = '' }, response) => {
      const isAllowed = url.includes('/namespaces/mine/');
      response
        .writeHead(isAllowed ? 200 : 403)
        .end(JSON.stringify(isAllowed ? { metadata: {}, items: [] } : { reason: 'Forbidden' }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const url = `https://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
    const config = {
      clusters: [{ name: 'c', cluster: { server: url, 'certificate-authority-data': ca?.toString('base64') } }],
      users: [{ name: 'u', user: { token: 'x' } }],
      contexts: [{ name: 'usual', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'usual',
    };
    await writeFile(join(folder, 'kubeconfig'), JSON.stringify(config));
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true });
  });

  const get = (...args: string[]) => towpath(['get', ...args, '--kubeconfig', join(folder, 'kubeconfig')]);

  it('is asked for that one where it is named, and else says how', async () => {
    expect(await get('--namespace', 'mine')).toEqual({ code: 0, stdout: '', stderr: 'no environments\n' });
    expect(await get()).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'towpath: the API server does not allow Towpath to list environments (403) in all namespaces: name yours with --namespace\n',
    });
    expect((await get('--namespace', 'other')).stderr).toBe(
      'towpath: the API server does not allow Towpath to list environments (403)\n',
    );
  });
});
