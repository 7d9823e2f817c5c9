import { admitCreation, admitUpdate } from './admission.js';
import { checkMedia, decodeObject } from './body.js';
import { alreadyExists, badRequest, notFound } from './errors.js';
import type { ApiContext, ApiRequest, ApiResponse } from './exchange.js';
import { requireNamespace } from './namespaces.js';
import { recordUpdate } from './ownership.js';
import { protobufMedia } from './protobuf-body.js';
import { collectionName, isEvent, objectKey } from './registry.js';
import { render } from './render.js';
import type { ApiObject } from './resource-type.js';
import { storeUpdated } from './settle.js';
import type { Transaction } from './transaction.js';
import { toWrite, type Write } from './write.js';

/** Custom resources have no protobuf form. */
function acceptedMedia({ registry }: ApiContext, { target }: ApiRequest): string[] {
  return registry.isCustom(target.type) ? ['application/json'] : ['application/json', protobufMedia];
}

export async function createObject(context: ApiContext, request: ApiRequest): Promise<ApiResponse> {
  checkMedia(request.headers['content-type'], acceptedMedia(context, request));
  const write = toWrite(context, request, 'CreateOptions');
  const body = decodeObject(request.body);
  const created = await context.store.write((transaction) => create(write, transaction, body));
  return { status: 201, body: render(context, request, created), warnings: write.warnings };
}

/** Creates within a transaction; with dryRun nothing is stored. */
export function create(write: Write, transaction: Transaction, body: ApiObject): ApiObject {
  const object = admitCreation(write, body);
  return storeCreated(write, transaction, recordUpdate(write, undefined, object));
}

export function storeCreated(write: Write, transaction: Transaction, object: ApiObject): ApiObject {
  const { type, namespace } = write.target;
  requireNamespace(write, transaction, object.metadata.name);
  const key = objectKey(namespace, object.metadata.name);
  if (transaction.get(collectionName(type), key) !== undefined) throw alreadyExists(type, object.metadata.name);
  return write.options.dryRun ? object : transaction.put(collectionName(type), key, object);
}

export async function updateObject(context: ApiContext, request: ApiRequest): Promise<ApiResponse> {
  checkMedia(request.headers['content-type'], acceptedMedia(context, request));
  const write = toWrite(context, request, 'UpdateOptions');
  const body = decodeObject(request.body);
  const { name = '' } = request.target;
  const named = body.metadata.name ?? '';
  if (named === '') throw badRequest('name must be provided');
  if (named !== name) throw badRequest(`the name of the object (${named}) does not match the name on the URL (${name})`);
  let status = 200;
  const updated = await context.store.write((transaction) => {
    const current = findCurrent(write, transaction);
    if (current === undefined) {
      if (!createsOnUpdate(write)) throw notFound(write.target.type, name);
      status = 201;
      return create(write, transaction, body);
    }
    const next = admitUpdate(write, current, body);
    return storeUpdated(write, transaction, { current, next: recordUpdate(write, current, next) });
  });
  return { status, body: render(context, request, updated), warnings: write.warnings };
}

/** Leases and events are created by a PUT of what is not there. */
function createsOnUpdate({ target }: Write): boolean {
  return target.type.plural === 'leases' || isEvent(target.type);
}

function findCurrent({ target }: Write, transaction: Transaction): ApiObject | undefined {
  return transaction.get(collectionName(target.type), objectKey(target.namespace, target.name ?? ''));
}

export function requireCurrent(write: Write, transaction: Transaction): ApiObject {
  const current = findCurrent(write, transaction);
  if (current === undefined) throw notFound(write.target.type, write.target.name ?? '');
  return current;
}
