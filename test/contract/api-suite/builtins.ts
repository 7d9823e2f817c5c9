import { describe, expect, it } from 'vitest';
import type { Answered, ServerHandle } from './client.js';
import { aConfigMap, faultsOf, mergePatch, openWorkspace, type Workspace } from './widgets.js';

const microTime = '2026-11-22T07:00:00.000000Z';

function anEvent(name: string, namespace: string, fields: object = {}): Answered {
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { name },
    eventTime: microTime,
    reportingController: 'towpath.dev/suite',
    reportingInstance: 'suite-0',
    action: 'Deploy',
    reason: 'DeploymentStarted',
    regarding: { apiVersion: 'suite.towpath.dev/v1', kind: 'Widget', namespace, name: 'one' },
    note: 'started',
    type: 'Normal',
    ...fields,
  };
}

const withoutMetadata = ({ metadata: _metadata, ...rest }: Answered) => rest;

/** Secrets, config maps, leases, namespaces and events. */
export function builtinSuite(server: () => ServerHandle): void {
  describe('built-in types', () => {
    const open = () => openWorkspace(server(), 'builtins');
    configSuite(open);
    leaseSuite(open);
    eventSuite(open);
    reviewSuite(open);
  });
}

function configSuite(open: () => Promise<Workspace>): void {
  it('turns the stringData of a secret into data', async () => {
    const { send, namespace } = await open();
    const body = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, stringData: { a: 'b' }, data: { c: 'ZA==' } };
    const answer = await send({ method: 'POST', path: `/api/v1/namespaces/${namespace}/secrets`, body });
    expect(withoutMetadata(answer.body)).toEqual({
      apiVersion: 'v1',
      kind: 'Secret',
      data: { a: 'Yg==', c: 'ZA==' },
      type: 'Opaque',
    });
  });

  it('refuses a secret that is not base64, misses what its type demands, or changes its type', async () => {
    const { send, namespace } = await open();
    const path = `/api/v1/namespaces/${namespace}/secrets`;
    const aSecret = (name: string, fields: object) => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name }, ...fields });
    const notBase64 = await send({ method: 'POST', path, body: aSecret('x', { data: { c: '!!' } }) });
    const notTls = await send({ method: 'POST', path, body: aSecret('x', { type: 'kubernetes.io/tls' }) });
    await send({ method: 'POST', path, body: aSecret('s', {}) });
    const otherType = await send({ method: 'PATCH', path: `${path}/s`, body: { type: 'other' }, type: mergePatch });
    expect([notBase64.status, notBase64.body.reason]).toEqual([400, 'BadRequest']);
    expect(faultsOf(otherType)).toEqual(['type: Invalid value: "other": field is immutable']);
    expect(notTls.body.message).toBe('Secret "x" is invalid: [data[tls.crt]: Required value, data[tls.key]: Required value]');
  });

  it('replaces a config map without a resourceVersion, and keeps an immutable one', async () => {
    const { send, configMaps } = await open();
    await send({ method: 'POST', path: configMaps, body: aConfigMap('one', { a: '1' }) });
    const replaced = await send({
      method: 'PUT',
      path: `${configMaps}/one`,
      body: { ...aConfigMap('one', { a: '2' }), immutable: true },
    });
    const changed = await send({ method: 'PATCH', path: `${configMaps}/one`, body: { data: { a: '3' } }, type: mergePatch });
    expect([replaced.status, replaced.body.data]).toEqual([200, { a: '2' }]);
    expect(faultsOf(changed)).toEqual(['data: Forbidden: field is immutable when `immutable` is set']);
  });

  it('gives built-in objects no generation', async () => {
    const { send, configMaps } = await open();
    const { body } = await send({ method: 'POST', path: configMaps, body: aConfigMap('one') });
    expect(body.metadata.generation).toBe(undefined);
  });
}

function leaseSuite(open: () => Promise<Workspace>): void {
  const aLease = (name: string, spec: object) => ({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name },
    spec,
  });
  const pathOf = (namespace: string) => `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;

  it('keeps the six digits of a lease time and refuses fewer', async () => {
    const { send, namespace } = await open();
    const spec = { holderIdentity: 'a', leaseDurationSeconds: 15, renewTime: microTime };
    const good = await send({ method: 'POST', path: pathOf(namespace), body: aLease('one', spec) });
    const bad = await send({
      method: 'POST',
      path: pathOf(namespace),
      body: aLease('two', { renewTime: '2026-11-22T07:00:00.000Z' }),
    });
    expect(good.body.spec).toEqual(spec);
    expect([bad.status, bad.body.reason]).toEqual([400, 'BadRequest']);
  });

  it('lets one of two holders win a lease', async () => {
    const { send, namespace } = await open();
    const { body } = await send({ method: 'POST', path: pathOf(namespace), body: aLease('one', { holderIdentity: 'none' }) });
    const take = (holderIdentity: string) =>
      send({ method: 'PUT', path: `${pathOf(namespace)}/one`, body: { ...body, spec: { holderIdentity } } });
    const answers = await Promise.all([take('a'), take('b')]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  it('refuses impossible durations', async () => {
    const { send, namespace } = await open();
    const answer = await send({ method: 'POST', path: pathOf(namespace), body: aLease('one', { leaseDurationSeconds: 0 }) });
    expect(faultsOf(answer)).toEqual(['spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0']);
  });
}

function eventSuite(open: () => Promise<Workspace>): void {
  it('shows one event under both groups', async () => {
    const { send, namespace } = await open();
    const events = `/apis/events.k8s.io/v1/namespaces/${namespace}/events`;
    const created = await send({ method: 'POST', path: events, body: anEvent('one', namespace) });
    const core = await send({ path: `/api/v1/namespaces/${namespace}/events/one` });
    const { metadata: _metadata, regarding, note, reportingController, ...same } = anEvent('one', namespace);
    expect(withoutMetadata(created.body)).toMatchObject(withoutMetadata(anEvent('one', namespace)));
    expect(withoutMetadata(core.body)).toEqual({
      ...same,
      apiVersion: 'v1',
      involvedObject: regarding,
      message: note,
      reportingComponent: reportingController,
      source: {},
      firstTimestamp: null,
      lastTimestamp: null,
    });
  });

  it('selects events by what they are about', async () => {
    const { send, namespace } = await open();
    const events = `/apis/events.k8s.io/v1/namespaces/${namespace}/events`;
    await send({ method: 'POST', path: events, body: anEvent('one', namespace) });
    const regarding = { kind: 'Widget', namespace, name: 'two' };
    await send({ method: 'POST', path: events, body: anEvent('two', namespace, { regarding }) });
    const core = await send({ path: `/api/v1/namespaces/${namespace}/events?fieldSelector=involvedObject.name%3Dtwo` });
    const renamed = await send({ path: `${events}?fieldSelector=regarding.name%3Done` });
    const names = ({ body }: { body: Answered }) => body.items.map((item: Answered) => item.metadata.name);
    expect([names(core), names(renamed)]).toEqual([['two'], ['one']]);
  });

  it.each([
    [{ action: '' }, 'action: Required value'],
    [{ type: 'Odd' }, 'type: Invalid value: "": has invalid value: Odd'],
    [{ note: 'x'.repeat(1025) }, 'message: Invalid value: "": can have at most 1024 characters'],
  ])('refuses a new event with %j', async (fields, fault) => {
    const { send, namespace } = await open();
    const path = `/apis/events.k8s.io/v1/namespaces/${namespace}/events`;
    const answer = await send({ method: 'POST', path, body: anEvent('one', namespace, fields) });
    expect([answer.status, faultsOf(answer)]).toEqual([422, [fault]]);
  });

  it('refuses an event time without six digits', async () => {
    const { send, namespace } = await open();
    const body = anEvent('one', namespace, { eventTime: '2026-11-22T07:00:00.000Z' });
    const { status } = await send({ method: 'POST', path: `/apis/events.k8s.io/v1/namespaces/${namespace}/events`, body });
    expect(status).toBe(400);
  });
}

function reviewSuite(open: () => Promise<Workspace>): void {
  it('says that the holder of the token may do everything', async () => {
    const { send } = await open();
    const spec = { resourceAttributes: { verb: 'create', group: 'suite.towpath.dev', resource: 'widgets' } };
    const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec };
    const answer = await send({ method: 'POST', path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', body });
    expect([answer.status, answer.body.status.allowed]).toEqual([201, true]);
  });

  it.each(['/healthz', '/livez', '/readyz'])('answers ok on %s', async (path) => {
    const { send } = await open();
    const { status, body } = await send({ path });
    expect([status, body]).toEqual([200, 'ok']);
  });
}
