import { isObject, type JsonObject } from './json.js';
import { parseJsonPath } from './json-path.js';
import { ageDescription } from './meta-schemas.js';
import type { Json, PrinterColumn, ResourceType } from './resource-type.js';

const columnTypes = new Set(['string', 'integer', 'number', 'boolean', 'date']);

/** What the server shows of a custom resource that declares no columns. */
const ageColumn: PrinterColumn = {
  name: 'Age',
  type: 'date',
  jsonPath: '.metadata.creationTimestamp',
  description: ageDescription,
};

/**
 * The served and stored version of a CustomResourceDefinition (apiextensions.k8s.io/v1). Throws an Error that names the definition and
 * the field for what cannot be served: other versions, conversion webhooks, the scale subresource, CEL rules.
 */
export function typeOfCrd(crd: Json): ResourceType {
  const definition = requireObject(crd, 'CustomResourceDefinition');
  const name = textOf(fieldOf(definition, 'metadata').name) ?? 'without a name';
  const fail = (problem: string): never => {
    throw new Error(`CustomResourceDefinition ${name}: ${problem}`);
  };
  if (definition.kind !== 'CustomResourceDefinition') fail(`kind is ${show(definition.kind)}`);
  if (definition.apiVersion !== 'apiextensions.k8s.io/v1') {
    fail(`apiVersion is ${show(definition.apiVersion)}, only apiextensions.k8s.io/v1 is read`);
  }
  const spec = fieldOf(definition, 'spec');
  const problem = unservable(spec);
  if (problem !== undefined) fail(problem);
  const names = fieldOf(spec, 'names');
  const type = { ...identityOf(spec, names), ...versionPart(servedVersion(spec, fail), fail) };
  if (name !== `${type.plural}.${type.group}`) fail(`the name must be ${type.plural}.${type.group}`);
  return type;
}

type Fail = (problem: string) => never;

function unservable(spec: JsonObject): string | undefined {
  for (const path of ['group', 'names.plural', 'names.kind']) {
    const value = path.split('.').reduce<Json | undefined>((at, key) => (isObject(at) ? at[key] : undefined), spec);
    if (textOf(value) === undefined) return `spec.${path} is missing`;
  }
  if (spec.scope !== 'Namespaced' && spec.scope !== 'Cluster') return `spec.scope is ${show(spec.scope)}`;
  const strategy = fieldOf(spec, 'conversion').strategy ?? 'None';
  return strategy === 'None' ? undefined : `spec.conversion.strategy ${show(strategy)} is not served`;
}

type Identity = Omit<ResourceType, 'version' | 'statusSubresource' | 'schema' | 'columns'>;

function identityOf(spec: JsonObject, names: JsonObject): Identity {
  const kind = String(names.kind);
  return {
    group: String(spec.group),
    kind,
    listKind: textOf(names.listKind) ?? `${kind}List`,
    plural: String(names.plural),
    singular: textOf(names.singular) ?? kind.toLowerCase(),
    shortNames: textsOf(names.shortNames),
    categories: textsOf(names.categories),
    namespaced: spec.scope === 'Namespaced',
  };
}

function servedVersion(spec: JsonObject, fail: Fail): JsonObject {
  const versions = Array.isArray(spec.versions) ? spec.versions.filter(isObject) : [];
  const chosen = versions.find((version) => version.served === true && version.storage === true);
  return chosen ?? fail('no version is both served and stored');
}

function versionPart(
  version: JsonObject,
  fail: Fail,
): Pick<ResourceType, 'version' | 'statusSubresource' | 'schema' | 'columns'> {
  const schema = fieldOf(version, 'schema').openAPIV3Schema;
  const subresources = fieldOf(version, 'subresources');
  if (!isObject(schema)) return fail('the served version has no schema.openAPIV3Schema');
  if (subresources.scale !== undefined) return fail('the scale subresource is not served');
  if (JSON.stringify(schema).includes('"x-kubernetes-validations"')) {
    return fail('x-kubernetes-validations (CEL rules) cannot be enforced');
  }
  const columns = Array.isArray(version.additionalPrinterColumns) ? version.additionalPrinterColumns : [];
  return {
    version: textOf(version.name) ?? fail('the served version has no name'),
    statusSubresource: isObject(subresources.status),
    schema,
    columns: columns.length === 0 ? [ageColumn] : columns.map((column) => toColumn(column, fail)),
  };
}

function toColumn(column: Json, fail: Fail): PrinterColumn {
  const { name, type, jsonPath } = isObject(column) ? column : {};
  if (typeof name !== 'string' || typeof jsonPath !== 'string' || typeof type !== 'string' || !columnTypes.has(type)) {
    return fail(`the column ${show(name)} needs a name, a jsonPath and one of the types ${[...columnTypes].join(', ')}`);
  }
  try {
    parseJsonPath(jsonPath);
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
  return column as unknown as PrinterColumn;
}

function requireObject(value: Json, what: string): JsonObject {
  if (!isObject(value)) throw new Error(`${what}: not an object`);
  return value;
}

function fieldOf(parent: JsonObject, key: string): JsonObject {
  const value = parent[key];
  return isObject(value) ? value : {};
}

function textOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function textsOf(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function show(value: Json | undefined): string {
  return value === undefined ? 'missing' : JSON.stringify(value);
}
