import { parse } from 'yaml';
import { badRequest, unsupportedMediaType } from './errors.js';
import { isObject } from './json.js';
import { decodeProtobuf, isProtobuf } from './protobuf-body.js';
import type { ApiObject, Json } from './resource-type.js';

const maxDepth = 500;

/** Refuses a body of another type with a 415; no type at all counts as the first one. */
export function checkMedia(contentType: string | undefined, accepted: readonly string[]): string {
  const media = (contentType ?? accepted[0] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (!accepted.includes(media)) throw unsupportedMediaType(accepted);
  return media;
}

/** The value of a JSON body, or of a built-in kind's protobuf body. */
export function decodeJson(body: Uint8Array): Json {
  if (isProtobuf(body)) return decodeProtobuf(body);
  let value: Json;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)) as Json;
  } catch (error) {
    throw badRequest(`the body cannot be read as JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  checkDepth(value);
  return value;
}

/** The body of a server-side apply: YAML 1.2, of which JSON is a part; aliases are limited, duplicate keys refused. */
export function decodeYaml(body: Uint8Array): Json {
  let value: Json;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body);
    value = parseJson(text) ?? (parse(text, { maxAliasCount: 100 }) as Json);
  } catch (error) {
    throw badRequest(`error decoding YAML: ${error instanceof Error ? error.message : String(error)}`);
  }
  checkDepth(value);
  return value;
}

/** Most appliers send JSON, which is read many times faster as such; undefined for everything else. */
function parseJson(text: string): Json | undefined {
  if (!text.trimStart().startsWith('{')) return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

export function decodeObject(body: Uint8Array): ApiObject {
  return toApiObject(decodeJson(body));
}

/** Checks the shape that every object has: a JSON object with string metadata maps. */
export function toApiObject(value: Json): ApiObject {
  if (!isObject(value)) throw badRequest('the body is not an object');
  const metadata = value.metadata ?? {};
  if (!isObject(metadata)) throw badRequest('metadata is not an object');
  for (const field of ['name', 'namespace', 'generateName', 'resourceVersion', 'uid']) {
    const text = metadata[field];
    if (text !== undefined && text !== null && typeof text !== 'string') throw badRequest(`metadata.${field} is not a string`);
  }
  for (const field of ['labels', 'annotations']) checkStringMap(metadata[field], field);
  for (const field of ['finalizers', 'ownerReferences', 'managedFields']) {
    const list = metadata[field];
    if (list !== undefined && list !== null && !Array.isArray(list)) throw badRequest(`metadata.${field} is not a list`);
  }
  return { ...value, metadata: withoutNulls(metadata) } as unknown as ApiObject;
}

function withoutNulls(metadata: { [key: string]: Json }): { [key: string]: Json } {
  return Object.fromEntries(Object.entries(metadata).filter(([, value]) => value !== null));
}

function checkStringMap(map: Json | undefined, field: string): void {
  if (map === undefined || map === null) return;
  if (!isObject(map)) throw badRequest(`metadata.${field} is not an object`);
  for (const [key, text] of Object.entries(map)) {
    if (typeof text !== 'string') throw badRequest(`metadata.${field}[${JSON.stringify(key)}] is not a string`);
  }
}

/** Every later step may recurse: what is nested deeper than anything sensible is refused here. */
function checkDepth(root: Json): void {
  const stack: { value: Json; depth: number }[] = [{ value: root, depth: 0 }];
  for (let item = stack.pop(); item !== undefined; item = stack.pop()) {
    if (typeof item.value !== 'object' || item.value === null) continue;
    if (item.depth > maxDepth) throw badRequest(`the body is nested deeper than ${maxDepth} levels`);
    for (const value of Object.values(item.value)) stack.push({ value, depth: item.depth + 1 });
  }
}
