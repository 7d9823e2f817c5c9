import type { S3Client } from '@aws-sdk/client-s3';
import type { BucketSpec } from '../core/resources/release-source.js';
import type { ClientPool } from './client.js';
import { type SecretContent, toConnection } from './connection.js';

/** The Secret's decoded content as it is now; undefined where there is none. */
export type ReadSecret = (namespace: string, name: string, signal: AbortSignal) => Promise<SecretContent | undefined>;

export interface BucketAccess {
  readonly readSecret: ReadSecret;
  readonly pool: ClientPool;
  readonly signal: AbortSignal;
}

/** Runs `use` with a client of the bucket and its name there, or says why the bucket cannot be used. Throws what `use` throws. */
export async function withBucket<T>(
  { namespace, bucket: spec }: { readonly namespace: string; readonly bucket: BucketSpec },
  { readSecret, pool, signal }: BucketAccess,
  use: (client: S3Client, bucket: string) => Promise<T>,
): Promise<T | { readonly problem: string }> {
  const { bucket, secretRef } = spec;
  if (bucket === undefined || bucket === '') return unusable(spec, 'it names no bucket');
  const secret = secretRef === undefined ? {} : await secretOf({ namespace, name: secretRef.name }, readSecret, signal);
  if (typeof secret === 'string') return unusable(spec, secret);
  const connection = toConnection(spec, secret);
  if (typeof connection === 'string') return unusable(spec, connection);
  return pool.with(JSON.stringify([namespace, spec]), connection, (client) => use(client, bucket));
}

/** For people. */
export function unusable(bucket: BucketSpec, reason: string): { readonly problem: string } {
  return { problem: `bucket ${JSON.stringify(bucket.name)} cannot be used: ${reason}` };
}

async function secretOf(
  { namespace, name }: { namespace: string; name: string },
  readSecret: ReadSecret,
  signal: AbortSignal,
): Promise<SecretContent | string> {
  try {
    return (await readSecret(namespace, name, signal)) ?? `there is no Secret ${JSON.stringify(name)}`;
  } catch {
    signal.throwIfAborted();
    return `the Secret ${JSON.stringify(name)} could not be read`;
  }
}
