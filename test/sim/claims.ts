import { claimPrefix, readClaim } from '../../controller/kube/claims.js';
import type { KubeClient } from '../../controller/kube/client.js';
import { toFailure, toNetworkFailure } from '../../controller/kube/failure.js';
import type { Claims } from '../../controller/reconcile/ports.js';
import { readClaimObjects } from '../../controller/s3/claim-reading.js';
import type { SimLedger } from './ledger.js';
import type { LinkFaults } from './network.js';
import { createFetch, type S3World } from './s3.js';

export interface ClaimsWorld extends S3World {
  readonly ledger: SimLedger;
  readonly api: { readonly isUp: boolean };
  readonly faults: S3World['faults'] & { readonly api: LinkFaults };
}

interface Call {
  readonly path: string;
  readonly what: string;
  readonly signal: AbortSignal;
}

/** The real readers of claims, over simulated servers. */
export function createClaims(world: ClaimsWorld): Claims {
  const client = { request: (call: Call) => getConfigMap(world, call) } as unknown as KubeClient;
  return {
    read: ({ claim, id }, signal) => {
      if ('configMap' in claim) return readClaim(client, { namespace: claim.configMap.namespace, id }, signal);
      const find = (key: string) => world.ledger.object(key.slice(claim.prefix.length));
      return readClaimObjects({ bucket: claim.bucket, key: `${claim.prefix}${id}` }, createFetch(world, find, signal), signal);
    },
  };
}

async function getConfigMap({ network, faults, api, ledger }: ClaimsWorld, { path, what, signal }: Call): Promise<unknown> {
  const id = decodeURIComponent(path.slice(path.lastIndexOf('/') + 1)).slice(claimPrefix.length);
  const { refused, slow } = faults.api;
  const outcome = await network.ask({
    name: () => `GET configmaps ${id}`,
    faults: { refused, slow, lost: 0, unanswered: 0, late: 0 },
    isEffect: false,
    timeoutMs: 10_000,
    lateMs: 0,
    signal,
    serve: () => (api.isUp ? { found: ledger.configMap(id) } : undefined),
  });
  if (outcome.kind === 'failed') throw toNetworkFailure(what, Object.assign(new Error(outcome.code), { code: outcome.code }));
  if (outcome.value.found === undefined)
    throw toFailure(what, { code: 404, text: JSON.stringify({ kind: 'Status', reason: 'NotFound' }) });
  return outcome.value.found;
}
