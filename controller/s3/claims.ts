import { type ClaimReading, recordedResults } from '../core/run/observation.js';
import { fromTime } from '../core/time.js';
import type { ClaimRequest } from '../reconcile/ports.js';
import { type ReadSecret, unusable, withBucket } from './bucket.js';
import { createClientPool, defaultTimeLimits, type TimeLimits } from './client.js';
import { absenceOf, type ObjectPlace, toObjectFailure } from './failures.js';
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
        const reading = (name: string) =>
          readEntry(
            { bucket, key: name },
            (place) => fetchBucketObject(client, place, { signal, totalMs: limits.totalMs }),
            signal,
          );
        // The claim first: an end that is written in between is found, and one without its claim counts as well.
        return toReading(await reading(key), await reading(`${key}.end`));
      });
      return 'problem' in read ? unavailable(read.problem) : read;
    },
    close: () => pool.close(),
  };
}

/** An object's fields. `deleted`: there was one, so a build had claimed the run. */
type Entry =
  | { readonly state: 'found'; readonly fields: Readonly<Record<string, unknown>> }
  | { readonly state: 'absent' | 'deleted' }
  | { readonly state: 'unavailable'; readonly message: string };

async function readEntry(
  place: ObjectPlace,
  fetch: (place: ObjectPlace) => ReturnType<typeof fetchBucketObject>,
  signal: AbortSignal,
): Promise<Entry> {
  try {
    const object = await fetch(place);
    return object.state === 'found' ? { state: 'found', fields: parseFields(object.bytes) } : unavailable(object.message);
  } catch (error) {
    signal.throwIfAborted();
    const absence = absenceOf(error);
    return absence === undefined ? unavailable(toObjectFailure(error, place).message) : { state: absence };
  }
}

function toReading(claim: Entry, end: Entry): ClaimReading {
  if (claim.state === 'unavailable') return claim;
  if (end.state === 'unavailable') return end;
  const { build, at } = claim.state === 'found' ? claim.fields : {};
  const time = typeof at === 'string' ? fromTime(at) : undefined;
  const who = { ...(isBuildNumber(build) ? { build } : {}), ...(time === undefined ? {} : { at: time }) };
  if (end.state === 'found') {
    const { result } = end.fields;
    if (typeof result === 'string' && recordedResults.has(result)) return { state: 'ended', result, ...who };
    return unavailable('the end that stands in the claim ledger names no result of a build');
  }
  return claim.state === 'absent' && end.state === 'absent' ? { state: 'absent' } : { state: 'claimed', ...who };
}

function isBuildNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
}

/** What cannot be read as an object has no fields: that it is there is what counts. */
function parseFields(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function unavailable(message: string): { readonly state: 'unavailable'; readonly message: string } {
  return { state: 'unavailable', message };
}
