import { ReconcileError } from '../core/errors.js';
import { apiGroup, apiVersion, type ResourceDefinition } from '../core/resources/definition.js';
import type { Key } from '../reconcile/ports.js';

export const groupVersion = `${apiGroup}/${apiVersion}`;

/** Field managers: old servers do not tell the owners of spec and status apart otherwise. */
export const specManager = 'towpath';
export const statusManager = 'towpath-status';

/** Path of all objects of a kind, in one namespace or (absent) in all. */
export function collectionPath(definition: ResourceDefinition, namespace?: string): string {
  const scope = namespace === undefined ? '' : `/namespaces/${segment(namespace)}`;
  return `/apis/${groupVersion}${scope}/${definition.plural}`;
}

export function objectPath(definition: ResourceDefinition, key: Key): string {
  return `${collectionPath(definition, key.namespace)}/${segment(key.name)}`;
}

/** `environment shop/qa`, for sentences. */
export function describeObject(definition: ResourceDefinition, key: Key): string {
  return `${definition.kind} ${key.namespace}/${key.name}`;
}

/** A name as a path segment. Names come from specs, so what is no DNS subdomain (`..` above all) never gets into a path. */
export function segment(name: string): string {
  if (/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/.test(name) && !name.includes('..')) return name;
  throw new ReconcileError('InvalidName', 'a name of an object in the cluster is not valid', { retry: 'never' });
}
