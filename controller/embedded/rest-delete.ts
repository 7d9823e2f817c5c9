import { checkMedia, decodeJson } from './body.js';
import { badRequest, conflict, notFound, successStatus } from './errors.js';
import type { ApiContext, ApiRequest, ApiResponse } from './exchange.js';
import { isObject, type JsonObject } from './json.js';
import { presentList } from './present.js';
import { protobufMedia } from './protobuf-body.js';
import { collectionName, namespaceCollection, objectKey } from './registry.js';
import { render } from './render.js';
import type { ApiObject } from './resource-type.js';
import { parseSelectors } from './selectors.js';
import { completeNamespace, hasFinalizers } from './settle.js';
import type { Transaction } from './transaction.js';
import { isNamespace, timestamp, toWrite, type Write } from './write.js';

interface DeleteOptions {
  readonly uid: string | undefined;
  readonly resourceVersion: string | undefined;
  readonly dryRun: boolean;
}

export async function deleteObject(context: ApiContext, request: ApiRequest): Promise<ApiResponse> {
  const write = toWrite(context, request, 'DeleteOptions');
  const options = readDeleteOptions(request, write);
  const { type, namespace, name = '' } = request.target;
  const result = await context.store.write((transaction) => {
    const current = transaction.get(collectionName(type), objectKey(namespace, name));
    if (current === undefined) throw notFound(type, name);
    checkPreconditions(request, current, options);
    return remove(write, transaction, { current, dryRun: options.dryRun });
  });
  if (!result.gone || isNamespace(write)) return { status: 200, body: render(context, request, result.object) };
  const { uid } = result.object.metadata;
  const group = type.group === '' ? {} : { group: type.group };
  return { status: 200, body: successStatus({ name, ...group, kind: type.plural, ...(uid === undefined ? {} : { uid }) }) };
}

/** Deletes what the selectors match in one namespace (or all, for cluster-scoped types) and returns it. */
export async function deleteCollection(context: ApiContext, request: ApiRequest): Promise<ApiResponse> {
  const write = toWrite(context, request, 'DeleteOptions');
  const options = readDeleteOptions(request, write);
  const { type, namespace } = request.target;
  const matches = parseSelectors(request.query, type);
  const deleted = await context.store.write((transaction) => {
    const collection = collectionName(type);
    const objects = transaction.keys(collection).flatMap((key) => transaction.get(collection, key) ?? []);
    const chosen = objects.filter((object) => (namespace === '' || object.metadata.namespace === namespace) && matches(object));
    return chosen.map((current) => remove(write, transaction, { current, dryRun: options.dryRun }).object);
  });
  return { status: 200, body: presentList(type, deleted, { resourceVersion: String(context.store.revision()) }) };
}

interface Removal {
  readonly object: ApiObject;
  /** False while finalizers, or the contents of a namespace, hold it. */
  readonly gone: boolean;
}

function remove(write: Write, transaction: Transaction, what: { current: ApiObject; dryRun: boolean }): Removal {
  const { current, dryRun } = what;
  if (dryRun) return { object: current, gone: !hasFinalizers(current) };
  if (isNamespace(write)) return removeNamespace(write, transaction, current);
  const removal = removeObject(write, transaction, { collection: collectionName(write.target.type), current });
  completeNamespace(transaction, current.metadata.namespace ?? '');
  return removal;
}

function removeObject(write: Write, transaction: Transaction, what: { collection: string; current: ApiObject }): Removal {
  const { collection, current } = what;
  const key = objectKey(current.metadata.namespace ?? '', current.metadata.name);
  if (!hasFinalizers(current)) {
    return { object: transaction.delete(collection, key) ?? current, gone: true };
  }
  if (current.metadata.deletionTimestamp !== undefined) return { object: current, gone: false };
  return { object: transaction.put(collection, key, markDeleted(write, current)), gone: false };
}

/** Marks the namespace, deletes what is in it, and then itself unless finalizers hold something. */
function removeNamespace(write: Write, transaction: Transaction, current: ApiObject): Removal {
  const { name } = current.metadata;
  const key = objectKey('', name);
  let object = current;
  if (current.metadata.deletionTimestamp === undefined) {
    const { finalizers: _finalizers, ...spec } = isObject(current.spec) ? current.spec : {};
    const marked = { ...markDeleted(write, current), spec, status: { phase: 'Terminating' } };
    object = transaction.put(namespaceCollection, key, marked);
  }
  for (const collection of transaction.collections()) {
    for (const inside of transaction.keys(collection).filter((item) => item.startsWith(`${name}/`))) {
      const content = transaction.get(collection, inside);
      if (content !== undefined) removeObject(write, transaction, { collection, current: content });
    }
  }
  completeNamespace(transaction, name);
  return { object, gone: transaction.get(namespaceCollection, key) === undefined };
}

function markDeleted(write: Write, current: ApiObject): ApiObject {
  const { generation } = current.metadata;
  const metadata = { ...current.metadata, deletionTimestamp: timestamp(write.now), deletionGracePeriodSeconds: 0 };
  return { ...current, metadata: generation === undefined ? metadata : { ...metadata, generation: generation + 1 } };
}

function readDeleteOptions(request: ApiRequest, write: Write): DeleteOptions {
  if (request.body.length === 0) return { uid: undefined, resourceVersion: undefined, dryRun: write.options.dryRun };
  checkMedia(request.headers['content-type'], ['application/json', protobufMedia]);
  const body = decodeJson(request.body);
  if (!isObject(body)) throw badRequest('the body is not a DeleteOptions object');
  const preconditions: JsonObject = isObject(body.preconditions) ? body.preconditions : {};
  const { uid, resourceVersion } = preconditions;
  return {
    uid: typeof uid === 'string' ? uid : undefined,
    resourceVersion: typeof resourceVersion === 'string' ? resourceVersion : undefined,
    dryRun: write.options.dryRun || (Array.isArray(body.dryRun) && body.dryRun.includes('All')),
  };
}

function checkPreconditions({ target }: ApiRequest, { metadata }: ApiObject, { uid, resourceVersion }: DeleteOptions): void {
  // The server names the kind, not the resource, in these two conflicts.
  const named = { ...target.type, plural: target.type.kind };
  const { uid: actualUid = '', resourceVersion: actualVersion = '' } = metadata;
  if (uid !== undefined && uid !== actualUid) {
    const why = `the UID in the precondition (${uid}) does not match the UID in record (${actualUid}).`;
    throw conflict(named, metadata.name, `${why} The object might have been deleted and then recreated`);
  }
  if (resourceVersion !== undefined && resourceVersion !== actualVersion) {
    const why = `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${actualVersion}).`;
    throw conflict(named, metadata.name, `${why} The object might have been modified`);
  }
}
