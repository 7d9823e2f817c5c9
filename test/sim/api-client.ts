import { ReconcileError } from '../../controller/core/errors.js';
import type { KubeClient } from '../../controller/kube/client.js';
import { toFailure } from '../../controller/kube/failure.js';
import type { ApiAnswer, SimApi } from './api.js';
import { ApiWatch, type WatchFaults } from './api-watch.js';
import { type LinkFaults, type Network, noFaults } from './network.js';
import type { Random } from './random.js';
import type { Owner, Scheduler } from './scheduler.js';

interface Call {
  readonly method?: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: unknown;
  readonly what: string;
  readonly signal: AbortSignal;
  readonly timeoutMs?: number;
}

export interface ApiWorld {
  readonly api: SimApi;
  readonly network: Network;
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly faults: { readonly api: LinkFaults; readonly watch: WatchFaults };
}

const requestTimeoutMs = 10_000;

/** The place of KubeClient: the same methods and errors, over the simulated network. */
export function createApiClient(world: ApiWorld, owner: Owner): KubeClient {
  const places = new Map<string, Place>();
  const placeOf = (path: string): Place => {
    const known = places.get(path) ?? parsePath(path);
    places.set(path, known);
    return known;
  };
  const request = async (call: Call) => {
    if (call.signal.aborted) throw new ReconcileError('Interrupted', `stopped before the API server answered to ${call.what}`);
    const { method = 'PATCH', body } = call;
    const { plural, name, isStatus } = placeOf(call.path);
    // A Release is told anew from everything else: nothing hangs on a write of it, so no crash is tried at one.
    const isEffect = method !== 'GET' && plural !== 'leases' && plural !== 'releases';
    const outcome = await world.network.ask<ApiAnswer>({
      name: () => `${method} ${plural}${isStatus ? '/status' : ''} ${name ?? nameOf(body)}`,
      faults:
        isEffect || plural === 'leases'
          ? world.faults.api
          : { ...noFaults, slow: world.faults.api.slow, refused: world.faults.api.refused },
      isEffect,
      timeoutMs: call.timeoutMs ?? requestTimeoutMs,
      lateMs: 12_000,
      signal: call.signal,
      serve: () => (world.api.isUp ? world.api.handle({ method, plural, name, isStatus, body, by: owner.name }) : undefined),
    });
    if (outcome.kind === 'failed') {
      if (outcome.code === 'ABORTED')
        throw new ReconcileError('Interrupted', `stopped before the API server answered to ${call.what}`);
      throw new ReconcileError('Unreachable', `the API server could not be reached to ${call.what}: ${outcome.code}`);
    }
    if ('object' in outcome.value) return outcome.value.object;
    const { code, reason } = outcome.value;
    throw toFailure(call.what, { code, text: JSON.stringify({ reason }) });
  };
  const find = async (call: Call) => {
    try {
      return await request(call);
    } catch (error) {
      if (error instanceof ReconcileError && error.reason === 'NotFound') return undefined;
      throw error;
    }
  };
  const watch = async (call: Call, stallMs: number) => {
    const { plural } = placeOf(call.path);
    const since = Number(call.query?.resourceVersion ?? 0);
    const outcome = await world.network.ask({
      name: () => `WATCH ${plural}`,
      faults: noFaults,
      isEffect: false,
      timeoutMs: requestTimeoutMs,
      lateMs: 0,
      signal: call.signal,
      serve: () => (world.api.isUp ? true : undefined),
    });
    if (outcome.kind === 'failed') throw new ReconcileError('Unreachable', `the API server could not be reached to ${call.what}`);
    return new ApiWatch(
      world,
      { plural, since, stallMs, owner, endMs: Number(call.query?.timeoutSeconds ?? 300) * 1_000 },
      call.signal,
    );
  };
  return { request, find, patch: request, watch } as unknown as KubeClient;
}

function nameOf(body: unknown): string {
  return (body as { metadata?: { name?: string } } | undefined)?.metadata?.name ?? '';
}

interface Place {
  readonly plural: string;
  readonly name: string | undefined;
  readonly isStatus: boolean;
}

function parsePath(path: string): Place {
  const parts = path.split('/');
  const at = parts.indexOf('namespaces');
  const [plural = '', name, sub] = at < 0 ? parts.slice(4) : parts.slice(at + 2);
  return { plural, name, isStatus: sub === 'status' };
}
