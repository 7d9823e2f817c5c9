import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aMessage, succeeded } from '../support/sinks/messages.js';
import { never, type OpenedSink, openSink } from '../support/sinks/opened.js';
import { type SlackStandIn, startSlack } from '../support/sinks/slack.js';

const token = 'xoxb-0123456789-secret';

describe('Slack', () => {
  let slack: SlackStandIn;
  let opened: OpenedSink;
  beforeEach(async () => {
    slack = await startSlack(token, 'C0123');
    opened = await openSink({ kind: 'slack', url: `${slack.url}/api/`, channel: 'C0123' }, { token });
  });
  afterEach(async () => {
    await opened.close();
    await slack.close();
  });
  const texts = () => slack.messages.map(({ text, threadTs }) => `${threadTs === undefined ? '' : '> '}${text.split('\n')[0]}`);
  const lookedFor = (since = Date.now()) => ({ since, handle: undefined });

  it('shows one message a deployment, edited in place, with each step in its thread', async () => {
    const first = await opened.sink.send(aMessage(), undefined, never);
    if (first.state !== 'delivered') throw new Error(first.message);
    expect(await opened.sink.send(succeeded(), first.handle, never)).toEqual(first);
    expect(texts()).toEqual([
      'shop 2.9.4 is deployed to production (acme)',
      '> :hourglass_flowing_sand: shop 2.9.4 is being deployed to production (acme)',
      '> :white_check_mark: shop 2.9.4 is deployed to production (acme)',
    ]);
  });

  it('names release, place, changes, people and reasons, and links build and commit, with nothing of others as markup', async () => {
    await opened.sink.send(aMessage({ why: '<!channel> & <https://evil|click>' }), undefined, never);
    const { blocks } = JSON.parse(slack.received[0]?.body ?? '') as { blocks: { text: { text: string } }[] };
    expect(blocks.map(({ text }) => text.text)).toEqual([
      ':hourglass_flowing_sand: *shop 2.9.4 is being deployed to production (acme)*',
      [
        '*Release:* shop 2.9.4 (was 2.9.1)',
        '*Environment:* production, acme',
        '*Changes:* 1 upgraded, 1 added',
        '*By:* Ada &lt;ada@acme.example&gt;',
        '*Why:* &lt;!channel&gt; &amp; &lt;https://evil|click&gt;',
        '*Tickets:* SHOP-12, SHOP-15',
        '*Run:* shop.production.7',
        '*At:* 2026-11-22 10:00 UTC',
      ].join('\n'),
      '<https://jenkins.example/job/deploy/17/|Build> · <https://git.example/acme/releases/commit/0a1b2c3d4e5f|Commit 0a1b2c3d4e5f>',
    ]);
  });

  it('finds a message whose answer was lost, and does not find one that was never posted', async () => {
    slack.fault = () => 'lost';
    expect(await opened.sink.send(aMessage(), undefined, never)).toEqual({
      state: 'failed',
      message: 'team cannot be reached: UND_ERR_SOCKET',
      isSent: true,
    });
    slack.fault = () => undefined;
    const [posted] = slack.messages;
    expect(await opened.sink.find(aMessage(), lookedFor(), never)).toEqual({
      state: 'found',
      handle: { channel: 'C0123', ts: posted?.ts },
    });
    expect(await opened.sink.find(succeeded(), lookedFor(), never)).toEqual({ state: 'absent' });
  });

  it('posts the details of a found message where they were not posted, once', async () => {
    let calls = 0;
    slack.fault = () => {
      calls += 1;
      return calls === 2 ? { status: 429, headers: { 'retry-after': '7' } } : undefined;
    };
    const failed = await opened.sink.send(aMessage(), undefined, never);
    expect(failed).toEqual({ state: 'failed', message: 'team answered 429', isSent: true, afterMs: 7_000 });
    await opened.sink.find(aMessage(), lookedFor(), never);
    await opened.sink.find(aMessage(), lookedFor(), never);
    expect(texts()).toEqual([
      'shop 2.9.4 is being deployed to production (acme)',
      '> :hourglass_flowing_sand: shop 2.9.4 is being deployed to production (acme)',
    ]);
  });

  it('finds a reply in the thread of its message', async () => {
    const first = await opened.sink.send(aMessage(), undefined, never);
    const handle = first.state === 'delivered' ? first.handle : undefined;
    await opened.sink.send(succeeded(), handle, never);
    expect(await opened.sink.find(succeeded(), { since: Date.now(), handle }, never)).toEqual({ state: 'found', handle });
  });

  it('begins a new message where somebody has removed the one to be edited', async () => {
    const sent = await opened.sink.send(succeeded(), { channel: 'C0123', ts: '1.000000' }, never);
    expect([sent.state, texts()[0]]).toEqual(['delivered', 'shop 2.9.4 is deployed to production (acme)']);
  });

  it('tells what can be tried again from what Slack will never take, and repeats no token', async () => {
    const answers = [
      { status: 200, body: { ok: false, error: 'msg_too_long' } },
      { status: 200, body: { ok: false, error: 'not_in_channel' } },
      { status: 200, body: { ok: false, error: `bad token ${token}` } },
      { status: 502 },
    ];
    const told = [];
    for (const answer of answers) {
      slack.fault = () => answer;
      told.push(await opened.sink.send(aMessage(), undefined, never));
    }
    expect(told).toEqual([
      { state: 'refused', message: 'team answered msg_too_long' },
      { state: 'failed', message: 'team answered not_in_channel', isSent: false },
      { state: 'failed', message: 'team answered with something else than JSON', isSent: true },
      { state: 'failed', message: 'team answered 502', isSent: true },
    ]);
  });
});
