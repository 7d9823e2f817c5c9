import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createKube, type Kube } from '../../controller/kube/kube.js';
import { createLeadership, type Elector } from '../../controller/kube/leadership.js';
import type { Lease } from '../../controller/kube/lease.js';
import { forever } from './kube-suite/objects.js';
import { type FaultyProxy, startProxy } from './kube-suite/proxy.js';
import { serversToTest, type TestServer } from './kube-suite/servers.js';

const patience = { timeout: 15_000, interval: 5 };
const namespace = 'default';

interface Contender {
  readonly elector: Elector;
  readonly log: string[];
  readonly stop: AbortController;
  readonly done: Promise<void>;
  /** Moves the monotonic clock of this contender alone. */
  pass(ms: number): void;
}

describe.each(serversToTest())('leadership on the %s', (_name, startServer) => {
  let server: TestServer;
  let proxy: FaultyProxy;
  let kube: Kube;
  let contenders: Contender[];
  let name: string;
  let names = 0;

  beforeAll(async () => {
    server = await startServer();
    proxy = await startProxy(server.url);
    kube = await createKube({ kubeconfig: { ...server, url: proxy.url }, now: Date.now });
  }, 90_000);

  afterAll(async () => {
    await kube?.close();
    await proxy?.close();
    await server?.close();
  });

  beforeEach(() => {
    contenders = [];
    names += 1;
    name = `towpath-${names}`;
  });

  afterEach(async () => {
    proxy.mend();
    for (const { stop, done } of contenders) {
      stop.abort();
      await done;
    }
  });

  const contend = (identity: string): Contender => {
    let monotonic = 1_000_000;
    const log: string[] = [];
    const elector = createLeadership({
      kube,
      name,
      namespace,
      identity,
      leaseMs: 35_000,
      renewDeadlineMs: 30_000,
      retryMs: 10,
      monotonicNow: () => monotonic,
      onElected: () => log.push('elected'),
      onLost: () => log.push(`lost with ${elector.remainingMs()} ms left`),
    });
    const stop = new AbortController();
    const pass = (ms: number) => {
      monotonic += ms;
    };
    const contender = { elector, log, stop, done: elector.run(stop.signal), pass };
    contenders.push(contender);
    return contender;
  };
  const stop = async ({ stop: signal, done }: Contender) => {
    signal.abort();
    await done;
  };
  const leasePath = () => `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/${name}`;
  const stored = () => kube.client.find<Lease>({ method: 'GET', path: leasePath(), what: 'read', signal: forever });
  const holder = async () => (await stored())?.spec?.holderIdentity;

  it('elects one of two, and the other as soon as the first lets go', async () => {
    const a = contend('a');
    await expect.poll(() => a.log, patience).toEqual(['elected']);
    expect(a.elector.remainingMs()).toBe(35_000);
    const b = contend('b');
    const version = (await stored())?.metadata.resourceVersion;
    await expect.poll(async () => (await stored())?.metadata.resourceVersion, patience).not.toBe(version);
    expect([b.log, b.elector.remainingMs(), await holder()]).toEqual([[], 0, 'a']);

    await stop(a);
    expect(a.elector.remainingMs()).toBe(35_000);
    await a.elector.release();
    expect(a.elector.remainingMs()).toBe(0);
    await expect.poll(() => b.log, patience).toEqual(['elected']);
    expect(a.log).toEqual(['elected']);
    expect((await stored())?.spec).toMatchObject({ holderIdentity: 'b', leaseDurationSeconds: 35, leaseTransitions: 1 });
  });

  it('judges by its own monotonic clock when the lease of another is over', async () => {
    const a = contend('a');
    await expect.poll(() => a.log, patience).toEqual(['elected']);
    await stop(a);
    const b = contend('b');
    const before = proxy.bytes();
    await expect.poll(() => proxy.bytes() - before, patience).toBeGreaterThan(10_000);
    expect(b.log).toEqual([]);
    b.pass(35_001);
    await expect.poll(() => b.log, patience).toEqual(['elected']);
    expect(await holder()).toBe('b');
  });

  it('loses a lease that somebody else took, once and with nothing left', async () => {
    const a = contend('a');
    await expect.poll(() => a.log, patience).toEqual(['elected']);
    const spec = { holderIdentity: 'thief', leaseDurationSeconds: 35 };
    await kube.client.patch({ path: leasePath(), body: { spec }, what: 'take the lease', signal: forever });
    await a.done;
    await a.elector.release();
    expect([a.log, await holder()]).toEqual([['elected', 'lost with 0 ms left'], 'thief']);
  });

  it('counts down while the server cannot be reached, and gives up at the deadline', async () => {
    const a = contend('a');
    await expect.poll(() => a.log, patience).toEqual(['elected']);
    proxy.cut();
    a.pass(20_000);
    expect(a.elector.remainingMs()).toBeLessThanOrEqual(35_000);
    a.pass(20_000);
    await a.done;
    expect(a.log).toEqual(['elected', 'lost with 0 ms left']);
  });

  it('takes up again what an answer that was lost had renewed', async () => {
    const a = contend('a');
    await expect.poll(() => a.log, patience).toEqual(['elected']);
    await kube.client.patch({
      path: leasePath(),
      body: { metadata: { labels: { touched: 'yes' } } },
      what: 'touch',
      signal: forever,
    });
    const version = (await stored())?.metadata.resourceVersion;
    await expect.poll(async () => (await stored())?.metadata.resourceVersion, patience).not.toBe(version);
    expect([a.log, a.elector.remainingMs()]).toEqual([['elected'], 35_000]);
  });

  it('makes the lease anew when somebody deletes it', async () => {
    const a = contend('a');
    await expect.poll(() => a.log, patience).toEqual(['elected']);
    await kube.client.request({ method: 'DELETE', path: leasePath(), what: 'delete the lease', signal: forever });
    await expect.poll(holder, patience).toBe('a');
    expect(a.log).toEqual(['elected']);
  });
});
