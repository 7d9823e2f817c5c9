import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aMessage, succeeded } from '../support/sinks/messages.js';
import { never, type OpenedSink, openSink } from '../support/sinks/opened.js';
import { type SmtpStandIn, startSmtp } from '../support/sinks/smtp.js';

describe('mail', () => {
  let server: SmtpStandIn;
  let opened: OpenedSink;
  beforeEach(async () => {
    server = await startSmtp();
    const mail = {
      kind: 'email' as const,
      url: server.url,
      from: 'Towpath <towpath@acme.example>',
      to: ['ops@acme.example', 'qa@acme.example'],
    };
    opened = await openSink({ ...mail, timeout: '2s' }, { username: 'towpath', password: 'p4ss-word' });
  });
  afterEach(async () => {
    await opened.close();
    await server.close();
  });
  const send = (message = aMessage()) => opened.sink.send(message, undefined, never);

  it('tells everybody in plain text, with who, why, what and where', async () => {
    expect(await send()).toEqual({ state: 'delivered' });
    const [mail] = server.mails;
    expect([mail?.from, mail?.to, mail?.headers.subject]).toEqual([
      'towpath@acme.example',
      ['ops@acme.example', 'qa@acme.example'],
      'shop 2.9.4 is being deployed to production (acme)',
    ]);
    expect(mail?.text).toBe(
      [
        'shop 2.9.4 is being deployed to production (acme)',
        '',
        'Release:     shop 2.9.4 (was 2.9.1)',
        'Environment: production, acme',
        'Changes:     1 upgraded, 1 added',
        'By:          Ada <ada@acme.example>',
        'Why:         git asks for 2.9.4; 2.9.1 is recorded',
        'Tickets:     SHOP-12, SHOP-15',
        'Run:         shop.production.7',
        'At:          2026-11-22 10:00 UTC',
        'Build:       https://jenkins.example/job/deploy/17/',
        'Commit 0a1b2c3d4e5f: https://git.example/acme/releases/commit/0a1b2c3d4e5f',
        '',
        '  cart 1.2.0 → 1.3.0',
        '  mail 1.0.0 (new)',
      ].join('\n'),
    );
    expect(server.logins).toEqual(['\0towpath\0p4ss-word']);
  });

  it('is the same mail when it is sent again, and one thread for a deployment', async () => {
    server.fault = (command) => (command === 'message' ? 'lost' : undefined);
    expect(await send()).toMatchObject({ state: 'failed', isSent: true });
    server.fault = () => undefined;
    await send();
    await send(succeeded());
    const [first, again, later] = server.mails.map(({ headers }) => headers);
    expect(first?.['message-id']).toMatch(/^<[0-9a-f]{40}@acme\.example>$/);
    expect(again?.['message-id']).toBe(first?.['message-id']);
    expect([later?.references === first?.references, later?.['message-id'] === first?.['message-id']]).toEqual([true, false]);
  });

  it('tells what may pass from what will not, and repeats no password', async () => {
    const told = [];
    for (const [command, answer] of [
      ['message', '554 5.6.0 this content never'],
      ['MAIL', '451 4.3.0 later, p4ss-word'],
      ['AUTH', '535 5.7.8 p4ss-word is wrong'],
    ]) {
      server.fault = (asked) => (asked === command ? answer : undefined);
      told.push(await send());
    }
    expect(told).toEqual([
      { state: 'refused', message: 'team answered 554 (EMESSAGE)' },
      { state: 'failed', message: 'team answered 451 (EENVELOPE)', isSent: false },
      { state: 'failed', message: 'team answered 535 (EAUTH)', isSent: false },
    ]);
  });

  it('a line break in a version writes no header', async () => {
    await send(aMessage({ title: 'shop 1.0\r\nBcc: all@acme.example' }));
    expect(server.mails[0]?.headers.bcc).toBeUndefined();
  });

  it('a server that is away has got nothing', async () => {
    await server.close();
    expect(await send()).toEqual({ state: 'failed', message: 'team cannot be reached: ESOCKET', isSent: false });
    server = await startSmtp();
  });
});
