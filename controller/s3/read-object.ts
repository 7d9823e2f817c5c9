import { addAbortSignal, Readable } from 'node:stream';
import { GetObjectCommand, type GetObjectCommandOutput, type S3Client } from '@aws-sdk/client-s3';
import { type ObjectPlace, toObjectFailure } from './failures.js';
import { findKeyFault, type ObjectReading, objectLimitBytes, tooLarge } from './object.js';

export interface ObjectRequest extends ObjectPlace {
  /** Absent: the newest version. */
  readonly versionId?: string;
}

/** GetObject: the object as stored. Throws only when `signal` is aborted; running out of `totalMs` is `unavailable`. */
export async function readBucketObject(
  client: S3Client,
  request: ObjectRequest,
  { signal, totalMs }: { signal: AbortSignal; totalMs: number },
): Promise<ObjectReading> {
  const fault = findKeyFault(request.key);
  if (fault !== undefined) return { state: 'invalid', message: fault };
  try {
    return await fetchBucketObject(client, request, { signal, totalMs });
  } catch (error) {
    signal.throwIfAborted();
    return toObjectFailure(error, request);
  }
}

/** The same with the SDK's error as it is; running out of `totalMs` throws a TimeoutError. */
export async function fetchBucketObject(
  client: S3Client,
  request: ObjectRequest,
  { signal, totalMs }: { signal: AbortSignal; totalMs: number },
): Promise<ObjectReading> {
  signal.throwIfAborted();
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(totalMs)]);
  try {
    return await untilAborted(bounded, fetchObject(client, request, bounded));
  } catch (error) {
    throw bounded.aborted ? Object.assign(new Error('out of time', { cause: error }), { name: 'TimeoutError' }) : error;
  }
}

async function fetchObject(client: S3Client, request: ObjectRequest, signal: AbortSignal): Promise<ObjectReading> {
  const { bucket, key, versionId } = request;
  await requireRegion(client);
  const command = new GetObjectCommand({
    Bucket: bucket,
    Key: key,
    ...(versionId === undefined ? {} : { VersionId: versionId }),
  });
  const answer = await client.send(command, { abortSignal: signal });
  const body = answer.Body;
  if (!(body instanceof Readable)) return found(answer, []);
  if ((answer.ContentLength ?? 0) > objectLimitBytes) {
    body.destroy();
    return tooLarge(key);
  }
  const chunks = await collect(addAbortSignal(signal, body));
  return chunks === undefined ? tooLarge(key) : found(answer, chunks);
}

/** Without this, a missing region is an error without a name. */
async function requireRegion(client: S3Client): Promise<void> {
  try {
    await client.config.region();
  } catch (cause) {
    throw Object.assign(new Error('no region', { cause }), { name: 'RegionMissing' });
  }
}

/** The chunks of a body, or undefined (and the body is destroyed) when there are too many bytes. */
async function collect(body: Readable): Promise<Uint8Array[] | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > objectLimitBytes) return undefined;
    chunks.push(chunk);
  }
  return chunks;
}

function found(answer: GetObjectCommandOutput, chunks: readonly Uint8Array[]): ObjectReading {
  const { VersionId } = answer;
  // A bucket whose versioning is suspended calls the version "null": it can be overwritten, so it pins nothing.
  const versionId = VersionId === undefined || VersionId === 'null' ? {} : { versionId: VersionId };
  return { state: 'found', bytes: new Uint8Array(Buffer.concat(chunks)), ...versionId };
}

/** Does not wait for what ignores the signal: the SDK sleeps between attempts, as long as a Retry-After asks for. */
async function untilAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  let onAbort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
