import { afterEach, describe, expect, it, vi } from 'vitest';
import { manyEnvironments } from '../support/git/environments.js';
import type { Seen } from '../support/git/server.js';
import { aSource, createWorld, failureOf, soon, type World, type WorldOptions } from '../support/git/world.js';

vi.setConfig({ testTimeout: 60_000 });

let world: World;
afterEach(() => world.close());

async function start(options: WorldOptions = {}): Promise<string> {
  world = await createWorld(options);
  return world.repository.commit({ files: manyEnvironments(2) });
}

const latest = (git = {}, signal = soon()) => world.repositories.latest(aSource({ url: world.url, ...git }), signal);
const isPost = ({ method }: Seen) => method === 'POST';
/** A request for a pack, which isomorphic-git makes in the old protocol. */
const isFetch = ({ method, gitProtocol }: Seen) => method === 'POST' && gitProtocol === undefined;
const failure = (reason: string, message: string, retry: unknown = 'backoff') => ({ reason, message, retry });

describe('a server', () => {
  it('that speaks only the old protocol is read and polled with one request', async () => {
    const sha = await start({ server: { speaksV2: false } });
    const first = await latest();
    world.server.forget();
    expect(await latest()).toBe(first);
    expect([first.commit.sha, world.server.seen.length]).toEqual([sha, 1]);
  });

  it.each([
    ['forgets', true],
    ['learns', false],
  ])('that %s the new protocol is understood at once', async (_name, before) => {
    await start({ server: { speaksV2: before } });
    const first = await latest();
    world.server.speakV2(!before);
    expect([await latest(), await latest()]).toEqual([first, first]);
    await world.repository.git('update-ref', '-d', 'refs/heads/main');
    expect(await failureOf(latest())).toMatchObject({ reason: 'GitBranchMissing' });
  });

  it('that answers a question with nonsense is named, and read again once it does not', async () => {
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
