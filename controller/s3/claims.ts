import type { ClaimReading } from '../core/run/observation.js';
import type { ClaimRequest } from '../reconcile/ports.js';
import { type ReadSecret, unusable, withBucket } from './bucket.js';
import { readClaimObjects } from './claim-reading.js';
import { createClientPool, defaultTimeLimits, type TimeLimits } from './client.js';
import { findKeyFault } from './object.js';
import { fetchBucketObject } from './read-object.js';

export interface ClaimOptions {
  readonly readSecret: ReadSecret;
  readonly limits?: TimeLimits;
}

type BucketClaimRequest = Omit<ClaimRequest, 'claim'> & { readonly claim: { readonly bucket: string; readonly prefix: string } };

/** Claims in a bucket: `<prefix><TOWPATH_RUN>` is the claim, the same with `.end` its end. */
export interface BucketClaims {
  read(request: BucketClaimRequest, signal: AbortSignal): Promise<ClaimReading>;
  close(): void;
}

/** A reading never throws but for an aborted signal. Only an answer that there is no such key counts as absence. */
export function createBucketClaims({ readSecret, limits = defaultTimeLimits }: ClaimOptions): BucketClaims {
  const pool = createClientPool(limits);
  return {
    async read({ namespace, source, claim, id }, signal) {
      const spec = source?.spec.buckets?.find(({ name }) => name === claim.bucket);
      if (spec === undefined) return unavailable(`the bucket ${claim.bucket} is not configured`);
      if (spec.directory !== undefined)
        return unavailable(unusable(spec, 'claims need a bucket, and it names a directory').problem);
      const key = `${claim.prefix}${id}`;
      const fault = findKeyFault(`${key}.end`);
      if (fault !== undefined) return unavailable(fault);
      const read = await withBucket({ namespace, bucket: spec }, { readSecret, pool, signal }, async (client, bucket) => {
        const { totalMs } = limits;
        return readClaimObjects({ bucket, key }, (place) => fetchBucketObject(client, place, { signal, totalMs }), signal);
      });
      return 'problem' in read ? unavailable(read.problem) : read;
    },
    close: () => pool.close(),
  };
}

function unavailable(message: string): { readonly state: 'unavailable'; readonly message: string } {
  return { state: 'unavailable', message };
}
