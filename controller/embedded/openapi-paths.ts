import { type Dialect, definitionName, gvkOf, refTo } from './openapi-definitions.js';
import type { Json, ResourceType } from './resource-type.js';

interface Parameter {
  readonly name: string;
  readonly in: 'query' | 'path';
  readonly type: 'string' | 'boolean' | 'integer';
  readonly description: string;
}

interface Operation {
  readonly method: 'get' | 'put' | 'post' | 'delete' | 'patch';
  readonly action: string;
  readonly query: readonly Parameter[];
  /** What the request brings: the object, a patch of it, or nothing. */
  readonly body: 'object' | 'patch' | 'none';
  readonly answer: 'object' | 'list';
}

const query = (name: string, type: Parameter['type'], description: string): Parameter => ({
  name,
  in: 'query',
  type,
  description,
});

const writing = [
  query('dryRun', 'string', "With 'All', everything is checked and nothing is stored."),
  query('fieldManager', 'string', 'Name of the actor that makes the change, at most 128 printable characters.'),
  query('fieldValidation', 'string', 'What to do with unknown or duplicate fields: Ignore, Warn or Strict.'),
];
const applying = [...writing, query('force', 'boolean', 'Takes fields over from other managers. Only with an apply patch.')];
const listing = [
  query('labelSelector', 'string', 'Only objects whose labels match.'),
  query('fieldSelector', 'string', 'Only objects whose fields match.'),
  query('limit', 'integer', 'At most so many items; `continue` brings the next ones.'),
  query('continue', 'string', 'Where an earlier list ended.'),
  query('resourceVersion', 'string', 'Constraint on the version that the answer is made from.'),
  query('watch', 'boolean', 'Answer with a stream of changes.'),
  query('timeoutSeconds', 'integer', 'Ends a watch.'),
];
const deleting = [
  query('dryRun', 'string', "With 'All', everything is checked and nothing is removed."),
  query('gracePeriodSeconds', 'integer', 'Taken and ignored.'),
  query('propagationPolicy', 'string', 'Taken and ignored.'),
];

const list: Operation = { method: 'get', action: 'list', query: listing, body: 'none', answer: 'list' };
const create: Operation = { method: 'post', action: 'post', query: writing, body: 'object', answer: 'object' };
const clear: Operation = {
  method: 'delete',
  action: 'deletecollection',
  query: [...listing, ...deleting],
  body: 'none',
  answer: 'list',
};
const read: Operation = { method: 'get', action: 'get', query: [], body: 'none', answer: 'object' };
const replace: Operation = { method: 'put', action: 'put', query: writing, body: 'object', answer: 'object' };
const patch: Operation = { method: 'patch', action: 'patch', query: applying, body: 'patch', answer: 'object' };
const remove: Operation = { method: 'delete', action: 'delete', query: deleting, body: 'none', answer: 'object' };

/**
 * The paths of the types. Clients look here whether PATCH takes `dryRun`, `fieldManager` and `fieldValidation` for a kind, by its
 * `x-kubernetes-group-version-kind`.
 */
export function pathsOf(types: readonly ResourceType[], dialect: Dialect): { [path: string]: Json } {
  return Object.assign({}, ...types.map((type) => pathsOfType(type, dialect)));
}

function pathsOfType(type: ResourceType, dialect: Dialect): { [path: string]: Json } {
  const root = type.group === '' ? `/api/${type.version}` : `/apis/${type.group}/${type.version}`;
  const collection = type.namespaced ? `${root}/namespaces/{namespace}/${type.plural}` : `${root}/${type.plural}`;
  const isNamespace = type.group === '' && type.kind === 'Namespace';
  const item = `${collection}/{name}`;
  const entries: [string, readonly Operation[]][] = [
    [collection, isNamespace ? [list, create] : [list, create, clear]],
    [item, [read, replace, patch, remove]],
  ];
  if (type.namespaced) entries.unshift([`${root}/${type.plural}`, [list]]);
  if (type.statusSubresource) entries.push([`${item}/status`, [read, replace, patch]]);
  return Object.fromEntries(entries.map(([path, operations]) => [path, toPathItem({ type, path, dialect }, operations)]));
}

interface Place {
  readonly type: ResourceType;
  readonly path: string;
  readonly dialect: Dialect;
}

function toPathItem(place: Place, operations: readonly Operation[]): Json {
  const { type, path, dialect } = place;
  const inPath: Parameter[] = [];
  if (path.includes('{name}')) inPath.push({ name: 'name', in: 'path', type: 'string', description: `name of the ${type.kind}` });
  if (path.includes('{namespace}'))
    inPath.push({ name: 'namespace', in: 'path', type: 'string', description: 'namespace of the object' });
  const verbs = operations.map((operation): [string, Json] => [operation.method, toOperation(place, operation)]);
  return {
    ...Object.fromEntries(verbs),
    ...(inPath.length > 0 ? { parameters: inPath.map((one) => toParameter(one, dialect)) } : {}),
  };
}

function toOperation(place: Place, operation: Operation): Json {
  const { type, dialect } = place;
  const id = `${operation.action}${place.path.replace(/\{(\w+)\}/g, 'By $1').replace(/(?:^|[^A-Za-z0-9]+)([A-Za-z0-9])/g, (_, c: string) => c.toUpperCase())}`;
  const schema = refTo(definitionName(operation.answer === 'list' ? { ...type, kind: type.listKind } : type), dialect);
  const parameters = operation.query.map((one) => toParameter(one, dialect));
  const response = dialect === 'v2' ? { schema } : { content: { 'application/json': { schema } } };
  return {
    description: `${operation.action} ${type.kind}`,
    operationId: id,
    ...bodyOf(place, operation, parameters),
    responses: { '200': { description: 'OK', ...response } },
    'x-kubernetes-action': operation.action,
    'x-kubernetes-group-version-kind': gvkOf(type),
  };
}

const patchTypes = ['application/json-patch+json', 'application/merge-patch+json', 'application/apply-patch+yaml'];

function bodyOf({ type, dialect }: Place, { body }: Operation, parameters: Json[]): { [key: string]: Json } {
  if (body === 'none') return dialect === 'v2' ? { produces: ['application/json'], parameters } : { parameters };
  const schema: Json = body === 'patch' ? { type: 'object' } : refTo(definitionName(type), dialect);
  const media = body === 'patch' ? patchTypes : ['application/json'];
  if (dialect === 'v3') {
    return { parameters, requestBody: { required: true, content: Object.fromEntries(media.map((one) => [one, { schema }])) } };
  }
  const carried: Json = { name: 'body', in: 'body', required: true, schema };
  return { consumes: media, produces: ['application/json'], parameters: [carried, ...parameters] };
}

function toParameter({ name, in: place, type, description }: Parameter, dialect: Dialect): Json {
  const required = place === 'path' ? { required: true } : {};
  const schema = dialect === 'v2' ? { type, uniqueItems: true } : { schema: { type, uniqueItems: true } };
  return { name, in: place, description, ...required, ...schema };
}
