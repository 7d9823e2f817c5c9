import { describe, expect, it } from 'vitest';
import type { ServerHandle } from './client.js';
import { aConfigMap, aWidget, mergePatch, openWorkspace, statusOf, type Workspace } from './widgets.js';

/** Creating, reading, replacing and deleting. */
export function objectSuite(server: () => ServerHandle): void {
  describe('objects', () => {
    const open = () => openWorkspace(server(), 'objects');
    identitySuite(open);
    updateSuite(open);
    deletionSuite(open);
  });
}

function identitySuite(open: () => Promise<Workspace>): void {
  it('gives a new object its identity, generation 1 and defaults, and drops a status', async () => {
    const { create, namespace } = await open();
    const { status, body } = await create(aWidget('one', { status: { phase: 'Done' } }));
    const { uid, resourceVersion, creationTimestamp, managedFields: _owners, ...metadata } = body.metadata;
    expect(status).toBe(201);
    expect({ ...body, metadata }).toEqual({
      apiVersion: 'suite.towpath.dev/v1',
      kind: 'Widget',
      metadata: { name: 'one', namespace, generation: 1 },
      spec: { color: 'red', size: 3, nested: { depth: 1 } },
      status: { observedGeneration: -1 },
    });
    expect(uid).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(resourceVersion).toMatch(/^[1-9][0-9]*$/);
    expect(creationTimestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  });

  it('refuses a second creation under the same name', async () => {
    const { create } = await open();
    await create(aWidget('twice'));
    const answer = await create(aWidget('twice'));
    expect(answer.body).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'widgets.suite.towpath.dev "twice" already exists',
      reason: 'AlreadyExists',
      details: { name: 'twice', group: 'suite.towpath.dev', kind: 'widgets' },
      code: 409,
    });
  });

  it('makes up a name from generateName', async () => {
    const { send, widgets } = await open();
    const { metadata: _metadata, ...widget } = aWidget('');
    const { body } = await send({ method: 'POST', path: widgets, body: { ...widget, metadata: { generateName: 'run-' } } });
    expect(body.metadata.name).toMatch(/^run-[a-z0-9]{5}$/);
    expect(body.metadata.generateName).toBe('run-');
  });

  it('needs the namespace to exist', async () => {
    const { send } = await open();
    const path = '/apis/suite.towpath.dev/v1/namespaces/nowhere/widgets';
    const answer = await send({ method: 'POST', path, body: aWidget('one') });
    expect(statusOf(answer)).toEqual({
      kind: 'Status',
      status: 'Failure',
      reason: 'NotFound',
      code: 404,
      message: 'namespaces "nowhere" not found',
    });
  });

  it('stores nothing on a dry run', async () => {
    const { create, send, widgets } = await open();
    const dry = await create(aWidget('dry'), '?dryRun=All');
    const after = await send({ path: `${widgets}/dry` });
    expect([dry.status, dry.body.spec.size, after.status]).toEqual([201, 3, 404]);
  });

  it('refuses another namespace, kind or version in the body', async () => {
    const { create } = await open();
    const elsewhere = await create(aWidget('x', { metadata: { namespace: 'other' } }));
    const otherKind = await create({ ...aWidget('x'), kind: 'Gadget' });
    const otherVersion = await create({ ...aWidget('x'), apiVersion: 'v1' });
    expect([elsewhere, otherKind, otherVersion].map(({ body }) => `${body.code} ${body.message}`)).toEqual([
      '400 the namespace of the provided object does not match the namespace sent on the request',
      '422 Gadget.suite.towpath.dev "x" is invalid: kind: Invalid value: "Gadget": must be Widget',
      '400 the API version in the data (v1) does not match the expected API version (suite.towpath.dev/v1)',
    ]);
  });

  it('answers 404 for what is not there', async () => {
    const { send, widgets } = await open();
    const answers = [await send({ path: `${widgets}/none` }), await send({ method: 'DELETE', path: `${widgets}/none` })];
    const message = 'widgets.suite.towpath.dev "none" not found';
    const expected = { kind: 'Status', status: 'Failure', reason: 'NotFound', code: 404, message };
    expect(answers.map(statusOf)).toEqual([expected, expected]);
  });

  it('answers 401 without the token', async () => {
    const { send, widgets } = await open();
    const answer = await send({ path: widgets, headers: { authorization: 'Bearer wrong' } });
    expect(statusOf(answer)).toEqual({
      kind: 'Status',
      status: 'Failure',
      reason: 'Unauthorized',
      code: 401,
      message: 'Unauthorized',
    });
  });
}

function updateSuite(open: () => Promise<Workspace>): void {
  it('replaces under the current resourceVersion and refuses a stale one', async () => {
    const { create, send, widgets } = await open();
    const { body: created } = await create(aWidget('one'));
    const path = `${widgets}/one`;
    const first = await send({ method: 'PUT', path, body: { ...created, spec: { color: 'blue', size: 4 } } });
    const second = await send({ method: 'PUT', path, body: { ...created, spec: { color: 'green' } } });
    expect([first.status, first.body.metadata.generation, first.body.spec.color]).toEqual([200, 2, 'blue']);
    expect(statusOf(second)).toEqual({
      kind: 'Status',
      status: 'Failure',
      reason: 'Conflict',
      code: 409,
      message:
        'Operation cannot be fulfilled on widgets.suite.towpath.dev "one": the object has been modified; ' +
        'please apply your changes to the latest version and try again',
    });
  });

  it('demands a resourceVersion of a replacement of a custom resource', async () => {
    const { create, send, widgets } = await open();
    await create(aWidget('one'));
    const answer = await send({ method: 'PUT', path: `${widgets}/one`, body: aWidget('one') });
    expect(statusOf(answer).message).toBe(
      'widgets.suite.towpath.dev "one" is invalid: metadata.resourceVersion: Invalid value: 0x0: must be specified for an update',
    );
  });

  it('keeps spec and status apart', async () => {
    const { create, patch } = await open();
    await create(aWidget('one'));
    const bySpec = await patch('one', { spec: { size: 5 }, status: { phase: 'Done' } });
    const byStatus = await patch('one/status', { spec: { size: 9 }, status: { phase: 'Done' } });
    expect([bySpec.body.spec.size, bySpec.body.status, bySpec.body.metadata.generation]).toEqual([
      5,
      { observedGeneration: -1 },
      2,
    ]);
    expect([byStatus.body.spec.size, byStatus.body.status, byStatus.body.metadata.generation]).toEqual([
      5,
      { observedGeneration: -1, phase: 'Done' },
      2,
    ]);
  });

  it('bumps the generation for a changed spec and for nothing else', async () => {
    const { create, patch } = await open();
    await create(aWidget('one'));
    const labels = await patch('one', { metadata: { labels: { a: 'b' } } });
    const same = await patch('one', { spec: { size: 3 } });
    const spec = await patch('one', { spec: { size: 4 } });
    expect([labels, same, spec].map(({ body }) => body.metadata.generation)).toEqual([1, 1, 2]);
  });

  it('does not let a client change what the server owns', async () => {
    const { create, patch } = await open();
    const { body: created } = await create(aWidget('one'));
    const metadata = { generation: 70, creationTimestamp: null, selfLink: '/x' };
    const { body } = await patch('one', { metadata: { ...metadata, labels: { a: 'b' } } });
    expect([body.metadata.generation, body.metadata.creationTimestamp]).toEqual([1, created.metadata.creationTimestamp]);
  });
}

function deletionSuite(open: () => Promise<Workspace>): void {
  it('says what it deleted', async () => {
    const { create, send, widgets } = await open();
    const { body: created } = await create(aWidget('one'));
    const { body } = await send({ method: 'DELETE', path: `${widgets}/one` });
    const details = { name: 'one', group: 'suite.towpath.dev', kind: 'widgets', uid: created.metadata.uid };
    expect(body).toEqual({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details });
  });

  it('deletes only what the preconditions describe', async () => {
    const { create, send, widgets } = await open();
    const { body: created } = await create(aWidget('one'));
    const remove = (preconditions: object) =>
      send({ method: 'DELETE', path: `${widgets}/one`, body: { kind: 'DeleteOptions', apiVersion: 'v1', preconditions } });
    const wrongUid = await remove({ uid: 'other' });
    const wrongVersion = await remove({ resourceVersion: '1' });
    const right = await remove({ uid: created.metadata.uid, resourceVersion: created.metadata.resourceVersion });
    expect([wrongUid, wrongVersion].map(({ body }) => body.message)).toEqual([
      `Operation cannot be fulfilled on Widget.suite.towpath.dev "one": the UID in the precondition (other) does not match the UID in record (${created.metadata.uid}). The object might have been deleted and then recreated`,
      `Operation cannot be fulfilled on Widget.suite.towpath.dev "one": the ResourceVersion in the precondition (1) does not match the ResourceVersion in record (${created.metadata.resourceVersion}). The object might have been modified`,
    ]);
    expect(right.status).toBe(200);
  });

  it('keeps a deleted object until its last finalizer is gone', async () => {
    const { create, patch, send, widgets } = await open();
    await create(aWidget('one', { metadata: { finalizers: ['suite.towpath.dev/hold'] } }));
    const deleted = await send({ method: 'DELETE', path: `${widgets}/one` });
    const more = await patch('one', { metadata: { finalizers: ['suite.towpath.dev/hold', 'suite.towpath.dev/more'] } });
    const still = await send({ path: `${widgets}/one` });
    const released = await patch('one', { metadata: { finalizers: null } });
    const gone = await send({ path: `${widgets}/one` });
    expect(deleted.body.metadata).toMatchObject({ generation: 2, deletionGracePeriodSeconds: 0 });
    expect(deleted.body.metadata.deletionTimestamp).toMatch(/Z$/);
    expect(more.body.message).toContain('no new finalizers can be added if the object is being deleted');
    expect([still.status, released.status, gone.status]).toEqual([200, 200, 404]);
  });

  it('deletes a selection and returns it', async () => {
    const { send, configMaps } = await open();
    for (const [name, tier] of [
      ['a', 'x'],
      ['b', 'y'],
      ['c', 'x'],
    ] as const) {
      await send({ method: 'POST', path: configMaps, body: aConfigMap(name, {}, { labels: { tier } }) });
    }
    const deleted = await send({ method: 'DELETE', path: `${configMaps}?labelSelector=tier%3Dx` });
    const rest = await send({ path: configMaps });
    const names = (body: { items: { metadata: { name: string } }[] }) => body.items.map(({ metadata }) => metadata.name);
    expect([names(deleted.body), names(rest.body)]).toEqual([['a', 'c'], ['b']]);
  });

  it('lets nothing new into a namespace that is being deleted', async () => {
    const { create, send, namespace } = await open();
    await create(aWidget('held', { metadata: { finalizers: ['suite.towpath.dev/hold'] } }));
    const deleted = await send({ method: 'DELETE', path: `/api/v1/namespaces/${namespace}` });
    const late = await create(aWidget('late'));
    expect([deleted.body.kind, deleted.body.status.phase]).toEqual(['Namespace', 'Terminating']);
    expect(statusOf(late)).toEqual({
      kind: 'Status',
      status: 'Failure',
      reason: 'Forbidden',
      code: 403,
      message: `widgets.suite.towpath.dev "late" is forbidden: unable to create new content in namespace ${namespace} because it is being terminated`,
    });
  });

  it('takes a stale merge patch for the conflict that it is', async () => {
    const { create, patch } = await open();
    await create(aWidget('one'));
    const answer = await patch('one', { metadata: { resourceVersion: '1' }, spec: { size: 5 } }, { type: mergePatch });
    expect([answer.status, answer.body.reason]).toEqual([409, 'Conflict']);
  });
}
