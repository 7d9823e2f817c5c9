import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createClientPool } from '../../controller/s3/client.js';
import { createDescriptors } from '../../controller/s3/descriptors.js';
import { type FaultServer, startFaultServer, withBody } from '../support/s3/fault-server.js';

const text = JSON.stringify({ components: { crm: '1.9.0' } });
const secrets: Record<string, Record<string, string>> = {
  s3: { accessKeyId: 'marked-key', secretAccessKey: 'marked-secret', sessionToken: 'marked-token' },
};
const patience = { timeout: 10_000 };
const limits = { connectMs: 2_000, attemptMs: 2_000, totalMs: 8_000 };

let server: FaultServer;
beforeAll(async () => {
  server = await startFaultServer();
});
afterAll(() => server.close());

async function read(endpoint: string, secret: string) {
  const descriptors = createDescriptors({ readSecret: async (_, name) => secrets[name], allowDirectories: false, limits });
  const bucket = { name: 'candidates', bucket: 'acme-rc', endpoint, forcePathStyle: true, secretRef: { name: secret } };
  const reading = await descriptors.read({ namespace: 'towpath', bucket, key: 'x.json' }, new AbortController().signal);
  descriptors.close();
  return reading;
}

function unreadable(reason: string) {
  return { state: 'unavailable', message: `"x.json" in bucket "acme-rc" could not be read: ${reason}` };
}

describe('a service behind a private CA', () => {
  it('is trusted by the ca.crt of the Secret, and not without', async () => {
    const secure = await startFaultServer({ cert: await readPem('server.pem'), key: await readPem('server-key.pem') });
    secure.answer(withBody(text));
    expect(await read(secure.endpoint, 's3')).toMatchObject({
      state: 'unavailable',
      message: expect.stringContaining('a private CA belongs into the Secret as ca.crt'),
    });
    secrets.private = { ...secrets.s3, 'ca.crt': await readPem('ca.pem') };
    expect(await read(secure.endpoint, 'private')).toMatchObject({
      state: 'found',
    });
    await secure.close();
  });

  async function readPem(name: string): Promise<string> {
    return readFile(new URL(`../support/s3/tls/${name}`, import.meta.url), 'utf8');
  }
});

describe('a connection', () => {
  const { signal } = new AbortController();
  let descriptors: ReturnType<typeof createDescriptors>;
  let content: Record<string, string>;
  beforeEach(() => {
    content = { accessKeyId: 'k', secretAccessKey: 's' };
    descriptors = createDescriptors({ readSecret: async () => content, allowDirectories: false, limits });
  });
  afterEach(() => descriptors.close());

  function request(region = 'us-east-1') {
    const place = { bucket: 'acme-rc', endpoint: server.endpoint, forcePathStyle: true, region };
    return { namespace: 'towpath', bucket: { name: 'candidates', ...place, secretRef: { name: 's3' } }, key: 'x.json' };
  }

  it('is kept between reads, for each configuration its own', async () => {
    server.answer(withBody(text));
    for (const region of ['us-east-1', 'us-east-1', 'eu-west-1', 'us-east-1']) await descriptors.read(request(region), signal);
    expect(await server.countConnections()).toBe(2);
  });

  it('is closed when the Secret has changed', async () => {
    server.answer(withBody(text));
    await descriptors.read(request(), signal);
    content = { accessKeyId: 'k', secretAccessKey: 'new' };
    await descriptors.read(request(), signal);
    await vi.waitFor(async () => expect(await server.countConnections()).toBe(1), patience);
  });

  it('is not closed under a read that is under way', async () => {
    const held: ServerResponse[] = [];
    server.answer((response) => held.push(response), withBody(text));
    const first = descriptors.read(request(), signal);
    await vi.waitFor(() => expect(held).toHaveLength(1), patience);
    content = { accessKeyId: 'k', secretAccessKey: 'new' };
    expect(await descriptors.read(request(), signal)).toMatchObject({ state: 'found' });
    held[0]?.end(text);
    expect(await first).toMatchObject({ state: 'found' });
    expect(server.requests).toHaveLength(2);
    await vi.waitFor(async () => expect(await server.countConnections()).toBe(1), patience);
  });

  it('is closed at the end', async () => {
    server.answer(withBody(text));
    await descriptors.read(request(), signal);
    descriptors.close();
    await vi.waitFor(async () => expect(await server.countConnections()).toBe(0), patience);
  });
});

describe('a pool of clients', () => {
  it('gives up the one that was not used for longest', async () => {
    const pool = createClientPool(limits, 2);
    const use = (slot: string) => pool.with(slot, { endpoint: server.endpoint }, async (client) => client);
    const [a, b] = [await use('a'), await use('b')];
    expect(await use('a')).toBe(a);
    await use('c');
    expect(await use('a')).toBe(a);
    expect(await use('b')).not.toBe(b);
    pool.close();
  });
});

describe('without a Secret', () => {
  it("credentials come from the surroundings of the process, and it is said when there aren't any", async () => {
    for (const name of ['AWS_PROFILE', 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI', 'AWS_WEB_IDENTITY_TOKEN_FILE'])
      vi.stubEnv(name, undefined);
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
    vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', undefined);
    server.answer(withBody(text));
    const { secretRef: _, ...bucket } = {
      name: 'candidates',
      bucket: 'acme-rc',
      endpoint: server.endpoint,
      forcePathStyle: true,
      secretRef: 0,
    };
    const descriptors = createDescriptors({ readSecret: async () => undefined, allowDirectories: false, limits });
    const { signal } = new AbortController();
    const request = { namespace: 'towpath', bucket, key: 'x.json' };
    expect(await descriptors.read(request, signal)).toEqual(
      unreadable('no credentials are given, and the surroundings of this process provide none'),
    );
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'key');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
    expect(await descriptors.read(request, signal)).toMatchObject({ state: 'found' });
    descriptors.close();
    vi.unstubAllEnvs();
  });
});
