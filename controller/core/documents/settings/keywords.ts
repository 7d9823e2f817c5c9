/** JSON Schema keywords (draft 2020-12) that a settings schema may use, by what stands under them. */

export const schemaMaps = ['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas'] as const;

export const schemaLists = ['allOf', 'anyOf', 'oneOf', 'prefixItems'] as const;

export const singleSchemas = [
  'additionalProperties',
  'items',
  'contains',
  'not',
  'if',
  'then',
  'else',
  'propertyNames',
  'unevaluatedItems',
  'unevaluatedProperties',
] as const;

export const assertions = [
  'type',
  'enum',
  'const',
  'multipleOf',
  'maximum',
  'exclusiveMaximum',
  'minimum',
  'exclusiveMinimum',
  'maxLength',
  'minLength',
  'pattern',
  'format',
  'maxItems',
  'minItems',
  'uniqueItems',
  'maxContains',
  'minContains',
  'maxProperties',
  'minProperties',
  'required',
  'dependentRequired',
] as const;

/** Say something to people and editors, and nothing to a validator. */
export const annotations = [
  'title',
  'description',
  'default',
  'examples',
  'deprecated',
  'readOnly',
  'writeOnly',
  '$comment',
  'markdownDescription',
  'defaultSnippets',
  'enumDescriptions',
  'contentEncoding',
  'contentMediaType',
] as const;

/** Refused with a reason of their own. */
export const refused: Readonly<Record<string, string>> = {
  $id: 'a schema inside of another may not have an address of its own',
  $anchor: 'anchors are not supported: refer by path, such as #/$defs/name',
  $dynamicRef: 'dynamic references are not supported: use $ref',
  $dynamicAnchor: 'dynamic references are not supported: use $ref',
  $recursiveRef: 'recursive references are not supported: use $ref',
  $recursiveAnchor: 'recursive references are not supported: use $ref',
  $vocabulary: 'vocabularies are not supported',
  $data: 'references to data are not supported',
  dependencies: 'is of an older draft: use dependentRequired or dependentSchemas',
  additionalItems: 'is of an older draft: use items, beside prefixItems',
  id: 'is of an older draft',
  contentSchema: 'is not supported',
};

export const knownKeywords: readonly string[] = [
  ...schemaMaps,
  ...schemaLists,
  ...singleSchemas,
  ...assertions,
  ...annotations,
  '$ref',
];
