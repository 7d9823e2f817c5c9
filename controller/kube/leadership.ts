import { setTimeout as sleep } from 'node:timers/promises';
import { ReconcileError } from '../core/errors.js';
import { type LeaseTimes, leaseJitter, whyBadLeaseTimes } from '../core/lease-times.js';
import type { Millis } from '../core/model.js';
import type { Key, Leadership } from '../reconcile/ports.js';
import type { Kube } from './kube.js';
import { heldBy, type Lease, readLease, released, writeLease } from './lease.js';

export interface LeadershipOptions extends LeaseTimes {
  readonly kube: Pick<Kube, 'client' | 'now'>;
  readonly name: string;
  readonly namespace: string;
  /** Of this process and no other, for instance host name and a random part. */
  readonly identity: string;
  /** Never goes back and does not follow changes of the wall clock, in milliseconds. */
  readonly monotonicNow: () => Millis;
  readonly onElected: () => void;
  /** Called once, at once, when the lease was held and cannot be relied on any more. Not called for a stop or a release. */
  readonly onLost: () => void;
}

export interface Elector extends Leadership {
  /** Waits for the lease, then renews it; ends when it is lost or the signal fires. The lease is kept until `release`. */
  run(signal: AbortSignal): Promise<void>;
  /** Lets the next one in at once. Call it when nothing that needs the lease is under way any more. */
  release(): Promise<void>;
}

/**
 * Leader election by Lease, after client-go. Whether another's lease is over is judged by the time since its record last
 * changed here, by the monotonic clock: clocks are never compared. What is left of the own lease is counted from the moment
 * the last successful renewal was sent.
 */
export function createLeadership(options: LeadershipOptions): Elector {
  const problem = whyBadLeaseTimes(options);
  if (problem !== undefined) throw new Error(problem);
  return new LeaseElector(options);
}

class LeaseElector implements Elector {
  readonly identity: string;
  readonly #options: LeadershipOptions;
  readonly #key: Key;
  /** The record as last seen, and when it was first seen so. */
  #seen: { lease: Lease; at: Millis } | undefined;
  /** When the last successful renewal was sent; undefined where the lease is not held. */
  #renewedAt: Millis | undefined;

  constructor(options: LeadershipOptions) {
    this.#options = options;
    this.identity = options.identity;
    this.#key = { namespace: options.namespace, name: options.name };
  }

  remainingMs(): Millis {
    if (this.#renewedAt === undefined) return 0;
    return Math.max(0, this.#renewedAt + this.#options.leaseMs - this.#options.monotonicNow());
  }

  async run(signal: AbortSignal): Promise<void> {
    await this.#acquire(signal);
    if (signal.aborted) return;
    this.#options.onElected();
    await this.#renew(signal);
    if (signal.aborted || this.#renewedAt === undefined) return;
    this.#renewedAt = undefined;
    this.#options.onLost();
  }

  async release(): Promise<void> {
    const held = this.#renewedAt === undefined ? undefined : this.#seen?.lease;
    this.#renewedAt = undefined;
    if (held === undefined) return;
    const { kube } = this.#options;
    const call = { signal: new AbortController().signal, timeoutMs: 2_000 };
    await writeLease(kube.client, released(held, kube.now()), call).catch(async () => {
      const found = await readLease(kube.client, this.#key, call).catch(() => undefined);
      if (found?.spec?.holderIdentity === this.identity)
        await writeLease(kube.client, released(found, kube.now()), call).catch(() => undefined);
    });
  }

  async #acquire(signal: AbortSignal): Promise<void> {
    const { retryMs, renewDeadlineMs } = this.#options;
    while (!signal.aborted) {
      if ((await this.#attempt(signal, renewDeadlineMs / 2)) === 'held') return;
      await pause(retryMs * (1 + Math.random() * leaseJitter), signal);
    }
  }

  /** Returns when the lease is lost, released or the signal fires. */
  async #renew(signal: AbortSignal): Promise<void> {
    const { retryMs, renewDeadlineMs, monotonicNow } = this.#options;
    while (!signal.aborted && this.#renewedAt !== undefined) {
      const deadline = this.#renewedAt + renewDeadlineMs;
      await pause(Math.min(retryMs, deadline - monotonicNow()), signal);
      const leftMs = deadline - monotonicNow();
      if (signal.aborted || this.#renewedAt === undefined) return;
      if (leftMs <= 0 || (await this.#attempt(signal, Math.min(leftMs, renewDeadlineMs / 2))) === 'taken') return;
    }
  }

  /** Tries once to hold the lease for another while. `failed` says nothing about who holds it. */
  async #attempt(signal: AbortSignal, timeoutMs: Millis): Promise<'held' | 'taken' | 'failed'> {
    const { kube, monotonicNow, leaseMs } = this.#options;
    const call = { signal, timeoutMs };
    try {
      // A renewal needs no read: the version that was written last says whether it still is ours.
      const found = this.#renewedAt === undefined ? await readLease(kube.client, this.#key, call) : this.#seen?.lease;
      if (this.#renewedAt === undefined && this.#isTaken(found)) return 'taken';
      const holder = { key: this.#key, identity: this.identity, leaseMs, now: kube.now() };
      const sentAt = monotonicNow();
      const lease = await writeLease(kube.client, heldBy(found, holder), call);
      this.#seen = { lease, at: monotonicNow() };
      this.#renewedAt = sentAt;
      return 'held';
    } catch (error) {
      // A lease that is gone is answered with 404, 409 or 400, by the version of the server.
      const answered = error instanceof ReconcileError && ['Conflict', 'NotFound', 'Refused'].includes(error.reason);
      return answered ? this.#afterConflict(call) : 'failed';
    }
  }

  /** The record is not what was written last: somebody took it, or an answer to a write of ours was lost. */
  async #afterConflict(call: { signal: AbortSignal; timeoutMs: Millis }): Promise<'taken' | 'failed'> {
    try {
      const found = await readLease(this.#options.kube.client, this.#key, call);
      this.#seen = found === undefined ? undefined : { lease: found, at: this.#options.monotonicNow() };
      return found === undefined || found.spec?.holderIdentity === this.identity ? 'failed' : 'taken';
    } catch {
      return 'failed';
    }
  }

  #isTaken(found: Lease | undefined): boolean {
    const spec = found?.spec;
    if (found === undefined || !spec?.holderIdentity || spec.holderIdentity === this.identity) return false;
    const now = this.#options.monotonicNow();
    if (this.#seen?.lease.metadata.resourceVersion !== found.metadata.resourceVersion) this.#seen = { lease: found, at: now };
    return now - (this.#seen?.at ?? now) <= (spec.leaseDurationSeconds ?? 0) * 1_000;
  }
}

/** Ends early, and without an error, when the signal fires. */
async function pause(ms: Millis, signal: AbortSignal): Promise<void> {
  await sleep(Math.max(0, ms), undefined, { signal }).catch(() => undefined);
}
