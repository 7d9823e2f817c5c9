import { afterEach, describe, expect, it, vi } from 'vitest';
import { createCertificates } from '../support/git/certificates.js';
import { manyEnvironments } from '../support/git/environments.js';
import { startGitServer } from '../support/git/server.js';
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
