import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EventCorrelator } from '../../controller/kube/event-correlator.js';
import { newEvent, repeatedEvent } from '../../controller/kube/event-forms.js';
import { createKube, type Kube } from '../../controller/kube/kube.js';
import type { EventRecord } from '../../controller/reconcile/ports.js';
import { createdEnvironment, forever } from './kube-suite/objects.js';
import { type FaultyProxy, startProxy } from './kube-suite/proxy.js';
import { serversToTest, type TestServer } from './kube-suite/servers.js';

const key = { namespace: 'default', name: 'shop.qa' };
const start = Date.UTC(2026, 10, 22, 10);
const patience = { timeout: 15_000, interval: 20 };

const anEvent = (changes: Partial<EventRecord> = {}): EventRecord => ({
  regarding: { kind: 'Environment', key, uid: 'uid-1' },
  type: 'Normal',
  reason: 'GateClosed',
  message: 'waiting for sign-off',
  ...changes,
});

describe('the correlator of events', () => {
  it('counts equal events', () => {
    const correlator = new EventCorrelator();
    const counts = [0, 1_000, 2_000].map((ms) => correlator.correlate(anEvent(), start + ms)?.count);
    expect(counts).toEqual([1, 2, 3]);
  });

  it('combines what is similar after ten different messages, until nothing comes for ten minutes', () => {
    const correlator = new EventCorrelator();
    const write = (number: number, ms: number) =>
      correlator.correlate(anEvent({ message: `message ${number}` }), start + ms)?.record.message;
    const messages = Array.from({ length: 12 }, (_, number) => write(number, number));
    expect(messages.slice(9)).toEqual([
      'message 9',
      '(combined from similar events): message 10',
      '(combined from similar events): message 11',
    ]);
    expect(write(3, 20)).toBe('message 3');
    expect(write(13, 700_000)).toBe('message 13');
  });

  it('lets an object write 25 events at once, then one in five minutes, and others as many', () => {
    const correlator = new EventCorrelator();
    const written = (ms: number, name: string) => {
      const regarding = { kind: 'Environment', key: { ...key, name } } as const;
      return correlator.correlate(anEvent({ regarding }), start + ms) !== undefined;
    };
    const burst = Array.from({ length: 30 }, () => written(0, 'a'));
    expect(burst.filter(Boolean)).toHaveLength(25);
    expect([written(299_000, 'a'), written(300_000, 'a'), written(300_000, 'a')]).toEqual([false, true, false]);
    expect(written(300_000, 'b')).toBe(true);
  });

  it('cuts a note to what the server takes, and no character in two', () => {
    const { record } = new EventCorrelator().correlate(anEvent({ message: 'ä'.repeat(600) }), start) ?? {};
    expect(record?.message).toBe(`${'ä'.repeat(510)}…`);
    expect(new TextEncoder().encode(record?.message).length).toBeLessThanOrEqual(1024);
  });
});

describe('the forms of events', () => {
  const written = { record: anEvent(), key: 'k', count: 3, firstAt: start, lastAt: start + 5 };
  const names = { name: 'shop.qa.1', instance: 'towpath-0' };
  const object = { apiVersion: 'towpath.dev/v1alpha1', kind: 'Environment', namespace: 'default', name: 'shop.qa', uid: 'uid-1' };

  it('is that of events.k8s.io/v1, with six digits of a second', () => {
    expect([newEvent('events.k8s.io/v1', written, names), repeatedEvent('events.k8s.io/v1', written)]).toEqual([
      {
        apiVersion: 'events.k8s.io/v1',
        kind: 'Event',
        metadata: { name: 'shop.qa.1', namespace: 'default' },
        type: 'Normal',
        reason: 'GateClosed',
        reportingInstance: 'towpath-0',
        reportingController: 'towpath',
        action: 'Reconcile',
        regarding: object,
        note: 'waiting for sign-off',
        eventTime: '2026-11-22T10:00:00.005000Z',
      },
      { series: { count: 3, lastObservedTime: '2026-11-22T10:00:00.005000Z' } },
    ]);
  });

  it('is that of core/v1 for servers that have nothing else', () => {
    expect([newEvent('v1', written, names), repeatedEvent('v1', written)]).toEqual([
      {
        apiVersion: 'v1',
        kind: 'Event',
        metadata: { name: 'shop.qa.1', namespace: 'default' },
        type: 'Normal',
        reason: 'GateClosed',
        reportingInstance: 'towpath-0',
        reportingComponent: 'towpath',
        source: { component: 'towpath' },
        involvedObject: object,
        message: 'waiting for sign-off',
        count: 3,
        firstTimestamp: '2026-11-22T10:00:00Z',
        lastTimestamp: '2026-11-22T10:00:00Z',
      },
      { count: 3, lastTimestamp: '2026-11-22T10:00:00Z' },
    ]);
  });
});

describe.each(serversToTest())('events on the %s', (_name, startServer) => {
  let server: TestServer;
  let proxy: FaultyProxy;
  let kube: Kube;

  beforeAll(async () => {
    server = await startServer();
    proxy = await startProxy(server.url);
    kube = await createKube({ kubeconfig: { ...server, url: proxy.url }, now: Date.now, instance: 'towpath-0' });
  }, 90_000);

  afterAll(async () => {
    await kube?.close();
    await proxy?.close();
    await server?.close();
  });

  interface Written {
    readonly involvedObject: { readonly name: string; readonly uid?: string };
    readonly message: string;
    readonly series?: { readonly count: number };
  }
  /** As kubectl sees them: through the older of the two APIs. */
  const eventsOf = async (name: string) => {
    const uid = kube.environments.get({ namespace: 'default', name })?.metadata.uid;
    const call = { method: 'GET', path: '/api/v1/namespaces/default/events', what: 'list events', signal: forever } as const;
    const { items } = await kube.client.request<{ items: Written[] }>(call);
    return items
      .filter(({ involvedObject }) => involvedObject.name === name && involvedObject.uid === uid)
      .map(({ message, series }) => `${message} ${series?.count ?? 1}`);
  };
  const aboutNew = async (name: string) => {
    await createdEnvironment(kube, { namespace: 'default', name });
    return { kind: 'Environment', key: { namespace: 'default', name } } as const;
  };

  it('are visible to kubectl, equal ones as one that counts', async () => {
    const regarding = await aboutNew('shop.events');
    for (let repeat = 0; repeat < 3; repeat += 1) kube.events.record(anEvent({ regarding }));
    kube.events.record(anEvent({ regarding, message: 'something else', type: 'Warning' }));
    await expect
      .poll(async () => (await eventsOf('shop.events')).sort(), patience)
      .toEqual(['something else 1', 'waiting for sign-off 3']);
  });

  it('start anew when the server has forgotten the first', async () => {
    const regarding = await aboutNew('shop.forgotten');
    kube.events.record(anEvent({ regarding }));
    await expect.poll(() => eventsOf('shop.forgotten'), patience).toEqual(['waiting for sign-off 1']);
    await kube.client.request({
      method: 'DELETE',
      path: '/api/v1/namespaces/default/events',
      what: 'delete events',
      signal: forever,
    });
    await expect.poll(() => eventsOf('shop.forgotten'), patience).toEqual([]);
    kube.events.record(anEvent({ regarding }));
    await expect.poll(() => eventsOf('shop.forgotten'), patience).toEqual(['waiting for sign-off 1']);
  });

  it('neither throw nor wait when nothing can be written, and end when they are told to', async () => {
    const cut = await startProxy(server.url);
    cut.cut();
    const dropped: object[] = [];
    const logger = { debug: () => undefined, warn: (fields: object) => void dropped.push(fields) };
    const offline = await createKube({ kubeconfig: { ...server, url: cut.url }, now: Date.now, logger });
    for (let count = 0; count < 2_000; count += 1) offline.events.record(anEvent({ message: `message ${count}` }));
    offline.events.record(anEvent({ regarding: { kind: 'Environment', key: { namespace: '../x', name: 'y' } } }));
    await offline.close();
    offline.events.record(anEvent());
    expect(dropped).toEqual([expect.objectContaining({ reason: 'GateClosed' })]);
    await cut.close();
  });
});
