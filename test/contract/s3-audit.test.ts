import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BucketSpec, ReleaseSourceResource } from '../../controller/core/resources/release-source.js';
import { createAuditTrail } from '../../controller/s3/audit.js';
import { startConditionalStore } from '../support/s3/conditional-store.js';
import { isRadosGatewayWanted, startRadosGateway } from '../support/s3/radosgw.js';

type Trail = ReturnType<typeof createAuditTrail>;

interface Place {
  readonly trail: Trail;
  readonly source: ReleaseSourceResource;
  close(): Promise<void>;
}

const { signal } = new AbortController();
const record = (key: string, text: string) => ({ key, body: { type: 'run', text } });

function sourceWith(bucket: BucketSpec): ReleaseSourceResource {
  const spec = { buckets: [bucket], audit: { bucket: bucket.name, prefix: 'audit/' } };
  return { metadata: { name: 'releases', namespace: 'default' }, spec } as unknown as ReleaseSourceResource;
}

async function openFolder(): Promise<Place & { readonly folder: string }> {
  const base = await mkdtemp(join(tmpdir(), 'towpath-audit-'));
  const trail = createAuditTrail({ readSecret: async () => undefined, directoriesRelativeTo: base });
  const close = () => rm(base, { recursive: true, force: true });
  return { trail, source: sourceWith({ name: 'trail', directory: 'trail' }), folder: join(base, 'trail'), close };
}

async function openGateway(): Promise<Place> {
  const gateway = await startRadosGateway();
  const { endpoint, owner: credentials } = gateway;
  const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials });
  await client.send(new CreateBucketCommand({ Bucket: 'trail' }));
  client.destroy();
  const trail = createAuditTrail({ readSecret: async () => ({ ...credentials }) });
  const bucket = { name: 'trail', bucket: 'trail', endpoint, forcePathStyle: true, secretRef: { name: 's3' } };
  const close = async () => {
    trail.close();
    await gateway.close();
  };
  return { trail, source: sourceWith(bucket), close };
}

const places: [string, () => Promise<Place>][] = [['a folder', openFolder]];
if (isRadosGatewayWanted()) places.push(['a bucket of a RADOS Gateway', openGateway]);

describe.each(places)('the audit trail in %s', (_name, open) => {
  let place: Place;
  beforeAll(async () => {
    place = await open();
  }, 120_000);
  afterAll(() => place.close());

  it('keeps what was written first, whatever comes after', async () => {
    const { trail, source } = place;
    await trail.append(source, record('default/shop/qa/runs/1.json', 'first'), signal);
    await trail.append(source, record('default/shop/qa/runs/1.json', 'second'), signal);
    expect(await trail.read(source, 'default/shop/qa/runs/1.json', signal)).toEqual({ type: 'run', text: 'first' });
  });

  it('knows what is there, and lists it in order', async () => {
    const { trail, source } = place;
    await trail.append(source, record('default/_holds/b.json', 'b'), signal);
    await trail.append(source, record('default/_holds/a.json', 'a'), signal);
    expect([
      await trail.has(source, 'default/_holds/a.json', signal),
      await trail.has(source, 'default/_holds/c.json', signal),
      await trail.list(source, 'default/_holds/', signal),
      await trail.list(source, 'default/nothing/', signal),
    ]).toEqual([true, false, ['default/_holds/a.json', 'default/_holds/b.json'], []]);
  });

  it('gives one of many writers at a time the name, and each of them the same record', async () => {
    const { trail, source } = place;
    const key = 'default/shop/qa/runs/2.json';
    await Promise.all(Array.from({ length: 8 }, (_, at) => trail.append(source, record(key, `writer ${at}`), signal)));
    const written = await trail.read(source, key, signal);
    await trail.append(source, record(key, 'late'), signal);
    expect(await trail.read(source, key, signal)).toEqual(written);
  });

  it('says which bucket is missing', async () => {
    const { trail, source } = place;
    const other = { ...source, spec: { ...source.spec, buckets: [] } };
    await expect(trail.append(other, record('x', ''), signal)).rejects.toMatchObject({
      reason: 'AuditTrailUnavailable',
      message: 'the audit trail cannot be kept: the ReleaseSource releases has no bucket "trail"; what is to be recorded waits',
    });
  });
});

describe('the audit trail in a bucket that fails', () => {
  it('writes once where the answer to a write was lost', async () => {
    const store = await startConditionalStore('trail');
    const trail = createAuditTrail({ readSecret: async () => ({ accessKeyId: 'any', secretAccessKey: 'any' }) });
    const bucket = { name: 'trail', bucket: 'trail', endpoint: store.endpoint, forcePathStyle: true, secretRef: { name: 's3' } };
    store.fail('lost');
    await trail.append(sourceWith(bucket), record('a.json', 'once'), signal);
    expect([...store.objects.keys()]).toEqual(['audit/a.json']);
    trail.close();
    await store.close();
  });

  it('names neither key nor secret where the service cannot be reached', async () => {
    const trail = createAuditTrail({ readSecret: async () => ({ accessKeyId: 'AKIAHIDDEN', secretAccessKey: 'hidden' }) });
    const endpoint = 'http://127.0.0.1:1';
    const bucket = { name: 'trail', bucket: 'trail', endpoint, forcePathStyle: true, secretRef: { name: 's3' } };
    const failure = await trail.append(sourceWith(bucket), record('a.json', ''), signal).catch((error: Error) => error.message);
    expect(failure).toBe(
      'the audit trail cannot be kept: "audit/a.json" in bucket "trail" could not be reached: the service could not be reached (ECONNREFUSED); what is to be recorded waits',
    );
    trail.close();
  });
});

describe('the audit trail in a folder', () => {
  it('leaves no draft behind, and nothing for others to read', async () => {
    const { trail, source, folder, close } = await openFolder();
    await trail.append(source, record('a/b.json', 'x'), signal);
    await trail.append(source, record('a/b.json', 'y'), signal);
    expect(await readdir(join(folder, 'audit'), { recursive: true })).toEqual(['a', 'a/b.json']);
    await close();
  });
});
