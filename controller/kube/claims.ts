import { ReconcileError } from '../core/errors.js';
import { type ClaimReading, recordedResults } from '../core/run/observation.js';
import { fromTime } from '../core/time.js';
import type { KubeClient } from './client.js';
import { ApiFailure } from './failure.js';
import { segment } from './paths.js';

/** The ConfigMap by which a build claims a run; `data` holds build, at and, in the end, end. */
export const claimPrefix = 'towpath-claim-';

interface ConfigMap {
  readonly data?: Readonly<Record<string, unknown>>;
}

/** Reads the claim of a run from the API itself. Throws for an aborted signal alone. */
export async function readClaim(
  client: KubeClient,
  { namespace, id }: { readonly namespace: string; readonly id: string },
  signal: AbortSignal,
): Promise<ClaimReading> {
  const what = `read ConfigMap ${namespace}/${claimPrefix}${id}`;
  try {
    const path = `/api/v1/namespaces/${segment(namespace)}/configmaps/${segment(`${claimPrefix}${id}`)}`;
    const found = await client.request<ConfigMap>({ method: 'GET', path, what, signal });
    return toReading(found.data ?? {});
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ReconcileError)) throw error;
    // A proxy on the way may answer 404 as well, but not in the words of the API server.
    const isAbsent = error instanceof ApiFailure && error.code === 404 && error.status === 'NotFound';
    return isAbsent ? { state: 'absent' } : { state: 'unavailable', message: error.message };
  }
}

function toReading({ build, at, end }: Readonly<Record<string, unknown>>): ClaimReading {
  const number = typeof build === 'string' && /^[1-9][0-9]{0,9}$/.test(build) ? Number(build) : undefined;
  const time = typeof at === 'string' ? fromTime(at) : undefined;
  const who = { ...(number === undefined ? {} : { build: number }), ...(time === undefined ? {} : { at: time }) };
  if (end === undefined) return { state: 'claimed', ...who };
  if (typeof end === 'string' && recordedResults.has(end)) return { state: 'ended', result: end, ...who };
  return { state: 'unavailable', message: 'the end that stands in the claim ledger names no result of a build' };
}
