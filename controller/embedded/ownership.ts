import { compareFields, type FieldChanges, type OwnedPart, ownable } from './field-changes.js';
import { difference, emptySet, isEmpty, union } from './field-set.js';
import { type Manager, managerId, readManagers, withFields, writeManagers } from './managers.js';
import { apiVersionOf } from './registry.js';
import type { ApiObject, Json } from './resource-type.js';
import { withMetadata } from './typed-value.js';
import { separatesStatus, timestamp, type Write } from './write.js';

/** Which fields a write of this kind can own. */
export function ownedPart(write: Write): OwnedPart {
  if (write.target.subresource === 'status') return 'status';
  return separatesStatus(write) ? 'main' : 'all';
}

export function writer(write: Write, operation: Manager['operation']): Manager {
  return {
    name: write.options.manager,
    operation,
    apiVersion: apiVersionOf(write.target.type),
    subresource: write.target.subresource ?? '',
    time: '',
    fields: emptySet(),
  };
}

/** Notes in `managedFields` who wrote what; an update takes the fields that it changes from whoever had them. */
export function recordUpdate(write: Write, current: ApiObject | undefined, next: ApiObject): ApiObject {
  const part = ownedPart(write);
  const changes = compareFields(withMetadata(write.target.type.schema), ownable(current, part), ownable(next, part));
  if (isUnchanged(changes)) return next;
  const time = timestamp(write.now);
  const changed = union(changes.added, changes.modified);
  const lost = union(changed, changes.removed);
  const managers = readManagers(current);
  const self = writer(write, 'Update');
  for (const [id, manager] of managers) {
    if (id !== managerId(self)) managers.set(id, withFields(manager, difference(manager.fields, lost), manager.time));
  }
  const own = managers.get(managerId(self)) ?? self;
  managers.set(managerId(self), withFields(own, difference(union(own.fields, changed), changes.removed), time));
  return withManagedFields(next, writeManagers(managers));
}

function isUnchanged({ added, modified, removed }: FieldChanges): boolean {
  return isEmpty(added) && isEmpty(modified) && isEmpty(removed);
}

export function withManagedFields(object: ApiObject, managedFields: Json[]): ApiObject {
  return { ...object, metadata: { ...object.metadata, managedFields } };
}
