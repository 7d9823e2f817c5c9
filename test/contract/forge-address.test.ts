import { describe, expect, it } from 'vitest';
import { parseForgeAddress, projectParts } from '../../controller/forge/address.js';
import { createForge } from '../../controller/forge/create.js';
import type { ForgeKind, ForgeOptions } from '../../controller/forge/forge.js';
import { startProxy } from '../support/forge/proxy.js';
import { startForge } from '../support/forge/server.js';
import { createCertificates } from '../support/git/certificates.js';

const never = AbortSignal.timeout(3_600_000);
const failure = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};

describe('the address of a code host', () => {
  it.each<[ForgeKind, string | undefined, string, string]>([
    ['github', undefined, 'https://api.github.com', 'github'],
    ['github', 'https://api.github.com/', 'https://api.github.com', 'github'],
    ['github', 'https://ghe.example', 'https://ghe.example/api/v3', 'github'],
    ['github', 'https://ghe.example/api/v3/', 'https://ghe.example/api/v3', 'github'],
    ['gitlab', undefined, 'https://gitlab.com/api/v4', 'gitlab'],
    ['gitlab', 'https://host.example:8443/gitlab', 'https://host.example:8443/gitlab/api/v4', 'gitlab'],
    ['gitea', 'https://codeberg.org', 'https://codeberg.org/api/v1', 'gitea'],
    ['gitea', 'http://127.0.0.1:3000/api/v1', 'http://127.0.0.1:3000/api/v1', 'gitea'],
    ['bitbucket', undefined, 'https://api.bitbucket.org/2.0', 'bitbucket-cloud'],
    ['bitbucket', 'https://api.bitbucket.org', 'https://api.bitbucket.org/2.0', 'bitbucket-cloud'],
    ['bitbucket', 'https://bitbucket.example/context', 'https://bitbucket.example/context/rest/api/1.0', 'bitbucket-data-center'],
    [
      'bitbucket',
      'https://bitbucket.example/rest/api/latest',
      'https://bitbucket.example/rest/api/latest',
      'bitbucket-data-center',
    ],
  ])('of %s at %s is %s', (kind, url, root, flavour) => {
    expect(parseForgeAddress({ kind, ...(url === undefined ? {} : { url }) })).toMatchObject({
      root,
      flavour,
      origin: new URL(root).origin,
    });
  });

  it.each<[ForgeKind, string | undefined, RegExp]>([
    ['gitea', undefined, /no public service of gitea/],
    ['github', 'ghe.example', /is not a URL/],
    ['github', 'https://ann:secret@ghe.example', /holds credentials/],
    ['github', 'ftp://ghe.example', /is not an https URL/],
    ['github', 'http://ghe.example', /is not asked over plain http/],
    ['github', 'https://ghe.example/?a=b', /has a query or a fragment/],
  ])('of %s cannot be %s', (kind, url, message) => {
    const error = failure(() => parseForgeAddress({ kind, ...(url === undefined ? {} : { url }) }));
    expect(error).toMatchObject({ reason: 'InvalidForge', retry: 'never', message: expect.stringMatching(message) });
    expect((error as Error).message).not.toContain('secret');
  });

  it('may be http where that is allowed', () => {
    expect(parseForgeAddress({ kind: 'gitea', url: 'http://gitea.internal', allowInsecure: true }).root).toBe(
      'http://gitea.internal/api/v1',
    );
  });

  it.each<[ForgeKind, string]>([
    ['github', 'releases'],
    ['github', 'acme/platform/releases'],
    ['github', 'acme/..'],
    ['gitlab', 'acme//releases'],
    ['bitbucket', 'acme/re leases'],
    ['gitea', 'acme/releases?x'],
  ])('has no project of %s that is called %s', (kind, project) => {
    expect(failure(() => projectParts(kind, project))).toMatchObject({ reason: 'InvalidForge', retry: 'never' });
  });

  it('knows personal projects of Bitbucket and groups of GitLab', () => {
    expect([projectParts('bitbucket', '~ann/releases'), projectParts('gitlab', 'a/b/c/d')]).toEqual([
      ['~ann', 'releases'],
      ['a', 'b', 'c', 'd'],
    ]);
  });
});

describe('a code host with a certificate of its own authority', () => {
  it('is asked where the authority is known, and not otherwise', async () => {
    const { ca, cert, key } = await createCertificates();
    const host = await startForge({ project: 'acme/releases', users: { token: 'ann' }, tls: { cert, key } });
    const options: ForgeOptions = {
      kind: 'gitea',
      url: host.api('gitea'),
      project: 'acme/releases',
      credentials: { token: 'token' },
      now: Date.now,
    };
    const [known, unknown] = [createForge({ ...options, ca }), createForge(options)];
    expect(await known.pullRequests(never)).toEqual([]);
    expect(await unknown.pullRequests(never).catch((error: unknown) => error)).toMatchObject({
      reason: 'ForgeUnavailable',
      message: expect.stringContaining('a private CA belongs into ca.crt of the Secret'),
    });
    await Promise.all([known.close(), unknown.close(), host.close()]);
  });
});

describe('a code host behind a proxy', () => {
  const options = (url: string): ForgeOptions => ({
    kind: 'gitea',
    url,
    project: 'acme/releases',
    credentials: { token: 'token' },
    now: Date.now,
  });

  it('is asked through a tunnel, with and without TLS, which shows the proxy no credential', async () => {
    const { ca, cert, key } = await createCertificates();
    const proxy = await startProxy();
    const through = { http: proxy.url, https: proxy.url, except: '' };
    for (const tls of [{}, { tls: { cert, key } }]) {
      const host = await startForge({ project: 'acme/releases', users: { token: 'ann' }, ...tls });
      const client = createForge({ ...options(host.api('gitea')), ca, proxy: through });
      expect(await client.pullRequests(never)).toEqual([]);
      expect(proxy.seen.join()).not.toContain('authorization');
      expect(proxy.seen.splice(0)).toEqual([
        expect.stringMatching(new RegExp(`^CONNECT ${new URL(host.origin).host} HTTP/1.1\r\n`)),
      ]);
      await Promise.all([client.close(), host.close()]);
    }
    await proxy.close();
  });

  it('is asked directly where it is excepted, or where the proxy is for the other scheme', async () => {
    const proxy = await startProxy();
    const host = await startForge({ project: 'acme/releases', users: { token: 'ann' } });
    for (const through of [
      { http: proxy.url, except: 'localhost,127.0.0.1' },
      { https: proxy.url, except: '' },
    ]) {
      const client = createForge({ ...options(host.api('gitea')), proxy: through });
      expect(await client.pullRequests(never)).toEqual([]);
      await client.close();
    }
    expect(proxy.seen).toEqual([]);
    await Promise.all([host.close(), proxy.close()]);
  });
});

describe('what a client cannot be made of', () => {
  it('is a token with characters that no token has', () => {
    const make = () =>
      createForge({ kind: 'github', project: 'acme/releases', credentials: { token: 'two words' }, now: Date.now });
    expect(failure(make)).toMatchObject({
      reason: 'InvalidForge',
      message: 'The token for the code host holds characters that no token has.',
    });
  });
});

describe('an installation of GitHub, which belongs to no user', () => {
  it('edits the comment of a program, and touches none of a person', async () => {
    const host = await startForge({ project: 'acme/releases', users: { token: 'towpath[bot]' } });
    const comment = { pullRequest: 1, version: 0, isDeleted: false, body: '<!-- towpath:plan -->\nOld' };
    host.state.comments.push({ ...comment, id: 1, author: 'mallory' }, { ...comment, id: 2, author: 'towpath[bot]' });
    const client = createForge({
      kind: 'github',
      url: host.api('github'),
      project: 'acme/releases',
      credentials: { token: 'token' },
      now: Date.now,
    });
    await client.putComment({ pullRequest: 1, marker: 'towpath:plan', body: 'New' }, never);
    expect(host.state.comments.map(({ body }) => body.split('\n')[1])).toEqual(['Old', 'New']);
    await Promise.all([client.close(), host.close()]);
  });
});
