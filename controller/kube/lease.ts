import type { Millis } from '../core/model.js';
import type { Key } from '../reconcile/ports.js';
import type { KubeClient } from './client.js';
import { microTime } from './micro-time.js';
import { segment } from './paths.js';

/** A coordination.k8s.io/v1 Lease. */
export interface Lease {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly resourceVersion?: string };
  readonly spec?: {
    readonly holderIdentity?: string;
    readonly leaseDurationSeconds?: number;
    readonly acquireTime?: string;
    readonly renewTime?: string;
    readonly leaseTransitions?: number;
  };
}

interface Call {
  readonly signal: AbortSignal;
  readonly timeoutMs: Millis;
}

const leasesPath = ({ namespace }: Key) => `/apis/coordination.k8s.io/v1/namespaces/${segment(namespace)}/leases`;

export function readLease(client: KubeClient, key: Key, call: Call): Promise<Lease | undefined> {
  const path = `${leasesPath(key)}/${segment(key.name)}`;
  return client.find<Lease>({ method: 'GET', path, what: 'read the lease', ...call });
}

/** The leases of that name in every namespace. */
export async function listLeases(client: KubeClient, name: string, call: Call): Promise<readonly Lease[]> {
  const path = '/apis/coordination.k8s.io/v1/leases';
  const { items = [] } = await client.request<{ items?: Lease[] }>({ method: 'GET', path, what: 'list the leases', ...call });
  return items.filter(({ metadata }) => metadata.name === name);
}

/** Creates the lease, or replaces the version that was read; throws Conflict where somebody was faster. */
export function writeLease(client: KubeClient, lease: Lease, call: Call): Promise<Lease> {
  const { name, resourceVersion } = lease.metadata;
  const body = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', ...lease };
  const path = leasesPath(lease.metadata);
  if (resourceVersion === undefined)
    return client.request<Lease>({ method: 'POST', path, body, what: 'create the lease', ...call });
  return client.request<Lease>({ method: 'PUT', path: `${path}/${segment(name)}`, body, what: 'write the lease', ...call });
}

/** The record of a holder: renewed where it has held the lease already, else taken over. */
export function heldBy(found: Lease | undefined, holder: { key: Key; identity: string; leaseMs: Millis; now: Millis }): Lease {
  const { key, identity, leaseMs, now } = holder;
  const time = microTime(now);
  const renewed = found?.spec?.holderIdentity === identity;
  const transitions = found?.spec?.leaseTransitions ?? 0;
  return {
    ...found,
    metadata: found?.metadata ?? { name: key.name, namespace: key.namespace },
    spec: {
      ...found?.spec,
      holderIdentity: identity,
      leaseDurationSeconds: Math.ceil(leaseMs / 1_000),
      acquireTime: renewed ? (found.spec?.acquireTime ?? time) : time,
      renewTime: time,
      leaseTransitions: found === undefined || renewed ? transitions : transitions + 1,
    },
  };
}

/** The record that lets the next one in at once. */
export function released(held: Lease, now: Millis): Lease {
  const time = microTime(now);
  return { ...held, spec: { ...held.spec, holderIdentity: '', leaseDurationSeconds: 1, acquireTime: time, renewTime: time } };
}
