import type { OpenApiSchema } from './resource-type.js';

/** What a table says of the name of every object (API reference, ObjectMeta). */
export const nameDescription =
  'Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: http://kubernetes.io/docs/user-guide/identifiers#names';

/** What a table says of the age of every object (API reference, ObjectMeta). */
export const ageDescription =
  'CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be set in happens-before order across separate operations. Clients may not set this value. It is represented in RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for lists. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata';

/** The properties that every kind has. */
export const objectFields: OpenApiSchema = {
  apiVersion: {
    description:
      'APIVersion defines the versioned schema of this representation of an object. Servers should convert recognized schemas to the latest internal value, and may reject unrecognized values.',
    type: 'string',
  },
  kind: {
    description:
      'Kind is a string value representing the REST resource this object represents. Servers may infer this from the endpoint the client submits requests to. Cannot be updated. In CamelCase.',
    type: 'string',
  },
  metadata: { description: "Standard object's metadata.", type: 'object' },
};

/** ObjectMeta of meta/v1; the items of `managedFields` and `ownerReferences` are in the schemas below. */
export const objectMetaSchema: OpenApiSchema = {
  description: 'ObjectMeta is metadata that all persisted resources must have, which includes all objects users must create.',
  type: 'object',
  properties: {
    annotations: {
      description:
        'Annotations is an unstructured key value map stored with a resource that may be set by external tools to store and retrieve arbitrary metadata.',
      type: 'object',
      additionalProperties: { type: 'string' },
    },
    clusterName: {
      description:
        'The name of the cluster which the object belongs to. This is used to distinguish resources with same name and namespace in different clusters.',
      type: 'string',
    },
    creationTimestamp: {
      description:
        'CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be set in happens-before order across separate operations.',
      type: 'string',
      format: 'date-time',
    },
    deletionGracePeriodSeconds: {
      description:
        'Number of seconds allowed for this object to gracefully terminate before it will be removed from the system. Only set when deletionTimestamp is also set. May only be shortened. Read-only.',
      type: 'integer',
      format: 'int64',
    },
    deletionTimestamp: {
      description: 'DeletionTimestamp is RFC 3339 date and time at which this resource will be deleted.',
      type: 'string',
      format: 'date-time',
    },
    finalizers: {
      description:
        'Must be empty before the object is deleted from the registry. Each entry is an identifier for the responsible component that will remove the entry from the list.',
      type: 'array',
      items: { type: 'string' },
      'x-kubernetes-patch-strategy': 'merge',
    },
    generateName: {
      description:
        'GenerateName is an optional prefix, used by the server, to generate a unique name ONLY IF the Name field has not been provided.',
      type: 'string',
    },
    generation: {
      description:
        'A sequence number representing a specific generation of the desired state. Populated by the system. Read-only.',
      type: 'integer',
      format: 'int64',
    },
    labels: {
      description:
        'Map of string keys and values that can be used to organize and categorize (scope and select) objects. May match selectors of replication controllers and services.',
      type: 'object',
      additionalProperties: { type: 'string' },
    },
    managedFields: {
      description: 'ManagedFields maps workflow-id and version to the set of fields that are managed by that workflow.',
      type: 'array',
      items: { type: 'object' },
    },
    name: {
      description:
        'Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically.',
      type: 'string',
    },
    namespace: {
      description:
        'Namespace defines the space within which each name must be unique. An empty namespace is equivalent to the "default" namespace, but "default" is the canonical representation.',
      type: 'string',
    },
    ownerReferences: {
      description:
        'List of objects depended by this object. If ALL objects in the list have been deleted, this object will be garbage collected.',
      type: 'array',
      items: { type: 'object' },
      'x-kubernetes-patch-merge-key': 'uid',
      'x-kubernetes-patch-strategy': 'merge',
    },
    resourceVersion: {
      description:
        'An opaque value that represents the internal version of this object that can be used by clients to determine when objects have changed.',
      type: 'string',
    },
    selfLink: { description: 'SelfLink is a URL representing this object. Populated by the system. Read-only.', type: 'string' },
    uid: {
      description:
        'UID is the unique in time and space value for this object. It is typically generated by the server on successful creation of a resource and is not allowed to change on PUT operations.',
      type: 'string',
    },
  },
};

/** ManagedFieldsEntry of meta/v1. */
export const managedFieldsEntrySchema: OpenApiSchema = {
  description:
    'ManagedFieldsEntry is a workflow-id, a FieldSet and the group version of the resource that the fieldset applies to.',
  type: 'object',
  properties: {
    apiVersion: {
      description:
        'APIVersion defines the version of this resource that this field set applies to. The format is "group/version" just like the top-level APIVersion field.',
      type: 'string',
    },
    fieldsType: {
      description:
        'FieldsType is the discriminator for the different fields format and version. There is currently only one possible value: "FieldsV1"',
      type: 'string',
    },
    fieldsV1: {
      description: 'FieldsV1 holds the first JSON version format as described in the "FieldsV1" type.',
      type: 'object',
    },
    manager: { description: 'Manager is an identifier of the workflow managing these fields.', type: 'string' },
    operation: {
      description:
        "Operation is the type of operation which lead to this ManagedFieldsEntry being created. The only valid values for this field are 'Apply' and 'Update'.",
      type: 'string',
    },
    time: {
      description: "Time is timestamp of when these fields were set. It should always be empty if Operation is 'Apply'",
      type: 'string',
      format: 'date-time',
    },
  },
};

/** OwnerReference of meta/v1. */
export const ownerReferenceSchema: OpenApiSchema = {
  description:
    'OwnerReference contains enough information to let you identify an owning object. An owning object must be in the same namespace as the dependent, or be cluster-scoped, so there is no namespace field.',
  type: 'object',
  required: ['apiVersion', 'kind', 'name', 'uid'],
  properties: {
    apiVersion: { description: 'API version of the referent.', type: 'string' },
    blockOwnerDeletion: {
      description:
        'If true, AND if the owner has the "foregroundDeletion" finalizer, then the owner cannot be deleted from the key-value store until this reference is removed. Defaults to false.',
      type: 'boolean',
    },
    controller: { description: 'If true, this reference points to the managing controller.', type: 'boolean' },
    kind: { description: 'Kind of the referent.', type: 'string' },
    name: { description: 'Name of the referent.', type: 'string' },
    uid: { description: 'UID of the referent.', type: 'string' },
  },
};

/** ListMeta of meta/v1. */
export const listMetaSchema: OpenApiSchema = {
  description:
    'ListMeta describes metadata that synthetic resources must have, including lists and various status objects. A resource may have only one of {ObjectMeta, ListMeta}.',
  type: 'object',
  properties: {
    continue: {
      description:
        'continue may be set if the user set a limit on the number of items returned, and indicates that the server has more data available.',
      type: 'string',
    },
    remainingItemCount: {
      description:
        'remainingItemCount is the number of subsequent items in the list which are not included in this list response.',
      type: 'integer',
      format: 'int64',
    },
    resourceVersion: {
      description:
        "String that identifies the server's internal version of this object that can be used by clients to determine when objects have changed.",
      type: 'string',
    },
    selfLink: { description: 'selfLink is a URL representing this object. Populated by the system. Read-only.', type: 'string' },
  },
};
