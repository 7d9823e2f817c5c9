import { readFileSync } from 'node:fs';
import { Type } from '@sinclair/typebox';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { JsonObject } from '../../controller/core/model.js';
import { toCrd } from '../../controller/core/resources/crd.js';
import type { ResourceDefinition } from '../../controller/core/resources/definition.js';
import { deploymentRun } from '../../controller/core/resources/deployment-run.js';
import { environment } from '../../controller/core/resources/environment.js';
import { hold } from '../../controller/core/resources/hold.js';
import { releaseSource } from '../../controller/core/resources/release-source.js';

const described = (description = 'What it is.') => ({ description });
const status = Type.Object({ observedGeneration: Type.Integer(described()) }, described());

const aDefinition = (changes: Partial<ResourceDefinition> = {}): ResourceDefinition => ({
  kind: 'Widget',
  plural: 'widgets',
  shortNames: ['wd'],
  description: 'A widget.',
  spec: Type.Object({}, described()),
  status,
  columns: [],
  ...changes,
});

/** The structural schema of `spec`, where its one field is `field`. */
const schemaOfField = (field: Parameters<typeof Type.Object>[0][string]): JsonObject => {
  const crd = toCrd(aDefinition({ spec: Type.Object({ field }, described()) }));
  const [version] = crd.spec.versions as { schema: { openAPIV3Schema: { properties: { spec: JsonObject } } } }[];
  return version?.schema.openAPIV3Schema.properties.spec ?? {};
};

describe('toCrd', () => {
  it('says everything that an API server wants to know of a kind', () => {
    const columns = [{ name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' }] as const;
    expect(toCrd(aDefinition({ columns }))).toEqual({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'widgets.towpath.dev' },
      spec: {
        group: 'towpath.dev',
        names: {
          kind: 'Widget',
          listKind: 'WidgetList',
          plural: 'widgets',
          singular: 'widget',
          shortNames: ['wd'],
          categories: ['towpath'],
        },
        scope: 'Namespaced',
        versions: [
          {
            name: 'v1alpha1',
            served: true,
            storage: true,
            schema: {
              openAPIV3Schema: {
                type: 'object',
                description: 'A widget.',
                required: ['spec'],
                properties: {
                  apiVersion: { type: 'string', description: 'Version of the schema: towpath.dev/v1alpha1.' },
                  kind: { type: 'string', description: 'Always Widget.' },
                  metadata: { type: 'object' },
                  spec: { type: 'object', description: 'What it is.', properties: {} },
                  status: {
                    type: 'object',
                    description: 'What it is.',
                    default: { observedGeneration: -1 },
                    properties: { observedGeneration: { type: 'integer', description: 'What it is.' } },
                    required: ['observedGeneration'],
                  },
                },
              },
            },
            subresources: { status: {} },
            additionalPrinterColumns: columns,
          },
        ],
      },
    });
  });

  it('does not require what has a default: kubectl would refuse what the server fills in', () => {
    expect(schemaOfField(Type.String({ ...described(), default: 'x' }))).not.toHaveProperty('required');
    expect(schemaOfField(Type.String(described()))).toHaveProperty('required', ['field']);
    expect(schemaOfField(Type.Optional(Type.String(described())))).not.toHaveProperty('required');
  });

  it('writes constants and unions of them as enumerations', () => {
    const union = Type.Union([Type.Literal('a'), Type.Literal('b')], described());
    const wanted = (...values: string[]) => ({ field: { type: 'string', description: 'What it is.', enum: values } });
    expect(schemaOfField(union).properties).toEqual(wanted('a', 'b'));
    expect(schemaOfField(Type.Literal('a', described())).properties).toEqual(wanted('a'));
  });

  it('writes records as maps', () => {
    const record = Type.Record(Type.String(), Type.Integer(), described());
    expect(schemaOfField(record).properties).toEqual({
      field: { type: 'object', description: 'What it is.', additionalProperties: { type: 'integer' } },
    });
  });

  it('keeps how lists are merged', () => {
    const items = Type.Object({ type: Type.String(described()) }, described());
    const merged = { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] };
    expect(schemaOfField(Type.Array(items, { ...described(), ...merged })).properties).toMatchObject({ field: merged });
  });

  it.each([
    ['a field without a description', Type.String(), 'Widget.spec.field has no description'],
    ['a list whose items have none', Type.Array(Type.String(), described()), 'Widget.spec.field[] has no description'],
    ['a keyword that structural schemas do not have', Type.String({ ...described(), contentEncoding: 'x' }), 'contentEncoding'],
    ['a union of other things', Type.Union([Type.String(), Type.Integer()], described()), 'only a union of constant strings'],
    ['a field of any type', Type.Unknown(described()), 'needs one type'],
  ])('refuses %s', (_what, field, message) => {
    expect(() => schemaOfField(field)).toThrow(message);
  });

  it('refuses a status that is required to say what no fresh object can say', () => {
    const phase = Type.Object({ observedGeneration: Type.Integer(described()), phase: Type.String(described()) }, described());
    expect(() => toCrd(aDefinition({ status: phase }))).toThrow('Widget.status.phase is required and has no default');
  });

  it('lets no enumeration, default or bound get lost', () => {
    const fields = fc.record({
      enum: fc.uniqueArray(fc.string(), { minLength: 1 }),
      default: fc.string(),
      maxLength: fc.nat(),
      pattern: fc.constantFrom('^a$', '.*'),
    });
    fc.assert(
      fc.property(fields, (given) => {
        expect(schemaOfField(Type.String({ ...described(), ...given })).properties).toEqual({
          field: { type: 'string', ...described(), ...given },
        });
      }),
    );
  });
});

describe('crds/', () => {
  it.each([releaseSource, environment, deploymentRun, hold])('holds what the definition of $kind says', (definition) => {
    const text = readFileSync(`crds/towpath.dev_${definition.plural}.yaml`, 'utf8');
    expect(parse(text)).toEqual(JSON.parse(JSON.stringify(toCrd(definition))));
    expect(text).toMatch(/^# Generated by `npm run generate`/);
  });
});
