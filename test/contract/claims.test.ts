import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKube, type Kube } from '../../controller/kube/kube.js';
import { type BucketClaims, createBucketClaims } from '../../controller/s3/claims.js';
import { sourceWith } from '../support/claim-ledgers.js';
import { type ConditionalStore, startConditionalStore } from '../support/s3/conditional-store.js';
import { type Answer, type FaultServer, startFaultServer, withBody, withError, withReset } from '../support/s3/fault-server.js';
import { serversToTest, type TestServer } from './kube-suite/servers.js';

const forever = new AbortController().signal;
const run = 'shop.qa.1.0a1b2c3d';
const at = '2026-11-22T10:01:00Z';
const found = { build: 41, at: Date.parse(at) };
const limits = { connectMs: 500, attemptMs: 500, totalMs: 3_000 };
const readSecret = async () => ({ accessKeyId: 'any', secretAccessKey: 'marked-secret' });

describe('claims in a bucket', () => {
  let store: ConditionalStore;
  let faults: FaultServer;
  let claims: BucketClaims;
  beforeAll(async () => {
    store = await startConditionalStore();
    faults = await startFaultServer();
    claims = createBucketClaims({ readSecret, limits });
  });
  afterAll(async () => {
    claims.close();
    await store.close();
    await faults.close();
  });

  const read = (endpoint: string, id = run, bucket = 'ledger') => {
    const source = sourceWith({ name: 'claims', bucket, endpoint, forcePathStyle: true, secretRef: { name: 's3' } });
    return claims.read({ namespace: 'default', source, claim: { bucket: 'claims', prefix: 'claims/' }, id }, forever);
  };

  const contents = [
    ['nothing', undefined, undefined, { state: 'absent' }],
    ['a claim', `{"towpathRun":"${run}","build":41,"at":"${at}"}`, undefined, { state: 'claimed', ...found }],
    ['a claim and its end', `{"build":41,"at":"${at}"}`, '{"result":"ABORTED"}', { state: 'ended', result: 'ABORTED', ...found }],
    ['a claim that says nothing', 'claimed', undefined, { state: 'claimed' }],
    ['a claim with what is no build and no time', '{"build":"41","at":"once"}', undefined, { state: 'claimed' }],
    ['an end without its claim', undefined, '{"result":"SUCCESS"}', { state: 'ended', result: 'SUCCESS' }],
    [
      'an end that names no result',
      '{"build":41}',
      '{"result":"fine"}',
      { state: 'unavailable', message: 'the end that stands in the claim ledger names no result of a build' },
    ],
  ] as const;
  it.each(contents)('are read: %s', async (_what, claim, end, wanted) => {
    for (const [key, content] of [
      [`claims/${run}`, claim],
      [`claims/${run}.end`, end],
    ] as const) {
      if (content === undefined) store.remove(key);
      else store.put(key, content);
    }
    expect(await read(store.endpoint)).toEqual(wanted);
  });

  const answers: readonly (readonly [string, Answer, RegExp])[] = [
    ['a bucket that is not there', withError(404, 'NoSuchBucket'), /there is no such bucket/],
    [
      'a 404 that S3 has not written',
      (response) => response.writeHead(404).end('<html>nothing here</html>'),
      /could not be read/,
    ],
    ['a refusal', withError(403, 'AccessDenied'), /s3:ListBucket is not allowed/],
    ['a failing service', withError(503, 'ServiceUnavailable'), /the service failed/],
    ['a connection that is reset', withReset, /could not be reached/],
  ];
  it.each(answers)('are never taken for absent because of %s', async (_what, answer, message) => {
    faults.answer(answer);
    expect(await read(faults.endpoint)).toEqual({ state: 'unavailable', message: expect.stringMatching(message) });
  });

  it('are not absent where one was deleted: a build had claimed the run', async () => {
    faults.answer(withError(404, 'NoSuchKey', { 'x-amz-delete-marker': 'true' }));
    expect(await read(faults.endpoint)).toEqual({ state: 'claimed' });
  });

  it('are read anew each time, the claim before its end', async () => {
    faults.answer(withBody(`{"build":41,"at":"${at}"}`), withError(404, 'NoSuchKey'));
    expect(await read(faults.endpoint)).toEqual({ state: 'claimed', ...found });
    expect(faults.requests.map((path) => path.split('?')[0])).toEqual([`/ledger/claims/${run}`, `/ledger/claims/${run}.end`]);
  });

  it('need a bucket that the operator has configured, and no folder', async () => {
    const claim = { bucket: 'claims', prefix: '' };
    const readFrom = (source: ReturnType<typeof sourceWith> | undefined) =>
      claims.read({ namespace: 'default', source, claim, id: run }, forever);
    expect([await readFrom(undefined), await readFrom(sourceWith({ name: 'claims', directory: 'claims' }))]).toEqual([
      { state: 'unavailable', message: 'the bucket claims is not configured' },
      { state: 'unavailable', message: 'bucket "claims" cannot be used: claims need a bucket, and it names a directory' },
    ]);
  });

  it('end with the pass', async () => {
    await expect(
      claims.read(
        {
          namespace: 'default',
          source: sourceWith({ name: 'claims', bucket: 'b' }),
          claim: { bucket: 'claims', prefix: '' },
          id: run,
        },
        AbortSignal.abort(new Error('the pass is over')),
      ),
    ).rejects.toThrow('the pass is over');
  });
});

describe.each(serversToTest())('claims as ConfigMaps of the %s', (_name, startServer) => {
  let server: TestServer;
  let kube: Kube;
  beforeAll(async () => {
    server = await startServer();
    kube = await createKube({ kubeconfig: server, now: Date.now });
  }, 90_000);
  afterAll(async () => {
    await kube?.close();
    await server?.close();
  });

  const contents = [
    ['a claim', { build: '41', at }, { state: 'claimed', ...found }],
    ['a claim and its end', { build: '41', at, end: 'NOT_BUILT' }, { state: 'ended', result: 'NOT_BUILT', ...found }],
    ['a claim that says nothing', {}, { state: 'claimed' }],
    ['a claim with what is no build', { build: '0x29', at: 'once' }, { state: 'claimed' }],
    [
      'an end that names no result',
      { build: '41', end: 'fine' },
      { state: 'unavailable', message: 'the end that stands in the claim ledger names no result of a build' },
    ],
  ] as const;
  it.each(contents)('are read: %s', async (what, data, wanted) => {
    const id = `shop.qa.1.${what.replaceAll(/[^a-z]/g, '')}`;
    expect(await kube.readClaim({ namespace: 'default', id }, forever)).toEqual({ state: 'absent' });
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `towpath-claim-${id}` }, data };
    const path = '/api/v1/namespaces/default/configmaps';
    await kube.client.request({ method: 'POST', path, body, what: 'create a claim', signal: forever });
    expect(await kube.readClaim({ namespace: 'default', id }, forever)).toEqual(wanted);
  });

  it('are not asked for by what cannot be a name', async () => {
    expect(await kube.readClaim({ namespace: '../x', id: run }, forever)).toMatchObject({ state: 'unavailable' });
  });
});

describe('claims as ConfigMaps', () => {
  const forbidden = { kind: 'Status', status: 'Failure', reason: 'Forbidden', code: 403 };
  it.each([
    ['a proxy on the way has no such page', 404, '<html>', 'there is nothing to read ConfigMap ci/towpath-claim-x'],
    ['Towpath may not read them', 403, JSON.stringify(forbidden), 'does not allow Towpath to read ConfigMap ci/towpath-claim-x'],
  ])('are never taken for absent because %s', async (_why, status, body, message) => {
    const [key, cert, caPem] = ['server-key.pem', 'server.pem', 'ca.pem'].map((name) =>
      readFileSync(`test/support/s3/tls/${name}`, 'utf8'),
    );
    const server = createServer({ key, cert }, (_request, response) => response.writeHead(status).end(body));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const kube = await createKube({ kubeconfig: { url, caPem: caPem ?? '', token: 't' }, now: Date.now });
    const reading = await kube.readClaim({ namespace: 'ci', id: 'x' }, forever);
    await kube.close();
    await new Promise((resolve) => server.close(resolve));
    expect(reading).toEqual({ state: 'unavailable', message: expect.stringContaining(message) });
  });
});
