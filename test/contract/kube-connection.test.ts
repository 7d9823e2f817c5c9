import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createKube, type Kube, type KubeOptions } from '../../controller/kube/kube.js';
import { forever } from './kube-suite/objects.js';

const tls = 'test/support/s3/tls';

describe('the connection to an API server', () => {
  let folder: string;
  let server: Server;
  let url: string;
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  let seen: { authorization: string; path: string }[];
  let opened: Kube[];
  let clock: number;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'towpath-connection-'));
    [seen, opened, clock] = [[], [], 0];
    answer = (_request, response) => void response.end('{"data":{}}');
    server = createServer(
      { cert: await readFile(`${tls}/server.pem`), key: await readFile(`${tls}/server-key.pem`) },
      (request, response) => {
        seen.push({ authorization: request.headers.authorization ?? '', path: request.url ?? '' });
        answer(request, response);
      },
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    url = `https://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  });

  afterEach(async () => {
    for (const kube of opened) await kube.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true });
  });

  const path = (name: string) => join(folder, name);
  const kubeconfig = async (cluster: object, user: object) => {
    const content = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'test', cluster: { server: url, ...cluster } }],
      users: [{ name: 'test', user }],
      contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
      'current-context': 'test',
    };
    await writeFile(path('kubeconfig'), JSON.stringify(content));
    return { path: path('kubeconfig') };
  };
  const open = async (options: Partial<KubeOptions>) => {
    const kube = await createKube({ now: () => clock, requestTimeoutMs: 2_000, ...options });
    opened.push(kube);
    return kube;
  };
  const trusted = async () => ({ 'certificate-authority-data': (await readFile(`${tls}/ca.pem`)).toString('base64') });
  const call = (kube: Kube) => kube.readSecret('default', 'git', forever);

  it('asks once more with new credentials when the server does not know the old ones', async () => {
    answer = ({ headers }, response) => void response.writeHead(headers.authorization === 'Bearer new' ? 200 : 401).end('{}');
    const kube = await open({ kubeconfig: await kubeconfig(await trusted(), { token: 'old' }) });
    await expect(call(kube)).rejects.toMatchObject({ reason: 'Forbidden' });
    await kubeconfig(await trusted(), { token: 'new' });
    expect(await call(kube)).toEqual({});
    expect(seen.map(({ authorization }) => authorization)).toEqual(['Bearer old', 'Bearer old', 'Bearer old', 'Bearer new']);
  });

  it('reads a token file that ends with a line feed, and again when the server does not know the token', async () => {
    answer = ({ headers }, response) => void response.writeHead(headers.authorization === 'Bearer second' ? 200 : 401).end('{}');
    await writeFile(path('token'), 'first\n');
    const user = { 'auth-provider': { name: 'tokenFile', config: { tokenFile: path('token') } } };
    const kube = await open({ kubeconfig: await kubeconfig(await trusted(), user) });
    await expect(call(kube)).rejects.toMatchObject({ reason: 'Forbidden' });
    await writeFile(path('token'), 'second\n');
    expect(await call(kube)).toEqual({});
  });

  it('follows a CA file that is replaced', async () => {
    await writeFile(path('ca.crt'), await readFile(`${tls}/server.pem`));
    const kube = await open({ kubeconfig: await kubeconfig({ 'certificate-authority': path('ca.crt') }, { token: 'x' }) });
    await expect(call(kube)).rejects.toMatchObject({ reason: 'Unreachable' });
    await writeFile(path('ca.crt'), await readFile(`${tls}/ca.pem`));
    clock += 10_000;
    expect(await call(kube)).toEqual({});
  });

  it('verifies the certificate whatever the environment says', async () => {
    const before = process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    try {
      const kube = await open({ kubeconfig: { url, caPem: await readFile(`${tls}/server.pem`, 'utf8'), token: 'x' } });
      await expect(call(kube)).rejects.toMatchObject({
        reason: 'Unreachable',
        message: expect.stringMatching(/CERT|ISSUER|SIGNATURE/),
      });
      expect(seen).toEqual([]);
    } finally {
      if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
      else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before;
    }
  });

  it.each([
    ['an unverified server', { 'insecure-skip-tls-verify': true }, 'insecure-skip-tls-verify is refused: name the CA instead'],
    ['a server without TLS', { server: 'http://127.0.0.1:1' }, 'the API server must be reached by https'],
  ])('refuses a kubeconfig that asks for %s', async (_what, cluster, message) => {
    const target = await kubeconfig(cluster, { token: 'x' });
    await expect(open({ kubeconfig: target })).rejects.toMatchObject({ reason: 'InvalidKubeconfig', message });
  });

  it('says that a kubeconfig cannot be read, and quotes nothing of it', async () => {
    await writeFile(path('kubeconfig'), 'users: [{name: a, user: {token: hunter2}');
    const failure = await open({ kubeconfig: { path: path('kubeconfig') } }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ reason: 'InvalidKubeconfig' });
    expect(inspect(failure)).not.toContain('hunter2');
    await expect(open({ kubeconfig: { path: path('nowhere') } })).rejects.toMatchObject({ reason: 'InvalidKubeconfig' });
  });

  it.each([429, 503])('asks again after as long as %i says', async (code) => {
    let asked = 0;
    answer = (_request, response) => {
      asked += 1;
      response.writeHead(asked < 3 ? code : 200, { 'retry-after': '0' }).end('{}');
    };
    const kube = await open({ kubeconfig: await kubeconfig(await trusted(), { token: 'x' }) });
    expect([await call(kube), asked]).toEqual([{}, 3]);
  });

  it('leaves a longer wait to the queue', async () => {
    answer = (_request, response) => void response.writeHead(429, { 'retry-after': '60' }).end('{}');
    const kube = await open({ kubeconfig: await kubeconfig(await trusted(), { token: 'x' }) });
    await expect(call(kube)).rejects.toMatchObject({ reason: 'Unavailable', retry: { afterMs: 60_000 } });
    expect(seen).toHaveLength(1);
  });

  it('does not follow a redirect, with or without its token', async () => {
    answer = (_request, response) => void response.writeHead(302, { location: '/elsewhere' }).end();
    const kube = await open({ kubeconfig: await kubeconfig(await trusted(), { token: 'x' }) });
    await expect(call(kube)).rejects.toMatchObject({ reason: 'Unavailable' });
    expect(seen.map(({ path: asked }) => asked)).toEqual(['/api/v1/namespaces/default/secrets/git']);
  });

  it('tells nothing of a body that it does not understand', async () => {
    const body = {
      message: 'spec.password: Invalid value: "hunter2"',
      details: { causes: [{ field: 'spec.password', reason: 'FieldValueInvalid' }] },
    };
    answer = (_request, response) => void response.writeHead(422).end(JSON.stringify(body));
    const kube = await open({ kubeconfig: await kubeconfig(await trusted(), { token: 'x' }) });
    await expect(call(kube)).rejects.toMatchObject({
      reason: 'Refused',
      message: 'the API server refused to read Secret default/git: spec.password (FieldValueInvalid)',
    });
    answer = (_request, response) => void response.end('hunter2 {');
    const failure = await call(kube).catch((error: unknown) => error);
    expect(inspect(failure)).not.toContain('hunter2');
  });

  it('ends a call whose answer never ends', async () => {
    answer = (_request, response) => void response.writeHead(200).write('{"data":');
    const kube = await open({ kubeconfig: await kubeconfig(await trusted(), { token: 'x' }), requestTimeoutMs: 100 });
    await expect(call(kube)).rejects.toMatchObject({ reason: 'Unreachable', message: expect.stringContaining('within 100 ms') });
  });
});
