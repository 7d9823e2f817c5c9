import { resolve } from 'node:path';
import { HeadObjectCommand, ListObjectsV2Command, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { ReconcileError } from '../core/errors.js';
import type { Json } from '../core/model.js';
import type { BucketSpec, ReleaseSourceResource } from '../core/resources/release-source.js';
import type { AuditTrail } from '../reconcile/ports.js';
import { appendFile, hasFile, listFiles, readJsonFile } from './audit-directory.js';
import { type ReadSecret, unusable, withBucket } from './bucket.js';
import { type ClientPool, createClientPool, defaultTimeLimits, type TimeLimits } from './client.js';
import { toObjectFailure } from './failures.js';
import { readBucketObject } from './read-object.js';

export interface AuditOptions {
  readonly readSecret: ReadSecret;
  /** Where folders that stand in for buckets are looked for; absent: they are refused. */
  readonly directoriesRelativeTo?: string;
  readonly limits?: TimeLimits;
}

type Source = ReleaseSourceResource;

/** The trails of all sources, in S3 (PutObject with If-None-Match: *, S3 API reference) or, standalone, in folders. */
export function createAuditTrail(options: AuditOptions): AuditTrail & { close(): void } {
  const limits = options.limits ?? defaultTimeLimits;
  const pool = createClientPool(limits);
  const context = { readSecret: options.readSecret, pool, limits };
  const folderOf = (spec: BucketSpec): string | undefined => {
    if (spec.directory === undefined) return undefined;
    if (options.directoriesRelativeTo === undefined)
      throw failure(unusable(spec, 'a directory instead of a bucket works standalone only').problem);
    return resolve(options.directoriesRelativeTo, spec.directory);
  };
  return {
    async append(source, { key, body }, signal) {
      const { spec, path } = placeOf(source, key);
      const text = `${JSON.stringify(body, null, 2)}\n`;
      const folder = folderOf(spec);
      if (folder !== undefined) return appendFile(folder, path, text);
      await inBucket({ source, spec, path }, { ...context, signal }, (client, bucket, within) =>
        put(client, { bucket, path, text }, within),
      );
    },
    async has(source, key, signal) {
      const { spec, path } = placeOf(source, key);
      const folder = folderOf(spec);
      if (folder !== undefined) return hasFile(folder, path);
      return inBucket({ source, spec, path }, { ...context, signal }, (client, bucket, within) =>
        exists(client, { bucket, path }, within),
      );
    },
    async list(source, prefix, signal) {
      const { spec, path, root } = placeOf(source, prefix);
      const folder = folderOf(spec);
      const found =
        folder !== undefined
          ? await listFiles(folder, path)
          : await inBucket({ source, spec, path }, { ...context, signal }, (client, bucket, within) =>
              listKeys(client, { bucket, path }, within),
            );
      return found.map((key) => key.slice(root.length)).sort();
    },
    async read(source, key, signal) {
      const { spec, path } = placeOf(source, key);
      const folder = folderOf(spec);
      if (folder !== undefined) return readJsonFile(folder, path);
      const { totalMs } = limits;
      const reading = await inBucket({ source, spec, path }, { ...context, signal }, (client, bucket) =>
        readBucketObject(client, { bucket, key: path }, { signal, totalMs }),
      );
      if (reading.state !== 'found') throw failure(reading.message);
      return JSON.parse(Buffer.from(reading.bytes).toString('utf8')) as Json;
    },
    close: () => pool.close(),
  };
}

function placeOf({ metadata, spec }: Source, key: string): { spec: BucketSpec; path: string; root: string } {
  const { bucket: name = '', prefix: root = 'audit/' } = spec.audit ?? {};
  const bucket = spec.buckets?.find((one) => one.name === name);
  if (bucket === undefined) throw failure(`the ReleaseSource ${metadata.name} has no bucket ${JSON.stringify(name)}`);
  return { spec: bucket, path: `${root}${key}`, root };
}

interface BucketContext {
  readonly readSecret: ReadSecret;
  readonly pool: ClientPool;
  readonly limits: TimeLimits;
  readonly signal: AbortSignal;
}

async function inBucket<T>(
  { source, spec, path }: { source: Source; spec: BucketSpec; path: string },
  context: BucketContext,
  use: (client: S3Client, bucket: string, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const within = AbortSignal.any([context.signal, AbortSignal.timeout(context.limits.totalMs)]);
  try {
    const { namespace } = source.metadata;
    const done = await withBucket({ namespace, bucket: spec }, { ...context, signal: within }, (client, bucket) =>
      use(client, bucket, within),
    );
    if (typeof done === 'object' && done !== null && 'problem' in done) throw failure(String(done.problem));
    return done as T;
  } catch (error) {
    context.signal.throwIfAborted();
    if (error instanceof ReconcileError) throw error;
    throw failure(
      toObjectFailure(error, { bucket: spec.bucket ?? '', key: path }).message.replace(
        'could not be read',
        'could not be reached',
      ),
    );
  }
}

const failure = (message: string): ReconcileError =>
  new ReconcileError('AuditTrailUnavailable', `the audit trail cannot be kept: ${message}; what is to be recorded waits`);

const statusOf = (error: unknown): number | undefined =>
  (error as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata?.httpStatusCode;

async function put(
  client: S3Client,
  { bucket, path, text }: { bucket: string; path: string; text: string },
  signal: AbortSignal,
): Promise<void> {
  const command = new PutObjectCommand({
    Bucket: bucket,
    Key: path,
    Body: text,
    ContentType: 'application/json',
    IfNoneMatch: '*',
  });
  try {
    await client.send(command, { abortSignal: signal });
  } catch (error) {
    // Written before: by this process, whose answer was lost, or by the leader before it.
    if (statusOf(error) !== 412) throw error;
  }
}

async function exists(
  client: S3Client,
  { bucket, path }: { bucket: string; path: string },
  signal: AbortSignal,
): Promise<boolean> {
  try {
    await client.send(new HeadObjectCommand({ Bucket: bucket, Key: path }), { abortSignal: signal });
    return true;
  } catch (error) {
    if (statusOf(error) === 404) return false;
    throw error;
  }
}

async function listKeys(
  client: S3Client,
  { bucket, path }: { bucket: string; path: string },
  signal: AbortSignal,
): Promise<string[]> {
  const keys: string[] = [];
  let token: string | undefined;
  do {
    const page = await client.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: path, ...(token === undefined ? {} : { ContinuationToken: token }) }),
      { abortSignal: signal },
    );
    for (const { Key } of page.Contents ?? []) if (Key !== undefined) keys.push(Key);
    token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
  } while (token !== undefined);
  return keys;
}
