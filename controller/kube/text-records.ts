import { ReconcileError } from '../core/errors.js';
import type { Key, StoredText, TextRecords } from '../reconcile/ports.js';
import type { KubeClient } from './client.js';
import { segment, specManager } from './paths.js';

interface ConfigMap {
  readonly metadata: { readonly name: string; readonly resourceVersion?: string };
  readonly data?: Readonly<Record<string, string>>;
}

const label = 'towpath.dev/record';
const field = 'record';

/** Records as ConfigMaps: no kind of its own that an older cluster would have to learn, and nothing but `kubectl` to look at them. */
export function createTextRecords(client: KubeClient, purpose: string): TextRecords {
  const collection = (namespace: string) => `/api/v1/namespaces/${segment(namespace)}/configmaps`;
  const path = ({ namespace, name }: Key) => `${collection(namespace)}/${segment(name)}`;
  const what = (verb: string, { namespace, name }: Key) => `${verb} ConfigMap ${namespace}/${name}`;
  return {
    async read(key, signal) {
      const found = await client.find<ConfigMap>({ method: 'GET', path: path(key), what: what('read', key), signal });
      return found === undefined ? undefined : toStored(found);
    },
    async write(key, { before, text }, signal) {
      const { name, namespace } = key;
      const metadata = { name, namespace, labels: { [label]: purpose } };
      const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { [field]: text } };
      const query = { fieldManager: specManager };
      const common = { query, what: what('write', key), signal };
      if (before === undefined)
        return toStored(await client.request<ConfigMap>({ ...common, method: 'POST', path: collection(namespace), body }));
      const swapped = { ...body, metadata: { ...metadata, resourceVersion: before.version } };
      try {
        return toStored(await client.request<ConfigMap>({ ...common, method: 'PUT', path: path(key), body: swapped }));
      } catch (error) {
        // Somebody has deleted it: that is another state than the one that was read.
        if (!(error instanceof ReconcileError && error.reason === 'NotFound')) throw error;
        throw new ReconcileError('Conflict', `the ConfigMap ${namespace}/${name} is gone`, { retry: 'now', cause: error });
      }
    },
    async list(namespace, signal) {
      const query = { labelSelector: `${label}=${purpose}` };
      const told = {
        method: 'GET',
        path: collection(namespace),
        query,
        what: `list ConfigMaps in ${namespace}`,
        signal,
      } as const;
      const { items } = await client.request<{ items: readonly ConfigMap[] }>(told);
      return items.map((item) => [item.metadata.name, toStored(item)]);
    },
    async remove(key, signal) {
      await client.find({ method: 'DELETE', path: path(key), what: what('delete', key), signal });
    },
  };
}

function toStored({ metadata, data }: ConfigMap): StoredText {
  return { text: data?.[field] ?? '', version: metadata.resourceVersion ?? '' };
}
