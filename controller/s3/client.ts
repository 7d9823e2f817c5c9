import { createHash } from 'node:crypto';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { Transform, type TransformCallback } from 'node:stream';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';

/** How long each part of a read may take, in milliseconds. */
export interface TimeLimits {
  readonly connectMs: number;
  /** One attempt, until its answer begins. */
  readonly attemptMs: number;
  /** All attempts and the body together. */
  readonly totalMs: number;
}

export const defaultTimeLimits: TimeLimits = { connectMs: 5_000, attemptMs: 10_000, totalMs: 30_000 };

/** Everything a client is made of; nothing else distinguishes two clients. */
export interface Connection {
  readonly region?: string;
  readonly endpoint?: string;
  readonly forcePathStyle?: boolean;
  /** Absent: the SDK's default chain (environment, profile, web identity, container, instance). */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string };
  /** PEM; the only certificates that are then trusted. */
  readonly ca?: string;
}

/** The one retry policy: the SDK's standard mode, which repeats network faults, time-outs, 429 and 5xx with back-off. */
const attempts = 3;
const errorBodyLimitBytes = 64 * 1024;
const maxSockets = 16;

export function createClient(connection: Connection, limits: TimeLimits): S3Client {
  const { ca, region, endpoint, forcePathStyle, credentials } = connection;
  const config: S3ClientConfig = {
    maxAttempts: attempts,
    retryMode: 'standard',
    // Only uploads need it, and older servers refuse its trailers.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: limits.connectMs,
      requestTimeout: limits.attemptMs,
      throwOnRequestTimeout: true,
      socketTimeout: limits.attemptMs,
      httpAgent: new HttpAgent({ keepAlive: true, maxSockets }),
      httpsAgent: new HttpsAgent({ keepAlive: true, maxSockets, ...(ca === undefined ? {} : { ca }) }),
      logger: silent,
    },
    ...(credentials === undefined ? {} : { credentials: { ...credentials } }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(forcePathStyle === undefined ? {} : { forcePathStyle }),
    ...toRegion(region, endpoint),
  };
  const client = new S3Client(config);
  limitErrorBodies(client);
  return client;
}

/** A service that is not AWS rarely has a region; the SDK demands one for the signature. */
function toRegion(region: string | undefined, endpoint: string | undefined): { region?: string } {
  if (region !== undefined) return { region };
  return endpoint === undefined ? {} : { region: 'us-east-1' };
}

/** The SDK collects the whole body of an error answer before it looks at it: that must have a bound. */
function limitErrorBodies(client: S3Client): void {
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const response = result.response as { statusCode: number; body: NodeJS.ReadableStream };
      if (response.statusCode >= 300) response.body = toBounded(response.body);
      return result;
    },
    { step: 'deserialize', priority: 'low', name: 'limitErrorBodies' },
  );
}

function toBounded(body: NodeJS.ReadableStream): Transform {
  let size = 0;
  const bounded = new Transform({
    transform(chunk: Uint8Array, _encoding: BufferEncoding, done: TransformCallback) {
      size += chunk.length;
      if (size > errorBodyLimitBytes) done(new Error('error answer too large'));
      else done(null, chunk);
    },
  });
  body.on('error', (error) => bounded.destroy(error));
  bounded.on('close', () => 'destroy' in body && (body as Transform).destroy());
  return body.pipe(bounded);
}

const silent = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };

/** Clients by what they serve. One whose credentials changed is replaced, and closed as soon as nobody uses it. */
export interface ClientPool {
  /** Runs `use` with the client of a connection. `slot` names what the connection is for. */
  with<T>(slot: string, connection: Connection, use: (client: S3Client) => Promise<T>): Promise<T>;
  close(): void;
}

interface PooledClient {
  readonly client: S3Client;
  readonly fingerprint: string;
  users: number;
  retired: boolean;
}

export function createClientPool(limits: TimeLimits, capacity = 64): ClientPool {
  const clients = new Map<string, PooledClient>();

  function retire(slot: string, pooled: PooledClient): void {
    clients.delete(slot);
    pooled.retired = true;
    if (pooled.users === 0) pooled.client.destroy();
  }

  function acquire(slot: string, connection: Connection): PooledClient {
    const fingerprint = createHash('sha256').update(JSON.stringify(connection)).digest('hex');
    const found = clients.get(slot);
    if (found?.fingerprint === fingerprint) {
      // Last used, last in order: the first in order is the one to give up.
      clients.delete(slot);
      clients.set(slot, found);
      return found;
    }
    const created = { client: createClient(connection, limits), fingerprint, users: 0, retired: false };
    if (found !== undefined) retire(slot, found);
    clients.set(slot, created);
    const [oldest] = clients;
    if (clients.size > capacity && oldest !== undefined) retire(...oldest);
    return created;
  }

  return {
    async with(slot, connection, use) {
      const pooled = acquire(slot, connection);
      pooled.users += 1;
      try {
        return await use(pooled.client);
      } finally {
        pooled.users -= 1;
        if (pooled.retired && pooled.users === 0) pooled.client.destroy();
      }
    },
    close() {
      for (const [slot, pooled] of [...clients]) retire(slot, pooled);
    },
  };
}
