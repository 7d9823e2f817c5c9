import { execFileSync } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createDescriptorReader, parseS3Location } from '../../controller/s3/descriptor-reader.js';
import { createDescriptors } from '../../controller/s3/descriptors.js';
import { behavesLikeABucket, components, namespace, read, sha256, text } from '../support/s3/descriptor-suite.js';
import { isRadosGatewayWanted } from '../support/s3/radosgw.js';
import { type BucketStore, openBucketStore, openFolderStore } from '../support/s3/stores.js';

describe('descriptors in a folder', () => {
  let store: Awaited<ReturnType<typeof openFolderStore>>;
  beforeAll(async () => {
    store = await openFolderStore();
  });
  afterAll(() => store.close());

  behavesLikeABucket(() => store);

  it('follows no symbolic link, neither of a file nor of a folder', async () => {
    const outside = join(store.folder, '..', 'outside');
    await mkdir(outside);
    await writeFile(join(outside, 'secret.json'), text);
    await symlink(join(outside, 'secret.json'), join(store.folder, 'file-link.json'));
    await symlink(outside, join(store.folder, 'folder-link'));
    for (const key of ['file-link.json', 'folder-link/secret.json'])
      expect(await read(store, key)).toEqual({
        state: 'invalid',
        message: `"${key}" leads through a symbolic link, which is not followed`,
      });
  });

  it.each(['/etc/hostname', 'a//b', 'a/', 'a\\b'])('refuses the key %j, which is no path inside', async (key) => {
    expect(await read(store, key)).toMatchObject({ state: 'invalid' });
  });

  it('takes neither folders nor pipes for descriptors', async () => {
    await mkdir(join(store.folder, 'nested.json'));
    execFileSync('mkfifo', [join(store.folder, 'pipe.json')]);
    expect(await read(store, 'nested.json')).toEqual({ state: 'missing', message: '"nested.json" is not a file' });
    expect(await read(store, 'pipe.json')).toEqual({ state: 'missing', message: '"pipe.json" is not a file' });
  });

  it.each([
    ['outside of standalone', { allowDirectories: false, directoriesRelativeTo: '/' }],
    ['without a configuration file', { allowDirectories: true }],
  ])('are refused %s', async (_, options) => {
    const descriptors = createDescriptors({ readSecret: async () => undefined, ...options });
    const bucket = { name: 'local', directory: store.folder };
    expect(await descriptors.read({ namespace, bucket, key: 'x.json' }, new AbortController().signal)).toEqual({
      state: 'unavailable',
      message: 'bucket "local" cannot be used: a directory instead of a bucket works standalone only',
    });
  });
});

describe('a place that a person names', () => {
  it('is a file, which may be reached by a link', async () => {
    const store = await openFolderStore();
    await store.put('x.json', text);
    await symlink(join(store.folder, 'x.json'), join(store.folder, 'link.json'));
    const reader = createDescriptorReader({ pathStyle: false });
    const { signal } = new AbortController();
    const path = join(store.folder, 'link.json');
    expect(await reader.read(path, signal)).toMatchObject({ state: 'found', descriptor: { sha256: sha256(text), components } });
    expect(await reader.read(`${path}.absent`, signal)).toEqual({
      state: 'missing',
      message: `there is no file "${path}.absent"`,
    });
    expect(await reader.read(store.folder, signal)).toEqual({
      state: 'unavailable',
      message: `the file "${store.folder}" could not be read (EISDIR)`,
    });
    expect(await reader.read('s3://bucket', signal)).toEqual({
      state: 'invalid',
      message: '"s3://bucket" is not s3://bucket/key',
    });
    reader.close();
    await store.close();
  });

  it.each([
    ['s3://b/k', { bucket: 'b', key: 'k' }],
    ['s3://b/a/b%20c?d.json', { bucket: 'b', key: 'a/b%20c?d.json' }],
    ['s3://b/k?versionId=3.x', { bucket: 'b', key: 'k', versionId: '3.x' }],
    ['s3://b/k?versionId=', { bucket: 'b', key: 'k?versionId=' }],
    ['s3://b/', undefined],
    ['s3:///k', undefined],
    ['s3://b', undefined],
  ])('%s is understood', (place, location) => {
    expect(parseS3Location(place)).toEqual(location);
  });
});

describe.skipIf(!isRadosGatewayWanted())('descriptors in a bucket of a Ceph RADOS Gateway', () => {
  let store: BucketStore;
  beforeAll(async () => {
    store = await openBucketStore();
  }, 120_000);
  afterAll(() => store?.close());

  behavesLikeABucket(() => store);

  it('names the version that it read', async () => {
    await store.put('versioned.json', text);
    const answer = await store.client.send(new GetObjectCommand({ Bucket: 'acme-rc', Key: 'versioned.json' }));
    await answer.Body?.transformToByteArray();
    const reading = await read(store, 'versioned.json');
    expect(answer.VersionId).toMatch(/./);
    expect(reading).toMatchObject({ state: 'found', descriptor: { versionId: answer.VersionId } });
  });

  it('takes a deleted object of a bucket with versions for missing', async () => {
    await store.put('marked.json', text);
    await store.remove('marked.json');
    expect(await read(store, 'marked.json')).toEqual({
      state: 'missing',
      message: '"marked.json" in bucket "acme-rc": there is no such object',
    });
  });

  it('pins no version where the bucket keeps none', async () => {
    await store.client.send(new CreateBucketCommand({ Bucket: 'unversioned' }));
    await store.client.send(new PutObjectCommand({ Bucket: 'unversioned', Key: 'x.json', Body: Buffer.from(text) }));
    const reading = await readWith({ bucket: 'unversioned' });
    expect(reading).toMatchObject({ state: 'found', descriptor: { key: 'x.json' } });
    expect(reading).not.toHaveProperty('descriptor.versionId');
  });

  it('calls an object of a bucket missing that does not exist', async () => {
    expect(await readWith({ bucket: 'acme-nowhere' })).toEqual({
      state: 'missing',
      message: '"x.json" in bucket "acme-nowhere": there is no such bucket',
    });
  });

  const denied = 's3:GetObject is not allowed, or the object is missing and s3:ListBucket is not allowed';
  it.each([
    ['another user', 'stranger', `reading it was denied (AccessDenied, status 403): ${denied}`],
    ['a wrong secret key', 'wrong', 'the credentials were refused (SignatureDoesNotMatch, status 403)'],
    ['an unknown access key', 'unknown', 'the credentials were refused (InvalidAccessKeyId, status 403)'],
  ])('says what was refused to %s, and no word of its credentials', async (_, name, reason) => {
    const { owner } = store.gateway;
    store.secrets.set('wrong', { ...owner, secretAccessKey: 'marked-secret' });
    store.secrets.set('unknown', { accessKeyId: 'marked-key', secretAccessKey: 'marked-secret' });
    expect(await readWith({ secretRef: { name } })).toEqual({
      state: 'unavailable',
      message: `"x.json" in bucket "acme-rc" could not be read: ${reason}`,
    });
  });

  it.each([
    ['is not there', 'absent', undefined, 'there is no Secret "absent"'],
    ['has half of it', 'half', { accessKeyId: 'k' }, 'the Secret has no secretAccessKey'],
    ['has the other half', 'half', { secretAccessKey: 'k' }, 'the Secret has no accessKeyId'],
    ['has no certificate for one', 'ca', { 'ca.crt': 'marked' }, 'ca.crt of the Secret is not a certificate in PEM form'],
  ])('asks for a Secret that %s', async (_, name, content, reason) => {
    if (content !== undefined) store.secrets.set(name, content);
    expect(await readWith({ secretRef: { name } })).toEqual({
      state: 'unavailable',
      message: `bucket "candidates" cannot be used: ${reason}`,
    });
  });

  it('takes up new credentials of a Secret, with the line break that a file left', async () => {
    await store.put('rotated.json', text);
    store.secrets.set('rotating', { ...store.gateway.owner, secretAccessKey: 'old' });
    const bucket = { ...store.bucket, secretRef: { name: 'rotating' } };
    expect(await read({ ...store, bucket }, 'rotated.json')).toMatchObject({ state: 'unavailable' });
    const { accessKeyId, secretAccessKey } = store.gateway.owner;
    store.secrets.set('rotating', { accessKeyId: `${accessKeyId}\n`, secretAccessKey: `${secretAccessKey}\n` });
    expect(await read({ ...store, bucket }, 'rotated.json')).toMatchObject({ state: 'found' });
  });

  it('serves many readers at a time', async () => {
    await store.put('busy.json', text);
    const readings = await Promise.all(Array.from({ length: 50 }, () => read(store, 'busy.json')));
    expect(readings.map(({ state }) => state)).toEqual(Array(50).fill('found'));
  });

  it('is given up in time while the service hangs, and read again afterwards', async () => {
    await store.put('hanging.json', text);
    const descriptors = createDescriptors({
      readSecret: async (_, name) => store.secrets.get(name),
      allowDirectories: false,
      limits: { connectMs: 2_000, attemptMs: 2_000, totalMs: 3_000 },
    });
    const hasty = { ...store, descriptors };
    expect(await read(hasty, 'hanging.json')).toMatchObject({ state: 'found' });
    await store.gateway.pause();
    const hanging = await read(hasty, 'hanging.json');
    store.gateway.resume();
    expect(hanging).toEqual({
      state: 'unavailable',
      message: '"hanging.json" in bucket "acme-rc" could not be read: the service did not answer in time',
    });
    await vi.waitFor(async () => expect(await read(hasty, 'hanging.json')).toMatchObject({ state: 'found' }), {
      timeout: 10_000,
    });
    descriptors.close();
  });

  it('is read at an s3:// location with what the environment holds, older versions too', async () => {
    const { endpoint, owner } = store.gateway;
    const { accessKeyId, secretAccessKey } = owner;
    vi.stubEnv('AWS_ENDPOINT_URL', endpoint);
    vi.stubEnv('AWS_REGION', 'us-east-1');
    vi.stubEnv('AWS_ACCESS_KEY_ID', accessKeyId);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', secretAccessKey);
    const put = (body: string) =>
      store.client.send(new PutObjectCommand({ Bucket: 'acme-rc', Key: 'what?.json', Body: Buffer.from(body) }));
    const { VersionId } = await put(text);
    await put(JSON.stringify({ components: { crm: '2.0.0' } }));
    const reader = createDescriptorReader({ pathStyle: true });
    const { signal } = new AbortController();
    expect(await reader.read('s3://acme-rc/what?.json', signal)).toMatchObject({ descriptor: { components: { crm: '2.0.0' } } });
    const older = await reader.read(`s3://acme-rc/what?.json?versionId=${VersionId}`, signal);
    expect(older).toMatchObject({ descriptor: { key: 'what?.json', components, versionId: VersionId } });
    const nowhere = await reader.read('s3://acme-rc/what?.json?versionId=nowhere', signal);
    expect(nowhere).toMatchObject({ state: 'missing' });
    reader.close();
    vi.unstubAllEnvs();
  });

  function readWith(difference: Partial<BucketStore['bucket']>) {
    return read({ ...store, bucket: { ...store.bucket, ...difference } }, 'x.json');
  }
});
