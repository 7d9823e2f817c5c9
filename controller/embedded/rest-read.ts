import { badRequest, invalid, notFound } from './errors.js';
import type { ApiContext, ApiRequest, ApiResponse } from './exchange.js';
import {
  decodeContinuation,
  encodeContinuation,
  expiredContinuation,
  futureRevision,
  parseCount,
  parseResourceVersion,
  tooOldRevision,
} from './list-options.js';
import { collectionName, objectKey } from './registry.js';
import { render, renderList } from './render.js';
import type { ApiObject, Json } from './resource-type.js';
import { parseSelectors } from './selectors.js';

export function getObject(context: ApiContext, request: ApiRequest): ApiResponse {
  const { type, namespace, name = '' } = request.target;
  const wanted = parseResourceVersion(request.query.get('resourceVersion'));
  if (wanted > context.store.revision()) throw futureRevision(wanted, context.store.revision());
  const object = context.store.get(collectionName(type), objectKey(namespace, name));
  if (object === undefined) throw notFound(type, name);
  return { status: 200, body: render(context, request, object) };
}

/** A consistent list: pages of one list show one revision, however long the client takes over them. */
export function listObjects(context: ApiContext, request: ApiRequest): ApiResponse {
  const { query, target } = request;
  const page = readPage(context, request);
  const matches = parseSelectors(query, target.type);
  const limit = parseCount(query, 'limit');
  const found: ApiObject[] = [];
  let rest = 0;
  for (const object of page.objects) {
    if (target.namespace !== '' && object.metadata.namespace !== target.namespace) continue;
    if (page.after !== undefined && keyOf(object) <= page.after) continue;
    if (!matches(object)) continue;
    if (limit > 0 && found.length === limit) rest += 1;
    else found.push(object);
  }
  const last = found.at(-1);
  const selecting = query.get('labelSelector') || query.get('fieldSelector');
  const metadata: { [key: string]: Json } = { resourceVersion: String(page.revision) };
  if (rest > 0 && last !== undefined) {
    metadata.continue = encodeContinuation({ revision: page.revision, after: keyOf(last) });
    if (!selecting) metadata.remainingItemCount = rest;
  }
  return { status: 200, body: renderList(context, request, { objects: found, metadata }) };
}

interface Page {
  readonly objects: readonly ApiObject[];
  readonly revision: number;
  readonly after: string | undefined;
}

function readPage({ store }: ApiContext, { query, target }: ApiRequest): Page {
  const collection = collectionName(target.type);
  const token = query.get('continue');
  const match = query.get('resourceVersionMatch');
  const wanted = parseResourceVersion(query.get('resourceVersion'));
  checkMatch(query, match);
  if (token !== null && token !== '') {
    if (wanted > 0) throw badRequest('specifying resource version is not allowed when using continue');
    const { revision, after } = decodeContinuation(token);
    const objects = store.listAt(collection, revision);
    if (objects === undefined || revision > store.revision()) throw expiredContinuation();
    return { objects, revision, after };
  }
  if (wanted > store.revision()) throw futureRevision(wanted, store.revision());
  if (match !== 'Exact') return { objects: store.list(collection), revision: store.revision(), after: undefined };
  const objects = store.listAt(collection, wanted);
  if (objects === undefined) throw tooOldRevision(wanted, store.oldest());
  return { objects, revision: wanted, after: undefined };
}

/** The combinations that the API forbids (API concepts, "resourceVersionMatch"). */
function checkMatch(query: URLSearchParams, match: string | null): void {
  if (match === null || match === '') return;
  const field = 'resourceVersionMatch';
  const refuse = (message: string, reason: string): never => {
    throw invalid({ group: 'meta.k8s.io', kind: 'ListOptions', plural: '' }, '', [{ reason, message, field }]);
  };
  const version = query.get('resourceVersion') ?? '';
  const forbidden = 'FieldValueForbidden';
  if (version === '') refuse('Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided', forbidden);
  if (query.get('continue')) refuse('Forbidden: resourceVersionMatch is forbidden when continue is provided', forbidden);
  if (match !== 'Exact' && match !== 'NotOlderThan') {
    refuse(
      `Unsupported value: ${JSON.stringify(match)}: supported values: "Exact", "NotOlderThan", ""`,
      'FieldValueNotSupported',
    );
  }
  if (match === 'Exact' && version === '0') {
    refuse('Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"', forbidden);
  }
}

function keyOf(object: ApiObject): string {
  return objectKey(object.metadata.namespace ?? '', object.metadata.name);
}
