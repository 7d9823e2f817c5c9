import { afterEach, describe, expect, it, vi } from 'vitest';
import { createCertificates } from '../support/git/certificates.js';
import { manyEnvironments } from '../support/git/environments.js';
import { type Seen, startGitServer } from '../support/git/server.js';
import { aSource, createWorld, failureOf, soon, type World, type WorldOptions } from '../support/git/world.js';

vi.setConfig({ testTimeout: 60_000 });

let world: World;
afterEach(() => world.close());

async function start(options: WorldOptions = {}): Promise<string> {
  world = await createWorld(options);
  return world.repository.commit({ files: manyEnvironments(2) });
}

const secretRef = { name: 'git' };
const latest = (git = {}, signal = soon()) => world.repositories.latest(aSource({ url: world.url, ...git }), signal);
const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
const isPost = ({ method }: Seen) => method === 'POST';
/** A request for a pack, which isomorphic-git makes in the old protocol. */
const isFetch = ({ method, gitProtocol }: Seen) => method === 'POST' && gitProtocol === undefined;
const failure = (reason: string, message: string, retry: unknown = 'backoff') => ({ reason, message, retry });

describe('credentials', () => {
  it.each([
    ['username and password', { username: 'bot', password: 'pass:word\n' }, basic('bot:pass:word')],
    ['a token alone', { token: 'tok123\n' }, 'Bearer tok123'],
    ['username and token', { username: 'bot', token: 'tok123' }, basic('bot:tok123')],
  ])('of %s are sent with every request', async (_name, git, authorization) => {
    const sha = await start({ secrets: { git }, server: { accept: [authorization] } });
    expect((await latest({ secretRef })).commit.sha).toBe(sha);
    expect(new Set(world.server.seen.map((seen) => seen.authorization))).toEqual(new Set([authorization]));
  });

  it('that are changed in the Secret are used from then on', async () => {
    const git = { username: 'bot', password: 'old' };
    await start({ secrets: { git }, server: { accept: [basic('bot:new')] } });
    expect(await failureOf(latest({ secretRef }))).toMatchObject({ reason: 'GitAuthenticationFailed' });
    git.password = 'new';
    expect((await latest({ secretRef })).repository.environments).toHaveLength(2);
  });

  it('that are refused are not shown', async () => {
    await start({ secrets: { git: { username: 'bot', password: 'hunter2' } }, server: { accept: [] } });
    const message = `${world.url} refuses the credentials (status 401).`;
    expect(await failureOf(latest({ secretRef }))).toEqual(failure('GitAuthenticationFailed', message));
  });

  it('that are missing are named', async () => {
    await start();
    const message = 'There is no Secret git in namespace default.';
    expect(await failureOf(latest({ secretRef }))).toEqual(failure('GitSecretMissing', message));
  });

  it('that cannot stand in a header are refused without showing them', async () => {
    await start({ secrets: { git: { token: 'a\nb' } } });
    const message = 'The token in the Secret holds characters that no token has.';
    expect(await failureOf(latest({ secretRef }))).toEqual(failure('GitAuthenticationFailed', message));
  });

  it('never follow a redirect to another origin', async () => {
    const git = { username: 'bot', password: 'secret' };
    await start({ secrets: { git } });
    const other = await startGitServer({ root: world.repository.folder });
    try {
      world.server.setFault({ kind: 'redirect', to: (path) => `${other.url}${path}` });
      const message = `${world.url} redirects to ${other.url}, another origin; put the new address into spec.git.url.`;
      expect(await failureOf(latest({ secretRef }))).toEqual(failure('GitRedirected', message));
      expect(other.seen).toEqual([]);
    } finally {
      await other.close();
    }
  });
});

describe('an address', () => {
  it.each([
    ['git@example.com:team/repo.git', 'Addresses in the form user@host:path mean ssh, which is not supported; use https.'],
    [
      'ssh://git@example.com/repo.git',
      'The address of the repository begins with ssh://, which is not supported; use https, http or file.',
    ],
    [
      'https://bot:hunter2@example.com/x.git',
      'The address of the repository holds a password; put it into the Secret that secretRef names.',
    ],
    ['https://example.com/x.git?token=hunter2', 'The address of the repository has a query or a fragment; git knows neither.'],
    ['http://git.example.com/x.git', 'http to git.example.com is not allowed; use https, or set allowInsecure.'],
    ['https://exa\nmple.com/x.git', 'The address of the repository holds blanks or control characters.'],
    ['x.git', 'The address of the repository is not a URL.'],
    ['file://host/x.git', 'A file address has the form file:///path/to/repository.'],
  ])('%j is refused until it is changed', async (url, message) => {
    world = await createWorld();
    expect(await failureOf(latest({ url }))).toEqual(failure('GitUrlInvalid', message, 'never'));
  });

  it.each(['', 'a..b', '-x', 'a b', 'x.lock', 'refs/heads/../x'])('cannot have the branch %j', async (branch) => {
    world = await createWorld();
    expect(await failureOf(latest({ ref: { branch } }))).toMatchObject({ reason: 'GitBranchInvalid', retry: 'never' });
  });

  it.each(['../x', '/x', 'a/../../b', 'a\\b'])('cannot have the folder %j', async (path) => {
    world = await createWorld();
    expect(await failureOf(latest({ path }))).toMatchObject({ reason: 'GitPathInvalid', retry: 'never' });
  });

  it('that has moved inside its origin is followed', async () => {
    const sha = await start();
    const moved = { url: `${world.server.url}/old.git` };
    world.server.setFault({ kind: 'redirect', to: (path) => path.replace('/old.git', '/repository.git') }, (seen) =>
      seen.path.startsWith('/old.git'),
    );
    expect((await latest(moved)).commit.sha).toBe(sha);
  });

  it('that redirects without end is given up', async () => {
    await start();
    world.server.setFault({ kind: 'redirect', to: (path) => path });
    expect(await failureOf(latest())).toEqual(failure('GitUnreachable', `${world.url} redirects without end.`));
  });

  it('of nobody is named', async () => {
    await start();
    await world.server.close();
    const message = `${world.url} cannot be reached, or broke off its answer (ECONNREFUSED).`;
    expect(await failureOf(latest())).toEqual(failure('GitUnreachable', message));
  });
});

describe('a private certificate authority', () => {
  it('is trusted where the Secret holds it, and nowhere else', async () => {
    const { ca, cert, key } = await createCertificates();
    const sha = await start({ secrets: { git: { 'ca.crt': ca } }, server: { tls: { cert, key } } });
    expect((await latest({ secretRef })).commit.sha).toBe(sha);
    const { reason, message } = await failureOf(world.repositories.latest(aSource({ url: world.url }, 'other'), soon()));
    expect([reason, message]).toEqual([
      'GitCertificateUntrusted',
      'The certificate of 127.0.0.1 is not trusted (UNABLE_TO_VERIFY_LEAF_SIGNATURE); a private CA belongs into ca.crt of the Secret.',
    ]);
  });

  it('that is no certificate is refused', async () => {
    await start({ secrets: { git: { 'ca.crt': 'nonsense' } } });
    const message = 'ca.crt in the Secret is not a certificate in PEM form.';
    expect(await failureOf(latest({ secretRef }))).toEqual(failure('GitCertificateInvalid', message));
  });
});

describe('a server', () => {
  it('that speaks only the old protocol is read and polled with one request', async () => {
    const sha = await start({ server: { speaksV2: false } });
    const first = await latest();
    world.server.forget();
    expect(await latest()).toBe(first);
    expect([first.commit.sha, world.server.seen.length]).toEqual([sha, 1]);
  });

  it('that forgets the new protocol is asked in the old one', async () => {
    await start();
    const first = await latest();
    world.server.setFault({ kind: 'body', contentType: 'text/plain', content: Buffer.from('what?') }, isPost);
    expect(await failureOf(latest())).toMatchObject({ reason: 'GitProtocolInvalid' });
    world.server.setFault(undefined);
    expect(await latest()).toBe(first);
  });

  it('that answers with a web page is named', async () => {
    await start();
    world.server.setFault({ kind: 'body', contentType: 'text/html', content: Buffer.from('<html>secret</html>') });
    const message = `${world.url} does not answer like a git repository; is the address that of a web page?`;
    expect(await failureOf(latest())).toEqual(failure('GitProtocolInvalid', message));
  });

  it.each([
    [500, {}, failure('GitUnreachable', 'answers with status 500.')],
    [429, { 'retry-after': '90' }, failure('GitUnreachable', 'answers with status 429.', { afterMs: 90_000 })],
    [404, {}, failure('GitNotFound', 'is no repository, or the credentials may not see it (status 404).')],
  ])('that answers %i is understood', async (status, headers, expected) => {
    await start();
    world.server.setFault({ kind: 'status', status, headers });
    expect(await failureOf(latest())).toEqual({ ...expected, message: `${world.url} ${expected.message}` });
  });

  it.each([
    ['the question', () => true],
    ['the pack', isFetch],
  ])('that hangs at %s is given up after the time of the source', async (_name, matches) => {
    await start();
    world.server.setFault({ kind: 'hang' }, matches);
    expect(await failureOf(latest({ timeout: '300ms' }))).toMatchObject({ reason: 'GitTimeout', retry: 'backoff' });
  });

  it('that is silent is given up before the time of the source is over', async () => {
    await start({ limits: { silenceMs: 300 } });
    world.server.setFault({ kind: 'hang' });
    expect(await failureOf(latest())).toEqual(failure('GitTimeout', `${world.url} does not answer in time.`));
  });

  it.each([
    ['the question', 20, () => true],
    ['the pack', 8, isFetch],
  ])('that hangs at %s disturbs no other source', async (_name, count, matches) => {
    await start();
    world.server.setFault({ kind: 'hang' }, matches);
    const stop = new AbortController();
    const hanging = Array.from({ length: count }, (_, number) =>
      world.repositories.latest(aSource({ url: world.url }, `hanging-${number}`), AbortSignal.any([stop.signal])),
    );
    const settled = Promise.allSettled(hanging);
    const local = await world.repositories.latest(aSource({ url: world.repository.url }, 'local'), soon());
    expect(local.repository.environments).toHaveLength(2);
    stop.abort(new Error('enough'));
    expect((await settled).map(({ status }) => status)).toEqual(hanging.map(() => 'rejected'));
  });

  it('that hangs does not hold up a pass that was ended', async () => {
    await start();
    world.server.setFault({ kind: 'hang' });
    const stop = new AbortController();
    const pass = latest({}, stop.signal);
    const ended = new Error('shutting down');
    setTimeout(() => stop.abort(ended), 50);
    await expect(pass).rejects.toBe(ended);
    world.server.setFault(undefined);
    expect((await latest()).repository.environments).toHaveLength(2);
  });

  it('that breaks off in the middle of a pack is asked again', async () => {
    await start();
    world.server.setFault(
      { kind: 'cut', afterBytes: 400 },
      ({ method, gitProtocol }) => method === 'POST' && gitProtocol === undefined,
    );
    expect(await failureOf(latest())).toMatchObject({ reason: 'GitUnreachable', retry: 'backoff' });
    world.server.setFault(undefined);
    expect((await latest()).repository.environments).toHaveLength(2);
  });

  it('that sends a corrupt pack is refused, and read again once it does not', async () => {
    await start();
    const change = (body: Buffer) => {
      const copy = Buffer.from(body);
      copy.fill(0x55, copy.length >> 1, (copy.length >> 1) + 40);
      return copy;
    };
    world.server.setFault(
      { kind: 'change', change },
      ({ method, gitProtocol }) => method === 'POST' && gitProtocol === undefined,
    );
    expect(await failureOf(latest())).toMatchObject({ reason: 'GitCorrupt', retry: 'backoff' });
    world.server.setFault(undefined);
    expect((await latest()).repository.environments).toHaveLength(2);
  });

  it('that sends refs without end is cut off', async () => {
    await start({ limits: { refsBytes: 100_000 } });
    world.server.setFault({ kind: 'flood', contentType: 'application/x-git-upload-pack-advertisement' });
    expect(await failureOf(latest())).toEqual(failure('GitTooLarge', `${world.url} answers with more than 100000 bytes.`));
  });

  it('that sends a pack without end is cut off, and not asked for that commit again', async () => {
    await start({ limits: { packBytes: 100_000 } });
    world.server.setFault({ kind: 'flood', contentType: 'application/x-git-upload-pack-result' }, isFetch);
    const tooLarge = failure('GitTooLarge', `${world.url} answers with more than 100000 bytes.`);
    expect(await failureOf(latest())).toEqual(tooLarge);
    world.server.forget();
    expect(await failureOf(latest())).toEqual(tooLarge);
    expect(world.server.seen.filter(isFetch)).toEqual([]);
    world.server.setFault(undefined);
    await world.repository.commit({ files: { 'new.json': '{}' } });
    expect((await latest()).repository.environments).toHaveLength(2);
  });

  it('that compresses although it was asked not to is refused before anything is inflated', async () => {
    await start();
    const headers = { 'content-encoding': 'gzip', 'content-type': 'application/x-git-upload-pack-advertisement' };
    world.server.setFault({ kind: 'status', status: 200, headers });
    const message = `${world.url} compresses its answers although it was asked not to.`;
    expect(await failureOf(latest())).toEqual(failure('GitProtocolInvalid', message));
  });
});
