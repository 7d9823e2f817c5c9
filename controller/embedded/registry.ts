import { unknownResource } from './errors.js';
import type { ResourceType } from './resource-type.js';

/** The served types, and where the objects of each are kept. */
export interface Registry {
  readonly types: readonly ResourceType[];
  find(group: string, version: string, plural: string): ResourceType | undefined;
  /** Whether the type comes from a CustomResourceDefinition; the built-in ones differ in generation, patches and validation. */
  isCustom(type: ResourceType): boolean;
}

export function createRegistry(builtin: readonly ResourceType[], custom: readonly ResourceType[]): Registry {
  const types = [...builtin, ...custom];
  const byPath = new Map(types.map((type) => [`${type.group}/${type.version}/${type.plural}`, type]));
  const customTypes = new Set(custom);
  return {
    types,
    find: (group, version, plural) => byPath.get(`${group}/${version}/${plural}`),
    isCustom: (type) => customTypes.has(type),
  };
}

/** The store's collection. Events are one collection under two groups. */
export function collectionName(type: ResourceType): string {
  return isEvent(type) ? '/events' : `${type.group}/${type.plural}`;
}

export function isEvent(type: ResourceType): boolean {
  return type.plural === 'events' && (type.group === '' || type.group === 'events.k8s.io');
}

export const namespaceCollection = '/namespaces';
export const secretCollection = '/secrets';

export function apiVersionOf(type: Pick<ResourceType, 'group' | 'version'>): string {
  return type.group === '' ? type.version : `${type.group}/${type.version}`;
}

/** The key of an object in its collection; in key order, lists are sorted by namespace and then name. */
export function objectKey(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}

/** What a path names: a collection (no name), an object, or a subresource of an object. */
export interface Target {
  readonly type: ResourceType;
  /** Empty for cluster-scoped types and for lists over all namespaces. */
  readonly namespace: string;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
}

/** Resolves /api/v1/... and /apis/GROUP/VERSION/...; throws a 404 for what is not served. */
export function resolveTarget(path: string, registry: Registry): Target {
  const parts = path.split('/').slice(1).map(decodeSegment);
  const [group = '', version = '', ...rest] = parts[0] === 'api' ? ['', ...parts.slice(1)] : parts.slice(1);
  const scoped = rest[0] === 'namespaces' && rest.length >= 3 && !namespaceSubresources.has(rest[2] ?? '');
  const namespace = scoped ? (rest[1] ?? '') : '';
  const [plural = '', name, subresource, ...tooMuch] = scoped ? rest.slice(2) : rest;
  const type = registry.find(group, version, plural);
  if (type === undefined || tooMuch.length > 0 || parts.includes('')) throw unknownResource();
  if (type.namespaced ? !scoped && name !== undefined : scoped) throw unknownResource();
  if (subresource !== undefined && !hasSubresource(type, subresource)) throw unknownResource();
  return { type, namespace, name, subresource };
}

const namespaceSubresources = new Set(['status', 'finalize']);

function hasSubresource(type: ResourceType, subresource: string): boolean {
  if (type.group === '' && type.plural === 'namespaces') return namespaceSubresources.has(subresource);
  return subresource === 'status' && type.statusSubresource;
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw unknownResource();
  }
}
