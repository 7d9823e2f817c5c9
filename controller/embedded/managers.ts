import { ApiError, type StatusCause } from './errors.js';
import { type FieldSet, fromFieldsV1, isEmpty, memberPaths, sameSet, showPath, toFieldsV1, union } from './field-set.js';
import { compareText, isObject, type JsonObject } from './json.js';
import type { ApiObject, Json } from './resource-type.js';

/** One owner of fields: an entry of `metadata.managedFields`. */
export interface Manager {
  readonly name: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly subresource: string;
  readonly time: string;
  readonly fields: FieldSet;
}

export type Managers = ReadonlyMap<string, Manager>;

/** Whose fields an entry holds: an applier keeps its identity across versions, an updater does not. */
export function managerId(manager: Omit<Manager, 'fields' | 'time'>): string {
  const version = manager.operation === 'Apply' ? '' : manager.apiVersion;
  return JSON.stringify([manager.operation, manager.name, version, manager.subresource]);
}

export function readManagers(object: ApiObject | undefined): Map<string, Manager> {
  const entries = object?.metadata.managedFields;
  const managers = new Map<string, Manager>();
  for (const entry of Array.isArray(entries) ? entries : []) {
    if (!isObject(entry)) continue;
    const manager = readManager(entry);
    managers.set(managerId(manager), manager);
  }
  return managers;
}

function readManager(entry: JsonObject): Manager {
  const text = (value: Json | undefined) => (typeof value === 'string' ? value : '');
  return {
    name: text(entry.manager),
    operation: entry.operation === 'Apply' ? 'Apply' : 'Update',
    apiVersion: text(entry.apiVersion),
    subresource: text(entry.subresource),
    time: text(entry.time),
    fields: fromFieldsV1(entry.fieldsV1),
  };
}

const maxUpdaters = 10;

/** The entries as they are stored: appliers first, then by time; owners of nothing fall away, the oldest updaters are merged. */
export function writeManagers(managers: Managers): Json[] {
  const order = (manager: Manager) =>
    `${manager.operation}|${manager.time}|${manager.name}|${manager.apiVersion}|${manager.subresource}`;
  const entries = [...managers.values()]
    .filter(({ fields }) => !isEmpty(fields))
    .sort((left, right) => compareText(order(left), order(right)));
  return capUpdaters(entries).map((manager) => ({
    manager: manager.name,
    operation: manager.operation,
    apiVersion: manager.apiVersion,
    time: manager.time,
    fieldsType: 'FieldsV1',
    fieldsV1: toFieldsV1(manager.fields),
    ...(manager.subresource === '' ? {} : { subresource: manager.subresource }),
  }));
}

/** Beyond ten updaters the oldest are merged into one that carries no name, so that the list stays bounded. */
function capUpdaters(entries: readonly Manager[]): readonly Manager[] {
  const updaters = entries.filter((entry) => entry.operation === 'Update');
  if (updaters.length <= maxUpdaters) return entries;
  const surplus = updaters.slice(0, updaters.length - maxUpdaters + 1);
  const [oldest] = surplus;
  if (oldest === undefined) return entries;
  const fields = surplus.reduce((all, entry) => union(all, entry.fields), oldest.fields);
  const ancient: Manager = { ...oldest, name: 'ancient-changes', subresource: '', fields };
  const kept = entries.filter((entry) => !surplus.includes(entry));
  const firstUpdater = kept.findIndex((entry) => entry.operation === 'Update');
  return kept.toSpliced(firstUpdater, 0, ancient);
}

/** The entry with new fields; its time moves only when they differ. */
export function withFields(manager: Manager, fields: FieldSet, time: string): Manager {
  return sameSet(manager.fields, fields) && manager.time !== '' ? manager : { ...manager, fields, time };
}

export interface OwnershipConflict {
  readonly manager: Manager;
  readonly fields: FieldSet;
}

/** The 409 of server-side apply: who owns which of the fields that would change. */
export function applyConflict(conflicts: readonly OwnershipConflict[]): ApiError {
  const found = conflicts.flatMap(({ manager, fields }) =>
    memberPaths(fields).map((path) => ({ manager: showManager(manager), path: showPath(path) })),
  );
  const causes: StatusCause[] = found
    .toSorted((left, right) => compareText(left.manager, right.manager))
    .map(({ manager, path }) => ({ reason: 'FieldManagerConflict', message: `conflict with ${manager}`, field: path }));
  return new ApiError(409, 'Conflict', { message: conflictMessage(causes), details: { causes } });
}

function conflictMessage(causes: readonly StatusCause[]): string {
  const [first] = causes;
  if (causes.length === 1 && first !== undefined) return `Apply failed with 1 conflict: ${first.message}: ${first.field}`;
  const groups = [...new Set(causes.map((cause) => cause.message))].map((message) => {
    const fields = causes.filter((cause) => cause.message === message).map((cause) => `- ${cause.field}`);
    return [`${message.replace('conflict with', 'conflicts with')}:`, ...fields].join('\n');
  });
  return `Apply failed with ${causes.length} conflicts: ${groups.join('\n')}`;
}

function showManager(manager: Manager): string {
  const subresource = manager.subresource === '' ? '' : ` with subresource ${JSON.stringify(manager.subresource)}`;
  const version = manager.operation === 'Update' ? ` using ${manager.apiVersion}` : '';
  return `${JSON.stringify(manager.name)}${subresource}${version}`;
}
