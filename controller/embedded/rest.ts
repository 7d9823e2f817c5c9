import { methodNotAllowed } from './errors.js';
import type { ApiContext, ApiRequest, ApiResponse } from './exchange.js';
import { deleteCollection, deleteObject } from './rest-delete.js';
import { patchObject } from './rest-patch.js';
import { getObject, listObjects } from './rest-read.js';
import { createObject, updateObject } from './rest-write.js';

type Handler = (context: ApiContext, request: ApiRequest) => ApiResponse | Promise<ApiResponse>;

const onCollection: Readonly<Record<string, Handler>> = {
  GET: listObjects,
  HEAD: listObjects,
  POST: createObject,
  DELETE: deleteCollection,
};
const onObject: Readonly<Record<string, Handler>> = {
  GET: getObject,
  HEAD: getObject,
  PUT: updateObject,
  PATCH: patchObject,
  DELETE: deleteObject,
};
const onSubresource: Readonly<Record<string, Handler>> = {
  GET: getObject,
  HEAD: getObject,
  PUT: updateObject,
  PATCH: patchObject,
};

/** Everything but watches: one verb on one collection, object or subresource. */
export async function serveResource(context: ApiContext, request: ApiRequest): Promise<ApiResponse> {
  const { target, method } = request;
  const acrossNamespaces = target.type.namespaced && target.namespace === '' && target.name === undefined;
  if (acrossNamespaces && method !== 'GET' && method !== 'HEAD') throw methodNotAllowed();
  const handlers = target.name === undefined ? onCollection : target.subresource === undefined ? onObject : onSubresource;
  const handler = Object.hasOwn(handlers, method) ? handlers[method] : undefined;
  if (handler === undefined) throw methodNotAllowed();
  return handler(context, request);
}
