import { randomInt, randomUUID } from 'node:crypto';
import { completeBuiltin } from './builtin-admission.js';
import { ApiError, badRequest, conflict, invalid } from './errors.js';
import { toCoreV1 } from './event-forms.js';
import { cloneJson, equalJson, type JsonObject } from './json.js';
import { metadataUpdateFaults, validateMetadata } from './metadata-validation.js';
import { apiVersionOf, isEvent } from './registry.js';
import type { ApiObject, Json, ObjectMeta } from './resource-type.js';
import { applyDefaults } from './schema-default.js';
import { pruneObject } from './schema-prune.js';
import { validateSchema } from './schema-validate.js';
import { isCustom, isNamespace, separatesStatus, timestamp, type Write } from './write.js';

/** A new object from a request's body: pruned, completed, defaulted, valid. Throws 400 or 422. */
export function admitCreation(write: Write, body: ApiObject): ApiObject {
  if (body.metadata.resourceVersion) throw badRequest('resourceVersion should not be set on objects to be created');
  const object = conform(write, body);
  object.metadata = newMetadata(write, object.metadata);
  if (separatesStatus(write)) delete object.status;
  return complete(write, object, undefined);
}

/** The next state of an existing object from a whole new one. What the request may not change stays as it is. */
export function admitUpdate(write: Write, current: ApiObject, body: ApiObject): ApiObject {
  checkPreconditions(write, current, body.metadata);
  const object = conform(write, body);
  const next = write.target.subresource === undefined ? mainUpdate(write, current, object) : statusUpdate(current, object);
  return complete(write, next, current);
}

function mainUpdate(write: Write, current: ApiObject, object: ApiObject): ApiObject {
  object.metadata = keepSystemMetadata(write, current.metadata, object.metadata);
  if (separatesStatus(write)) {
    delete object.status;
    if (current.status !== undefined) object.status = cloneJson(current.status);
  }
  return object;
}

/** A write to the status changes the status and nothing else. */
function statusUpdate(current: ApiObject, object: ApiObject): ApiObject {
  const next = cloneJson(current);
  delete next.status;
  if (object.status !== undefined) next.status = object.status;
  return next;
}

/** Bumps the generation when anything but metadata and a separate status differs. */
export function nextGeneration(write: Write, current: ApiObject, next: ApiObject): number | undefined {
  const { generation } = current.metadata;
  if (!isCustom(write) || generation === undefined) return generation;
  return equalJson(desiredPart(write, current), desiredPart(write, next)) ? generation : generation + 1;
}

function desiredPart(write: Write, object: ApiObject): JsonObject {
  const { metadata: _metadata, apiVersion: _version, kind: _kind, ...rest } = object;
  if (separatesStatus(write)) delete rest.status;
  return rest as JsonObject;
}

/** Checks type and namespace, takes the stored form and drops what the schema does not know. */
export function conform(write: Write, body: ApiObject): ApiObject {
  const { type, namespace } = write.target;
  checkType(write, body);
  const given = body.metadata.namespace ?? '';
  if (given !== '' && given !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  const { object, unknown } = pruneObject(type.schema, { ...cloneJson(body), apiVersion: apiVersionOf(type), kind: type.kind });
  reportUnknown(write, unknown);
  if (type.namespaced) object.metadata.namespace = namespace;
  return isEvent(type) ? toCoreV1(object) : object;
}

function checkType(write: Write, body: ApiObject): void {
  const { type } = write.target;
  const expected = apiVersionOf(type);
  const given = typeof body.apiVersion === 'string' ? body.apiVersion : '';
  const kind = typeof body.kind === 'string' ? body.kind : '';
  if (isCustom(write) && (given === '' || kind === '')) throw badRequest("Object 'Kind' and 'apiVersion' must be set");
  if (given !== '' && given !== expected) {
    throw badRequest(`the API version in the data (${given}) does not match the expected API version (${expected})`);
  }
  if (kind === '' || kind === type.kind) return;
  if (!isCustom(write)) throw badRequest(`${kind} in version "${type.version}" cannot be handled as a ${type.kind}`);
  const message = `Invalid value: ${JSON.stringify(kind)}: must be ${type.kind}`;
  throw invalid({ ...type, kind }, body.metadata.name ?? '', [{ reason: 'FieldValueInvalid', message, field: 'kind' }]);
}

function reportUnknown(write: Write, unknown: readonly string[]): void {
  if (unknown.length === 0) return;
  const faults = unknown.map((path) => `unknown field "${path}"`);
  if (write.options.fieldValidation === 'Warn') write.warnings.push(...faults);
  if (write.options.fieldValidation !== 'Strict') return;
  const { type } = write.target;
  const what = isCustom(write) ? '' : `${type.kind} in version "${type.version}" cannot be handled as a ${type.kind}: `;
  throw badRequest(`${what}strict decoding error: ${faults.join(', ')}`);
}

/** Defaults, what built-in types add, and all validation at once. */
function complete(write: Write, object: ApiObject, current: ApiObject | undefined): ApiObject {
  const { type } = write.target;
  if (isCustom(write)) applyDefaults(type.schema, object as unknown as Json);
  else completeBuiltin(write, object, current);
  if (current !== undefined) {
    const generation = nextGeneration(write, current, object);
    if (generation !== undefined) object.metadata.generation = generation;
  }
  const faults = [
    ...validateMetadata(object.metadata, isNamespace(write)),
    ...(current === undefined ? [] : metadataUpdateFaults(current.metadata, object.metadata)),
    ...(isCustom(write) ? validateSchema(type.schema, object as unknown as Json) : []),
  ];
  if (faults.length > 0) throw invalid(type, object.metadata.name, faults);
  return object;
}

/** Metadata that clients set; everything else is the server's. */
function newMetadata(write: Write, given: ObjectMeta): ObjectMeta {
  const { labels, annotations, finalizers, ownerReferences, generateName, namespace } = given;
  const name = given.name || (generateName ? `${generateName.toString()}${randomSuffix()}` : '');
  if (name === '') {
    const message = 'Required value: name or generateName is required';
    throw invalid(write.target.type, '', [{ reason: 'FieldValueRequired', message, field: 'metadata.name' }]);
  }
  return {
    name,
    ...(generateName === undefined ? {} : { generateName }),
    ...(namespace === undefined ? {} : { namespace }),
    uid: randomUUID(),
    ...(isCustom(write) ? { generation: 1 } : {}),
    creationTimestamp: timestamp(write.now),
    ...(labels === undefined ? {} : { labels }),
    ...(annotations === undefined ? {} : { annotations }),
    ...(ownerReferences === undefined ? {} : { ownerReferences }),
    ...(finalizers === undefined ? {} : { finalizers }),
  };
}

const systemFields = [
  'uid',
  'creationTimestamp',
  'generation',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'managedFields',
];

function keepSystemMetadata(write: Write, current: ObjectMeta, given: ObjectMeta): ObjectMeta {
  const { selfLink: _selfLink, generateName: _generateName, ...metadata } = given;
  for (const field of systemFields) delete metadata[field];
  for (const field of [...systemFields, 'generateName']) if (current[field] !== undefined) metadata[field] = current[field];
  const name = given.name ?? current.name;
  const version = current.resourceVersion === undefined ? {} : { resourceVersion: current.resourceVersion };
  return { ...metadata, name, ...version, ...(write.target.type.namespaced ? { namespace: write.target.namespace } : {}) };
}

function checkPreconditions(write: Write, current: ApiObject, given: ObjectMeta): void {
  const { type, name = '' } = write.target;
  if (given.uid && given.uid !== current.metadata.uid) {
    const why = `Precondition failed: UID in precondition: ${given.uid}, UID in object meta: ${current.metadata.uid ?? ''}`;
    throw conflict(type, name, why);
  }
  const version = given.resourceVersion ?? '';
  if (version === '' || version === '0') {
    if (isCustom(write) || type.plural === 'leases') {
      const message = 'Invalid value: 0x0: must be specified for an update';
      throw invalid({ ...type, kind: type.plural }, name, [
        { reason: 'FieldValueInvalid', message, field: 'metadata.resourceVersion' },
      ]);
    }
    return;
  }
  if (!/^[0-9]+$/.test(version)) {
    const message = `Invalid value: ${JSON.stringify(version)}: strconv.ParseUint: parsing ${JSON.stringify(version)}: invalid syntax`;
    throw new ApiError(400, 'BadRequest', { message: `metadata.resourceVersion: ${message}` });
  }
  if (version !== current.metadata.resourceVersion) throw conflict(type, name);
}

const suffixAlphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** Five characters without vowels, as generateName appends them. */
function randomSuffix(): string {
  return Array.from({ length: 5 }, () => suffixAlphabet[randomInt(suffixAlphabet.length)] ?? 'x').join('');
}
