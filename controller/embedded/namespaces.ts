import { randomUUID } from 'node:crypto';
import { forbidden, notFound } from './errors.js';
import type { ApiContext } from './exchange.js';
import { isObject } from './json.js';
import { namespaceCollection, objectKey } from './registry.js';
import type { ApiObject } from './resource-type.js';
import type { Transaction } from './transaction.js';
import { timestamp, type Write } from './write.js';

const namespaceType = { group: '', kind: 'Namespace', plural: 'namespaces' };

/** Creates the namespaces that are missing. */
export async function ensureNamespaces({ store, now }: ApiContext, names: readonly string[]): Promise<void> {
  await store.write((transaction) => {
    for (const name of names) {
      const key = objectKey('', name);
      if (transaction.get(namespaceCollection, key) === undefined)
        transaction.put(namespaceCollection, key, newNamespace(name, now()));
    }
  });
}

function newNamespace(name: string, now: number): ApiObject {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, uid: randomUUID(), creationTimestamp: timestamp(now), labels: { 'kubernetes.io/metadata.name': name } },
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  };
}

/** Whether the namespace is on its way out: nothing new may come into it. */
export function isTerminating(namespace: ApiObject): boolean {
  const { status } = namespace;
  return namespace.metadata.deletionTimestamp !== undefined || (isObject(status) && status.phase === 'Terminating');
}

/** A namespaced object needs its namespace: 404 when it is missing, 403 when it is being deleted. */
export function requireNamespace({ target }: Write, transaction: Transaction, name: string): void {
  if (!target.type.namespaced) return;
  const namespace = transaction.get(namespaceCollection, objectKey('', target.namespace));
  if (namespace === undefined) throw notFound(namespaceType, target.namespace);
  if (!isTerminating(namespace)) return;
  throw forbidden(target.type, name, {
    why: `unable to create new content in namespace ${target.namespace} because it is being terminated`,
    causes: [
      {
        reason: 'NamespaceTerminating',
        message: `namespace ${target.namespace} is being terminated`,
        field: 'metadata.namespace',
      },
    ],
  });
}
