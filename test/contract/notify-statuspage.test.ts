import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Message } from '../../controller/core/notify/message.js';
import { at } from '../support/facts.js';
import { aMessage, succeeded } from '../support/sinks/messages.js';
import { never, type OpenedSink, openSink } from '../support/sinks/opened.js';
import { type StatuspageStandIn, startStatuspage } from '../support/sinks/statuspage.js';

describe('a status page', () => {
  let page: StatuspageStandIn;
  let opened: OpenedSink;
  beforeEach(async () => {
    page = await startStatuspage('token', 'abc123');
    const components = [
      { id: 'web', product: 'shop', client: 'acme' },
      { id: 'other', product: 'mail' },
    ];
    opened = await openSink({ kind: 'statuspage', url: page.url, page: 'abc123', components }, { token: 'token' });
  });
  afterEach(async () => {
    await opened.close();
    await page.close();
  });
  const begin = () => opened.sink.send(aMessage({ estimatedEnd: at('10:35') }), undefined, never);

  it('shows a deployment as a maintenance that begins and ends with it, and its components with it', async () => {
    expect(await begin()).toEqual({ state: 'delivered', handle: 'p1' });
    expect([page.incidents[0]?.status, page.components]).toEqual(['in_progress', { web: 'under_maintenance' }]);
    expect(page.incidents[0]).toMatchObject({ scheduled_for: '2026-11-22T10:00:00Z', scheduled_until: '2026-11-22T10:35:00Z' });
    await opened.sink.send(succeeded(), 'p1', never);
    expect([page.incidents.length, page.incidents[0]?.status, page.components]).toEqual([1, 'completed', { web: 'operational' }]);
  });

  it('ends it as degraded where the deployment did not succeed, and says nothing of people and builds', async () => {
    await begin();
    await opened.sink.send(succeeded({ event: 'DeploymentFailed', details: ['build ended with FAILURE'] }), 'p1', never);
    expect([page.incidents[0]?.status, page.components]).toEqual(['completed', { web: 'degraded_performance' }]);
    expect(JSON.stringify(page.received.map(({ body }) => body))).not.toMatch(/Ada|jenkins|FAILURE/);
  });

  it('is told once, whichever answer is lost on the way', async () => {
    for (const method of ['POST', 'PATCH']) {
      page.fault = (asked) => (asked === method ? 'lost' : undefined);
      const message = method === 'POST' ? aMessage() : succeeded();
      expect((await opened.sink.send(message, undefined, never)).state).toBe('failed');
      page.fault = () => undefined;
      expect(await opened.sink.send(message, undefined, never)).toEqual({ state: 'delivered', handle: 'p1' });
    }
    expect(page.incidents.map(({ status, updates }) => [status, updates])).toEqual([['completed', 2]]);
  });

  it('schedules what is planned, moves it with the plan, and begins it with the deployment', async () => {
    const plan = 'default/shop.production/2.9.4/planned/team';
    const planned = (from: string) =>
      aMessage({
        event: 'DeploymentPlanned',
        key: `${plan}/${from}`,
        thread: plan,
        plan,
        planned: { from: at(from), to: at(from) + 1_800_000 },
      });
    const shown = () =>
      page.incidents.map(({ status, scheduled_for, scheduled_until }) => [status, scheduled_for, scheduled_until]);
    for (const from of ['20:00', '20:00', '21:00']) await opened.sink.send(planned(from), undefined, never);
    expect([shown(), page.components]).toEqual([[['scheduled', '2026-11-22T21:00:00Z', '2026-11-22T21:30:00Z']], {}]);
    const started = aMessage({ plan, at: at('21:01'), estimatedEnd: at('21:40') });
    expect(await opened.sink.send(started, undefined, never)).toEqual({ state: 'delivered', handle: 'p1' });
    expect(await opened.sink.send(started, undefined, never)).toEqual({ state: 'delivered', handle: 'p1' });
    expect([shown(), page.components]).toEqual([
      [['in_progress', '2026-11-22T21:00:00Z', '2026-11-22T21:40:00Z']],
      { web: 'under_maintenance' },
    ]);
    await opened.sink.send(succeeded(), 'p1', never);
    expect([page.incidents[0]?.status, page.incidents[0]?.updates]).toEqual(['completed', 4]);
  });

  describe('with a plan that was scheduled', () => {
    const plan = 'default/shop.production/2.9.4/planned/team';
    const planned = (from: string) =>
      aMessage({ event: 'DeploymentPlanned', key: `${plan}/${from}`, thread: plan, plan, planned: { from: at(from) } });
    const withdrawn = (over: Partial<Message> = {}) =>
      aMessage({
        event: 'PlanWithdrawn',
        key: `${plan}/withdrawn/2`,
        thread: plan,
        plan,
        planned: { from: at('20:00') },
        ...over,
      });
    const send = (message: Message) => opened.sink.send(message, undefined, never);
    const shown = () => page.incidents.map(({ status, updates }) => [status, updates]);
    beforeEach(async () => void (await send(planned('20:00'))));

    it('calls the maintenance off where people can read that, once, and lets the components be', async () => {
      expect([await send(withdrawn()), await send(withdrawn())]).toEqual([{ state: 'delivered' }, { state: 'delivered' }]);
      expect(page.incidents).toMatchObject([
        { status: 'completed', body: 'The maintenance was called off: it will not take place.', updates: 2 },
      ]);
      expect(page.components).toEqual({});
      expect(page.received.at(-2)?.body).toContain('"auto_transition_to_operational_state":false');
    });

    it('calls it off once where the answer to that is lost', async () => {
      page.fault = (method) => (method === 'PATCH' ? 'lost' : undefined);
      expect((await send(withdrawn())).state).toBe('failed');
      page.fault = () => undefined;
      expect([await send(withdrawn()), shown()]).toEqual([{ state: 'delivered' }, [['completed', 2]]]);
    });

    it('calls off neither what has begun nor what is of another plan, and nothing where nothing is scheduled', async () => {
      await send(aMessage({ plan }));
      await send({ ...planned('20:00'), thread: `${plan}-of-another` });
      expect([await send(withdrawn()), shown()]).toEqual([
        { state: 'delivered' },
        [
          ['in_progress', 2],
          ['scheduled', 1],
        ],
      ]);
    });

    it('schedules another maintenance where it is planned again', async () => {
      await send(withdrawn());
      await send({ ...planned('21:00'), key: `${plan}/21:00/3` });
      expect(page.incidents.map(({ status, scheduled_for }) => [status, scheduled_for])).toEqual([
        ['completed', '2026-11-22T20:00:00Z'],
        ['scheduled', '2026-11-22T21:00:00Z'],
      ]);
    });
  });

  it('leaves the page alone for an end without a beginning, and for what is no business of customers', async () => {
    const told = [await opened.sink.send(succeeded(), undefined, never)];
    told.push(await opened.sink.send(aMessage({ event: 'GateClosed' }), undefined, never));
    expect([told, page.incidents]).toEqual([[{ state: 'delivered' }, { state: 'delivered' }], []]);
  });

  it('takes 420 for a limit, as Statuspage means it', async () => {
    page.fault = () => ({ status: 420 });
    expect(await begin()).toEqual({ state: 'failed', message: 'team answered 420', isSent: false });
  });
});
