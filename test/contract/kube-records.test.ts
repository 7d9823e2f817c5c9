import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EnvironmentResource } from '../../controller/core/resources/environment.js';
import { createKube, type Kube } from '../../controller/kube/kube.js';
import type { Key } from '../../controller/reconcile/ports.js';
import { aCondition, anEnvironment, aRun, aStatus, at, createdEnvironment, forever, productLabel } from './kube-suite/objects.js';
import { serversToTest, type TestServer } from './kube-suite/servers.js';

const namespace = 'default';

describe.each(serversToTest())('records in the %s', (_name, startServer) => {
  let server: TestServer;
  let kube: Kube;

  beforeAll(async () => {
    server = await startServer();
    // Never started: whatever these tests read back was put into the cache by the writers themselves.
    kube = await createKube({ kubeconfig: server, now: Date.now });
  }, 90_000);

  afterAll(async () => {
    await kube?.close();
    await server?.close();
  });

  const path = ({ name }: Key) => `/apis/towpath.dev/v1alpha1/namespaces/${namespace}/environments/${name}`;
  const stored = (key: Key) =>
    kube.client.find<EnvironmentResource>({ method: 'GET', path: path(key), what: 'read', signal: forever });
  const annotate = (key: Key, annotations: Record<string, string>, labels: Record<string, string> = {}) =>
    kube.client.patch({ path: path(key), body: { metadata: { annotations, labels } }, what: 'annotate', signal: forever });

  it('reads its own writes at once', async () => {
    const key = { namespace, name: 'shop.own' };
    const created = await createdEnvironment(kube, key);
    expect(created.spec).toEqual(anEnvironment());
    expect(created.status).toEqual({ observedGeneration: -1 });

    await kube.environments.writeStatus(created, aStatus(), forever);
    expect(kube.environments.get(key)?.status).toEqual(aStatus());
    expect(kube.environments.ofProduct(namespace, 'shop').map(({ metadata }) => metadata.name)).toContain('shop.own');
    expect((await stored(key))?.status).toEqual(aStatus());
  });

  it('writes nothing that is equal to what was read', async () => {
    const key = { namespace, name: 'shop.equal' };
    await kube.environments.writeStatus(await createdEnvironment(kube, key), aStatus(), forever);
    const before = await stored(key);

    await kube.environments.ensure(key, { ...anEnvironment(), client: undefined } as never, productLabel, forever);
    const cached = kube.environments.get(key) as EnvironmentResource;
    await kube.environments.writeStatus(cached, { ...aStatus(), waitingFor: undefined } as never, forever);
    expect((await stored(key))?.metadata.resourceVersion).toBe(before?.metadata.resourceVersion);
  });

  it('makes spec and its own labels equal, and keeps annotations and the labels of others', async () => {
    const key = { namespace, name: 'shop.labels' };
    await kube.environments.ensure(key, anEnvironment(), { ...productLabel, 'towpath.dev/client': 'acme' }, forever);
    await annotate(key, { 'towpath.dev/suspend': 'why not' }, { team: 'blue', 'towpath.dev/shard': '1' });
    await expect(kube.environments.ensure(key, anEnvironment({ stage: 'uat' }), productLabel, forever)).rejects.toMatchObject({
      reason: 'Conflict',
      retry: 'now',
    });

    await kube.environments.ensure(key, anEnvironment({ stage: 'uat' }), productLabel, forever);
    const found = await stored(key);
    expect(found?.spec).toEqual(anEnvironment({ stage: 'uat' }));
    expect(found?.metadata.labels).toEqual({ ...productLabel, team: 'blue', 'towpath.dev/shard': '1' });
    expect(found?.metadata.annotations).toEqual({ 'towpath.dev/suspend': 'why not' });
    expect(found?.metadata.generation).toBe(2);
  });

  it('swaps a status only for the one that was read, and reads anew what was in the way', async () => {
    const key = { namespace, name: 'shop.swap' };
    const read = await createdEnvironment(kube, key);
    await annotate(key, { 'towpath.dev/requestedAt': '1' });
    await expect(kube.environments.writeStatus(read, aStatus(), forever)).rejects.toMatchObject({
      reason: 'Conflict',
      retry: 'now',
    });
    expect((await stored(key))?.status).toEqual({ observedGeneration: -1 });

    const fresh = kube.environments.get(key) as EnvironmentResource;
    expect(fresh.metadata.annotations).toEqual({ 'towpath.dev/requestedAt': '1' });
    await kube.environments.writeStatus(fresh, aStatus(), forever);
    expect((await stored(key))?.status).toEqual(aStatus());
  });

  it('leaves the spec alone when it writes a status', async () => {
    const key = { namespace, name: 'shop.apart' };
    const read = await createdEnvironment(kube, key);
    await kube.environments.writeStatus({ ...read, spec: anEnvironment({ stage: 'forged' }) }, aStatus(), forever);
    const found = await stored(key);
    expect([found?.spec, found?.metadata.generation]).toEqual([anEnvironment(), 1]);
  });

  it('writes the conditions alone where the server refuses the status, and says so', async () => {
    const key = { namespace, name: 'shop.refused' };
    const read = await createdEnvironment(kube, key);
    const gate = { name: 'window', state: 'Ajar', reason: 'Closed', message: 'a value that must not be told' } as never;
    const refused = kube.environments.writeStatus(read, aStatus({ gates: [gate] }), forever);
    await expect(refused).rejects.toMatchObject({
      reason: 'StatusRefused',
      message: expect.stringMatching(
        /^the API server refused to write the status of Environment .*gates.*; only its conditions were written$/,
      ),
    });
    expect((await stored(key))?.status).toEqual({ observedGeneration: -1, conditions: [aCondition()] });

    const again = kube.environments.get(key) as EnvironmentResource;
    await expect(kube.environments.writeStatus(again, aStatus({ gates: [gate] }), forever)).rejects.toMatchObject({
      message: expect.stringContaining('nothing was written'),
    });
    expect((await stored(key))?.metadata.resourceVersion).toBe(again.metadata.resourceVersion);
  });

  it('creates a run once: who comes second is told to look again', async () => {
    const key = { namespace, name: 'shop.qa.1' };
    const run = await kube.runs.create(key, aRun(), productLabel, forever);
    expect([run.spec, run.status]).toEqual([aRun(), { observedGeneration: -1, phase: 'Pending' }]);

    const other = await createKube({ kubeconfig: server, now: Date.now });
    const second = other.runs.create(key, aRun({ version: '2.9.5' }), productLabel, forever);
    await expect(second).rejects.toMatchObject({ reason: 'Conflict', retry: 'now' });
    expect(other.runs.get(key)?.spec).toEqual(aRun());
    await other.close();
  });

  it('lists the runs of an environment by number, and carries the version of each write to the next', async () => {
    const numbers = [12, 3, 11];
    for (const number of numbers) {
      const spec = aRun({ environment: 'uat', number });
      await kube.runs.create({ namespace, name: `shop.uat.${number}` }, spec, productLabel, forever);
    }
    const runs = kube.runs.ofEnvironment(namespace, 'shop', 'uat');
    expect(runs.map(({ spec }) => spec.number)).toEqual([3, 11, 12]);

    const [run] = runs;
    if (run === undefined) throw new Error('no run');
    const triggering = await kube.runs.writeStatus(
      run,
      { observedGeneration: 1, phase: 'Triggering', timestamps: { Triggering: at } },
      forever,
    );
    const queued = await kube.runs.writeStatus(triggering, { observedGeneration: 1, phase: 'Queued' }, forever);
    expect(kube.runs.get(run.metadata)).toEqual(queued);
    expect(queued.status).toEqual({ observedGeneration: 1, phase: 'Queued' });
  });

  it('removes what is there, and does not mind what is not', async () => {
    const key = { namespace, name: 'shop.gone' };
    await createdEnvironment(kube, key);
    await kube.environments.remove(key, forever);
    expect([kube.environments.get(key), await stored(key)]).toEqual([undefined, undefined]);
    await kube.environments.remove(key, forever);
    await expect(
      kube.environments.writeStatus({ metadata: key, spec: anEnvironment() }, aStatus(), forever),
    ).rejects.toMatchObject({
      reason: 'NotFound',
    });
  });

  it('does not remove a newer object of the same name', async () => {
    const key = { namespace, name: 'shop.newer' };
    await createdEnvironment(kube, key);
    await kube.client.request({ method: 'DELETE', path: path(key), what: 'delete', signal: forever });
    const other = await createKube({ kubeconfig: server, now: Date.now });
    const newer = await createdEnvironment(other, key);
    await expect(kube.environments.remove(key, forever)).rejects.toMatchObject({ reason: 'Conflict', retry: 'now' });
    expect(kube.environments.get(key)?.metadata.uid).toBe(newer.metadata.uid);
    await other.close();
  });

  it('catches up with what others have written and the watch has not told of', async () => {
    const [name, removed] = ['shop.behind', 'shop.removed'].map((each) => ({ namespace, name: each })) as [Key, Key];
    const [run, own] = ['shop.behind.1', 'shop.behind.2'].map((each) => ({ namespace, name: each })) as [Key, Key];
    await kube.environments.writeStatus(await createdEnvironment(kube, name), aStatus(), forever);
    await kube.runs.create(own, aRun({ environment: 'behind', number: 2 }), productLabel, forever);
    const other = await createKube({ kubeconfig: server, now: Date.now });
    await annotate(name, { 'towpath.dev/suspend': 'incident' });
    await other.runs.create(run, aRun({ environment: 'behind', number: 1 }), productLabel, forever);
    await createdEnvironment(other, removed);
    await other.environments.remove(removed, forever);
    await other.close();
    expect(kube.runs.get(run)).toBeUndefined();

    const source = { namespace, name: 'behind' };
    const spec = { git: { url: 'https://git.example/releases.git' }, suspend: true };
    const body = { apiVersion: 'towpath.dev/v1alpha1', kind: 'ReleaseSource', metadata: { name: source.name }, spec };
    const sources = `/apis/towpath.dev/v1alpha1/namespaces/${namespace}/releasesources`;
    await kube.client.request({ method: 'POST', path: sources, body, what: 'create', signal: forever });
    expect(kube.sources.get(source)).toBeUndefined();

    await kube.fresh.catchUp(namespace, forever);
    expect(kube.sources.get(source)?.spec.suspend).toBe(true);
    expect(kube.runs.ofEnvironment(namespace, 'shop', 'behind').map(({ metadata }) => metadata.name)).toEqual([
      run.name,
      own.name,
    ]);
    expect(kube.environments.get(name)?.metadata.annotations).toEqual({ 'towpath.dev/suspend': 'incident' });
    expect(kube.environments.get(name)?.status).toEqual(aStatus());
    expect(kube.environments.get(removed)).toBeUndefined();
  });

  it('reads around the cache right before a trigger', async () => {
    const key = { namespace, name: 'shop.fresh' };
    await createdEnvironment(kube, key);
    await annotate(key, { 'towpath.dev/suspend': 'incident' });
    expect((await kube.fresh.environment(key, forever))?.metadata.annotations).toEqual({ 'towpath.dev/suspend': 'incident' });
    expect(await kube.fresh.environment({ namespace, name: 'nobody' }, forever)).toBeUndefined();
  });

  it('reads every hold of a namespace, and fails for one that nobody understands', async () => {
    const body = (name: string, spec: object) => ({ apiVersion: 'towpath.dev/v1alpha1', kind: 'Hold', metadata: { name }, spec });
    const holds = `/apis/towpath.dev/v1alpha1/namespaces/${namespace}/holds`;
    const create = (name: string, spec: object) =>
      kube.client.request({ method: 'POST', path: holds, body: body(name, spec), what: 'create', signal: forever });
    await create('incident', { reason: 'incident 4711', selector: { stages: ['production'] } });
    expect((await kube.fresh.holds(namespace, forever)).map(({ spec }) => spec)).toEqual([
      { reason: 'incident 4711', selector: { stages: ['production'] } },
    ]);

    await create('strange', { by: 'an older version' });
    await expect(kube.fresh.holds(namespace, forever)).rejects.toMatchObject({
      reason: 'Quarantined',
      message: 'Hold default/strange does not fit its schema: spec.reason is missing',
    });
  });

  it('reads secrets decoded, and never follows a name out of its namespace', async () => {
    const data = { username: Buffer.from('bot').toString('base64'), password: Buffer.from('pä$$').toString('base64') };
    const body = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'git' }, data };
    await kube.client.request({
      method: 'POST',
      path: `/api/v1/namespaces/${namespace}/secrets`,
      body,
      what: 'create',
      signal: forever,
    });
    expect(await kube.readSecret(namespace, 'git', forever)).toEqual({ username: 'bot', password: 'pä$$' });
    expect(await kube.readSecret(namespace, 'nothing', forever)).toBeUndefined();
    for (const name of ['../../kube-system/secrets/x', '..', 'a/b', '', 'A'])
      await expect(kube.readSecret(namespace, name, forever)).rejects.toMatchObject({ reason: 'InvalidName', retry: 'never' });
  });
});
