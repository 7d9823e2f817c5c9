import { describe, expect, it } from 'vitest';
import { builtinTypes, typeOfCrd } from '../../controller/embedded/builtin-types.js';
import { openApiResponse } from '../../controller/embedded/openapi.js';
import { encodeOpenApiV2 } from '../../controller/embedded/openapi-protobuf.js';
import type { Json, ResourceType } from '../../controller/embedded/resource-type.js';

type Fields = { [field: string]: Json };

const widget = typeOfCrd({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.org' },
  spec: {
    group: 'example.org',
    scope: 'Namespaced',
    names: { plural: 'widgets', kind: 'Widget' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            description: 'A widget.',
            type: 'object',
            required: ['spec'],
            properties: {
              apiVersion: { type: 'string' },
              kind: { type: 'string' },
              metadata: { type: 'object' },
              spec: {
                type: 'object',
                properties: {
                  count: { type: 'integer', format: 'int32', default: 1, minimum: 0 },
                  choice: { type: 'string', nullable: true, enum: ['a', 'b'] },
                  free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, properties: { a: { type: 'string' } } },
                  port: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
                  parts: {
                    type: 'array',
                    'x-kubernetes-list-type': 'map',
                    'x-kubernetes-list-map-keys': ['name'],
                    items: { type: 'object', properties: { name: { type: 'string', nullable: true } } },
                  },
                },
              },
            },
          },
        },
      },
    ],
  },
});

function served(path: string, accept?: string, types: readonly ResourceType[] = [widget]): Fields {
  const { body } = openApiResponse(path, accept, types) ?? { body: Buffer.from('null') };
  return JSON.parse(Buffer.from(body).toString());
}

function at(value: Json, ...keys: string[]): Json {
  return keys.reduce<Json>((found, key) => (found as Fields)[key] ?? null, value);
}

const gvk = { group: 'example.org', version: 'v1', kind: 'Widget' };
const prefix = 'io.k8s.apimachinery.pkg.apis.meta.v1.';

describe('the definition of a custom kind', () => {
  it('says in v2 what Swagger can say, and leaves open what it cannot', () => {
    expect(at(served('/openapi/v2'), 'definitions', 'org.example.v1.Widget')).toEqual({
      description: 'A widget.',
      type: 'object',
      required: ['spec'],
      properties: {
        apiVersion: { type: 'string' },
        kind: { type: 'string' },
        metadata: { description: "Standard object's metadata.", $ref: `#/definitions/${prefix}ObjectMeta` },
        spec: {
          type: 'object',
          properties: {
            count: { type: 'integer', format: 'int32', minimum: 0 },
            choice: { enum: ['a', 'b'] },
            free: { 'x-kubernetes-preserve-unknown-fields': true },
            port: { 'x-kubernetes-int-or-string': true },
            parts: {
              type: 'array',
              'x-kubernetes-list-type': 'map',
              'x-kubernetes-list-map-keys': ['name'],
              items: { type: 'object', properties: { name: {} } },
            },
          },
        },
      },
      'x-kubernetes-group-version-kind': [gvk],
    });
  });

  it('says all of it in v3', () => {
    const { properties, ...schema } = widget.schema as Fields;
    expect(at(served('/openapi/v3/apis/example.org/v1'), 'components', 'schemas', 'org.example.v1.Widget')).toEqual({
      ...schema,
      properties: {
        ...(properties as Fields),
        metadata: { description: "Standard object's metadata.", allOf: [{ $ref: `#/components/schemas/${prefix}ObjectMeta` }] },
      },
      'x-kubernetes-group-version-kind': [gvk],
    });
  });

  it('refers only to definitions that are there', () => {
    for (const path of ['/openapi/v2', '/openapi/v3/apis/example.org/v1', '/openapi/v3/api/v1']) {
      const document = served(path, undefined, [...builtinTypes, widget]);
      const names = Object.keys((document.definitions ?? at(document, 'components', 'schemas')) as Fields);
      const references = [...JSON.stringify(document).matchAll(/"\$ref":"#[^"]*\/([^"/]+)"/g)].map(([, name]) => name);
      expect(references.length).toBeGreaterThan(10);
      expect(references.filter((name) => !names.includes(name ?? ''))).toEqual([]);
    }
  });
});

describe('the paths', () => {
  it('cover the collection, the object and its status', () => {
    const paths = {
      '/apis/example.org/v1/widgets': ['get', 'parameters'],
      '/apis/example.org/v1/namespaces/{namespace}/widgets': ['delete', 'get', 'parameters', 'post'],
      '/apis/example.org/v1/namespaces/{namespace}/widgets/{name}': ['delete', 'get', 'parameters', 'patch', 'put'],
      '/apis/example.org/v1/namespaces/{namespace}/widgets/{name}/status': ['get', 'parameters', 'patch', 'put'],
    };
    const found = Object.entries(served('/openapi/v2').paths as Fields);
    const expected = Object.fromEntries(
      Object.entries(paths).map(([path, keys]) => [path, path.includes('{') ? keys : keys.filter((key) => key !== 'parameters')]),
    );
    expect(Object.fromEntries(found.map(([path, item]) => [path, Object.keys(item as Fields).sort()]))).toEqual(expected);
  });

  it('give every operation a name of its own', () => {
    for (const dialect of ['/openapi/v2', '/openapi/v3/api/v1']) {
      const items = Object.values(served(dialect, undefined, builtinTypes).paths as { [path: string]: Fields });
      const ids = items.flatMap((item) => Object.values(item).flatMap((operation) => at(operation, 'operationId') ?? []));
      expect(new Set(ids).size).toBe(ids.length);
    }
  });

  it.each([
    ['/openapi/v2', (parameter: Fields) => parameter.type],
    ['/openapi/v3/apis/example.org/v1', (parameter: Fields) => at(parameter, 'schema', 'type')],
  ] as const)('say in %s that PATCH of the kind takes dryRun, fieldManager, fieldValidation and force', (document, typeOf) => {
    const patch = at(served(document), 'paths', '/apis/example.org/v1/namespaces/{namespace}/widgets/{name}', 'patch') as Fields;
    expect(patch['x-kubernetes-group-version-kind']).toEqual(gvk);
    expect((patch.parameters as Fields[]).filter((one) => one.in === 'query').map((one) => [one.name, typeOf(one)])).toEqual([
      ['dryRun', 'string'],
      ['fieldManager', 'string'],
      ['fieldValidation', 'string'],
      ['force', 'boolean'],
    ]);
  });
});

describe('the index of v3', () => {
  const types = [...builtinTypes, widget];
  const hashes = (served_: readonly ResourceType[]) =>
    Object.entries(served('/openapi/v3', undefined, served_).paths as Fields).map(([path, entry]) => [
      path,
      (at(entry, 'serverRelativeURL') as string).split('?hash=')[1],
    ]);

  it('names every group and version, under a URL that is served', () => {
    const { paths } = served('/openapi/v3', undefined, types);
    expect(Object.keys(paths as Fields)).toEqual([
      'api/v1',
      'apis/coordination.k8s.io/v1',
      'apis/events.k8s.io/v1',
      'apis/example.org/v1',
    ]);
    for (const [path, entry] of Object.entries(paths as Fields)) {
      const [url = '', hash] = (at(entry, 'serverRelativeURL') as string).split('?hash=');
      expect(url).toBe(`/openapi/v3/${path}`);
      expect(openApiResponse(url, undefined, types)?.headers?.etag).toBe(`"${hash}"`);
    }
  });

  it('changes the hash of a group exactly when its schemas change', () => {
    const changed = { ...widget, schema: { type: 'object' } };
    const before = hashes(types);
    const after = hashes([...builtinTypes, changed]);
    expect(before.filter(([, hash], index) => hash !== after[index]?.[1]).map(([path]) => path)).toEqual(['apis/example.org/v1']);
  });
});

describe('the form of the answer', () => {
  const protobuf = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';
  it.each([
    ['/openapi/v2', undefined, 200, 'application/json'],
    ['/openapi/v2', '*/*', 200, 'application/json'],
    ['/openapi/v2', 'application/json', 200, 'application/json'],
    ['/openapi/v2', protobuf, 200, 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf'],
    ['/openapi/v2', `application/json,${protobuf}`, 200, 'application/json'],
    ['/openapi/v2', 'text/html', 406, 'text/plain; charset=utf-8'],
    ['/openapi/v3', 'application/json', 200, 'application/json'],
    [
      '/openapi/v3/apis/example.org/v1',
      'application/com.github.proto-openapi.spec.v3@v1.0+protobuf',
      406,
      'text/plain; charset=utf-8',
    ],
    [
      '/openapi/v3/apis/example.org/v1',
      'application/com.github.proto-openapi.spec.v3@v1.0+protobuf,application/json',
      200,
      'application/json',
    ],
    ['/openapi/v3/apis/example.org/v2', undefined, undefined, undefined],
    ['/openapi', undefined, undefined, undefined],
  ])('of %s for Accept %s is %s %s', (path, accept, status, contentType) => {
    const response = openApiResponse(path, accept, [widget]);
    expect([response?.status, response?.contentType]).toEqual([status, contentType]);
  });
});

describe('the protobuf form', () => {
  // Written by protoc from the text form of the same document, with gnostic's OpenAPIv2.proto.
  const golden =
    'CgMyLjASBwoBVBICdjFCmQISlgIKCS9hL3tuYW1lfRKIAhKDARoBZCoBbzIQYXBwbGljYXRpb24vanNvbkIjCiESHxodEgVxdWVyeRoBcSIGZHJ5UnVuMgZzdHJpbmegAQFKJAoiCgMyMDASGwoZCgJPSxITChEKDyMvZGVmaW5pdGlvbnMvS2oeChN4LWt1YmVybmV0ZXMtYWN0aW9uEgcSBSJnZXQiQlw6G2FwcGxpY2F0aW9uL2pzb24tcGF0Y2granNvbjocYXBwbGljYXRpb24vbWVyZ2UtcGF0Y2granNvbkIfCh0KGxIEYm9keRoEYm9keSABKguyAQgKBm9iamVjdEoiCiASHiIcCAESBHBhdGgaAW4iBG5hbWUqBnN0cmluZ5gBAUrUAQrRAQoBSxLLASIBa5oBAWGyAQgKBm9iamVjdMoBfwogCgFhEhs5AAAAAAAA+D9grAJqAl5hsgEICgZzdHJpbmcKLQoBbBIoogEFEgMieCKiAQMSATGyAQcKBWFycmF5ugENCguyAQgKBnN0cmluZwogCgFtEhuqAQ0KC7IBCAoGc3RyaW5nsgEICgZvYmplY3QKCgoBbxIFqgECEAH6ATQKH3gta3ViZXJuZXRlcy1ncm91cC12ZXJzaW9uLWtpbmQSERIPW3siZ3JvdXAiOiJnIn1d';

  it('is what protoc writes', () => {
    const document = {
      swagger: '2.0',
      info: { title: 'T', version: 'v1' },
      paths: {
        '/a/{name}': {
          get: {
            description: 'd',
            operationId: 'o',
            produces: ['application/json'],
            parameters: [{ name: 'dryRun', in: 'query', description: 'q', type: 'string', uniqueItems: true }],
            responses: { '200': { description: 'OK', schema: { $ref: '#/definitions/K' } } },
            'x-kubernetes-action': 'get',
          },
          patch: {
            consumes: ['application/json-patch+json', 'application/merge-patch+json'],
            parameters: [{ name: 'body', in: 'body', required: true, schema: { type: 'object' } }],
          },
          parameters: [{ name: 'name', in: 'path', description: 'n', required: true, type: 'string', uniqueItems: true }],
        },
      },
      definitions: {
        K: {
          description: 'k',
          type: 'object',
          required: ['a'],
          properties: {
            a: { type: 'string', pattern: '^a', minLength: 300, maximum: 1.5 },
            l: { type: 'array', items: { type: 'string' }, enum: ['x', 1] },
            m: { type: 'object', additionalProperties: { type: 'string' } },
            o: { additionalProperties: true },
          },
          'x-kubernetes-group-version-kind': [{ group: 'g' }],
        },
      },
    };
    expect(Buffer.from(encodeOpenApiV2(document)).toString('base64')).toBe(golden);
  });
});
