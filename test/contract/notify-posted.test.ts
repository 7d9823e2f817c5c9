import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ReconcileError } from '../../controller/core/errors.js';
import { type HttpSink, startHttpSink } from '../support/sinks/http-sink.js';
import { aMessage } from '../support/sinks/messages.js';
import { never, openSink, type WrittenSink } from '../support/sinks/opened.js';
import { isSigned, startWebhookSink } from '../support/sinks/webhook.js';

const send = async (written: WrittenSink, secret: Record<string, string>, message = aMessage()) => {
  const { sink, close } = await openSink(written, secret);
  try {
    return await sink.send(message, undefined, never);
  } finally {
    await close();
  }
};

describe('sinks that take one request a message', () => {
  let server: HttpSink;
  beforeEach(async () => {
    server = await startHttpSink();
  });
  afterEach(() => server.close());
  const body = () => JSON.parse(server.received[0]?.body ?? '') as Record<string, unknown>;

  it('webhook: a CloudEvent whose id is the key, signed with each of the secrets while they are rotated', async () => {
    const secrets = ['whsec_bmV3IHNlY3JldA==', 'an older secret'.replaceAll(' ', '-')];
    await send({ kind: 'webhook', url: server.url }, { secret: `${secrets.join('\n')}\n` });
    const [request] = server.received;
    if (request === undefined) throw new Error('nothing came');
    expect(secrets.map((secret) => isSigned(request, secret))).toEqual([true, true]);
    expect(isSigned({ ...request, body: `${request.body} ` }, secrets[0] ?? '')).toBe(false);
    const { id, specversion, type, source, subject, time, datacontenttype, data } = body();
    expect({ id, specversion, type, source, subject, time, datacontenttype }).toEqual({
      id: 'default/shop.production.7.0a1b2c3d/DeploymentStarted/team',
      specversion: '1.0',
      type: 'dev.towpath.DeploymentStarted',
      source: '/towpath/default/releases',
      subject: 'shop/production',
      time: '2026-11-22T10:00:00Z',
      datacontenttype: 'application/json',
    });
    expect(data).toMatchObject({ version: '2.9.4', previousVersion: '2.9.1', who: 'Ada <ada@acme.example>', client: 'acme' });
    expect([request.headers['content-type'], request.headers['webhook-id']]).toEqual([
      'application/cloudevents+json; charset=utf-8',
      id,
    ]);
  });

  it('webhook: is taken once by a receiver that remembers ids', async () => {
    const receiver = await startWebhookSink('secret');
    for (let attempt = 0; attempt < 2; attempt += 1) await send({ kind: 'webhook', url: receiver.url }, { secret: 'secret' });
    expect([receiver.events.length, receiver.repeated.length]).toEqual([1, 1]);
    await receiver.close();
  });

  it('Teams: an Adaptive Card as a Workflow takes it, with text that is no Markdown and buttons that lead on', async () => {
    await send({ kind: 'teams' }, { url: `${server.url}/workflows/secret-part` });
    const { type, attachments } = body() as {
      type: string;
      attachments: {
        contentType: string;
        content: { type: string; body: { inlines: { text: string }[] }[]; actions: object[] };
      }[];
    };
    const [card] = attachments;
    expect([type, card?.contentType, card?.content.type]).toEqual([
      'message',
      'application/vnd.microsoft.card.adaptive',
      'AdaptiveCard',
    ]);
    expect(card?.content.body.map(({ inlines }) => inlines.map(({ text }) => text).join(''))).toEqual([
      'shop 2.9.4 is being deployed to production (acme)',
      'Release: shop 2.9.4 (was 2.9.1)',
      'Environment: production, acme',
      'Changes: 1 upgraded, 1 added',
      'By: Ada <ada@acme.example>',
      'Why: git asks for 2.9.4; 2.9.1 is recorded',
      'Tickets: SHOP-12, SHOP-15',
      'Run: shop.production.7',
      'At: 2026-11-22 10:00 UTC',
      'cart 1.2.0 → 1.3.0\nmail 1.0.0 (new)',
    ]);
    expect(card?.content.actions).toEqual([
      { type: 'Action.OpenUrl', title: 'Build', url: 'https://jenkins.example/job/deploy/17/' },
      {
        type: 'Action.OpenUrl',
        title: 'Commit 0a1b2c3d4e5f',
        url: 'https://git.example/acme/releases/commit/0a1b2c3d4e5f',
      },
    ]);
  });

  it('Slack: an incoming webhook gets everything in one message', async () => {
    expect(await send({ kind: 'slack' }, { url: `${server.url}/services/T0/B0/secret` })).toEqual({ state: 'delivered' });
    expect(body()).toMatchObject({ text: 'shop 2.9.4 is being deployed to production (acme)', blocks: [{}, {}, {}, {}] });
  });

  it('the address, which is the secret, is in no failure', async () => {
    await server.close();
    const failed = await send({ kind: 'teams' }, { url: `${server.url}/workflows/secret-part` });
    expect(failed).toEqual({ state: 'failed', message: 'team cannot be reached: ECONNREFUSED', isSent: false });
    server = await startHttpSink();
  });

  it('a sink that does not answer is given up, and may have got it', async () => {
    server.answer(() => ({ status: 200, lost: true }));
    const lost = await send({ kind: 'teams' }, { url: server.url });
    expect(lost).toEqual({ state: 'failed', message: 'team cannot be reached: UND_ERR_SOCKET', isSent: true });
  });

  it('redirects are not followed: what is sent is for one address', async () => {
    const elsewhere = await startHttpSink();
    server.answer(() => ({ status: 307, headers: { location: elsewhere.url } }));
    const sent = await send({ kind: 'webhook', url: server.url }, { secret: 'secret' });
    expect([sent, elsewhere.received]).toEqual([{ state: 'failed', message: 'team answered 307', isSent: false }, []]);
    await elsewhere.close();
  });

  it('what cannot be used is said without the address', async () => {
    const wrong: [WrittenSink, Record<string, string>][] = [
      [{ kind: 'webhook', url: 'http://example.com/hook' }, { secret: 'secret' }],
      [{ kind: 'webhook', url: 'https://user:secret@example.com/' }, { secret: 'secret' }],
      [{ kind: 'webhook', url: 'https://example.com/' }, {}],
      [{ kind: 'slack' }, {}],
      [{ kind: 'teams' }, { url: 'not an address with secret' }],
    ];
    const told = await Promise.all(
      wrong.map(([written, secret]) => send(written, secret).catch((error: ReconcileError) => error)),
    );
    expect(told.map((error) => (error instanceof ReconcileError ? [error.reason, error.message] : error))).toEqual([
      ['SinkMisconfigured', 'sink team: it is not told anything over plain http; use https, or set allowInsecure'],
      ['SinkMisconfigured', 'sink team: its url holds credentials; they belong into its Secret'],
      ['SinkMisconfigured', 'sink team: its Secret has no secret to sign with'],
      ['SinkMisconfigured', 'sink team: its Secret has neither token nor url'],
      ['SinkMisconfigured', 'sink team: its url cannot be read'],
    ]);
  });
});
