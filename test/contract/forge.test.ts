import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createForge, type ForgeClient } from '../../controller/forge/create.js';
import type { ForgeKind, ForgeOptions } from '../../controller/forge/forge.js';
import { type DialectName, type ForgeStandIn, startForge } from '../support/forge/server.js';

const sha = 'a'.repeat(40);
const token = 'secret-token-1';
const request = { head: 'towpath/shop-2.0.0-uat', base: 'main', title: 'Promote shop 2.0.0 to uat', body: 'What it does' };
const never = AbortSignal.timeout(3_600_000);

interface Variant {
  readonly dialect: DialectName;
  readonly kind: ForgeKind;
  readonly project: string;
  /** How it calls the states of a status. */
  readonly states: readonly [pending: string, success: string, failure: string];
}

const variants: readonly Variant[] = [
  { dialect: 'github', kind: 'github', project: 'acme/releases', states: ['pending', 'success', 'failure'] },
  { dialect: 'gitlab', kind: 'gitlab', project: 'acme/platform/releases', states: ['pending', 'success', 'failed'] },
  { dialect: 'gitea', kind: 'gitea', project: 'acme/releases', states: ['pending', 'success', 'failure'] },
  { dialect: 'bitbucket-cloud', kind: 'bitbucket', project: 'acme/releases', states: ['INPROGRESS', 'SUCCESSFUL', 'FAILED'] },
  {
    dialect: 'bitbucket-data-center',
    kind: 'bitbucket',
    project: 'ACME/releases',
    states: ['INPROGRESS', 'SUCCESSFUL', 'FAILED'],
  },
];

describe.each(variants)('the code host $dialect', ({ dialect, kind, project, states }) => {
  let host: ForgeStandIn;
  let forge: ForgeClient;
  const opened: ForgeClient[] = [];
  let now = Date.parse('2026-11-22T10:00:00Z');
  const open = (options: Partial<ForgeOptions> = {}): ForgeClient => {
    const created = createForge({ kind, url: host.api(dialect), project, credentials: { token }, now: () => now, ...options });
    opened.push(created);
    return created;
  };
  const failure = (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => 'nothing',
      (error: unknown) => error,
    );

  beforeEach(async () => {
    now = Date.parse('2026-11-22T10:00:00Z');
    const branches = { main: 'b'.repeat(40), [request.head]: sha, 'towpath/other': 'c'.repeat(40) };
    const users = { [token]: 'towpath', 'secret-token-2': 'mallory' };
    host = await startForge({ project, users, branches, pageSize: 2 });
    forge = open();
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((one) => one.close()));
    await host.close();
  });

  const addOpen = (head: string, more: { isFork?: boolean; isOpen?: boolean; base?: string } = {}) => {
    const number = host.state.pullRequests.length + 1;
    const one = {
      number,
      head,
      sha: String(number).repeat(40).slice(0, 40),
      base: 'main',
      title: `PR ${number}`,
      body: '',
      author: 'ann',
    };
    host.state.pullRequests.push({ ...one, isOpen: true, isFork: false, ...more });
  };

  it('opens a pull request with its branches, title and text', async () => {
    const place = await forge.openPullRequest(request, never);
    expect([place.number, new URL(place.url).pathname]).toEqual([1, expect.stringMatching(/\/1$/)]);
    expect(host.state.pullRequests).toMatchObject([{ ...request, sha, author: 'towpath' }]);
  });

  it('returns the one that is open, unchanged, however often it is asked', async () => {
    const first = await forge.openPullRequest(request, never);
    expect(await forge.openPullRequest({ ...request, title: 'Another', body: 'Another' }, never)).toEqual(first);
    expect(host.state.pullRequests).toMatchObject([{ title: request.title, body: request.body }]);
  });

  it('takes none of a copy of the project, of another base, or that is closed, for it', async () => {
    addOpen(request.head, { isFork: true });
    addOpen(request.head, { base: 'release' });
    addOpen(request.head, { isOpen: false });
    expect((await forge.openPullRequest(request, never)).number).toBe(4);
  });

  it('finds the one whose answer was lost', async () => {
    host.setFault({ kind: 'lost' }, { matches: ({ method }) => method === 'POST', times: 1 });
    expect((await forge.openPullRequest(request, never)).number).toBe(1);
    expect(host.state.pullRequests).toHaveLength(1);
  });

  it('says what the host says where it refuses', async () => {
    const error = await failure(forge.openPullRequest({ ...request, head: 'nowhere' }, never));
    expect(error).toMatchObject({ name: 'ReconcileError', reason: expect.stringMatching(/^Forge(Refused|NotFound)$/) });
  });

  it('lists every open pull request over all pages, with whole commit ids', async () => {
    for (const head of ['a', 'b', 'c', 'd', 'e']) addOpen(head);
    addOpen('closed', { isOpen: false });
    const found = await forge.pullRequests(never);
    expect(found.map(({ number, head, base, title }) => ({ number, head, base, title }))).toEqual(
      ['a', 'b', 'c', 'd', 'e'].map((ref, index) => ({
        number: index + 1,
        head: { ref, sha: String(index + 1).repeat(40) },
        base: { ref: 'main' },
        title: `PR ${index + 1}`,
      })),
    );
    expect(host.seen.filter(({ path }) => path.includes('state=')).length).toBe(3);
  });

  const status = {
    sha,
    context: 'towpath/uat',
    state: 'pending',
    description: 'waits for soak',
    url: 'https://towpath.example/uat',
  } as const;
  const said = () => host.state.statuses.filter(({ context }) => context === 'towpath/uat').map(({ state }) => state);

  it('sets a status, and writes nothing where it says this already', async () => {
    await forge.setStatus(status, never);
    host.forget();
    await forge.setStatus(status, never);
    expect(host.writes()).toEqual([]);
    expect(host.state.statuses).toMatchObject([
      { sha, context: 'towpath/uat', state: states[0], description: 'waits for soak', url: status.url },
    ]);
  });

  it('goes from one state to the next, back again, and on', async () => {
    for (const state of ['pending', 'success', 'failure', 'pending', 'success', 'error'] as const)
      await forge.setStatus({ ...status, state }, never);
    expect(said().at(-1)).toBe(kind === 'github' || kind === 'gitea' ? 'error' : states[2]);
  });

  it('keeps the statuses of many contexts apart', async () => {
    const contexts = ['one', 'two', 'three', 'four', 'five'].map((name) => `towpath/${name}`);
    for (const context of contexts) await forge.setStatus({ ...status, context, state: 'success' }, never);
    host.forget();
    for (const context of contexts) await forge.setStatus({ ...status, context, state: 'success' }, never);
    expect([host.writes(), host.state.statuses.map(({ context }) => context)]).toEqual([[], contexts]);
  });

  it('cuts a long description to one line that the host takes', async () => {
    const description = `waits\nfor ${'soak '.repeat(200)}`;
    await forge.setStatus({ ...status, state: 'success', description }, never);
    host.forget();
    await forge.setStatus({ ...status, state: 'success', description }, never);
    const [stored] = host.state.statuses;
    expect([host.writes(), stored?.description.startsWith('waits for soak'), stored?.description.endsWith('…')]).toEqual([
      [],
      true,
      true,
    ]);
  });

  it('sets a status without an address', async () => {
    const { url: _, ...bare } = status;
    await forge.setStatus(bare, never);
    host.forget();
    await forge.setStatus(bare, never);
    expect([host.writes(), said()]).toEqual([[], [states[0]]]);
  });

  const marked = { pullRequest: 1, marker: 'towpath:plan', body: '## Plan\n\nThis changes uat.' };
  const comments = () => host.state.comments.filter(({ isDeleted }) => !isDeleted);

  it('writes one comment, edits it in place, and writes nothing where it says this already', async () => {
    addOpen('a');
    await forge.putComment(marked, never);
    await forge.putComment({ ...marked, body: 'Now it changes nothing.' }, never);
    host.forget();
    await forge.putComment({ ...marked, body: 'Now it changes nothing.' }, never);
    expect(host.writes()).toEqual([]);
    expect(comments()).toMatchObject([{ author: 'towpath', body: expect.stringContaining('towpath:plan') }]);
    expect(comments()[0]?.body).toMatch(/Now it changes nothing\.$/);
  });

  it('finds its comment among many, over all pages', async () => {
    addOpen('a');
    for (let index = 0; index < 5; index += 1)
      host.state.comments.push({
        id: host.state.nextId(),
        pullRequest: 1,
        author: 'ann',
        body: `talk ${index}`,
        version: 0,
        isDeleted: false,
      });
    await forge.putComment(marked, never);
    await forge.putComment({ ...marked, body: 'Edited' }, never);
    expect(comments().map(({ author }) => author)).toEqual([...Array(5).fill('ann'), 'towpath']);
  });

  it('reduces several to the first', async () => {
    addOpen('a');
    await forge.putComment(marked, never);
    const [first] = host.state.comments;
    for (let copy = 0; copy < 2; copy += 1)
      host.state.comments.push({ ...(first as (typeof host.state.comments)[number]), id: host.state.nextId() });
    await forge.putComment({ ...marked, body: 'Edited' }, never);
    expect(comments()).toMatchObject([{ id: first?.id, body: expect.stringMatching(/Edited$/) }]);
  });

  it('touches no comment of others that carries the marker, and none of another marker', async () => {
    addOpen('a');
    await forge.putComment({ ...marked, marker: 'towpath:planned' }, never);
    const forged = { id: 1, pullRequest: 1, author: 'mallory', version: 0, isDeleted: false };
    const body = (host.state.comments[0]?.body ?? '')
      .replace('towpath:planned', 'towpath:plan')
      .replace('This changes uat', 'All is well');
    host.state.comments.push({ ...forged, body });
    await forge.putComment(marked, never);
    await forge.putComment({ ...marked, body: 'Edited' }, never);
    expect(comments().map(({ author, body: written }) => [author, written.split('\n').at(-1)])).toEqual([
      ['towpath', 'This changes uat.'],
      ['mallory', 'All is well.'],
      ['towpath', 'Edited'],
    ]);
  });

  it('cuts a comment that is longer than the host takes, and knows it again', async () => {
    addOpen('a');
    const body = `\`\`\`\n${'line of a diff\n'.repeat(100_000)}\`\`\``;
    await forge.putComment({ ...marked, body }, never);
    host.forget();
    await forge.putComment({ ...marked, body }, never);
    expect(host.writes()).toEqual([]);
    expect(comments()[0]?.body).toMatch(/\n```\n\n… \(cut: it is longer than fits here\)$/);
  });

  it('refuses a marker that could end its own comment', async () => {
    expect(await failure(forge.putComment({ ...marked, marker: 'x --> <b>' }, never))).toMatchObject({
      reason: 'ForgeRefused',
      retry: 'never',
    });
    expect(host.seen).toEqual([]);
  });

  it('comes back when the host says, and sends nothing before', async () => {
    const reply = { status: 429, headers: { 'retry-after': '30' }, body: { message: 'Too many requests' } };
    host.setFault({ kind: 'reply', reply });
    expect(await failure(forge.pullRequests(never))).toMatchObject({ reason: 'ForgeBusy', retry: { afterMs: 30_000 } });
    host.setFault(undefined);
    host.forget();
    now += 20_000;
    expect(await failure(forge.pullRequests(never))).toMatchObject({ reason: 'ForgeBusy', retry: { afterMs: 10_000 } });
    expect(host.seen).toEqual([]);
    now += 10_000;
    expect(await forge.pullRequests(never)).toEqual([]);
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
    now = Date.parse('2026-11-22T10:00:00Z');
    host.setFault({ kind: 'reply', reply: { status: code, headers: { ...date, ...headers }, body: { message: 'limited' } } });
    expect(await failure(forge.pullRequests(never))).toMatchObject({ reason: 'ForgeBusy', retry: { afterMs } });
  });

  it('rests after the last request that is allowed', async () => {
    const headers = { date: 'Sun, 22 Nov 2026 10:00:00 GMT', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1795341660' };
    host.setFault({
      kind: 'reply',
      reply: { status: 200, headers, body: kind === 'bitbucket' ? { values: [], isLastPage: true } : [] },
    });
    expect(await forge.pullRequests(never)).toEqual([]);
    expect(await failure(forge.pullRequests(never))).toMatchObject({ reason: 'ForgeBusy', retry: { afterMs: 60_000 } });
    expect(host.seen).toHaveLength(1);
  });

  it('says that the credentials are not accepted, without them', async () => {
    const error = (await failure(open({ credentials: { token: 'wrong-token-xyz' } }).pullRequests(never))) as Error;
    expect(error).toMatchObject({ reason: 'ForgeForbidden', retry: 'backoff' });
    expect(JSON.stringify([error.message, error.stack, error.cause])).not.toContain('wrong-token-xyz');
  });

  it('shows no credential that the host repeats', async () => {
    host.setFault({ kind: 'reply', reply: { status: 400, body: { message: `no ${token} here` } } });
    expect(((await failure(forge.pullRequests(never))) as Error).message).toContain('no [redacted] here');
  });

  it.each([
    ['a project that is not there', 'ForgeNotFound', 404, {}],
    ['a breakdown', 'ForgeUnavailable', 502, {}],
    ['a move elsewhere', 'ForgeRefused', 301, { location: 'https://elsewhere.example/api' }],
  ])('understands %s', async (_, reason, code, headers) => {
    host.setFault({ kind: 'reply', reply: { status: code, headers, body: {} } });
    expect(await failure(forge.pullRequests(never))).toMatchObject({ reason, retry: 'backoff' });
  });

  it.each([
    ['a page for people', { kind: 'page', contentType: 'text/html', content: '<html>Sign in</html>' }],
    ['another form', { kind: 'page', contentType: 'application/json', content: '"hello"' }],
    ['a connection that breaks', { kind: 'reset' }],
  ] as const)('takes %s for no answer', async (_, fault) => {
    host.setFault(fault);
    expect(await failure(forge.pullRequests(never))).toMatchObject({ reason: 'ForgeUnavailable', retry: 'backoff' });
  });

  it('waits no longer than a request may take, and ends at once with its signal', async () => {
    host.setFault({ kind: 'hang' });
    expect(await failure(open({ requestTimeoutMs: 50 }).pullRequests(never))).toMatchObject({ reason: 'ForgeUnavailable' });
    const ended = new AbortController();
    const pending = failure(forge.pullRequests(ended.signal));
    ended.abort(new Error('the pass is over'));
    expect(await pending).toMatchObject({ message: 'the pass is over' });
  });

  it('sends its credentials to no other origin', async () => {
    const other = await startForge({ project, users: {} });
    host.setFault({ kind: 'reply', reply: { status: 302, headers: { location: `${other.origin}/stolen` } } });
    await failure(forge.pullRequests(never));
    const next = `${other.origin}/stolen?page=2`;
    const reply = {
      status: 200,
      headers: { link: `<${next}>; rel="next"` },
      body: kind === 'bitbucket' ? { values: [], isLastPage: true, next } : [],
    };
    host.setFault({ kind: 'reply', reply }, { times: 1 });
    await failure(forge.pullRequests(never));
    expect(other.seen).toEqual([]);
    await other.close();
  });

  it('follows a project that has moved inside the host', async () => {
    addOpen('a');
    const [path = '', query = ''] = host.api(dialect).slice(host.origin.length).split('?');
    host.setFault({ kind: 'reply', reply: { status: 301, headers: { location: `${path}/moved?${query}` } } }, { times: 1 });
    expect(await failure(forge.pullRequests(never))).toMatchObject({ reason: 'ForgeNotFound' });
    expect(host.seen.map((one) => new URL(one.path, host.origin).pathname).at(-1)).toBe(`${path}/moved`);
  });

  it('tells of every request, without its address', async () => {
    const told: unknown[] = [];
    await open({ onRequest: ({ operation, code }) => told.push([operation, code]) }).pullRequests(never);
    expect(told).toEqual([['pullRequests', '200']]);
  });
});
