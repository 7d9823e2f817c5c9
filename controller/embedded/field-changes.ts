import { emptySet, type FieldSet, insert, isEmpty } from './field-set.js';
import { equalJson, isObject, type JsonObject } from './json.js';
import type { ApiObject, Json, OpenApiSchema } from './resource-type.js';
import { isGranular, partsOf } from './typed-value.js';

/** What differs between two states of an object, field by field. */
export interface FieldChanges {
  readonly added: FieldSet;
  readonly modified: FieldSet;
  readonly removed: FieldSet;
}

/** Which part of an object a write can own: the status for the status subresource, else everything but it. */
export type OwnedPart = 'main' | 'status' | 'all';

const ownedMetadata = ['labels', 'annotations', 'finalizers', 'ownerReferences', 'generateName'];

/** The object without what nobody owns: identity, and everything that the server writes. */
export function ownable(object: ApiObject | undefined, part: OwnedPart): JsonObject {
  if (object === undefined) return {};
  const { apiVersion: _version, kind: _kind, metadata, status, ...rest } = object;
  const kept = Object.fromEntries(
    ownedMetadata.flatMap((field) => (metadata[field] === undefined ? [] : [[field, metadata[field]]])),
  );
  const own = Object.keys(kept).length === 0 ? {} : { metadata: kept };
  if (part === 'status') return (status === undefined ? {} : { status }) as JsonObject;
  return { ...own, ...rest, ...(part === 'main' || status === undefined ? {} : { status }) } as unknown as JsonObject;
}

/** The fields that an applied configuration names. */
export function fieldsOf(schema: OpenApiSchema, configuration: JsonObject): FieldSet {
  const set = emptySet();
  addFields({ schema, set, path: [] }, configuration);
  return withoutMetadataItself(set);
}

interface Place {
  readonly schema: OpenApiSchema | undefined;
  readonly set: FieldSet;
  readonly path: readonly string[];
}

function addFields({ schema, set, path }: Place, value: Json): void {
  if (!isGranular(schema, value)) {
    insert(set, path);
    return;
  }
  for (const part of partsOf(schema, value)) {
    const below = [...path, part.step];
    const isEmptyMap = isObject(part.value) && Object.keys(part.value).length === 0;
    if (!part.isNamedField || isEmptyMap) insert(set, below);
    if (!isEmptyMap) addFields({ schema: part.schema, set, path: below }, part.value);
  }
}

export function compareFields(schema: OpenApiSchema, before: JsonObject, after: JsonObject): FieldChanges {
  const changes = { added: emptySet(), modified: emptySet(), removed: emptySet() };
  compare({ schema, changes, path: [] }, before, after);
  return {
    added: withoutMetadataItself(changes.added),
    modified: changes.modified,
    removed: withoutMetadataItself(changes.removed),
  };
}

interface Comparison {
  readonly schema: OpenApiSchema | undefined;
  readonly changes: FieldChanges;
  readonly path: readonly string[];
}

function compare(at: Comparison, before: Json | undefined, after: Json | undefined): void {
  const { schema, changes, path } = at;
  if (before === undefined) insert(changes.added, path);
  if (after === undefined) insert(changes.removed, path);
  const bothThere = before !== undefined && after !== undefined;
  const comparable = bothThere ? isGranular(schema, before) && isGranular(schema, after) && sameShape(before, after) : true;
  if (!comparable) {
    if (!equalJson(before, after)) insert(changes.modified, path);
    return;
  }
  const old = new Map((isGranular(schema, before) ? partsOf(schema, before) : []).map((part) => [part.step, part]));
  const next = isGranular(schema, after) ? partsOf(schema, after) : [];
  for (const part of next) {
    compare({ schema: part.schema, changes, path: [...path, part.step] }, old.get(part.step)?.value, part.value);
    old.delete(part.step);
  }
  for (const part of old.values()) compare({ schema: part.schema, changes, path: [...path, part.step] }, part.value, undefined);
}

function sameShape(before: Json, after: Json): boolean {
  return Array.isArray(before) === Array.isArray(after);
}

/** Nobody owns `metadata` as such. */
function withoutMetadataItself(set: FieldSet): FieldSet {
  const metadata = set.children.get('f:metadata');
  if (metadata !== undefined) metadata.member = false;
  set.member = false;
  return set;
}

/** Drops what the last apply set, this one no longer sets, and nobody else owns. */
export function dropAbandoned(at: { schema: OpenApiSchema | undefined; last: FieldSet; owned: FieldSet }, value: Json): Json {
  if (!isGranular(at.schema, value)) return value;
  const kept: [string, Json][] = [];
  for (const part of partsOf(at.schema, value)) {
    const last = at.last.children.get(part.step);
    const owned = at.owned.children.get(part.step) ?? emptySet();
    if (last === undefined) kept.push([part.step, part.value]);
    else if (!isEmpty(owned) || !last.member) {
      const below = dropAbandoned({ schema: part.schema, last, owned }, part.value);
      const isHollow = isContainer(below) && Object.keys(below).length === 0 && !equalJson(below, part.value);
      if (!(isHollow && part.isNamedField && isEmpty(owned))) kept.push([part.step, below]);
    }
  }
  if (Array.isArray(value)) return kept.map(([, item]) => item);
  return Object.fromEntries(kept.map(([step, item]) => [step.slice(2), item]));
}

function isContainer(value: Json): value is Json[] | JsonObject {
  return Array.isArray(value) || isObject(value);
}
