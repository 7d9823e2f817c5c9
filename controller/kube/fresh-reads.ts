import { ReconcileError } from '../core/errors.js';
import type { ResourceDefinition } from '../core/resources/definition.js';
import { deploymentRun } from '../core/resources/deployment-run.js';
import { type EnvironmentResource, environment } from '../core/resources/environment.js';
import { type HoldResource, hold } from '../core/resources/hold.js';
import { releaseSource } from '../core/resources/release-source.js';
import { environmentName } from '../core/run/identity.js';
import type { FreshReads, Key } from '../reconcile/ports.js';
import type { KubeClient } from './client.js';
import { misfit } from './fit.js';
import { collectionPath, describeObject, objectPath } from './paths.js';
import { isNamed, type RawObject, type ResourceCache } from './resource-cache.js';

/** Names and versions alone, where the server can (kubernetes.io/docs/reference/using-api/api-concepts, "Metadata-only fetches"). */
const metadataList = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json';

interface Page {
  readonly items?: RawObject[];
  readonly metadata?: { readonly continue?: string };
}

/** The caches that a claim is judged by. */
interface Caches {
  readonly sources: Pick<ResourceCache<never>, 'lacks' | 'admit'>;
  readonly environments: Pick<ResourceCache<never>, 'lacks' | 'admit'>;
  readonly runs: Pick<ResourceCache<never>, 'lacks' | 'admit'>;
}

/** Reads around the cache. What does not fit its schema fails the read: a Hold that nobody understands holds everything. */
export function createFreshReads(client: KubeClient, caches: Caches): FreshReads {
  return {
    holds: async (namespace, signal) => {
      const holds = await listAll(client, { definition: hold, namespace, what: 'list holds', signal });
      return holds.map((item) => fitting<HoldResource>(hold, item));
    },
    newestRun: async (namespace, product, name, signal) => {
      const labelSelector = `towpath.dev/product=${product},towpath.dev/environment=${name}`;
      const runs = await listAll(client, { definition: deploymentRun, namespace, labelSelector, what: 'list runs', signal });
      return Math.max(0, ...runs.map((run) => numberOf(run, environmentName(product, name))));
    },
    environment: async (key, signal) => {
      const what = `read ${describeObject(environment, key)}`;
      const found = await client.find<RawObject>({ method: 'GET', path: objectPath(environment, key), what, signal });
      return found === undefined ? undefined : fitting<EnvironmentResource>(environment, found);
    },
    catchUp: async (namespace, signal) => {
      const kinds = [
        [releaseSource, caches.sources],
        [deploymentRun, caches.runs],
        [environment, caches.environments],
      ] as const;
      for (const [definition, cache] of kinds) {
        const versions = await listAll(client, {
          definition,
          namespace,
          metadataOnly: true,
          what: `list ${definition.plural}`,
          signal,
        });
        for (const { metadata } of versions.filter((object) => isNamed(object) && cache.lacks(object))) {
          const what = `read ${describeObject(definition, metadata)}`;
          const found = await client.find<RawObject>({ method: 'GET', path: objectPath(definition, metadata), what, signal });
          if (found !== undefined && isNamed(found)) cache.admit(found);
        }
      }
    },
  };
}

interface Listing {
  readonly definition: ResourceDefinition;
  readonly namespace: string;
  readonly labelSelector?: string;
  readonly metadataOnly?: true;
  readonly what: string;
  readonly signal: AbortSignal;
}

async function listAll(
  client: KubeClient,
  { definition, namespace, labelSelector, metadataOnly, what, signal }: Listing,
): Promise<RawObject[]> {
  const found: RawObject[] = [];
  let next: string | undefined;
  do {
    const page = await client.request<Page | null>({
      method: 'GET',
      path: collectionPath(definition, namespace),
      query: { limit: metadataOnly ? 5_000 : 500, continue: next, labelSelector },
      ...(metadataOnly ? { accept: metadataList } : {}),
      what,
      signal,
    });
    if (!Array.isArray(page?.items ?? []))
      throw new ReconcileError('Unavailable', `the API server answered with something that is no list: ${what}`);
    found.push(...(page?.items ?? []));
    next = page?.metadata?.continue || undefined;
  } while (next !== undefined);
  return found;
}

/** From the name, which ends with it: a run that fits no schema has a name all the same. 0 for a run of another environment. */
function numberOf(run: RawObject, environment: string): number {
  const name = isNamed(run) ? run.metadata.name : '';
  const number = name.startsWith(`${environment}.`) ? Number(name.slice(environment.length + 1)) : 0;
  return Number.isSafeInteger(number) ? number : 0;
}

function fitting<R>(definition: ResourceDefinition, object: RawObject): R {
  if (!isNamed(object))
    throw new ReconcileError('Unavailable', `the API server answered with something that is no ${definition.kind}`);
  const message = misfit(definition, object);
  if (message === undefined) return object as unknown as R;
  const key: Key = object.metadata;
  throw new ReconcileError('Quarantined', `${describeObject(definition, key)} does not fit its schema: ${message}`);
}
