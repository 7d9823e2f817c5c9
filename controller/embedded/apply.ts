import { admitCreation, admitUpdate, conform } from './admission.js';
import { badRequest, notFound } from './errors.js';
import { compareFields, dropAbandoned, fieldsOf, ownable } from './field-changes.js';
import { difference, type emptySet, intersection, isEmpty, union } from './field-set.js';
import { isObject, type JsonObject } from './json.js';
import { applyConflict, type Manager, managerId, readManagers, withFields, writeManagers } from './managers.js';
import { ownedPart, withManagedFields, writer } from './ownership.js';
import { apiVersionOf } from './registry.js';
import type { ApiObject, Json } from './resource-type.js';
import { storeCreated } from './rest-write.js';
import { storeUpdated } from './settle.js';
import type { Transaction } from './transaction.js';
import { mergeTyped, withMetadata } from './typed-value.js';
import { timestamp, type Write } from './write.js';

/** Server-side apply: merges by ownership, creates what does not exist (KEP-555, "Merge strategy"). */
export function applyConfiguration(
  write: Write,
  transaction: Transaction,
  given: { current: ApiObject | undefined; body: ApiObject },
) {
  const { current, body } = given;
  checkConfiguration(write, body);
  if (current === undefined && write.target.subresource !== undefined) throw notFound(write.target.type, write.target.name ?? '');
  const configuration = conform(write, body);
  const { merged, managedFields } = mergeByOwnership(write, current, configuration);
  if (current === undefined) {
    const created = admitCreation(write, toObject(write, merged, undefined));
    return storeCreated(write, transaction, withManagedFields(created, managedFields));
  }
  const next = admitUpdate(write, current, toObject(write, merged, { current, body }));
  return storeUpdated(write, transaction, { current, next: withManagedFields(next, managedFields) });
}

function checkConfiguration(write: Write, body: ApiObject): void {
  const { type, name = '' } = write.target;
  const expected = apiVersionOf(type);
  if (body.apiVersion !== expected) {
    const version = shown(body.apiVersion ?? '');
    throw badRequest(`Incorrect version specified in apply patch. Specified patch version: ${version}, expected: ${expected}`);
  }
  const named = body.metadata.name ?? name;
  if (named !== name) throw badRequest(`the name of the object (${shown(named)}) does not match the name on the URL (${name})`);
  if (body.metadata.managedFields !== undefined) throw badRequest('metadata.managedFields must be nil');
}

/** Whatever a body holds where a text belongs: an object can lack the means to become one by itself. */
const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** The merged state and its owners, before defaults: what a default fills in belongs to nobody. */
function mergeByOwnership(write: Write, current: ApiObject | undefined, configuration: ApiObject) {
  const schema = withMetadata(write.target.type.schema);
  const part = ownedPart(write);
  const live = ownable(current, part);
  const applied = ownable(configuration, part);
  const self = writer(write, 'Apply');
  const managers = readManagers(current);
  const last = managers.get(managerId(self)) ?? self;
  const fields = fieldsOf(schema, applied);
  const others = [...managers].filter(([id]) => id !== managerId(self));
  const owned = others.reduce((all, [, other]) => union(all, other.fields), fields);
  const merged = dropAbandoned({ schema, last: last.fields, owned }, mergeTyped(schema, live, applied)) as JsonObject;
  const changes = compareFields(schema, live, merged);
  settleConflicts(write, managers, { others, changed: union(changes.added, changes.modified), removed: changes.removed });
  managers.set(managerId(self), withFields({ ...last, apiVersion: self.apiVersion }, fields, timestamp(write.now)));
  return { merged, managedFields: writeManagers(managers) };
}

interface Dispute {
  readonly others: readonly (readonly [string, Manager])[];
  readonly changed: ReturnType<typeof emptySet>;
  readonly removed: ReturnType<typeof emptySet>;
}

/** Refuses to change what others own, or takes it from them with `force`. */
function settleConflicts(write: Write, managers: Map<string, Manager>, { others, changed, removed }: Dispute): void {
  const conflicts = others
    .map(([, manager]) => ({ manager, fields: intersection(manager.fields, changed) }))
    .filter(({ fields }) => !isEmpty(fields));
  if (conflicts.length > 0 && !write.options.force) throw applyConflict(conflicts);
  for (const [id, manager] of others) {
    managers.set(id, withFields(manager, difference(difference(manager.fields, changed), removed), manager.time));
  }
}

/** The whole object around the merged part, as a request to replace the current one would carry it. */
function toObject(write: Write, merged: JsonObject, existing: { current: ApiObject; body: ApiObject } | undefined): ApiObject {
  const { type, name = '', namespace } = write.target;
  const { metadata, ...rest } = merged;
  const owned = isObject(metadata) ? metadata : {};
  const version = existing?.body.metadata.resourceVersion ?? existing?.current.metadata.resourceVersion;
  const identity = {
    name,
    ...(type.namespaced ? { namespace } : {}),
    ...(version === undefined ? {} : { resourceVersion: version }),
  };
  return {
    apiVersion: apiVersionOf(type),
    kind: type.kind,
    metadata: { ...(owned as object), ...identity },
    ...(rest as { [key: string]: Json }),
  };
}
