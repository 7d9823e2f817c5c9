import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startEmbeddedApi } from '../../../controller/embedded/start.js';
import { type ServerHandle, send, watch } from './client.js';
import { widgetCrd } from './widget-crd.js';
import { aConfigMap, aWidget, openWorkspace } from './widgets.js';

/** What the embedded API does as newer servers, or better than the one that the contract is checked against. */
export function embeddedSuite(server: () => ServerHandle): void {
  describe('beyond the contract', () => {
    validationSuite(server);
    quietSuite(server);
    namespaceSuite(server);
    restartSuite();
  });
}

function validationSuite(server: () => ServerHandle): void {
  const open = () => openWorkspace(server(), 'beyond');

  it('refuses unknown fields with fieldValidation=Strict, and warns of them otherwise', async () => {
    const { create } = await open();
    const widget = aWidget('one', { spec: { color: 'red', x: 1, parts: [{ name: 'a', y: 1 }] } });
    const strict = await create(widget, '?fieldValidation=Strict');
    const warned = await create(widget, '?fieldValidation=Warn');
    const message = 'strict decoding error: unknown field "spec.x", unknown field "spec.parts[0].y"';
    expect([strict.status, strict.body.message]).toEqual([400, message]);
    expect([warned.status, warned.headers.warning]).toEqual([
      201,
      '299 - "unknown field \\"spec.x\\"", 299 - "unknown field \\"spec.parts[0].y\\""',
    ]);
  });

  it('notes the subresource through which fields are owned', async () => {
    const { create, patch } = await open();
    await create(aWidget('one'), '?fieldManager=one');
    const { body } = await patch('one/status', { status: { phase: 'Done' } }, { query: '?fieldManager=one' });
    const owners = body.metadata.managedFields.map(({ manager, subresource, fieldsV1 }: { [key: string]: unknown }) => ({
      manager,
      subresource,
      fields: Object.keys(fieldsV1 as object),
    }));
    expect(owners).toEqual([
      { manager: 'one', subresource: undefined, fields: ['f:spec'] },
      { manager: 'one', subresource: 'status', fields: ['f:status'] },
    ]);
  });

  it('does not repeat the value of a secret that it refuses', async () => {
    const { send, namespace } = await open();
    const body = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, data: { password: 'hunter-2!' } };
    const answer = await send({ method: 'POST', path: `/api/v1/namespaces/${namespace}/secrets`, body });
    expect(answer.status).toBe(400);
    expect(JSON.stringify(answer.body)).not.toContain('hunter-2');
  });

  it('keeps at most ten updaters, the oldest merged into one', async () => {
    const { create, patch } = await open();
    await create(aWidget('one', { spec: { color: 'red', anything: {} } }), '?fieldManager=m0');
    for (let index = 1; index <= 11; index += 1) {
      await patch('one', { spec: { anything: { [`k${index}`]: index } } }, { query: `?fieldManager=m${index}` });
    }
    const { body } = await patch('one', { metadata: { labels: { a: 'b' } } }, { query: '?fieldManager=m11' });
    const names: string[] = body.metadata.managedFields.map(({ manager }: { manager: string }) => manager);
    expect(names).toHaveLength(10);
    expect(names).toContain('ancient-changes');
  });

  it('refuses a body over 3 MiB', async () => {
    const { send, configMaps } = await open();
    const body = aConfigMap('big', { a: 'x'.repeat(3 * 1024 * 1024) });
    const answer = await send({ method: 'POST', path: configMaps, body });
    expect([answer.status, answer.body.reason]).toEqual([413, 'RequestEntityTooLarge']);
  });

  it('answers every unknown path and method with a Status', async () => {
    const { send, widgets } = await open();
    const answers = [
      await send({ path: '/nowhere' }),
      await send({ path: '/apis/suite.towpath.dev/v1/gadgets' }),
      await send({ method: 'PUT', path: widgets, body: {} }),
    ];
    expect(answers.map(({ status, body }) => [status, body.kind])).toEqual([
      [404, 'Status'],
      [404, 'Status'],
      [405, 'Status'],
    ]);
  });
}

function quietSuite(server: () => ServerHandle): void {
  const open = () => openWorkspace(server(), 'beyond');

  it('does not write what changes nothing', async () => {
    const { create, patch } = await open();
    const { body: created } = await create(aWidget('one'));
    const { body: patched } = await patch('one', { spec: { color: 'red' } });
    expect(patched.metadata.resourceVersion).toBe(created.metadata.resourceVersion);
  });

  it('writes nothing when the same is applied again', async () => {
    const { apply } = await open();
    const first = await apply('one', aWidget('one'), '?fieldManager=one');
    const second = await apply('one', aWidget('one'), '?fieldManager=one');
    expect(second.body).toEqual(first.body);
  });

  it('sends a bookmark with the latest revision before a watch ends', async () => {
    const { create, send, configMaps, widgets } = await open();
    await create(aWidget('one'));
    const stream = await watch(server(), `${widgets}?watch=1&timeoutSeconds=3&allowWatchBookmarks=true`);
    const first = await stream.next();
    const { body: other } = await send({ method: 'POST', path: configMaps, body: aConfigMap('one') });
    const bookmark = await stream.next();
    const end = await stream.next();
    expect([first.type, end]).toEqual(['ADDED', undefined]);
    expect(bookmark).toMatchObject({ type: 'BOOKMARK', object: { kind: 'Widget', apiVersion: 'suite.towpath.dev/v1' } });
    expect(Number(bookmark.object.metadata.resourceVersion)).toBeGreaterThanOrEqual(Number(other.metadata.resourceVersion));
  });
}

function namespaceSuite(server: () => ServerHandle): void {
  it('deletes a namespace with everything in it', async () => {
    const { create, send, configMaps, namespace, widgets } = await openWorkspace(server(), 'beyond');
    await create(aWidget('one'));
    await send({ method: 'POST', path: configMaps, body: aConfigMap('one') });
    await send({ method: 'DELETE', path: `/api/v1/namespaces/${namespace}` });
    const found = await Promise.all(
      [`/api/v1/namespaces/${namespace}`, `${widgets}/one`, `${configMaps}/one`].map((path) => send({ path })),
    );
    expect(found.map(({ status }) => status)).toEqual([404, 404, 404]);
  });

  it('keeps a deleted namespace until the last finalizer in it is gone', async () => {
    const { create, patch, send, namespace } = await openWorkspace(server(), 'beyond');
    await create(aWidget('held', { metadata: { finalizers: ['suite.towpath.dev/hold'] } }));
    await send({ method: 'DELETE', path: `/api/v1/namespaces/${namespace}` });
    const before = await send({ path: `/api/v1/namespaces/${namespace}` });
    await patch('held', { metadata: { finalizers: null } });
    const after = await send({ path: `/api/v1/namespaces/${namespace}` });
    expect([before.body.status?.phase, after.status]).toEqual(['Terminating', 404]);
  });
}

function restartSuite(): void {
  it('finds everything again after a restart, and tells old watchers to list again', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'towpath-restart-'));
    const first = await startEmbeddedApi({ directory, crds: [widgetCrd] });
    const workspace = await openWorkspace(first, 'restart');
    const { body: created } = await workspace.create(aWidget('one'));
    await workspace.create(aWidget('two'));
    await first.close();
    const second = await startEmbeddedApi({ directory, crds: [widgetCrd] });
    const again = { ...workspace, server: second };
    const stream = await watch(second, `${again.widgets}?watch=1&resourceVersion=${created.metadata.resourceVersion}`);
    const event = await stream.next();
    const late = await watch(second, `${again.widgets}?watch=1`);
    const [present] = [await late.next()];
    await second.close();
    await rm(directory, { recursive: true, force: true });
    expect([stream.status, event.type, event.object.code, event.object.reason]).toEqual([200, 'ERROR', 410, 'Expired']);
    expect(present.object).toEqual(created);
    expect([second.token, second.caPem]).toEqual([first.token, first.caPem]);
  });

  it('shows objects that an older schema stored as the schema of today has them', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'towpath-upgrade-'));
    const newer = structuredClone(widgetCrd);
    const spec: { properties: object } = newer.spec.versions[0]?.schema.openAPIV3Schema.properties.spec ?? { properties: {} };
    const { enabled: _enabled, ...properties } =
      widgetCrd.spec.versions[0]?.schema.openAPIV3Schema.properties.spec.properties ?? {};
    spec.properties = { ...properties, added: { type: 'string', default: 'new' } };
    const first = await startEmbeddedApi({ directory, crds: [widgetCrd] });
    const workspace = await openWorkspace(first, 'upgrade');
    const { body: created } = await workspace.create(aWidget('one', { spec: { color: 'red', enabled: true } }));
    await first.close();
    const second = await startEmbeddedApi({ directory, crds: [newer] });
    const { body } = await send(second, { path: `${workspace.widgets}/one` });
    await second.close();
    await rm(directory, { recursive: true, force: true });
    expect(body.spec).toEqual({ color: 'red', size: 3, nested: { depth: 1 }, added: 'new' });
    expect(body.metadata).toEqual(created.metadata);
  });

  it('does not open a store that another process has open', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'towpath-lock-'));
    const first = await startEmbeddedApi({ directory, crds: [] });
    await expect(startEmbeddedApi({ directory, crds: [] })).rejects.toThrow(`another process has the store in ${directory}`);
    await first.close();
    await rm(directory, { recursive: true, force: true });
  });
}
