import { resolve } from 'node:path';
import type { BucketSpec } from '../core/resources/release-source.js';
import type { Descriptors } from '../reconcile/ports.js';
import { type ReadSecret, unusable, withBucket } from './bucket.js';
import { type ClientPool, createClientPool, defaultTimeLimits, type TimeLimits } from './client.js';
import { createDescriptorParser, type ExpectedDescriptor } from './descriptor-reading.js';
import { readDirectoryObject } from './directory.js';
import type { ObjectFailure, ObjectReading } from './object.js';
import { readBucketObject } from './read-object.js';

export interface DescriptorOptions {
  readonly readSecret: ReadSecret;
  /** Whether a folder may stand in for a bucket: standalone only. */
  readonly allowDirectories: boolean;
  /** Where folders are looked for: the folder of the configuration file. Absent: folders are refused. */
  readonly directoriesRelativeTo?: string;
  readonly limits?: TimeLimits;
}

/** A request may say what the descriptor must be of; a descriptor that names another product or version is then invalid. */
type DescriptorRequest = Parameters<Descriptors['read']>[0] & Pick<ExpectedDescriptor, 'product' | 'version'>;

/**
 * Descriptors in S3 buckets and, standalone, in folders. A reading never throws but for an aborted signal. Whatever the
 * operator can set right (credentials, address, certificates) is `unavailable`: it may be right the next time.
 */
export function createDescriptors(options: DescriptorOptions): Descriptors & { close(): void } {
  const limits = options.limits ?? defaultTimeLimits;
  const pool = createClientPool(limits);
  const parser = createDescriptorParser();
  return {
    async read(request: DescriptorRequest, signal) {
      return parser.parse(await readObject(request, signal), request);
    },
    close: () => pool.close(),
  };

  async function readObject(request: DescriptorRequest, signal: AbortSignal): Promise<ObjectReading> {
    const { bucket, key } = request;
    if (bucket.directory === undefined) return readFromBucket(request, { options, pool, limits, signal });
    if (bucket.bucket !== undefined) return unavailable(bucket, 'it names both a bucket and a directory');
    const base = options.directoriesRelativeTo;
    if (!options.allowDirectories || base === undefined)
      return unavailable(bucket, 'a directory instead of a bucket works standalone only');
    return readDirectoryObject(resolve(base, bucket.directory), key, signal);
  }
}

interface ReadContext {
  readonly options: DescriptorOptions;
  readonly pool: ClientPool;
  readonly limits: TimeLimits;
  readonly signal: AbortSignal;
}

async function readFromBucket(request: DescriptorRequest, context: ReadContext): Promise<ObjectReading> {
  const { options, pool, limits, signal } = context;
  const read = await withBucket(request, { readSecret: options.readSecret, pool, signal }, (client, bucket) =>
    readBucketObject(client, { bucket, key: request.key }, { signal, totalMs: limits.totalMs }),
  );
  return 'problem' in read ? { state: 'unavailable', message: read.problem } : read;
}

function unavailable(bucket: BucketSpec, reason: string): ObjectFailure {
  return { state: 'unavailable', message: unusable(bucket, reason).problem };
}
