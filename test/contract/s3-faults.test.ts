import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { BucketSpec } from '../../controller/core/resources/release-source.js';
import { createDescriptors } from '../../controller/s3/descriptors.js';
import {
  type FaultServer,
  startFaultServer,
  withBody,
  withEndlessBody,
  withError,
  withNothing,
  withReset,
} from '../support/s3/fault-server.js';

const text = JSON.stringify({ components: { crm: '1.9.0' } });
const secrets: Record<string, Record<string, string>> = {
  s3: { accessKeyId: 'marked-key', secretAccessKey: 'marked-secret', sessionToken: 'marked-token' },
};
const patience = { timeout: 10_000 };
const limits = { connectMs: 2_000, attemptMs: 2_000, totalMs: 8_000 };
const hasty = { connectMs: 200, attemptMs: 200, totalMs: 600 };

let server: FaultServer;
beforeAll(async () => {
  server = await startFaultServer();
});
afterAll(() => server.close());

async function read(options: { bucket?: Partial<BucketSpec>; limits?: typeof limits; signal?: AbortSignal } = {}) {
  const descriptors = createDescriptors({
    readSecret: async (_, name) => secrets[name],
    allowDirectories: false,
    limits: options.limits ?? limits,
  });
  const bucket: BucketSpec = {
    name: 'candidates',
    bucket: 'acme-rc',
    endpoint: server.endpoint,
    forcePathStyle: true,
    secretRef: { name: 's3' },
    ...options.bucket,
  };
  try {
    return await descriptors.read(
      { namespace: 'towpath', bucket, key: 'x.json' },
      options.signal ?? new AbortController().signal,
    );
  } finally {
    descriptors.close();
  }
}

function unreadable(reason: string) {
  return { state: 'unavailable', message: `"x.json" in bucket "acme-rc" could not be read: ${reason}` };
}

describe('a service that fails', () => {
  it.each([
    ['answers 500', withError(500, 'InternalError')],
    ['asks for fewer requests', withError(503, 'SlowDown')],
    ['resets the connection', withReset],
  ])('is asked again when it %s once', async (_, fault) => {
    server.answer(fault, withBody(text));
    expect(await read()).toMatchObject({ state: 'found', descriptor: { components: { crm: '1.9.0' } } });
    expect(server.requests).toEqual(['/acme-rc/x.json?x-id=GetObject', '/acme-rc/x.json?x-id=GetObject']);
  });

  it.each([
    ['answers 500', withError(500, 'InternalError'), 'the service failed (InternalError, status 500)'],
    ['asks for fewer requests', withError(503, 'SlowDown'), 'the service asks for fewer requests (SlowDown, status 503)'],
    ['resets the connection', withReset, 'the service could not be reached (ECONNRESET)'],
  ])('is given up after three attempts when it always %s', async (_, fault, reason) => {
    server.answer(fault);
    expect(await read()).toEqual(unreadable(reason));
    expect(server.requests).toHaveLength(3);
  });

  it('is unavailable where nothing listens', async () => {
    const closed = await startFaultServer();
    await closed.close();
    const reading = await read({ bucket: { endpoint: closed.endpoint } });
    expect(reading).toEqual(unreadable('the service could not be reached (ECONNREFUSED)'));
  });

  it('is not asked again when it says no', async () => {
    server.answer(withError(403, 'AccessDenied'));
    expect(await read()).toMatchObject({ state: 'unavailable' });
    expect(server.requests).toHaveLength(1);
  });
});

describe('a service that is slow', () => {
  it.each([
    ['never answers', withNothing],
    ['stops in the middle', withHalf],
    ['asks to come back in an hour', withError(503, 'SlowDown', { 'retry-after': '3600' })],
  ])('is given up in time when it %s', async (_, fault) => {
    server.answer(fault);
    expect(await read({ limits: hasty })).toEqual(unreadable('the service did not answer in time'));
  });

  it.each([
    ['before it answers', withNothing],
    ['in the middle of an answer', withHalf],
  ])('is left alone as soon as the pass is over, %s', async (_, fault) => {
    const pass = new AbortController();
    const reason = new Error('the pass is over');
    server.answer((response, request) => {
      fault(response, request);
      setImmediate(() => pass.abort(reason));
    });
    await expect(read({ signal: pass.signal })).rejects.toBe(reason);
    await vi.waitFor(async () => expect(await server.countConnections()).toBe(0), patience);
  });

  function withHalf(response: Parameters<typeof withNothing>[0]): void {
    response.writeHead(200, { 'content-length': String(text.length) }).write(text.slice(0, 10));
  }
});

describe('an answer that is wrong', () => {
  it('does not count when it is cut short', async () => {
    server.answer((response) => {
      response.writeHead(200, { 'content-length': String(text.length) }).write(text.slice(0, 10), () => response.destroy());
    });
    expect(await read()).toEqual(unreadable('the service could not be reached (ECONNRESET)'));
  });

  it('does not count when its checksum says otherwise', async () => {
    server.answer(withBody(text, { 'x-amz-checksum-crc32': 'AAAAAA==' }));
    expect(await read()).toEqual(unreadable('the answer could not be used (unknown error)'));
  });

  it('is invalid when it is some page instead of a descriptor', async () => {
    server.answer(withBody('<html>Welcome</html>', { 'content-type': 'text/html' }));
    expect(await read()).toMatchObject({ state: 'invalid' });
  });

  it('does not make an object missing when it is not from S3', async () => {
    server.answer((response) => response.writeHead(404, { 'content-type': 'text/html' }).end('<html>Not found</html>'));
    expect(await read()).toEqual(unreadable('the request was refused (NotFound, status 404)'));
  });

  it('is cut off when it does not end', async () => {
    server.answer(withEndlessBody(200));
    expect(await read()).toEqual({ state: 'invalid', message: '"x.json" is larger than 1 MiB' });
    await vi.waitFor(async () => expect(await server.countConnections()).toBe(0), patience);
  });

  it('is cut off when its error does not end', async () => {
    server.answer(withEndlessBody(403));
    expect(await read()).toEqual(unreadable('the credentials were refused (unknown error, status 403)'));
    await vi.waitFor(async () => expect(await server.countConnections()).toBe(0), patience);
  });

  it('never sends the request on to another host', async () => {
    const other = await startFaultServer();
    other.answer(withBody(text));
    server.answer(withError(307, 'TemporaryRedirect', { location: `${other.endpoint}/acme-rc/x.json` }));
    expect(await read()).toEqual(
      unreadable('the bucket is served elsewhere (TemporaryRedirect, status 307): check region and endpoint'),
    );
    expect(other.requests).toEqual([]);
    await other.close();
  });

  it('is repeated in no message', async () => {
    server.answer(withError(400, 'Marked code: marked-key marked-secret'));
    expect(await read()).toEqual(unreadable('the request was refused (unknown error, status 400)'));
  });

  it('says of a delete marker that the object was deleted', async () => {
    server.answer(withError(404, 'NoSuchKey', { 'x-amz-delete-marker': 'true' }));
    expect(await read()).toEqual({ state: 'missing', message: '"x.json" in bucket "acme-rc": the object was deleted' });
  });

  it('pins no version that is called null', async () => {
    server.answer(withBody(text, { 'x-amz-version-id': 'null' }));
    expect(await read()).not.toHaveProperty('descriptor.versionId');
    server.answer(withBody(text, { 'x-amz-version-id': 'v7' }));
    expect(await read()).toHaveProperty('descriptor.versionId', 'v7');
  });
});

describe('an address', () => {
  it.each([
    ['http://s3.example', 'the endpoint http://s3.example must be https (http only to this host, unless allowInsecure)'],
    ['ftp://127.0.0.1', 'the endpoint ftp://127.0.0.1 must be https'],
    ['https://marked:marked@s3.example', 'the endpoint must not hold credentials; they belong into the Secret'],
    ['s3.example', 'the endpoint is not a URL'],
  ])('%s is refused', async (endpoint, reason) => {
    expect(await read({ bucket: { endpoint } })).toEqual({
      state: 'unavailable',
      message: `bucket "candidates" cannot be used: ${reason}`,
    });
  });

  it('of neither or both of bucket and directory is refused', async () => {
    const { bucket: _, ...nameless } = { bucket: undefined, name: 'candidates' };
    const descriptors = createDescriptors({
      readSecret: async () => undefined,
      allowDirectories: true,
      directoriesRelativeTo: '/',
    });
    const { signal } = new AbortController();
    const request = { namespace: 'towpath', key: 'x.json' };
    expect(await descriptors.read({ ...request, bucket: nameless }, signal)).toEqual({
      state: 'unavailable',
      message: 'bucket "candidates" cannot be used: it names no bucket',
    });
    expect(await descriptors.read({ ...request, bucket: { ...nameless, bucket: 'a', directory: 'b' } }, signal)).toEqual({
      state: 'unavailable',
      message: 'bucket "candidates" cannot be used: it names both a bucket and a directory',
    });
  });
});
