import { ReconcileError } from '../core/errors.js';
import type { ResourceDefinition } from '../core/resources/definition.js';
import { type EnvironmentResource, environment } from '../core/resources/environment.js';
import { type HoldResource, hold } from '../core/resources/hold.js';
import type { FreshReads, Key } from '../reconcile/ports.js';
import type { KubeClient } from './client.js';
import { misfit } from './fit.js';
import { collectionPath, describeObject, objectPath } from './paths.js';
import { isNamed, type RawObject } from './resource-cache.js';

interface HoldPage {
  readonly items?: RawObject[];
  readonly metadata?: { readonly continue?: string };
}

/** Reads around the cache. What does not fit its schema fails the read: a Hold that nobody understands holds everything. */
export function createFreshReads(client: KubeClient): FreshReads {
  return {
    holds: async (namespace, signal) => {
      const holds: HoldResource[] = [];
      let next: string | undefined;
      do {
        const page = await client.request<HoldPage | null>({
          method: 'GET',
          path: collectionPath(hold, namespace),
          query: { limit: 500, continue: next },
          what: 'list holds',
          signal,
        });
        if (!Array.isArray(page?.items ?? []))
          throw new ReconcileError('Unavailable', 'the API server answered with something that is no list of holds');
        holds.push(...(page?.items ?? []).map((item) => fitting<HoldResource>(hold, item)));
        next = page?.metadata?.continue || undefined;
      } while (next !== undefined);
      return holds;
    },
    environment: async (key, signal) => {
      const what = `read ${describeObject(environment, key)}`;
      const found = await client.find<RawObject>({ method: 'GET', path: objectPath(environment, key), what, signal });
      return found === undefined ? undefined : fitting<EnvironmentResource>(environment, found);
    },
  };
}

function fitting<R>(definition: ResourceDefinition, object: RawObject): R {
  if (!isNamed(object))
    throw new ReconcileError('Unavailable', `the API server answered with something that is no ${definition.kind}`);
  const message = misfit(definition, object);
  if (message === undefined) return object as unknown as R;
  const key: Key = object.metadata;
  throw new ReconcileError('Quarantined', `${describeObject(definition, key)} does not fit its schema: ${message}`);
}
