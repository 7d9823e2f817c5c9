import { describe, expect, it } from 'vitest';
import { startForge } from '../support/forge/server.js';
import { failureOf, token, useForge, variants } from '../support/forge/variants.js';

const never = AbortSignal.timeout(3_600_000);

describe.each(variants)('the code host $dialect, when it does not answer well', (variant) => {
  const { dialect, kind, project } = variant;
  const scene = useForge(variant);

  it('comes back when the host says, and sends nothing before', async () => {
    const reply = { status: 429, headers: { 'retry-after': '30' }, body: { message: 'Too many requests' } };
    scene.host.setFault({ kind: 'reply', reply });
    expect(await failureOf(scene.forge.pullRequests(never))).toMatchObject({ reason: 'ForgeBusy', retry: { afterMs: 30_000 } });
    scene.host.setFault(undefined);
    scene.host.forget();
    scene.now += 20_000;
    expect(await failureOf(scene.forge.pullRequests(never))).toMatchObject({ reason: 'ForgeBusy', retry: { afterMs: 10_000 } });
    expect(scene.host.seen).toEqual([]);
    scene.now += 10_000;
    expect(await scene.forge.pullRequests(never)).toEqual([]);
  });

  it.each([
    [
      'the end of a limit in seconds since 1970',
      403,
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1795341700' },
      100_000,
    ],
    [
      'the same by the clock of the host',
      429,
      { date: 'Sun, 22 Nov 2026 09:59:00 GMT', 'ratelimit-reset': '1795341700' },
      160_000,
    ],
    ['a date', 503, { 'retry-after': 'Sun, 22 Nov 2026 10:02:00 GMT' }, 120_000],
    ['a wait that is past', 429, { 'retry-after': '0' }, 1_000],
    ['a wait of days', 429, { 'retry-after': '864000' }, 3_600_000],
    ['nothing', 429, {}, 60_000],
  ])('understands %s as a limit', async (_, code, headers, afterMs) => {
    // A server adds the present time unless told otherwise, which is not that of the test.
    const date = { date: 'Sun, 22 Nov 2026 10:00:00 GMT' };
    scene.host.setFault({
      kind: 'reply',
      reply: { status: code, headers: { ...date, ...headers }, body: { message: 'limited' } },
    });
    expect(await failureOf(scene.forge.pullRequests(never))).toMatchObject({ reason: 'ForgeBusy', retry: { afterMs } });
  });

  it('understands a limit that only the message tells, and waits a minute', async () => {
    const message = 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.';
    scene.host.setFault({ kind: 'reply', reply: { status: 403, body: { message } } });
    expect(await failureOf(scene.forge.pullRequests(never))).toMatchObject({ reason: 'ForgeBusy', retry: { afterMs: 60_000 } });
  });

  it('takes no answer without end', async () => {
    scene.host.setFault({ kind: 'page', contentType: 'application/json', content: `["${'x'.repeat(17 * 1_048_576)}"]` });
    expect(await failureOf(scene.forge.pullRequests(never))).toMatchObject({
      reason: 'ForgeUnavailable',
      message: expect.stringContaining('more than 16777216 bytes'),
    });
  });

  it('follows no page that leads to itself', async () => {
    const next = `${scene.host.api(dialect)}/here?page=1`;
    const body = kind === 'bitbucket' ? { values: [], isLastPage: false, nextPageStart: 0, next } : [];
    scene.host.setFault({ kind: 'reply', reply: { status: 200, headers: { link: `<${next}>; rel="next"` }, body } });
    expect(await failureOf(scene.forge.pullRequests(never))).toMatchObject({
      message: expect.stringContaining('the same again'),
    });
    expect(scene.host.seen).toHaveLength(2);
  });

  it('rests after the last request that is allowed', async () => {
    const headers = { date: 'Sun, 22 Nov 2026 10:00:00 GMT', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1795341660' };
    scene.host.setFault({
      kind: 'reply',
      reply: { status: 200, headers, body: kind === 'bitbucket' ? { values: [], isLastPage: true } : [] },
    });
    expect(await scene.forge.pullRequests(never)).toEqual([]);
    expect(await failureOf(scene.forge.pullRequests(never))).toMatchObject({ reason: 'ForgeBusy', retry: { afterMs: 60_000 } });
    expect(scene.host.seen).toHaveLength(1);
  });

  it('says that the credentials are not accepted, without them', async () => {
    const error = (await failureOf(scene.open({ credentials: { token: 'wrong-token-xyz' } }).pullRequests(never))) as Error;
    expect(error).toMatchObject({ reason: 'ForgeForbidden', retry: 'backoff' });
    expect(JSON.stringify([error.message, error.stack, error.cause])).not.toContain('wrong-token-xyz');
  });

  it('shows no credential that the host repeats', async () => {
    scene.host.setFault({ kind: 'reply', reply: { status: 400, body: { message: `no ${token} here` } } });
    expect(((await failureOf(scene.forge.pullRequests(never))) as Error).message).toContain('no [redacted] here');
  });

  it.each([
    ['a project that is not there', 'ForgeNotFound', 404, {}],
    ['a breakdown', 'ForgeUnavailable', 502, {}],
    ['somebody else who writes at the same time', 'ForgeRefused', 409, {}],
    ['a move elsewhere', 'ForgeRefused', 301, { location: 'https://elsewhere.example/api' }],
  ])('understands %s', async (_, reason, code, headers) => {
    scene.host.setFault({ kind: 'reply', reply: { status: code, headers, body: {} } });
    expect(await failureOf(scene.forge.pullRequests(never))).toMatchObject({ reason, retry: 'backoff' });
  });

  it.each([
    ['a page for people', { kind: 'page', contentType: 'text/html', content: '<html>Sign in</html>' }],
    ['another form', { kind: 'page', contentType: 'application/json', content: '"hello"' }],
    ['a connection that breaks', { kind: 'reset' }],
  ] as const)('takes %s for no answer', async (_, fault) => {
    scene.host.setFault(fault);
    expect(await failureOf(scene.forge.pullRequests(never))).toMatchObject({ reason: 'ForgeUnavailable', retry: 'backoff' });
  });

  it('waits no longer than a request may take, and ends at once with its signal', async () => {
    scene.host.setFault({ kind: 'hang' });
    expect(await failureOf(scene.open({ requestTimeoutMs: 50 }).pullRequests(never))).toMatchObject({
      reason: 'ForgeUnavailable',
    });
    const ended = new AbortController();
    const pending = failureOf(scene.forge.pullRequests(ended.signal));
    ended.abort(new Error('the pass is over'));
    expect(await pending).toMatchObject({ message: 'the pass is over' });
  });

  it('sends its credentials to no other origin', async () => {
    const other = await startForge({ project, users: {} });
    scene.host.setFault({ kind: 'reply', reply: { status: 302, headers: { location: `${other.origin}/stolen` } } });
    await failureOf(scene.forge.pullRequests(never));
    const next = `${other.origin}/stolen?page=2`;
    const reply = {
      status: 200,
      headers: { link: `<${next}>; rel="next"` },
      body: kind === 'bitbucket' ? { values: [], isLastPage: true, next } : [],
    };
    scene.host.setFault({ kind: 'reply', reply }, { times: 1 });
    await failureOf(scene.forge.pullRequests(never));
    expect(other.seen).toEqual([]);
    await other.close();
  });

  it('follows a project that has moved inside the host', async () => {
    const [path = '', query = ''] = scene.host.api(dialect).slice(scene.host.origin.length).split('?');
    scene.host.setFault({ kind: 'reply', reply: { status: 301, headers: { location: `${path}/moved?${query}` } } }, { times: 1 });
    expect(await failureOf(scene.forge.pullRequests(never))).toMatchObject({ reason: 'ForgeNotFound' });
    expect(scene.host.seen.map((one) => new URL(one.path, scene.host.origin).pathname).at(-1)).toBe(`${path}/moved`);
  });

  it('tells of every request, without its address', async () => {
    const told: unknown[] = [];
    await scene.open({ onRequest: ({ operation, code }) => told.push([operation, code]) }).pullRequests(never);
    expect(told).toEqual([['pullRequests', '200']]);
  });
});
