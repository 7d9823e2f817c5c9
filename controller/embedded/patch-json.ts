import { ApiError, badRequest } from './errors.js';
import { cloneJson, equalJson, getOwn, isObject, setOwn } from './json.js';
import type { Json } from './resource-type.js';

/** RFC 6902. A patch that cannot be read is a 400, one that does not fit the document a 422. */
export function applyJsonPatch(document: Json, patch: Json): Json {
  if (!Array.isArray(patch)) throw badRequest('json: cannot unmarshal object into Go value of type jsonpatch.Patch');
  if (patch.length > 10_000) throw badRequest('The allowed maximum operations in a JSON patch is 10000');
  let result = cloneJson(document);
  for (const operation of patch) result = applyOperation(result, operation);
  return result;
}

function applyOperation(document: Json, operation: Json): Json {
  if (!isObject(operation) || typeof operation.path !== 'string') throw rejected();
  const path = parsePointer(operation.path);
  const value = operation.value;
  switch (operation.op) {
    case 'add':
      return add(document, path, required(value));
    case 'remove':
      return remove(document, path);
    case 'replace':
      find(document, path);
      return path.length === 0 ? required(value) : replace(document, path, required(value));
    case 'test':
      if (!equalJson(find(document, path), value)) throw rejected();
      return document;
    case 'copy':
      return add(document, path, cloneJson(find(document, source(operation.from))));
    case 'move':
      return move(document, source(operation.from), path);
    default:
      throw rejected();
  }
}

function move(document: Json, from: readonly string[], path: readonly string[]): Json {
  const moved = find(document, from);
  if (from.length < path.length && from.every((step, index) => step === path[index])) throw rejected();
  return add(remove(document, from), path, moved);
}

function source(from: Json | undefined): string[] {
  if (typeof from !== 'string') throw rejected();
  return parsePointer(from);
}

/** RFC 6901. */
function parsePointer(pointer: string): string[] {
  if (pointer === '') return [];
  if (!pointer.startsWith('/')) throw rejected();
  return pointer
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function find(document: Json, path: readonly string[]): Json {
  let value: Json | undefined = document;
  for (const step of path) {
    if (Array.isArray(value)) value = value[indexIn(step, value.length - 1)];
    else value = isObject(value) ? getOwn(value, step) : undefined;
    if (value === undefined) throw rejected();
  }
  return value;
}

function add(document: Json, path: readonly string[], value: Json): Json {
  const last = path.at(-1);
  if (last === undefined) return value;
  const parent = find(document, path.slice(0, -1));
  if (Array.isArray(parent)) parent.splice(last === '-' ? parent.length : indexIn(last, parent.length), 0, value);
  else if (isObject(parent)) setOwn(parent, last, value);
  else throw rejected();
  return document;
}

function replace(document: Json, path: readonly string[], value: Json): Json {
  const last = path.at(-1) ?? '';
  const parent = find(document, path.slice(0, -1));
  if (Array.isArray(parent)) parent[indexIn(last, parent.length - 1)] = value;
  else if (isObject(parent)) setOwn(parent, last, value);
  return document;
}

function remove(document: Json, path: readonly string[]): Json {
  const last = path.at(-1);
  find(document, path);
  if (last === undefined) throw rejected();
  const parent = find(document, path.slice(0, -1));
  if (Array.isArray(parent)) parent.splice(indexIn(last, parent.length - 1), 1);
  else if (isObject(parent)) delete parent[last];
  return document;
}

function indexIn(step: string, max: number): number {
  if (!/^(0|[1-9][0-9]{0,8})$/.test(step) || Number(step) > max) throw rejected();
  return Number(step);
}

function required(value: Json | undefined): Json {
  if (value === undefined) throw rejected();
  return cloneJson(value);
}

function rejected(): ApiError {
  const message = 'the server rejected our request due to an error in our request';
  return new ApiError(422, 'Invalid', { message, details: {} });
}
