import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { BucketSpec } from '../../../controller/core/resources/release-source.js';
import type { Descriptors } from '../../../controller/reconcile/ports.js';
import { createDescriptors } from '../../../controller/s3/descriptors.js';
import { type RadosGateway, startRadosGateway } from './radosgw.js';

/** A place for descriptors, written to by the test and read by the controller. */
export interface DescriptorStore {
  readonly bucket: BucketSpec;
  readonly descriptors: Descriptors;
  put(key: string, content: string | Uint8Array): Promise<void>;
  remove(key: string): Promise<void>;
  close(): Promise<void>;
}

export async function openFolderStore(): Promise<DescriptorStore & { readonly folder: string }> {
  const base = await mkdtemp(join(tmpdir(), 'towpath-bucket-'));
  const folder = join(base, 'descriptors');
  await mkdir(folder);
  const descriptors = createDescriptors({
    readSecret: async () => undefined,
    allowDirectories: true,
    directoriesRelativeTo: base,
  });
  return {
    folder,
    bucket: { name: 'local', directory: 'descriptors' },
    descriptors,
    async put(key, content) {
      await mkdir(dirname(join(folder, key)), { recursive: true });
      await writeFile(join(folder, key), content);
    },
    remove: (key) => rm(join(folder, key)),
    close: () => rm(base, { recursive: true, force: true }),
  };
}

export interface BucketStore extends DescriptorStore {
  readonly gateway: RadosGateway;
  readonly client: S3Client;
  /** What the Secrets `owner` and `stranger` hold, and whatever a test adds. */
  readonly secrets: Map<string, Record<string, string>>;
}

export async function openBucketStore(): Promise<BucketStore> {
  const gateway = await startRadosGateway();
  const { endpoint, owner, stranger } = gateway;
  const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials: owner });
  await client.send(new CreateBucketCommand({ Bucket: 'acme-rc' }));
  const versioned = { Bucket: 'acme-rc', VersioningConfiguration: { Status: 'Enabled' as const } };
  await client.send(new PutBucketVersioningCommand(versioned));
  const secrets = new Map<string, Record<string, string>>([
    ['owner', { ...owner }],
    ['stranger', { ...stranger }],
  ]);
  const descriptors = createDescriptors({ readSecret: async (_, name) => secrets.get(name), allowDirectories: false });
  return {
    gateway,
    client,
    secrets,
    bucket: { name: 'candidates', bucket: 'acme-rc', endpoint, forcePathStyle: true, secretRef: { name: 'owner' } },
    descriptors,
    async put(key, content) {
      await client.send(new PutObjectCommand({ Bucket: 'acme-rc', Key: key, Body: Buffer.from(content) }));
    },
    async remove(key) {
      await client.send(new DeleteObjectCommand({ Bucket: 'acme-rc', Key: key }));
    },
    async close() {
      descriptors.close();
      client.destroy();
      await gateway.close();
    },
  };
}
