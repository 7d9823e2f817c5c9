import { collectionPath } from '../kube/paths.js';
import { type Api, definitions, type KindName, type Kinds } from './api.js';

/**
 * The object as soon as it is as asked, told by a watch from the version that is known; undefined where that does not come in
 * time. What goes wrong with the watch is no answer either: what was asked for stands.
 */
export async function awaitAnswer<K extends KindName>(
  api: Api,
  { kind, object, withinMs }: { readonly kind: K; readonly object: Kinds[K]; readonly withinMs: number },
  isAnswer: (object: Kinds[K]) => boolean,
): Promise<Kinds[K] | undefined> {
  if (isAnswer(object)) return object;
  if (withinMs <= 0) return undefined;
  const { name, namespace, resourceVersion } = object.metadata;
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), withinMs);
  try {
    const watch = await api.client.watch(
      {
        method: 'GET',
        path: collectionPath(definitions[kind], namespace),
        query: {
          watch: true,
          resourceVersion,
          fieldSelector: `metadata.name=${name}`,
          timeoutSeconds: Math.ceil(withinMs / 1_000),
        },
        what: `watch ${name}`,
        signal: AbortSignal.any([api.signal, stop.signal]),
      },
      withinMs + 1_000,
    );
    for await (const events of watch)
      for (const { type, object: found } of events) {
        if (type === 'DELETED' || type === 'ERROR') return undefined;
        if (type !== 'BOOKMARK' && isAnswer(found as unknown as Kinds[K])) return found as unknown as Kinds[K];
      }
    return undefined;
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
    stop.abort();
  }
}
