import type { OpenApiSchema } from './resource-type.js';

/** Namespace of core/v1. */
export const namespaceSchema: OpenApiSchema = {
  description: 'Namespace provides a scope for Names. Use of multiple namespaces is optional.',
  type: 'object',
  properties: {
    spec: {
      description: 'Spec defines the behavior of the Namespace.',
      type: 'object',
      properties: {
        finalizers: {
          description: 'Finalizers is an opaque list of values that must be empty to permanently remove object from storage.',
          type: 'array',
          items: { type: 'string' },
        },
      },
    },
    status: {
      description: 'Status describes the current status of a Namespace.',
      type: 'object',
      properties: {
        conditions: {
          description: "Represents the latest available observations of a namespace's current state.",
          type: 'array',
          items: {
            description: 'NamespaceCondition contains details about state of namespace.',
            type: 'object',
            required: ['type', 'status'],
            properties: {
              lastTransitionTime: { type: 'string', format: 'date-time' },
              message: { type: 'string' },
              reason: { type: 'string' },
              status: { description: 'Status of the condition, one of True, False, Unknown.', type: 'string' },
              type: { description: 'Type of namespace controller condition.', type: 'string' },
            },
          },
          'x-kubernetes-patch-merge-key': 'type',
          'x-kubernetes-patch-strategy': 'merge',
        },
        phase: { description: 'Phase is the current lifecycle phase of the namespace.', type: 'string' },
      },
    },
  },
};

/** Secret of core/v1. */
export const secretSchema: OpenApiSchema = {
  description:
    'Secret holds secret data of a certain type. The total bytes of the values in the Data field must be less than MaxSecretSize bytes.',
  type: 'object',
  properties: {
    data: {
      description: "Data contains the secret data. Each key must consist of alphanumeric characters, '-', '_' or '.'.",
      type: 'object',
      additionalProperties: { type: 'string', format: 'byte' },
    },
    immutable: {
      description:
        'Immutable, if set to true, ensures that data stored in the Secret cannot be updated (only object metadata can be modified). If not set to true, the field can be modified at any time. Defaulted to nil.',
      type: 'boolean',
    },
    stringData: {
      description:
        'stringData allows specifying non-binary secret data in string form. It is provided as a write-only convenience method.',
      type: 'object',
      additionalProperties: { type: 'string' },
    },
    type: { description: 'Used to facilitate programmatic handling of secret data.', type: 'string' },
  },
};

/** ConfigMap of core/v1. */
export const configMapSchema: OpenApiSchema = {
  description: 'ConfigMap holds configuration data for pods to consume.',
  type: 'object',
  properties: {
    binaryData: {
      description:
        "BinaryData contains the binary data. Each key must consist of alphanumeric characters, '-', '_' or '.'. BinaryData can contain byte sequences that are not in the UTF-8 range.",
      type: 'object',
      additionalProperties: { type: 'string', format: 'byte' },
    },
    data: {
      description:
        "Data contains the configuration data. Each key must consist of alphanumeric characters, '-', '_' or '.'. Values with non-UTF-8 byte sequences must use the BinaryData field.",
      type: 'object',
      additionalProperties: { type: 'string' },
    },
    immutable: {
      description:
        'Immutable, if set to true, ensures that data stored in the ConfigMap cannot be updated (only object metadata can be modified). If not set to true, the field can be modified at any time.',
      type: 'boolean',
    },
  },
};

/** Lease of coordination.k8s.io/v1. */
export const leaseSchema: OpenApiSchema = {
  description: 'Lease defines a lease concept.',
  type: 'object',
  properties: {
    spec: {
      description: 'Specification of the Lease.',
      type: 'object',
      properties: {
        acquireTime: {
          description: 'acquireTime is a time when the current lease was acquired.',
          type: 'string',
          format: 'date-time',
        },
        holderIdentity: { description: 'holderIdentity contains the identity of the holder of a current lease.', type: 'string' },
        leaseDurationSeconds: {
          description:
            'leaseDurationSeconds is a duration that candidates for a lease need to wait to force acquire it. This is measure against time of last observed RenewTime.',
          type: 'integer',
          format: 'int32',
        },
        leaseTransitions: {
          description: 'leaseTransitions is the number of transitions of a lease between holders.',
          type: 'integer',
          format: 'int32',
        },
        renewTime: {
          description: 'renewTime is a time when the current holder of a lease has last updated the lease.',
          type: 'string',
          format: 'date-time',
        },
      },
    },
  },
};
