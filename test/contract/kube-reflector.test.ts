import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ReconcileError } from '../../controller/core/errors.js';
import { createKube, type Kube, type KubeOptions } from '../../controller/kube/kube.js';
import type { ReflectorState } from '../../controller/kube/reflector.js';
import { anEnvironment, aStatus, createdEnvironment, forever, productLabel } from './kube-suite/objects.js';
import { type FaultyProxy, startProxy } from './kube-suite/proxy.js';
import { serversToTest, type TestServer } from './kube-suite/servers.js';

const quick = { firstBackoffMs: 20, maxBackoffMs: 200 };
const patience = { timeout: 25_000, interval: 20 };

describe.each(serversToTest())('following the %s', (_name, startServer) => {
  let server: TestServer;
  /** Goes straight to the server. */
  let direct: Kube;
  let proxy: FaultyProxy;
  let opened: Kube[];
  let stop: AbortController;
  let namespace: string;
  let namespaces = 0;

  beforeAll(async () => {
    server = await startServer();
    direct = await createKube({ kubeconfig: server, now: Date.now });
  }, 90_000);

  afterAll(async () => {
    await direct?.close();
    await server?.close();
  });

  beforeEach(async () => {
    proxy = await startProxy(server.url);
    opened = [];
    stop = new AbortController();
    namespaces += 1;
    namespace = `reflector-${namespaces}`;
    const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
    await direct.client.request({
      method: 'POST',
      path: '/api/v1/namespaces',
      body,
      what: 'create a namespace',
      signal: forever,
    });
  });

  afterEach(async () => {
    stop.abort();
    for (const kube of opened) await kube.close();
    await proxy.close();
  });

  /** A controller's view of the namespace of the test, through the proxy. */
  const open = async (options: Partial<KubeOptions> = {}) => {
    const kubeconfig = { url: proxy.url, caPem: server.caPem, token: server.token };
    const kube = await createKube({ kubeconfig, namespace, now: Date.now, timings: quick, ...options });
    opened.push(kube);
    return kube;
  };
  const create = (name: string) => createdEnvironment(direct, { namespace, name });
  const names = (kube: Kube) =>
    kube.environments
      .list()
      .map(({ metadata }) => metadata.name)
      .sort();

  it('has everything when it has started, and follows what comes, changes and goes', async () => {
    await create('shop.first');
    const kube = await open();
    const changes: string[] = [];
    kube.onChange(({ kind, key }) => changes.push(`${kind} ${key.name}`));
    await kube.start(stop.signal);
    expect([names(kube), changes]).toEqual([['shop.first'], ['Environment shop.first']]);

    const second = await create('shop.second');
    await direct.environments.writeStatus(second, aStatus(), forever);
    await direct.environments.remove({ namespace, name: 'shop.first' }, forever);
    await expect.poll(() => names(kube), patience).toEqual(['shop.second']);
    await expect.poll(() => kube.environments.list()[0]?.status, patience).toEqual(aStatus());
    expect(kube.environments.list()[0]?.metadata).not.toHaveProperty('managedFields');
    expect(Object.values(kube.lastEventAgeSeconds()).every((age) => age >= 0 && age < 60)).toBe(true);
  });

  it('lists more than one page', async () => {
    const wanted = Array.from({ length: 620 }, (_, index) => `shop.e${String(index).padStart(3, '0')}`);
    for (let at = 0; at < wanted.length; at += 20)
      await Promise.all(
        wanted.slice(at, at + 20).map((name) => direct.environments.ensure({ namespace, name }, anEnvironment(), {}, forever)),
      );
    const kube = await open();
    await kube.start(stop.signal);
    expect(names(kube)).toEqual(wanted);
  }, 30_000);

  it('tells listeners of its own writes once, and survives a listener that throws', async () => {
    const kube = await open();
    const changes: string[] = [];
    kube.onChange(() => {
      throw new Error('a broken listener');
    });
    kube.onChange(({ key }) => changes.push(key.name));
    await kube.start(stop.signal);
    await kube.environments.ensure({ namespace, name: 'shop.own' }, anEnvironment(), productLabel, forever);
    await create('shop.later');
    await expect.poll(() => changes, patience).toEqual(['shop.own', 'shop.later']);
  });

  it('does not bring back what was deleted here when events about it come late', async () => {
    const kube = await open();
    await kube.start(stop.signal);
    const key = { namespace, name: 'shop.gone' };
    for (let round = 0; round < 5; round += 1) {
      await kube.environments.ensure(key, anEnvironment(), {}, forever);
      await kube.environments.remove(key, forever);
      expect(kube.environments.get(key)).toBeUndefined();
    }
    await create('shop.marker');
    await expect.poll(() => names(kube), patience).toEqual(['shop.marker']);
  });

  it('catches up after every connection was cut', async () => {
    const kube = await open();
    await kube.start(stop.signal);
    await create('shop.before');
    await expect.poll(() => names(kube), patience).toEqual(['shop.before']);
    proxy.cut();
    await create('shop.during');
    await direct.environments.remove({ namespace, name: 'shop.before' }, forever);
    proxy.mend();
    await expect.poll(() => names(kube), patience).toEqual(['shop.during']);
  });

  it('notices a watch that went silent without an end', async () => {
    const states: ReflectorState[] = [];
    const kube = await open({
      requestTimeoutMs: 1_000,
      timings: { ...quick, stallMs: 1_000 },
      onWatch: ({ kind, state }) => kind === 'Hold' || states.push(state),
    });
    await kube.start(stop.signal);
    await create('shop.heard');
    await expect.poll(() => names(kube), patience).toEqual(['shop.heard']);
    proxy.freeze();
    await create('shop.unheard');
    expect(names(kube)).toEqual(['shop.heard']);
    await expect.poll(() => names(kube), patience).toEqual(['shop.heard', 'shop.unheard']);
    expect(states).toContain('backing-off');
  }, 30_000);

  it('catches up after the server was killed and started again', async () => {
    const kube = await open();
    await kube.start(stop.signal);
    await create('shop.before');
    await server.restart();
    await expect.poll(() => create('shop.after').catch(() => undefined), { timeout: 40_000, interval: 200 }).toBeDefined();
    await expect.poll(() => names(kube), { timeout: 40_000, interval: 50 }).toEqual(['shop.after', 'shop.before']);
  }, 90_000);

  it('stops while the first list is under way, and nothing comes later', async () => {
    proxy.swallow();
    const states = new Map<string, ReflectorState>();
    const kube = await open({ onWatch: ({ kind, state }) => states.set(kind, state) });
    const started = kube.start(stop.signal);
    await expect.poll(() => proxy.open(), patience).toBeGreaterThan(0);
    stop.abort();
    await expect(started).rejects.toMatchObject({ reason: 'Interrupted' });
    await expect.poll(() => [...states.values()], patience).toEqual(Array(5).fill('stopped'));
    proxy.mend();
    const before = proxy.opened();
    await create('shop.unseen');
    expect([names(kube), proxy.opened()]).toEqual([[], before]);
  });

  it('gives up on a server that does not answer when the deadline is over, and at once when it is told to', async () => {
    proxy.swallow();
    const kube = await open({ requestTimeoutMs: 200 });
    await expect(kube.readSecret(namespace, 'git', forever)).rejects.toMatchObject({
      reason: 'Unreachable',
      message: expect.stringContaining('within 200 ms'),
    });
    const patient = await open({ requestTimeoutMs: 60_000 });
    const reading = patient.readSecret(namespace, 'git', stop.signal);
    stop.abort();
    await expect(reading).rejects.toMatchObject({ reason: 'Interrupted' });
  });

  it('needs few connections for many calls', async () => {
    const kube = await open();
    await kube.start(stop.signal);
    for (let call = 0; call < 100; call += 1) await kube.readSecret(namespace, 'nothing', forever);
    const sequential = proxy.opened();
    await Promise.all(Array.from({ length: 200 }, () => kube.readSecret(namespace, 'nothing', forever)));
    // A watch and a list for each of the five kinds, and little more.
    expect(sequential).toBeLessThanOrEqual(12);
    expect(proxy.opened()).toBeLessThanOrEqual(24);
  });

  it('is not allowed in with a wrong token, says so in a sentence, and tells nobody the token', async () => {
    const kube = await createKube({ kubeconfig: { ...server, token: 'wrong-token' }, now: Date.now });
    opened.push(kube);
    const failure = await kube.readSecret(namespace, 'git', forever).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ReconcileError);
    expect(failure).toMatchObject({
      reason: 'Forbidden',
      message: expect.stringMatching(/^the API server does not allow Towpath to read Secret .* \(40[13]\)$/),
    });
    expect(JSON.stringify([failure, String(failure)])).not.toContain('wrong-token');
  });

  it('keeps an object that does not fit out of the cache, and disturbs no other', async () => {
    const kube = await open();
    await kube.start(stop.signal);
    const path = `/apis/towpath.dev/v1alpha1/namespaces/${namespace}/holds`;
    const holdOf = (name: string, spec: object) => ({
      apiVersion: 'towpath.dev/v1alpha1',
      kind: 'Hold',
      metadata: { name },
      spec,
    });
    for (const body of [holdOf('strange', {}), holdOf('good', { reason: 'incident' })])
      await direct.client.request({ method: 'POST', path, body, what: 'create', signal: forever });
    await expect.poll(() => kube.holds.list().map(({ metadata }) => metadata.name), patience).toEqual(['good']);
    const strange = { kind: 'Hold', key: { namespace, name: 'strange' }, message: 'spec.reason is missing' };
    expect(kube.quarantined()).toEqual([{ ...strange, uid: expect.any(String) }]);

    const mended = { spec: { reason: 'known now' } };
    await direct.client.patch({ path: `${path}/strange`, body: mended, what: 'mend', signal: forever });
    await expect.poll(() => kube.quarantined(), patience).toEqual([]);
    expect(kube.holds.get({ namespace, name: 'strange' })?.spec).toEqual({ reason: 'known now' });
  });
});
