import { createReadStream } from 'node:fs';
import type { DescriptorReading } from '../core/model.js';
import { createClient, defaultTimeLimits } from './client.js';
import { createDescriptorParser } from './descriptor-reading.js';
import { type ObjectReading, objectLimitBytes, tooLarge } from './object.js';
import { type ObjectRequest, readBucketObject } from './read-object.js';

/** Reads descriptors from where a person points: a file, or `s3://bucket/key`, `?versionId=…` allowed. */
export interface DescriptorReader {
  read(place: string, signal?: AbortSignal): Promise<DescriptorReading>;
  close(): void;
}

/** Buckets are reached with the SDK's default chain; its environment variables, AWS_ENDPOINT_URL among them, are honoured. */
export function createDescriptorReader(options: { readonly pathStyle: boolean }): DescriptorReader {
  const client = createClient({ forcePathStyle: options.pathStyle }, defaultTimeLimits);
  const { totalMs } = defaultTimeLimits;
  const parser = createDescriptorParser();
  return {
    async read(place, signal = new AbortController().signal) {
      if (!place.startsWith('s3://')) return parser.parse(await readFileObject(place, signal), { key: place });
      const location = parseS3Location(place);
      if (location === undefined) return { state: 'invalid', message: `${JSON.stringify(place)} is not s3://bucket/key` };
      return parser.parse(await readBucketObject(client, location, { signal, totalMs }), { key: location.key });
    },
    close: () => client.destroy(),
  };
}

/** `s3://bucket/key`, nothing of it encoded. A question mark belongs to the key unless `versionId=` follows it. */
export function parseS3Location(text: string): ObjectRequest | undefined {
  const [, bucket, key, versionId] = /^s3:\/\/([^/]+)\/(.+?)(?:\?versionId=([^?&]+))?$/s.exec(text) ?? [];
  if (bucket === undefined || key === undefined) return undefined;
  return { bucket, key, ...(versionId === undefined ? {} : { versionId }) };
}

/** Links and pipes are followed: the path comes from the person who runs the command, not from a repository. */
async function readFileObject(path: string, signal: AbortSignal): Promise<ObjectReading> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of createReadStream(path, { signal }) as AsyncIterable<Uint8Array>) {
      size += chunk.length;
      if (size > objectLimitBytes) return tooLarge(path);
      chunks.push(chunk);
    }
  } catch (error) {
    signal.throwIfAborted();
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    if (code === 'ENOENT') return { state: 'missing', message: `there is no file ${JSON.stringify(path)}` };
    return { state: 'unavailable', message: `the file ${JSON.stringify(path)} could not be read (${code})` };
  }
  return { state: 'found', bytes: new Uint8Array(Buffer.concat(chunks)) };
}
