import type { KubeClient } from './client.js';
import { segment } from './paths.js';

/** The values of a Secret, decoded; undefined where there is none. Never cached. */
export async function readSecret(
  client: KubeClient,
  { namespace, name }: { namespace: string; name: string },
  signal: AbortSignal,
): Promise<Record<string, string> | undefined> {
  const found = await client.find<{ data?: Record<string, unknown> } | null>({
    method: 'GET',
    path: `/api/v1/namespaces/${segment(namespace)}/secrets/${segment(name)}`,
    what: `read Secret ${namespace}/${name}`,
    signal,
  });
  if (found === undefined) return undefined;
  const decoded = Object.entries(found?.data ?? {}).flatMap(([key, value]) =>
    typeof value === 'string' ? [[key, Buffer.from(value, 'base64').toString('utf8')]] : [],
  );
  return Object.fromEntries(decoded) as Record<string, string>;
}
