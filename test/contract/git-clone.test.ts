import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Snapshot } from '../../controller/core/model.js';
import { manyEnvironments, masterVersion } from '../support/git/environments.js';
import { aSource, createWorld, failureOf, soon, versionsOf, type World } from '../support/git/world.js';

vi.setConfig({ testTimeout: 60_000 });

let world: World;
afterEach(() => world.close());

const one = 'uat-client-00000';
const versionFile = `products/loyalty/environments/${one}/version.yaml`;
const versionOf = (snapshot: Snapshot) => versionsOf(snapshot)[one];

async function start(options: Parameters<typeof createWorld>[0] = {}): Promise<string> {
  world = await createWorld(options);
  return world.repository.commit({ files: manyEnvironments(2) });
}

describe('a clone', () => {
  const latest = (repositories = world.repositories) => repositories.latest(aSource({ url: world.url }), soon());
  const clone = async () => join(world.cacheDirectory, (await readdir(world.cacheDirectory))[0] ?? '');
  const packs = async () =>
    (await readdir(join(await clone(), 'objects', 'pack'))).filter((name) => name.endsWith('.pack')).sort();

  it('asks one small request where nothing is new', async () => {
    await start();
    await latest();
    world.server.forget();
    await latest();
    expect(world.server.seen.map(({ method, path }) => `${method} ${path}`)).toEqual(['POST /repository.git/git-upload-pack']);
    expect(world.fetches.at(-1)?.bytes).toBeLessThan(100);
  });

  it('brings only what is new after the first time', async () => {
    world = await createWorld();
    await world.repository.commit({ files: manyEnvironments(300, 20) });
    await latest();
    await world.repository.commit({ files: { 'products/loyalty/new.json': '{}' } });
    await latest();
    const [first = 0, second = 0] = world.fetches.map((fetch) => fetch.bytes);
    expect(second).toBeLessThan(first / 5);
  });

  it('is used again after a restart', async () => {
    world = await createWorld();
    await world.repository.commit({ files: manyEnvironments(300, 20) });
    const before = await latest();
    const after = await latest(await world.restart());
    const [first = 0, second = 0] = world.fetches.map((fetch) => fetch.bytes);
    expect(after).toEqual(before);
    expect(second).toBeLessThan(first / 5);
    expect(world.server.seen.filter(({ method, gitProtocol }) => method === 'POST' && gitProtocol === undefined)).toHaveLength(1);
  });

  it.each(['.pack', '.idx'])('whose %s is damaged is made again', async (ending) => {
    const sha = await start();
    await latest();
    const folder = join(await clone(), 'objects', 'pack');
    for (const name of await readdir(folder)) {
      if (!name.endsWith(ending)) continue;
      const content = await readFile(join(folder, name));
      await writeFile(join(folder, name), content.fill(7, content.length >> 2));
    }
    expect((await latest(await world.restart())).commit.sha).toBe(sha);
  });

  it.each([
    ['names no commit', 'refs/heads/main', 'not a commit'],
    ['was left while it was written', 'towpath-unfinished', ''],
  ])('that %s is made again', async (_name, file, content) => {
    const sha = await start();
    await latest();
    await writeFile(join(await clone(), file), content);
    expect((await latest(await world.restart())).commit.sha).toBe(sha);
    const [first = 0, second = 0] = world.fetches.map((fetch) => fetch.bytes);
    expect(second).toBeGreaterThan(first / 2);
    expect(existsSync(join(await clone(), 'towpath-unfinished'))).toBe(false);
  });

  it('is made again when it holds too many packs', async () => {
    await start({ limits: { packs: 3 } });
    const counts: number[] = [];
    for (const version of ['3.0.0', '3.0.1', '3.0.2', '3.0.3']) {
      await world.repository.commit({ files: { [versionFile]: masterVersion(one, version) } });
      expect(versionOf(await latest())).toBe(version);
      counts.push((await packs()).length);
    }
    expect(counts).toEqual([1, 2, 3, 1]);
  });

  it('of an address that the source no longer names is removed', async () => {
    await start();
    await latest();
    const before = await readdir(world.cacheDirectory);
    await world.repositories.latest(aSource({ url: `${world.url}/` }), soon());
    expect(await readdir(world.cacheDirectory)).toEqual(before);
    await world.repositories.latest(aSource({ url: world.url.replace('127.0.0.1', 'localhost') }), soon());
    const after = await readdir(world.cacheDirectory);
    expect([after.length, after[0] === before[0]]).toEqual([1, false]);
  });

  it('is removed when the source is forgotten', async () => {
    await start();
    await latest();
    await world.repositories.forget({ namespace: 'default', name: 'releases' });
    expect(await readdir(world.cacheDirectory)).toEqual([]);
  });
});

describe('a repository on this machine', () => {
  const latest = (url = world.repository.url) => world.repositories.latest(aSource({ url }), soon());

  it('is read through loose objects, packs, packed refs and a collection of garbage', async () => {
    await start();
    await latest();
    await world.repository.git('gc', '--quiet', '--prune=now');
    await world.repository.git('pack-refs', '--all');
    expect(existsSync(join(world.repository.folder, 'refs/heads/main'))).toBe(false);
    const tree = await world.repository.git('rev-parse', 'main^{tree}');
    const loose = await world.repository.git(
      '-c',
      'user.name=A',
      '-c',
      'user.email=a@b',
      'commit-tree',
      '-p',
      'main',
      '-m',
      'Loose',
      tree,
    );
    await world.repository.git('update-ref', 'refs/heads/main', loose);
    expect((await latest()).commit).toMatchObject({ sha: loose, subject: 'Loose' });
  });

  it('may have a working copy, a linked one, or borrow its objects', async () => {
    const sha = await start();
    const { folder, git } = world.repository;
    await git('clone', '--quiet', '--shared', folder, `${folder}-shared`);
    await git('worktree', 'add', '--quiet', `${folder}-linked`, 'main');
    const commits = [];
    for (const path of [`${folder}-shared`, `${folder}-shared/.git`, `${folder}-linked`])
      commits.push((await latest(`file://${path}`)).commit.sha);
    expect(commits).toEqual([sha, sha, sha]);
  });

  it('is not written to', async () => {
    await start();
    const before = await readdir(world.repository.folder, { recursive: true });
    await latest();
    expect(await readdir(world.repository.folder, { recursive: true })).toEqual(before);
    expect(existsSync(world.cacheDirectory)).toBe(false);
  });

  it('that is not there, or is no repository, is named', async () => {
    await start();
    await mkdir(`${world.repository.folder}-empty`);
    for (const path of [`${world.repository.folder}-empty`, '/nowhere']) {
      const message = `${path} is no git repository, or cannot be read.`;
      expect(await failureOf(latest(`file://${path}`))).toEqual({ reason: 'GitNotFound', message, retry: 'backoff' });
    }
  });

  it('that is damaged is named, and disturbs no other source', async () => {
    await start();
    const other = aSource({ url: world.url }, 'other');
    const good = await world.repositories.latest(other, soon());
    const oid = await world.repository.git('rev-parse', 'main:products/loyalty/product.yaml');
    const path = join(world.repository.folder, 'objects', oid.slice(0, 2), oid.slice(2));
    await chmod(path, 0o600);
    await writeFile(path, 'damaged');
    expect(await failureOf(latest())).toMatchObject({ reason: 'GitCorrupt', retry: 'backoff' });
    expect(await world.repositories.latest(other, soon())).toBe(good);
  });
});

describe('workers', () => {
  const latest = (name: string) => world.repositories.latest(aSource({ url: world.repository.url }, name), soon());

  it('serve more sources than there are workers, one after the other', async () => {
    await start({ limits: { workers: 1 } });
    const names = ['a', 'b', 'c', 'd'];
    const first = await Promise.all(names.map(latest));
    await world.repository.commit({ files: { [versionFile]: masterVersion(one, '3.0.0') } });
    const second = await Promise.all(names.map(latest));
    expect([first, second].map((snapshots) => snapshots.map(versionOf))).toEqual([
      ['2.9.0', '2.9.0', '2.9.0', '2.9.0'],
      ['3.0.0', '3.0.0', '3.0.0', '3.0.0'],
    ]);
  });

  it('are not needed while nothing changed', async () => {
    await start({ worker: 'test/support/git/weighted-worker.js', limits: { workers: 1, graceMs: 60_000 } });
    const first = await latest('a');
    await world.repository.commit({ files: { 'endless.yaml': '# endless\n' }, branch: 'endless' });
    const stop = new AbortController();
    const endless = aSource({ url: world.repository.url, ref: { branch: 'endless' } }, 'b');
    const busy = world.repositories.latest(endless, stop.signal).catch((error: unknown) => error);
    expect(await latest('a')).toBe(first);
    stop.abort(new Error('enough'));
    expect(await busy).toEqual(new Error('enough'));
  });
});
