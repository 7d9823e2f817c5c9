/** The schema of the suite's own type: one field for every rule that the suite looks at. */
const widgetSchema = {
  type: 'object',
  required: ['spec'],
  properties: {
    apiVersion: { type: 'string' },
    kind: { type: 'string' },
    metadata: { type: 'object' },
    spec: {
      type: 'object',
      required: ['color'],
      properties: {
        color: { type: 'string', enum: ['red', 'green', 'blue'] },
        size: { type: 'integer', format: 'int32', default: 3, minimum: 1, maximum: 10 },
        ratio: { type: 'number', minimum: 0, exclusiveMinimum: true },
        name: { type: 'string', minLength: 2, maxLength: 5, pattern: '^[a-z]+$' },
        note: { type: 'string', nullable: true },
        enabled: { type: 'boolean' },
        since: { type: 'string', format: 'date-time' },
        tags: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set', maxItems: 4 },
        words: { type: 'array', items: { type: 'string' }, minItems: 1 },
        parts: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
          items: {
            type: 'object',
            required: ['name'],
            properties: { name: { type: 'string' }, count: { type: 'integer', default: 1 }, material: { type: 'string' } },
          },
        },
        settings: { type: 'object', additionalProperties: { type: 'string' }, maxProperties: 3 },
        atomic: {
          type: 'object',
          'x-kubernetes-map-type': 'atomic',
          properties: { a: { type: 'string' }, b: { type: 'string' } },
        },
        anything: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, properties: { known: { type: 'integer' } } },
        nested: {
          type: 'object',
          default: {},
          properties: { depth: { type: 'integer', default: 1 }, extra: { type: 'string' } },
        },
        choice: {
          type: 'object',
          properties: { left: { type: 'string' }, right: { type: 'string' } },
          oneOf: [{ required: ['left'] }, { required: ['right'] }],
        },
      },
    },
    status: {
      type: 'object',
      default: { observedGeneration: -1 },
      properties: {
        observedGeneration: { type: 'integer', format: 'int64' },
        phase: { type: 'string', enum: ['Pending', 'Done'] },
        conditions: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['type'],
          items: {
            type: 'object',
            required: ['type', 'status'],
            properties: {
              type: { type: 'string' },
              status: { type: 'string', enum: ['True', 'False', 'Unknown'] },
              reason: { type: 'string' },
              message: { type: 'string' },
            },
          },
        },
      },
    },
  },
};

/** A CustomResourceDefinition that both servers of the suite serve. */
export const widgetCrd = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.suite.towpath.dev' },
  spec: {
    group: 'suite.towpath.dev',
    scope: 'Namespaced',
    names: {
      plural: 'widgets',
      singular: 'widget',
      kind: 'Widget',
      listKind: 'WidgetList',
      shortNames: ['wdg'],
      categories: ['suite'],
    },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: { openAPIV3Schema: widgetSchema },
        additionalPrinterColumns: [
          { name: 'Color', type: 'string', jsonPath: '.spec.color' },
          { name: 'Size', type: 'integer', jsonPath: '.spec.size' },
          { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
          { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
        ],
      },
    ],
  },
};
