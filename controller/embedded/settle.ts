import { equalJson } from './json.js';
import { isTerminating } from './namespaces.js';
import { collectionName, namespaceCollection, objectKey } from './registry.js';
import type { ApiObject, ObjectMeta } from './resource-type.js';
import type { Transaction } from './transaction.js';
import type { Write } from './write.js';

export interface Change {
  readonly current: ApiObject;
  readonly next: ApiObject;
}

/** Stores what an update leads to: nothing when nothing changed, a deletion when the last finalizer of a deleted object went. */
export function storeUpdated(write: Write, transaction: Transaction, { current, next }: Change): ApiObject {
  if (equalJson(withoutTimes(current), withoutTimes(next))) return current;
  if (write.options.dryRun) return next;
  const collection = collectionName(write.target.type);
  const key = objectKey(next.metadata.namespace ?? '', next.metadata.name);
  if (next.metadata.deletionTimestamp === undefined || hasFinalizers(next)) return transaction.put(collection, key, next);
  const deleted = transaction.delete(collection, key) ?? next;
  completeNamespace(transaction, next.metadata.namespace ?? '');
  return deleted;
}

export function hasFinalizers({ metadata }: ApiObject): boolean {
  return Array.isArray(metadata.finalizers) && metadata.finalizers.length > 0;
}

/** Deletes a terminating namespace once the last object in it is gone. */
export function completeNamespace(transaction: Transaction, name: string): void {
  const key = objectKey('', name);
  const namespace = name === '' ? undefined : transaction.get(namespaceCollection, key);
  if (namespace === undefined || !isTerminating(namespace) || hasFinalizers(namespace)) return;
  if (transaction.collections().some((collection) => transaction.keys(collection).some((item) => item.startsWith(`${name}/`))))
    return;
  transaction.delete(namespaceCollection, key);
}

/** An entry of managedFields that differs in its time alone is no change. */
function withoutTimes(object: ApiObject): unknown {
  const { managedFields, resourceVersion: _version, ...metadata } = object.metadata as ObjectMeta;
  const owners = Array.isArray(managedFields) ? managedFields.map((entry) => ({ ...(entry as object), time: '' })) : [];
  return { ...object, metadata: { ...metadata, managedFields: owners } };
}
