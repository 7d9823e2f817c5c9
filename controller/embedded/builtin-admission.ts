import { checkShape, withoutNulls } from './builtin-shape.js';
import { invalid, type StatusCause } from './errors.js';
import { completeEvent } from './event-admission.js';
import { equalJson, isObject, type JsonObject } from './json.js';
import { isEvent } from './registry.js';
import type { ApiObject, Json } from './resource-type.js';
import type { Write } from './write.js';

type Complete = (object: ApiObject, current: ApiObject | undefined) => StatusCause[];

const byPlural: Readonly<Record<string, Complete>> = {
  secrets: completeSecret,
  configmaps: completeConfigMap,
  namespaces: completeNamespaceObject,
  leases: completeLease,
};

/** What the API server adds to and demands of its own types. Shape faults are a 400 (they cannot be decoded), all others a 422. */
export function completeBuiltin(write: Write, object: ApiObject, current: ApiObject | undefined): void {
  const { type } = write.target;
  if (isEvent(type)) {
    completeEvent(write, object, current);
    return;
  }
  checkShape(write, object as unknown as Json);
  const faults = byPlural[type.plural]?.(object, current) ?? [];
  if (faults.length > 0) throw invalid(type, object.metadata.name, faults);
}

const configKey = /^[-._a-zA-Z0-9]+$/;
const configKeyRule =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', " +
  "regex used for validation is '[-._a-zA-Z0-9]+')";

function keyFaults(object: ApiObject, field: string): StatusCause[] {
  const map = object[field];
  const keys = isObject(map) ? Object.keys(map) : [];
  return keys
    .filter((key) => !configKey.test(key) || key.length > 253 || key === '.' || key === '..')
    .map((key) => invalidValue(`${field}[${key}]`, key, configKeyRule));
}

const maxDataBytes = 1024 * 1024;

function sizeFaults(object: ApiObject, fields: readonly string[], field: string): StatusCause[] {
  const bytes = fields.reduce((sum, name) => {
    const map = object[name];
    return (
      sum + (isObject(map) ? Object.values(map).reduce<number>((all, value) => all + Buffer.byteLength(String(value)), 0) : 0)
    );
  }, 0);
  // The limit of a Secret counts decoded bytes; base64 is four thirds of them.
  const limit = field === 'data' ? (maxDataBytes * 4) / 3 : maxDataBytes;
  const message = `Too long: must have at most ${maxDataBytes} bytes`;
  return bytes > limit ? [{ reason: 'FieldValueTooLong', message, field }] : [];
}

function completeSecret(object: ApiObject, current: ApiObject | undefined): StatusCause[] {
  const { stringData } = object;
  if (isObject(stringData)) {
    const data = isObject(object.data) ? { ...object.data } : {};
    for (const [key, text] of Object.entries(stringData)) data[key] = Buffer.from(String(text)).toString('base64');
    object.data = data;
  }
  delete object.stringData;
  dropNulls(object, ['data', 'type', 'immutable']);
  object.type ??= 'Opaque';
  const changed = current !== undefined && current.type !== object.type;
  return [
    ...keyFaults(object, 'data'),
    ...sizeFaults(object, ['data'], 'data'),
    ...requiredKeys(object),
    ...(changed ? [invalidValue('type', object.type as Json, 'field is immutable')] : []),
    ...immutableFaults(object, current, ['data']),
  ];
}

const keysOfType: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
};

function requiredKeys(secret: ApiObject): StatusCause[] {
  const data = isObject(secret.data) ? secret.data : {};
  const wanted = keysOfType[String(secret.type)] ?? [];
  const missing = wanted.filter((key) => !Object.hasOwn(data, key));
  return missing.map((key) => ({ reason: 'FieldValueRequired', message: 'Required value', field: `data[${key}]` }));
}

function completeConfigMap(object: ApiObject, current: ApiObject | undefined): StatusCause[] {
  dropNulls(object, ['data', 'binaryData', 'immutable']);
  const binary = isObject(object.binaryData) ? object.binaryData : {};
  const twice = Object.keys(isObject(object.data) ? object.data : {}).filter((key) => Object.hasOwn(binary, key));
  return [
    ...keyFaults(object, 'data'),
    ...keyFaults(object, 'binaryData'),
    ...twice.map((key) => invalidValue(`data[${key}]`, key, 'duplicate of key present in binaryData')),
    ...sizeFaults(object, ['data', 'binaryData'], ''),
    ...immutableFaults(object, current, ['data', 'binaryData']),
  ];
}

function immutableFaults(object: ApiObject, current: ApiObject | undefined, fields: readonly string[]): StatusCause[] {
  if (current?.immutable !== true) return [];
  const changed = ['immutable', ...fields].filter((field) => !equalJson(current[field], object[field]));
  const message = 'Forbidden: field is immutable when `immutable` is set';
  return changed.map((field) => ({ reason: 'FieldValueForbidden', message, field }));
}

function completeNamespaceObject(object: ApiObject, current: ApiObject | undefined): StatusCause[] {
  if (current === undefined) {
    object.metadata.labels = { ...object.metadata.labels, 'kubernetes.io/metadata.name': object.metadata.name };
    object.spec = { finalizers: ['kubernetes'] };
    object.status = { phase: 'Active' };
  } else if (current.spec !== undefined) object.spec = current.spec;
  return [];
}

function completeLease(object: ApiObject): StatusCause[] {
  const spec: JsonObject = isObject(object.spec) ? object.spec : {};
  object.spec = withoutNulls(spec);
  const { leaseDurationSeconds: duration, leaseTransitions: transitions } = spec;
  return [
    ...(typeof duration === 'number' && duration <= 0
      ? [invalidValue('spec.leaseDurationSeconds', duration, 'must be greater than 0')]
      : []),
    ...(typeof transitions === 'number' && transitions < 0
      ? [invalidValue('spec.leaseTransitions', transitions, 'must to greater or equal than 0')]
      : []),
  ];
}

function dropNulls(object: ApiObject, fields: readonly string[]): void {
  for (const field of fields) if (object[field] === null) delete object[field];
}

function invalidValue(field: string, value: Json, fault: string): StatusCause {
  return { reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(value)}: ${fault}`, field };
}
