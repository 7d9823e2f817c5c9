import { notAcceptable } from './errors.js';
import type { ApiContext, ApiRequest } from './exchange.js';
import { present, presentList } from './present.js';
import type { ApiObject, Json, ResourceType } from './resource-type.js';
import { toTable, wantsTable } from './table.js';

type Form = 'object' | 'table' | 'metadata';

/** The first form of the Accept header that is served: JSON, or a meta.k8s.io Table or PartialObjectMetadata. */
export function acceptedForm(accept: string | undefined): Form {
  if (accept === undefined || accept === '') return 'object';
  for (const clause of accept.split(',')) {
    const [media = '', ...parameters] = clause.split(';').map((part) => part.trim());
    if (media !== 'application/json' && media !== '*/*' && media !== 'application/*') continue;
    const as = parameters.find((parameter) => parameter.startsWith('as='))?.slice(3);
    if (as === undefined) return 'object';
    if (as === 'Table' && wantsTable(clause.trim())) return 'table';
    if (as.startsWith('PartialObjectMetadata')) return 'metadata';
  }
  throw notAcceptable();
}

/** One object in the form that the request asks for. */
export function render(context: ApiContext, request: ApiRequest, object: ApiObject): Json {
  const { type } = request.target;
  const form = acceptedForm(request.headers.accept);
  if (form === 'table') return tableOf(context, request, { objects: [object], metadata: versionOf(object) });
  if (form === 'metadata') return partial(object);
  return present(type, object) as unknown as Json;
}

export interface ListContent {
  readonly objects: readonly ApiObject[];
  readonly metadata: { [key: string]: Json };
}

export function renderList(context: ApiContext, request: ApiRequest, content: ListContent): Json {
  const form = acceptedForm(request.headers.accept);
  if (form === 'table') return tableOf(context, request, content);
  if (form === 'object') return presentList(request.target.type, content.objects, content.metadata);
  const items = content.objects.map(partial);
  return { kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1', metadata: content.metadata, items };
}

function tableOf(context: ApiContext, { query, target }: ApiRequest, content: ListContent): Json {
  const wanted = query.get('includeObject');
  const includeObject = wanted === 'None' || wanted === 'Object' ? wanted : 'Metadata';
  const objects = content.objects.map((object) => present(target.type, object));
  return toTable(target.type as ResourceType, objects, { now: context.now(), listMeta: content.metadata, includeObject });
}

function versionOf(object: ApiObject): { [key: string]: Json } {
  const { resourceVersion } = object.metadata;
  return resourceVersion === undefined ? {} : { resourceVersion };
}

function partial(object: ApiObject): Json {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata as Json };
}
