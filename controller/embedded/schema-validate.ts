import type { StatusCause } from './errors.js';
import { equalJson, getOwn, isObject, type JsonObject } from './json.js';
import type { Json, OpenApiSchema } from './resource-type.js';
import { listFaults } from './schema-lists.js';
import { formatOf } from './string-formats.js';

/** Every fault of a value against a structural schema, worded as kube-apiserver does; paths of list items carry their index. */
export function validateSchema(schema: OpenApiSchema, value: Json): StatusCause[] {
  return [...faultsOf(schema, value, ''), ...listFaults(schema, value, '')];
}

type Check = (schema: OpenApiSchema, value: Json, path: string) => StatusCause[];

const checks: readonly Check[] = [
  typeFaults,
  numberFaults,
  stringFaults,
  enumFaults,
  arrayFaults,
  objectFaults,
  combinationFaults,
];

function faultsOf(schema: OpenApiSchema, value: Json, path: string): StatusCause[] {
  if (value === null && schema.nullable === true) return [];
  return checks.flatMap((check) => check(schema, value, path));
}

function fault(path: string, shown: Json, rule: string): StatusCause {
  return {
    reason: 'FieldValueInvalid',
    message: `Invalid value: ${JSON.stringify(shown)}: ${path} in body ${rule}`,
    field: path,
  };
}

function typeFaults(schema: OpenApiSchema, value: Json, path: string): StatusCause[] {
  const actual = typeName(value);
  const intOrString = schema['x-kubernetes-int-or-string'] === true;
  const wanted = intOrString ? ['integer', 'string'] : typeof schema.type === 'string' ? [schema.type] : [];
  if (wanted.length === 0 || wanted.includes(actual) || (actual === 'integer' && wanted.includes('number'))) return [];
  return [fault(path, actual, `must be of type ${wanted.join(',')}: ${JSON.stringify(actual)}`)];
}

function typeName(value: Json): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) && Math.abs(value) < 2 ** 63 ? 'integer' : 'number';
  return typeof value;
}

function numberFaults(schema: OpenApiSchema, value: Json, path: string): StatusCause[] {
  if (typeof value !== 'number') return [];
  const { minimum, maximum, multipleOf } = schema;
  const faults: StatusCause[] = [];
  if (typeof maximum === 'number') {
    if (schema.exclusiveMaximum === true) {
      if (value >= maximum) faults.push(fault(path, value, `should be less than ${maximum}`));
    } else if (value > maximum) faults.push(fault(path, value, `should be less than or equal to ${maximum}`));
  }
  if (typeof minimum === 'number') {
    if (schema.exclusiveMinimum === true) {
      if (value <= minimum) faults.push(fault(path, value, `should be greater than ${minimum}`));
    } else if (value < minimum) faults.push(fault(path, value, `should be greater than or equal to ${minimum}`));
  }
  if (typeof multipleOf === 'number' && !Number.isInteger(value / multipleOf)) {
    faults.push(fault(path, value, `should be a multiple of ${multipleOf}`));
  }
  return faults;
}

/** The first fault of a string alone, as the server reports it. */
function stringFaults(schema: OpenApiSchema, value: Json, path: string): StatusCause[] {
  if (typeof value !== 'string') return [];
  const { minLength, maxLength, pattern, format } = schema;
  const length = [...value].length;
  if (typeof maxLength === 'number' && length > maxLength)
    return [fault(path, value, `should be at most ${maxLength} chars long`)];
  if (typeof minLength === 'number' && length < minLength)
    return [fault(path, value, `should be at least ${minLength} chars long`)];
  if (typeof pattern === 'string' && !new RegExp(pattern, 'u').test(value)) {
    return [fault(path, value, `should match '${pattern}'`)];
  }
  if (typeof format === 'string' && !formatOf(format)(value)) {
    return [fault(path, value, `must be of type ${format}: ${JSON.stringify(value)}`)];
  }
  return [];
}

function enumFaults(schema: OpenApiSchema, value: Json, path: string): StatusCause[] {
  const allowed = schema.enum;
  if (!Array.isArray(allowed) || allowed.some((item) => equalJson(item, value))) return [];
  const list = allowed.map((item) => JSON.stringify(item)).join(', ');
  const message = `Unsupported value: ${JSON.stringify(value)}: supported values: ${list}`;
  return [{ reason: 'FieldValueNotSupported', message, field: path }];
}

function arrayFaults(schema: OpenApiSchema, value: Json, path: string): StatusCause[] {
  if (!Array.isArray(value)) return [];
  const { minItems, maxItems, items } = schema;
  const faults: StatusCause[] = [];
  if (typeof minItems === 'number' && value.length < minItems) {
    faults.push(fault(path, value.length, `should have at least ${minItems} items`));
  }
  if (typeof maxItems === 'number' && value.length > maxItems) {
    faults.push(fault(path, value.length, `should have at most ${maxItems} items`));
  }
  if (schema.uniqueItems === true && value.some((item, index) => value.slice(0, index).some((other) => equalJson(item, other)))) {
    faults.push(fault(path, value.length, "shouldn't contain duplicates"));
  }
  if (isObject(items)) faults.push(...value.flatMap((item, index) => faultsOf(items, item, `${path}[${index}]`)));
  return faults;
}

function objectFaults(schema: OpenApiSchema, value: Json, path: string): StatusCause[] {
  if (!isObject(value)) return [];
  const { minProperties, maxProperties } = schema;
  const faults = requiredFaults(schema, value, path);
  const count = Object.keys(value).length;
  if (typeof minProperties === 'number' && count < minProperties) {
    faults.push(fault(path, minProperties, `should have at least ${minProperties} properties`));
  }
  if (typeof maxProperties === 'number' && count > maxProperties) {
    faults.push(fault(path, maxProperties, `should have at most ${maxProperties} properties`));
  }
  const properties = isObject(schema.properties) ? schema.properties : {};
  for (const [key, item] of Object.entries(value)) {
    if (path === '' && key === 'metadata') continue;
    const declared = getOwn(properties, key) ?? schema.additionalProperties;
    if (isObject(declared)) faults.push(...faultsOf(declared, item, join(path, key)));
  }
  return faults;
}

function requiredFaults(schema: OpenApiSchema, value: JsonObject, path: string): StatusCause[] {
  const required = Array.isArray(schema.required) ? schema.required : [];
  return required
    .filter((key) => typeof key === 'string' && getOwn(value, key) === undefined)
    .map((key) => ({ reason: 'FieldValueRequired', message: 'Required value', field: join(path, String(key)) }));
}

function combinationFaults(schema: OpenApiSchema, value: Json, path: string): StatusCause[] {
  const branches = (name: string) => (Array.isArray(schema[name]) ? schema[name].filter(isObject) : []);
  const results = (name: string) => branches(name).map((branch) => faultsOf(branch, value, path));
  const faults: StatusCause[] = [];
  const one = results('oneOf');
  const matching = one.filter((result) => result.length === 0).length;
  if (one.length > 0 && matching !== 1) {
    const found = matching === 0 ? 'Found none valid' : `Found ${matching} valid alternatives`;
    faults.push(
      combination(path, `must validate one and only one schema (oneOf). ${found}`),
      ...(matching === 0 ? nearest(one) : []),
    );
  }
  const any = results('anyOf');
  if (any.length > 0 && any.every((result) => result.length > 0)) {
    faults.push(combination(path, 'must validate at least one schema (anyOf)'), ...nearest(any));
  }
  const all = results('allOf').flat();
  if (all.length > 0) faults.push(combination(path, 'must validate all the schemas (allOf)'), ...all);
  if (isObject(schema.not) && faultsOf(schema.not, value, path).length === 0) {
    faults.push(combination(path, 'must not validate the schema (not)'));
  }
  return faults;
}

function nearest(results: readonly (readonly StatusCause[])[]): readonly StatusCause[] {
  return results.toSorted((left, right) => left.length - right.length)[0] ?? [];
}

/** The server names no field here; the path stands in the message. */
function combination(path: string, rule: string): StatusCause {
  return { reason: 'FieldValueInvalid', message: `Invalid value: "": "${path}" ${rule}`, field: '<nil>' };
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}
