import { afterEach, describe, expect, it, vi } from 'vitest';
import { runGit } from '../support/git/repository.js';
import { askedBy, broughtBy, config, entry, person, release, signedProduct, version } from '../support/git/signoffs.js';
import { aSource, createWorld, soon, type World } from '../support/git/world.js';

vi.setConfig({ testTimeout: 60_000 });

let world: World;
afterEach(() => world.close());

/** Both ways to the same repository keep the same promises. */
describe.each(['http', 'file'] as const)('the origin of what is signed, in a repository over %s', (scheme) => {
  const latest = () => world.repositories.latest(aSource({ url: scheme === 'http' ? world.url : world.repository.url }), soon());
  let clock = 1_767_225_600;
  const tick = () => {
    clock += 60;
    return clock;
  };
  const commit = (author: string, files: Record<string, string>, more: { parent?: string; branch?: string } = {}) =>
    world.repository.commit({ files, author: person(author), date: tick(), ...more });
  const start = async (options = {}) => {
    world = await createWorld(options);
    return commit('Ada', signedProduct);
  };
  /** A commit on `main` with two parents and the tree of one of them. */
  const merge = async (author: string, tree: string, ...parents: string[]) => {
    const [name = '', email = ''] = person(author).split(/ <|>/);
    const identity = ['-c', `user.name=${name}`, '-c', `user.email=${email}`];
    const sha = await world.repository.git(
      ...identity,
      'commit-tree',
      `${tree}^{tree}`,
      ...parents.flatMap((parent) => ['-p', parent]),
      '-m',
      'Merge',
    );
    await world.repository.git('update-ref', 'refs/heads/main', sha);
    return sha;
  };

  it('is the commit that brought the sign-off, however many commits follow', async () => {
    await start();
    await commit('Eve', { 'version.yaml': version('1.1.0'), 'release.yaml': release() });
    const ann = await commit('Ann', { 'release.yaml': release(entry('Ann')) });
    for (let number = 0; number < 2; number++) await commit('Ada', { 'notes.yaml': `note: ${number}` });
    const bob = await commit('Bob', { 'release.yaml': release(entry('Bob'), entry('Ann')) });
    await commit('Ada', { 'notes.yaml': 'note: last' });
    expect(broughtBy(await latest())).toEqual({ Ann: `ann@shop.example ${ann}`, Bob: `bob@shop.example ${bob}` });
  });

  it('is found commit by commit as in one go', async () => {
    await start();
    await commit('Eve', { 'version.yaml': version('1.1.0'), 'release.yaml': release() });
    await latest();
    await commit('Ann', { 'release.yaml': release(entry('Ann')) });
    await latest();
    await commit('Mallory', { 'release.yaml': release(entry('Bob'), entry('Ann')) });
    const last = await latest();
    const fresh = await (await world.restart()).latest(aSource({ url: world.repository.url }), soon());
    expect(broughtBy(last)).toEqual(broughtBy(fresh));
    expect(askedBy(last)).toEqual(askedBy(fresh));
    expect(Object.values(broughtBy(last)).map((text) => text.split(' ')[0])).toEqual([
      'mallory@shop.example',
      'ann@shop.example',
    ]);
  });

  it('is that of somebody else who changes the sign-off, or takes it back in after it was withdrawn', async () => {
    await start();
    await commit('Ann', { 'release.yaml': release(entry('Ann')) });
    await latest();
    await commit('Ann', { 'release.yaml': release() });
    const back = await commit('Mallory', { 'release.yaml': release(entry('Ann')) });
    expect(broughtBy(await latest())).toEqual({ Ann: `mallory@shop.example ${back}` });
    const changed = await commit('Bob', { 'release.yaml': release(entry('Ann', '2026-11-21T03:00:00Z')) });
    expect(broughtBy(await latest())).toEqual({ Ann: `bob@shop.example ${changed}` });
  });

  it('stays when the file is written otherwise, or moved', async () => {
    await start();
    const ann = await commit('Ann', { 'release.yaml': release(entry('Ann')) });
    await commit('Ada', { 'release.yaml': `# written otherwise\n${release(entry('"Ann"'))}` });
    await world.repository.commit({
      remove: ['release.yaml'],
      files: { 'releases/1.1.0.yaml': release(entry('Ann')) },
      author: person('Ada'),
      date: tick(),
    });
    expect(broughtBy(await latest())).toEqual({ Ann: `ann@shop.example ${ann}` });
  });

  it('is the author on the branch, and not who merged it', async () => {
    const base = await start();
    const main = await commit('Ada', { 'notes.yaml': 'a: b' });
    const branch = await commit('Ann', { 'release.yaml': release(entry('Ann')) }, { branch: 'signing', parent: base });
    await commit('Ann', { 'release.yaml': release(entry('Ann')), 'notes.yaml': 'a: b' }, { branch: 'signing' });
    const tip = await world.repository.git('rev-parse', 'signing');
    await merge('Mallory', tip, main, tip);
    expect(broughtBy(await latest())).toEqual({ Ann: `ann@shop.example ${branch}` });
  });

  it('is the merge where no side had the sign-off', async () => {
    const base = await start();
    const main = await commit('Ada', { 'notes.yaml': 'a: b' });
    const side = await commit('Bob', { 'other.yaml': 'a: b' }, { branch: 'side', parent: base });
    const forged = await commit('Ada', { 'release.yaml': release(entry('Ann')) }, { branch: 'forged', parent: base });
    const merged = await merge('Mallory', forged, main, side);
    expect(broughtBy(await latest())).toEqual({ Ann: `mallory@shop.example ${merged}` });
  });

  it('of the version is the commit that changed it, and not the one after', async () => {
    await start();
    const eve = await commit('Eve', { 'version.yaml': version('1.1.0'), 'release.yaml': release() });
    await commit('Ada', { 'version.yaml': `# a comment\n${version('1.1.0')}` });
    await commit('Ann', { 'release.yaml': release(entry('Ann')) });
    const asked = askedBy(await latest());
    expect([asked?.version?.commit, asked?.version?.email, asked?.settings]).toEqual([eve, 'eve@shop.example', undefined]);
  });

  it('of the settings counts where they were changed after the version', async () => {
    await start();
    await commit('Bob', { 'config.yaml': config('a: 1') });
    await commit('Eve', { 'version.yaml': version('1.1.0'), 'release.yaml': release(entry('Ann')) });
    expect(askedBy(await latest())?.settings).toBeUndefined();
    const changed = await commit('Bob', { 'config.yaml': config('a: 2') });
    await commit('Ada', { 'config.yaml': `# a comment\n${config('a: 2')}` });
    const asked = askedBy(await latest());
    expect([asked?.version?.email, asked?.settings?.commit]).toEqual(['eve@shop.example', changed]);
  });

  it('is looked for where there are sign-offs only', async () => {
    await start();
    await commit('Eve', { 'version.yaml': version('1.1.0'), 'release.yaml': release() });
    expect(askedBy(await latest())).toBeUndefined();
  });

  it('is not known where a version of the file on the way cannot be read', async () => {
    await start({ limits: { fileBytes: 2000 } });
    await commit('Ann', { 'release.yaml': release(entry('Ann')) });
    await commit('Ada', { 'release.yaml': `# ${'long '.repeat(500)}\n${release(entry('Ann'))}` });
    await commit('Ada', { 'release.yaml': `${release(entry('Ann'))}  components: [cart]\n` });
    expect(broughtBy(await latest())).toEqual({ Ann: 'an earlier release.yaml cannot be read' });
  });

  it('follows a branch that was forced to another commit', async () => {
    const base = await start();
    await commit('Ann', { 'release.yaml': release(entry('Ann')) });
    await latest();
    const forced = await commit('Mallory', { 'release.yaml': release(entry('Ann')) }, { parent: base });
    expect(broughtBy(await latest())).toEqual({ Ann: `mallory@shop.example ${forced}` });
  });
});

describe('the history that is fetched', () => {
  const latest = () => world.repositories.latest(aSource({ url: world.url }), soon());
  const history = async (commits: number) => {
    await world.repository.commit({ files: signedProduct });
    const ann = await world.repository.commit({ files: { 'release.yaml': release(entry('Ann')) }, author: person('Ann') });
    for (let number = 0; number < commits; number++) await world.repository.commit({ files: { 'notes.yaml': `n: ${number}` } });
    return ann;
  };

  it('is one commit where nothing is signed', async () => {
    world = await createWorld();
    await world.repository.commit({ files: signedProduct });
    await world.repository.commit({ files: { 'release.yaml': release() } });
    await latest();
    expect(world.server.seen.filter(({ method, path }) => method === 'POST' && !path.includes('info')).length).toBe(2);
  });

  it('grows until the origins are found, once', async () => {
    world = await createWorld({ limits: { history: [2, 4, 8, 16] } });
    const ann = await history(5);
    expect(broughtBy(await latest())).toEqual({ Ann: `ann@shop.example ${ann}` });
    world.server.forget();
    await world.repository.commit({ files: { 'notes.yaml': 'n: last' } });
    expect(broughtBy(await latest())).toEqual({ Ann: `ann@shop.example ${ann}` });
    const posts = world.server.seen.filter(({ method }) => method === 'POST');
    expect(posts.length).toBe(2);
  });

  it('ends where it is too long, and says so', async () => {
    world = await createWorld({ limits: { history: [2, 4] } });
    await history(5);
    const why = 'it is more than 4 commits back';
    expect(broughtBy(await latest())).toEqual({ Ann: why });
    world.server.forget();
    await world.repository.commit({ files: { 'notes.yaml': 'n: last' } });
    expect(broughtBy(await latest())).toEqual({ Ann: why });
    expect(world.server.seen.filter(({ method }) => method === 'POST').length).toBe(2);
  });

  it('is what a repository on this machine has, and what it lacks is not known', async () => {
    world = await createWorld();
    await history(3);
    const shallow = `${world.cacheDirectory}-shallow.git`;
    await runGit(['clone', '--quiet', '--bare', '--depth', '2', world.repository.url, shallow]);
    const snapshot = await world.repositories.latest(aSource({ url: `file://${shallow}` }), soon());
    expect(broughtBy(snapshot)).toEqual({ Ann: 'the repository holds only a part of its history' });
  });

  it('is asked for again with the next commit where it came broken, and keeps nothing else from being read', async () => {
    world = await createWorld({ limits: { history: [8] } });
    const ann = await history(3);
    let packs = 0;
    const broken = (body: Buffer) => Buffer.concat([body.subarray(0, body.length - 40), Buffer.alloc(40, 1)]);
    world.server.setFault({ kind: 'change', change: broken }, ({ method, path, gitProtocol }) =>
      method === 'POST' && path.endsWith('git-upload-pack') && gitProtocol === undefined ? ++packs === 2 : false,
    );
    expect(broughtBy(await latest())).toEqual({ Ann: 'its history could not be fetched' });
    await world.repository.commit({ files: { 'notes.yaml': 'n: last' } });
    expect(broughtBy(await latest())).toEqual({ Ann: `ann@shop.example ${ann}` });
  });

  it('is fetched anew with a clone that was lost', async () => {
    world = await createWorld({ limits: { history: [8], packs: 2 } });
    const ann = await history(3);
    for (let number = 0; number < 3; number++) {
      await world.repository.commit({ files: { 'notes.yaml': `n: again ${number}` } });
      expect(broughtBy(await latest())).toEqual({ Ann: `ann@shop.example ${ann}` });
    }
  });

  it('fails the pass while the server does not answer, and is there in the next', async () => {
    world = await createWorld({ limits: { history: [8] } });
    const ann = await history(3);
    let packs = 0;
    world.server.setFault({ kind: 'status', status: 503 }, ({ method, path, gitProtocol }) =>
      method === 'POST' && path.endsWith('git-upload-pack') && gitProtocol === undefined ? ++packs === 2 : false,
    );
    await expect(latest()).rejects.toMatchObject({ reason: 'GitUnreachable' });
    expect(broughtBy(await latest())).toEqual({ Ann: `ann@shop.example ${ann}` });
  });
});
