import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type JiraStandIn, startJira } from '../support/sinks/jira.js';
import { aMessage, succeeded } from '../support/sinks/messages.js';
import { never, type OpenedSink, openSink } from '../support/sinks/opened.js';

const authorization = `Basic ${Buffer.from('bot@acme.example:s3cret-token').toString('base64')}`;

describe('Jira', () => {
  let jira: JiraStandIn;
  let opened: OpenedSink;
  beforeEach(async () => {
    jira = await startJira(authorization, ['SHOP-12', 'SHOP-15']);
    const secret = { username: 'bot@acme.example', token: 's3cret-token' };
    opened = await openSink({ kind: 'jira', url: jira.url, transition: 'Done' }, secret);
  });
  afterEach(async () => {
    await opened.close();
    await jira.close();
  });
  const issues = () =>
    Object.entries(jira.issues).map(([key, { status, fixVersions, comments }]) => [key, status, fixVersions, comments.length]);

  it('gives every ticket of a release that has arrived its version, a comment and its transition', async () => {
    expect(await opened.sink.send(succeeded(), undefined, never)).toEqual({ state: 'delivered' });
    expect([issues(), jira.versions]).toEqual([
      [
        ['SHOP-12', 'Done', ['shop 2.9.4'], 1],
        ['SHOP-15', 'Done', ['shop 2.9.4'], 1],
      ],
      ['shop 2.9.4'],
    ]);
    expect(jira.issues['SHOP-12']?.comments[0]).toContain('shop 2.9.4 is deployed to production (acme)');
  });

  it('comments alone on what is no arrival', async () => {
    await opened.sink.send(aMessage(), undefined, never);
    expect(issues()).toEqual([
      ['SHOP-12', 'In Progress', [], 1],
      ['SHOP-15', 'In Progress', [], 1],
    ]);
  });

  it('does nothing twice, whichever answer is lost on the way', async () => {
    let lost = 0;
    for (let attempt = 0; attempt < 30; attempt += 1) {
      let calls = 0;
      jira.fault = () => {
        calls += 1;
        return calls === lost + 1 ? 'lost' : undefined;
      };
      if ((await opened.sink.send(succeeded(), undefined, never)).state === 'delivered') break;
      lost += 1;
    }
    expect(lost).toBeGreaterThan(6);
    expect(issues()).toEqual([
      ['SHOP-12', 'Done', ['shop 2.9.4'], 1],
      ['SHOP-15', 'Done', ['shop 2.9.4'], 1],
    ]);
  });

  it('tells of a ticket that does not exist, and tells the others nevertheless', async () => {
    const sent = await opened.sink.send(succeeded({ tickets: ['SHOP-99', 'SHOP-12', 'not a ticket'] }), undefined, never);
    expect(sent).toEqual({ state: 'refused', message: 'team: SHOP-99: team answered 404' });
    expect(jira.issues['SHOP-12']?.status).toBe('Done');
  });

  it('waits as long as Jira asks for', async () => {
    jira.fault = () => ({ status: 429, headers: { 'retry-after': '30' } });
    expect(await opened.sink.send(succeeded(), undefined, never)).toEqual({
      state: 'failed',
      message: 'team answered 429',
      isSent: false,
      afterMs: 30_000,
    });
  });
});
