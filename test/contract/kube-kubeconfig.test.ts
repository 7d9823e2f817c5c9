import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KubeClient } from '../../controller/kube/client.js';
import { openConnection } from '../../controller/kube/connection.js';

const tls = 'test/support/s3/tls';

/** A server that says who it takes the client for. */
describe('a kubeconfig', () => {
  let folder: string;
  let server: Server;
  let url: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'towpath-plain-'));
    const [cert, key, ca] = await Promise.all(
      ['server.pem', 'server-key.pem', 'ca.pem'].map((file) => readFile(`${tls}/${file}`)),
    );
    server = createServer({ cert, key, ca, requestCert: true, rejectUnauthorized: false } as object, (request, response) => {
      const { subject } = (request.socket as TLSSocket).getPeerCertificate();
      const { authorization = '' } = request.headers;
      response.end(JSON.stringify({ authorization, certificate: subject?.CN ?? '' }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    url = `https://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true });
  });

  const write = async (user: object, cluster: object = {}) => {
    const ca = (await readFile(`${tls}/ca.pem`)).toString('base64');
    const config = {
      clusters: [{ name: 'c', cluster: { server: url, 'certificate-authority-data': ca, ...cluster } }],
      users: [
        { name: 'u', user },
        { name: 'other', user: { token: 'of-the-other' } },
      ],
      contexts: [
        { name: 'usual', context: { cluster: 'c', user: 'u' } },
        { name: 'second', context: { cluster: 'c', user: 'other' } },
      ],
      'current-context': 'usual',
    };
    const path = join(folder, 'kubeconfig');
    await writeFile(path, JSON.stringify(config));
    return path;
  };
  const ask = async (path: string, context?: string) => {
    const connection = await openConnection({ path, ...(context === undefined ? {} : { context }) }, Date.now);
    try {
      const call = { method: 'GET', path: '/', what: 'ask', signal: new AbortController().signal } as const;
      return await new KubeClient(connection, 5_000).request(call);
    } finally {
      await connection.close();
    }
  };
  const as = (authorization: string, certificate = '') => ({ authorization, certificate });

  it('lets in by token, by password and by certificate', async () => {
    expect(await ask(await write({ token: 'x' }))).toEqual(as('Bearer x'));
    expect(await ask(await write({ username: 'ada', password: 'p' }))).toEqual(
      as(`Basic ${Buffer.from('ada:p').toString('base64')}`),
    );
    const [cert, key] = await Promise.all([readFile(`${tls}/server.pem`), readFile(`${tls}/server-key.pem`)]);
    await writeFile(join(folder, 'client.pem'), cert);
    const user = { 'client-certificate': 'client.pem', 'client-key-data': key.toString('base64') };
    const { certificate } = (await ask(await write(user))) as { certificate: string };
    expect(certificate).not.toBe('');
  });

  it('takes the context that is named', async () => {
    const path = await write({ token: 'x' });
    expect(await ask(path, 'second')).toEqual(as('Bearer of-the-other'));
    await expect(ask(path, 'secnd')).rejects.toMatchObject({
      reason: 'InvalidKubeconfig',
      message: 'the kubeconfig has no context secnd; did you mean "second"?',
    });
  });

  it('is asked for where there is none', async () => {
    const { HOME, KUBECONFIG } = process.env;
    try {
      process.env.HOME = folder;
      delete process.env.KUBECONFIG;
      for (const target of [undefined, {}])
        await expect(openConnection(target, Date.now)).rejects.toMatchObject({
          reason: 'InvalidKubeconfig',
          message: 'there is no kubeconfig: name one with --kubeconfig or KUBECONFIG',
        });
    } finally {
      process.env.HOME = HOME;
      if (KUBECONFIG !== undefined) process.env.KUBECONFIG = KUBECONFIG;
    }
  });

  it('is named where it cannot be read', async () => {
    const path = join(folder, 'nowhere');
    await expect(ask(path)).rejects.toMatchObject({ message: `the kubeconfig ${path} cannot be read: ENOENT` });
  });

  it('asks plugins, and refuses what would be unsafe', async () => {
    const plugin = join(folder, 'plugin');
    const credential = { apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status: { token: 'of-plugin' } };
    await writeFile(plugin, `#!/bin/sh\necho '${JSON.stringify(credential)}'\n`);
    await chmod(plugin, 0o755);
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: plugin, interactiveMode: 'Never' };
    expect(await ask(await write({ exec }))).toEqual(as('Bearer of-plugin'));
    await expect(ask(await write({ token: 'x' }, { 'insecure-skip-tls-verify': true }))).rejects.toMatchObject({
      message: 'insecure-skip-tls-verify is refused: name the CA instead',
    });
    await expect(ask(join(folder, 'none'))).rejects.toMatchObject({ reason: 'InvalidKubeconfig' });
  });

  it('trusts no other CA than the one that it names', async () => {
    const ca = (await readFile(`${tls}/server.pem`)).toString('base64');
    await expect(ask(await write({ token: 'x' }, { 'certificate-authority-data': ca }))).rejects.toMatchObject({
      reason: 'Unreachable',
    });
  });
});
