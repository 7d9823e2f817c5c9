import type { Json, ResourceType } from './resource-type.js';

/** The types every embedded server serves beside its custom resources. */
export const builtinTypes: readonly ResourceType[] = [];

/** The served and stored version of a CustomResourceDefinition (apiextensions.k8s.io/v1). Throws on what cannot be served. */
export function typeOfCrd(_crd: Json): ResourceType {
  throw new Error('not implemented');
}
