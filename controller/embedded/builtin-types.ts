import { configMapSchema, leaseSchema, namespaceSchema, secretSchema } from './core-schemas.js';
import { coreEventSchema, eventSchema } from './event-schemas.js';
import type { JsonObject } from './json.js';
import { objectFields } from './meta-schemas.js';
import type { OpenApiSchema, ResourceType } from './resource-type.js';

export { typeOfCrd } from './custom-types.js';

type Builtin = Pick<ResourceType, 'group' | 'version' | 'kind' | 'plural' | 'schema'> & Partial<ResourceType>;

/** The types every embedded server serves beside its custom resources. Their columns are in builtin-rows.ts: they are computed. */
export const builtinTypes: readonly ResourceType[] = [
  builtin({ group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps', shortNames: ['cm'], schema: configMapSchema }),
  builtin({ group: '', version: 'v1', kind: 'Event', plural: 'events', shortNames: ['ev'], schema: coreEventSchema }),
  builtin({
    group: '',
    version: 'v1',
    kind: 'Namespace',
    plural: 'namespaces',
    shortNames: ['ns'],
    namespaced: false,
    statusSubresource: true,
    schema: namespaceSchema,
  }),
  builtin({ group: '', version: 'v1', kind: 'Secret', plural: 'secrets', schema: secretSchema }),
  builtin({ group: 'events.k8s.io', version: 'v1', kind: 'Event', plural: 'events', shortNames: ['ev'], schema: eventSchema }),
  builtin({ group: 'coordination.k8s.io', version: 'v1', kind: 'Lease', plural: 'leases', schema: leaseSchema }),
];

function builtin(type: Builtin): ResourceType {
  return {
    listKind: `${type.kind}List`,
    singular: type.kind.toLowerCase(),
    shortNames: [],
    categories: [],
    namespaced: true,
    statusSubresource: false,
    columns: [],
    ...type,
    schema: withObjectFields(type.schema),
  };
}

function withObjectFields(schema: OpenApiSchema): OpenApiSchema {
  return { ...schema, properties: { ...objectFields, ...(schema.properties as JsonObject) } };
}
