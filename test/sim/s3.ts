import type { Millis } from '../../controller/core/model.js';
import type { ObjectPlace } from '../../controller/s3/failures.js';
import type { ObjectReading } from '../../controller/s3/object.js';
import type { LinkFaults, Network } from './network.js';
import type { Random } from './random.js';
import type { Scheduler } from './scheduler.js';

export interface S3Faults {
  readonly link: LinkFaults;
  /** The service answers, and says that it cannot or will not. */
  readonly refusing: number;
  /** An answer is on its way for a long time: it tells of what was there before. */
  readonly stale: number;
}

export const calmS3: S3Faults = { link: { refused: 0, lost: 0, unanswered: 0, late: 0, slow: 0 }, refusing: 0, stale: 0 };

export interface S3World {
  readonly network: Network;
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly faults: { readonly s3: S3Faults };
}

/** What a service gives for a key: an object, or an error as the SDK throws it. */
type Answer = { readonly bytes: Uint8Array } | { readonly error: object };

const totalMs: Millis = 30_000;
const refusals: readonly (readonly [name: string, status: number])[] = [
  ['SlowDown', 503],
  ['InternalError', 500],
  ['AccessDenied', 403],
  ['InvalidAccessKeyId', 403],
  ['NoSuchBucket', 404],
];
const encoder = new TextEncoder();

/** The place of the S3 client: GetObject over the simulated network, with the errors of the SDK. */
export function createFetch(world: S3World, find: (key: string) => string | undefined, signal: AbortSignal) {
  return async ({ key }: ObjectPlace): Promise<ObjectReading> => {
    const { network, scheduler, random, faults } = world;
    signal.throwIfAborted();
    const staleMs = random.chance(faults.s3.stale) ? random.between(5_000, 25_000) : 0;
    const outcome = await network.ask<Answer>({
      name: () => `S3 ${key}`,
      faults: faults.s3.link,
      isEffect: false,
      timeoutMs: totalMs,
      lateMs: 0,
      signal,
      serve: () => answerOf(find(key), random, faults.s3),
    });
    if (staleMs > 0) await new Promise<void>((resolve) => void scheduler.after(staleMs, resolve));
    signal.throwIfAborted();
    if (outcome.kind === 'failed') throw toError(outcome.code);
    if ('error' in outcome.value) throw outcome.value.error;
    return { state: 'found', bytes: outcome.value.bytes };
  };
}

function answerOf(text: string | undefined, random: Random, { refusing }: S3Faults): Answer {
  if (random.chance(refusing)) {
    const [name, status] = random.pickOf(refusals) ?? ['InternalError', 500];
    return { error: toServiceError(name, status) };
  }
  return text === undefined ? { error: toServiceError('NoSuchKey', 404) } : { bytes: encoder.encode(text) };
}

function toServiceError(name: string, status: number): object {
  return Object.assign(new Error(name), { name, $metadata: { httpStatusCode: status }, $response: { headers: {} } });
}

function toError(code: string): object {
  return code === 'TIMEOUT' ? Object.assign(new Error(code), { name: 'TimeoutError' }) : Object.assign(new Error(code), { code });
}
