import { describe, expect, it } from 'vitest';
import { builtinTypes, typeOfCrd } from '../../controller/embedded/builtin-types.js';
import { discoveryDocument } from '../../controller/embedded/discovery.js';
import type { Json } from '../../controller/embedded/resource-type.js';

type Fields = { [field: string]: Json };

function aCrd({ spec = {}, version = {}, more = {} }: { spec?: Fields; version?: Fields; more?: Fields } = {}): Json {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.org' },
    spec: {
      group: 'example.org',
      scope: 'Namespaced',
      names: { plural: 'widgets', kind: 'Widget' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } }, ...version }],
      ...spec,
    },
    ...more,
  };
}

describe('a custom resource definition', () => {
  it('becomes a type with the names that Kubernetes gives where none are written', () => {
    expect(typeOfCrd(aCrd())).toEqual({
      group: 'example.org',
      version: 'v1',
      kind: 'Widget',
      listKind: 'WidgetList',
      plural: 'widgets',
      singular: 'widget',
      shortNames: [],
      categories: [],
      namespaced: true,
      statusSubresource: false,
      schema: { type: 'object' },
      columns: [{ name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp', description: expect.any(String) }],
    });
  });

  it('serves the version that is both served and stored', () => {
    const schema = { openAPIV3Schema: { type: 'object' } };
    const versions = [
      { name: 'v1', served: true, storage: false, schema },
      { name: 'v2', served: true, storage: true, schema, subresources: { status: {} } },
    ];
    const names = {
      plural: 'widgets',
      kind: 'Widget',
      listKind: 'Widgets',
      singular: 'w',
      shortNames: ['wi'],
      categories: ['all'],
    };
    const { version, statusSubresource, listKind, singular, shortNames, categories, namespaced } = typeOfCrd(
      aCrd({ spec: { versions, names, scope: 'Cluster' } }),
    );
    expect({ version, statusSubresource, listKind, singular, shortNames, categories, namespaced }).toEqual({
      version: 'v2',
      statusSubresource: true,
      listKind: 'Widgets',
      singular: 'w',
      shortNames: ['wi'],
      categories: ['all'],
      namespaced: false,
    });
  });

  const column = { name: 'X', type: 'string', jsonPath: '.spec.x' };
  it.each<[string, Json]>([
    ['CustomResourceDefinition: not an object', 'text'],
    ['CustomResourceDefinition widgets.example.org: kind is "Secret"', aCrd({ more: { kind: 'Secret' } })],
    [
      'CustomResourceDefinition widgets.example.org: apiVersion is "apiextensions.k8s.io/v1beta1", only apiextensions.k8s.io/v1 is read',
      aCrd({ more: { apiVersion: 'apiextensions.k8s.io/v1beta1' } }),
    ],
    ['CustomResourceDefinition other: the name must be widgets.example.org', aCrd({ more: { metadata: { name: 'other' } } })],
    ['CustomResourceDefinition widgets.example.org: spec.group is missing', aCrd({ spec: { group: '' } })],
    [
      'CustomResourceDefinition widgets.example.org: spec.names.kind is missing',
      aCrd({ spec: { names: { plural: 'widgets' } } }),
    ],
    ['CustomResourceDefinition widgets.example.org: spec.scope is "Global"', aCrd({ spec: { scope: 'Global' } })],
    [
      'CustomResourceDefinition widgets.example.org: spec.conversion.strategy "Webhook" is not served',
      aCrd({ spec: { conversion: { strategy: 'Webhook' } } }),
    ],
    ['CustomResourceDefinition widgets.example.org: no version is both served and stored', aCrd({ version: { served: false } })],
    [
      'CustomResourceDefinition widgets.example.org: the served version has no schema.openAPIV3Schema',
      aCrd({ version: { schema: {} } }),
    ],
    [
      'CustomResourceDefinition widgets.example.org: the scale subresource is not served',
      aCrd({ version: { subresources: { scale: {} } } }),
    ],
    [
      'CustomResourceDefinition widgets.example.org: x-kubernetes-validations (CEL rules) cannot be enforced',
      aCrd({ version: { schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-validations': [] } } } }),
    ],
    [
      'CustomResourceDefinition widgets.example.org: the column "X" needs a name, a jsonPath and one of the types string, integer, number, boolean, date',
      aCrd({ version: { additionalPrinterColumns: [{ ...column, type: 'text' }] } }),
    ],
    [
      'CustomResourceDefinition widgets.example.org: the JSONPath ".spec..x" is not understood at "..x"',
      aCrd({ version: { additionalPrinterColumns: [{ ...column, jsonPath: '.spec..x' }] } }),
    ],
  ])('is refused with: %s', (message, crd) => {
    expect(() => typeOfCrd(crd)).toThrow(new Error(message));
  });
});

describe('discovery', () => {
  const types = [...builtinTypes, typeOfCrd(aCrd({ version: { subresources: { status: {} } } }))];
  const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

  it('lists every group once with its versions', () => {
    const group = (name: string, version: string) => {
      const entry = { groupVersion: `${name}/${version}`, version };
      return { name, versions: [entry], preferredVersion: entry };
    };
    expect(discoveryDocument('/apis', types)).toEqual({
      kind: 'APIGroupList',
      apiVersion: 'v1',
      groups: [
        group('authorization.k8s.io', 'v1'),
        group('events.k8s.io', 'v1'),
        group('coordination.k8s.io', 'v1'),
        group('example.org', 'v1'),
      ],
    });
    expect(discoveryDocument('/apis/example.org', types)).toEqual({
      kind: 'APIGroup',
      apiVersion: 'v1',
      ...group('example.org', 'v1'),
    });
  });

  it('lists a custom resource with its status', () => {
    expect(discoveryDocument('/apis/example.org/v1', types)).toEqual({
      kind: 'APIResourceList',
      apiVersion: 'v1',
      groupVersion: 'example.org/v1',
      resources: [
        { name: 'widgets', singularName: 'widget', namespaced: true, kind: 'Widget', verbs },
        { name: 'widgets/status', singularName: '', namespaced: true, kind: 'Widget', verbs: ['get', 'patch', 'update'] },
      ],
    });
  });

  it('lists the core kinds with their short names', () => {
    expect(discoveryDocument('/api/v1', types)).toEqual({
      kind: 'APIResourceList',
      apiVersion: 'v1',
      groupVersion: 'v1',
      resources: [
        { name: 'configmaps', singularName: 'configmap', namespaced: true, kind: 'ConfigMap', verbs, shortNames: ['cm'] },
        { name: 'events', singularName: 'event', namespaced: true, kind: 'Event', verbs, shortNames: ['ev'] },
        {
          name: 'namespaces',
          singularName: 'namespace',
          namespaced: false,
          kind: 'Namespace',
          verbs: verbs.filter((verb) => verb !== 'deletecollection'),
          shortNames: ['ns'],
        },
        { name: 'namespaces/finalize', singularName: '', namespaced: false, kind: 'Namespace', verbs: ['update'] },
        { name: 'namespaces/status', singularName: '', namespaced: false, kind: 'Namespace', verbs: ['get', 'patch', 'update'] },
        { name: 'secrets', singularName: 'secret', namespaced: true, kind: 'Secret', verbs },
      ],
    });
  });

  it('names the versions of the core API', () => {
    const versions = { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] };
    expect(discoveryDocument('/api', types)).toEqual(versions);
    expect(discoveryDocument('/api/', types)).toEqual(versions);
  });

  it.each([
    '/',
    '/api/v2',
    '/api/v1/secrets',
    '/apis/nobody.example',
    '/apis/example.org/v2',
    '/apis/example.org/v1/widgets',
    '/versions',
  ])('has no document at %s', (path) => {
    expect(discoveryDocument(path, types)).toBeUndefined();
  });
});
