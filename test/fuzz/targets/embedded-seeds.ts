const group = '/apis/towpath.dev/v1alpha1/namespaces/default';
const hold = {
  apiVersion: 'towpath.dev/v1alpha1',
  kind: 'Hold',
  metadata: { name: 'a', labels: { app: 'x' }, annotations: { b: 'c' } },
  spec: { reason: 'why', selector: { stages: ['qa'] } },
};
const environment = {
  apiVersion: 'towpath.dev/v1alpha1',
  kind: 'Environment',
  metadata: {
    name: 'shop.qa',
    finalizers: ['towpath.dev/x'],
    ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'c', uid: 'u' }],
  },
  spec: { product: 'shop', environment: 'qa', stage: 'qa', source: 'releases' },
};
const secret = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 's' },
  type: 'Opaque',
  data: { a: 'YQ==' },
  stringData: { b: 'c' },
};
const lease = {
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { name: 'l', namespace: 'default' },
  spec: { holderIdentity: 'a', renewTime: '2026-01-01T00:00:00.000000Z', leaseDurationSeconds: 15 },
};
const event = {
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name: 'e' },
  involvedObject: { kind: 'Hold', name: 'a' },
  reason: 'R',
  message: 'm',
  type: 'Normal',
};
const patch = (type: string, body: unknown, path = `${group}/holds/a`) => ({
  method: 'PATCH',
  path,
  type: `application/${type}`,
  body,
});
const post = (path: string, body: unknown) => ({ method: 'POST', path, type: 'application/json', body });
const get = (path: string, accept = 'application/json') => ({ method: 'GET', path, accept });
const create = post(`${group}/holds`, hold);
const table = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';

export const apiRequests: readonly (readonly object[])[] = [
  [
    create,
    get(`${group}/holds/a`),
    { method: 'PUT', path: `${group}/holds/a`, type: 'application/json', body: hold },
    {
      method: 'DELETE',
      path: `${group}/holds/a`,
      body: { kind: 'DeleteOptions', propagationPolicy: 'Background', preconditions: { uid: 'u' } },
    },
  ],
  [
    create,
    patch('merge-patch+json', { metadata: { labels: { app: null, n: 'm' } } }),
    patch('json-patch+json', [
      { op: 'test', path: '/spec/reason', value: 'why' },
      { op: 'move', from: '/spec/selector/stages/0', path: '/metadata/labels/x~1y' },
      { op: 'copy', from: '/metadata', path: '/spec/-' },
    ]),
  ],
  [
    patch('apply-patch+yaml', hold, `${group}/holds/a?fieldManager=me&force=true`),
    patch('apply-patch+yaml', { ...hold, spec: { reason: 'other' } }, `${group}/holds/a?fieldManager=you`),
  ],
  [
    post(`${group}/environments`, environment),
    patch(
      'merge-patch+json',
      {
        status: {
          conditions: [{ type: 'Ready', status: 'True', reason: 'A', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' }],
        },
      },
      `${group}/environments/shop.qa/status`,
    ),
    { method: 'DELETE', path: `${group}/environments/shop.qa?dryRun=All` },
  ],
  [
    post('/api/v1/namespaces/default/secrets', secret),
    patch('strategic-merge-patch+json', { data: { a: null }, $patch: 'replace' }, '/api/v1/namespaces/default/secrets/s'),
    get('/api/v1/secrets', table),
  ],
  [
    post('/apis/coordination.k8s.io/v1/namespaces/default/leases', lease),
    patch(
      'strategic-merge-patch+json',
      { spec: { holderIdentity: 'b' } },
      '/apis/coordination.k8s.io/v1/namespaces/default/leases/l',
    ),
  ],
  [post('/api/v1/namespaces/default/events', event), get('/api/v1/events?fieldSelector=involvedObject.name%3Da,type!%3DNormal')],
  [
    get(`${group}/holds?labelSelector=app%20in%20(x,y),!z,a!%3Db&limit=1`, table),
    get(`${group}/holds?watch=1&resourceVersion=0&timeoutSeconds=1&allowWatchBookmarks=true`),
    get(`${group}/holds?limit=1&continue=abc`),
    get(`${group}/holds?resourceVersion=1&resourceVersionMatch=Exact`),
  ],
  [
    get('/openapi/v2', 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf'),
    get('/openapi/v3/apis/towpath.dev/v1alpha1'),
    get('/apis'),
    get('/version'),
    get('/readyz/x'),
  ],
  [
    post('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
      kind: 'SelfSubjectAccessReview',
      apiVersion: 'authorization.k8s.io/v1',
      spec: { resourceAttributes: { verb: 'get', resource: 'holds' } },
    }),
    post('/api/v1/namespaces', { metadata: { generateName: 'n-' } }),
  ],
  [
    {
      method: 'POST',
      path: '/api/v1/namespaces/default/secrets',
      type: 'application/vnd.kubernetes.protobuf',
      body: 'k8s\u0000\n\u000c\n\u0002v1\u0012\u0006Secret\u0012\u000b\n\u0003\n\u0001a\u0012\u0004\n\u0001b\u0012\u0001c',
    },
  ],
  [
    patch(
      'apply-patch+yaml',
      'apiVersion: towpath.dev/v1alpha1\nkind: Hold\nmetadata: {name: a}\nspec: {reason: &a x, selector: {stages: [*a]}}\n',
      `${group}/holds/a?fieldManager=me`,
    ),
  ],
];

export const apiWords = [
  '%2f',
  '%00',
  '%zz',
  '..',
  '?watch=true',
  '&limit=-1',
  '&resourceVersion=99999999999999999999',
  '&fieldSelector=metadata.name%3D',
  '&labelSelector=a%20notin%20()',
  '&fieldManager=',
  '&dryRun=x',
  '/status',
  '/scale',
  'generateName',
  'resourceVersion',
  'managedFields',
  'fieldsV1',
  'f:metadata',
  'k:{"type":"Ready"}',
  '$patch',
  '$setElementOrder/finalizers',
  '$deleteFromPrimitiveList/finalizers',
  'deletionTimestamp',
  'ownerReferences',
  '__proto__',
  '"op":"replace"',
  '/-1',
  '/~2',
];
