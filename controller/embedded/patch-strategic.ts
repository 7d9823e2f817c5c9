import { badRequest } from './errors.js';
import { equalJson, getOwn, isObject, type JsonObject, setOwn } from './json.js';
import type { Json } from './resource-type.js';

/** The lists of the built-in types that merge, by field path: by a key, or as a set of primitives. All other lists are replaced. */
const mergeKeys: Readonly<Record<string, string>> = { 'metadata.ownerReferences': 'uid', 'status.conditions': 'type' };
const mergedSets = new Set(['metadata.finalizers']);

/** A strategic merge patch of a built-in type, with its directives `$patch`, `$retainKeys` and `$deleteFromPrimitiveList`. */
export function applyStrategicPatch(document: Json, patch: Json): Json {
  if (!isObject(patch)) throw badRequest('the patch is not an object');
  return mergeObject(isObject(document) ? document : {}, patch, '');
}

function mergeObject(document: JsonObject, patch: JsonObject, path: string): JsonObject {
  if (patch.$patch === 'replace') return withoutDirectives(patch);
  if (patch.$patch === 'delete') return {};
  const retained = patch.$retainKeys;
  const result: JsonObject = {};
  for (const [key, value] of Object.entries(document)) {
    if (!Array.isArray(retained) || retained.includes(key)) setOwn(result, key, value);
  }
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith('$deleteFromPrimitiveList/')) deletePrimitives(result, key.slice(25), value);
    else if (key.startsWith('$')) continue;
    else if (value === null) delete result[key];
    else setOwn(result, key, mergeField(getOwn(result, key), value, path === '' ? key : `${path}.${key}`));
  }
  return result;
}

function mergeField(current: Json | undefined, value: Json, path: string): Json {
  if (isObject(value)) return mergeObject(isObject(current) ? current : {}, value, path);
  if (!Array.isArray(value)) return value;
  const present = Array.isArray(current) ? current : [];
  const key = Object.hasOwn(mergeKeys, path) ? mergeKeys[path] : undefined;
  if (key !== undefined) return mergeKeyed(present, value, { key, path });
  if (!mergedSets.has(path)) return value;
  return [...present, ...value.filter((item) => !present.some((other) => equalJson(other, item)))];
}

function mergeKeyed(present: readonly Json[], patch: readonly Json[], by: { key: string; path: string }): Json[] {
  const directive = (item: Json) => (isObject(item) ? item.$patch : undefined);
  const replaces = patch.some((item) => directive(item) === 'replace' && isObject(item) && item[by.key] === undefined);
  const result = replaces ? [] : [...present];
  for (const item of patch) {
    if (!isObject(item)) throw badRequest(`${by.path}: every item of the patch must be an object`);
    const wanted = item[by.key];
    if (wanted === undefined) {
      if (item.$patch !== undefined) continue;
      throw badRequest(`map: ${JSON.stringify(item)} does not contain declared merge key: ${by.key}`);
    }
    const index = result.findIndex((other) => isObject(other) && other[by.key] === wanted);
    const found = result[index];
    if (item.$patch === 'delete') {
      if (index >= 0) result.splice(index, 1);
    } else if (index < 0) result.push(withoutDirectives(item));
    else result[index] = mergeObject(isObject(found) ? found : {}, item, by.path);
  }
  return result;
}

function deletePrimitives(result: JsonObject, key: string, values: Json): void {
  const present = result[key];
  if (!Array.isArray(present) || !Array.isArray(values)) return;
  result[key] = present.filter((item) => !values.some((value) => equalJson(value, item)));
}

function withoutDirectives(value: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !key.startsWith('$')));
}
