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

/** Both ways to the same repository keep the same promises. */
describe.each(['http', 'file'] as const)('a release repository over %s', (scheme) => {
  const source = (git = {}) => aSource({ url: scheme === 'http' ? world.url : world.repository.url, ...git });
  const latest = (git = {}) => world.repositories.latest(source(git), soon());

  it('is read as a whole: what the commit is, and what it says', async () => {
    world = await createWorld();
    const author = 'Ada Lovelace <ada@example.com>';
    const sha = await world.repository.commit({
      files: manyEnvironments(2),
      message: 'Second candidate\n\nMore about it',
      author,
    });
    const snapshot = await latest();
    expect(snapshot.commit).toEqual({
      sha,
      author: 'Ada Lovelace',
      email: 'ada@example.com',
      time: 1_767_225_600_000,
      subject: 'Second candidate',
    });
    expect(versionsOf(snapshot)).toEqual({ 'uat-client-00000': '2.9.0', 'uat-client-00001': '2.9.1' });
    expect(snapshot.repository.documents).toEqual({ valid: 5, invalid: 0 });
  });

  it('gives the same object again while nothing changed', async () => {
    await start();
    const first = await latest();
    expect(await latest()).toBe(first);
    expect(world.fetches.map((fetch) => fetch.result)).toEqual(['changed', 'unchanged']);
  });

  it('sees a new commit', async () => {
    await start();
    await latest();
    const sha = await world.repository.commit({ files: { [versionFile]: masterVersion(one, '3.0.0') } });
    const next = await latest();
    expect([next.commit.sha, versionOf(next)]).toEqual([sha, '3.0.0']);
  });

  it('keeps the objects of environments that a commit does not change', async () => {
    await start();
    const before = await latest();
    await world.repository.commit({ files: { [versionFile]: masterVersion(one, '3.0.0') } });
    const after = await latest();
    const fresh = await (await world.restart()).latest(source(), soon());
    expect(after.repository.environments[1]).toBe(before.repository.environments[1]);
    expect(after.repository.environments[0]?.product).toBe(before.repository.environments[1]?.product);
    expect(after).toEqual(fresh);
  });

  it('gives every environment a product that a commit changed', async () => {
    await start();
    await latest();
    const changed = manyEnvironments(0)['products/loyalty/product.yaml']?.replace('90m', '30m') ?? '';
    await world.repository.commit({ files: { 'products/loyalty/product.yaml': changed } });
    const { environments } = (await latest()).repository;
    expect(environments.map(({ product }) => product.deployer.timeoutMs)).toEqual([1_800_000, 1_800_000]);
    expect(environments[0]?.product).toBe(environments[1]?.product);
  });

  it('sees that a file is gone, and that a folder is', async () => {
    await start();
    await latest();
    await world.repository.commit({ remove: [`products/loyalty/environments/${one}`] });
    expect(versionsOf(await latest())).toEqual({ 'uat-client-00001': '2.9.1' });
  });

  it('follows a branch that was forced to another commit', async () => {
    const first = await start();
    await world.repository.commit({ files: { [versionFile]: masterVersion(one, '3.0.0') } });
    await latest();
    await world.repository.commit({ files: { [versionFile]: masterVersion(one, '4.0.0') }, parent: first });
    expect(versionOf(await latest())).toBe('4.0.0');
  });

  it('follows a branch that was set back to an older commit', async () => {
    const first = await start();
    await world.repository.commit({ files: { [versionFile]: masterVersion(one, '3.0.0') } });
    await latest();
    await world.repository.git('update-ref', 'refs/heads/main', first);
    const back = await latest();
    expect([back.commit.sha, versionOf(back)]).toEqual([first, '2.9.0']);
  });

  it('follows a branch that begins a new history', async () => {
    await start();
    await latest();
    await world.repository.commit({ files: manyEnvironments(1), parent: 'none' });
    expect(versionsOf(await latest())).toEqual({ [one]: '2.9.0' });
  });

  it('says that a branch is missing, and goes on when it is back', async () => {
    const sha = await start();
    const first = await latest();
    await world.repository.git('update-ref', '-d', 'refs/heads/main');
    const { url } = source().spec.git;
    expect(await failureOf(latest())).toEqual({
      reason: 'GitBranchMissing',
      message: `${url} has no branch main.`,
      retry: 'backoff',
    });
    await world.repository.git('update-ref', 'refs/heads/main', sha);
    expect(await latest()).toBe(first);
  });

  it('says that a branch is missing in a repository without any commit', async () => {
    world = await createWorld();
    expect(await failureOf(latest())).toMatchObject({ reason: 'GitBranchMissing' });
  });

  it('reads another branch, folder and address as soon as the source names them', async () => {
    await start();
    await world.repository.commit({ files: { 'team/a.yaml': masterVersion('a', '1.0.0') }, branch: 'team/next', parent: 'none' });
    const main = await latest();
    const next = await latest({ ref: { branch: 'team/next' }, path: './team/' });
    expect([main.repository.documents, next.repository.documents]).toEqual([
      { valid: 5, invalid: 0 },
      { valid: 0, invalid: 1 },
    ]);
    expect(await latest({ ref: { branch: 'team/next' } })).toMatchObject({ commit: { sha: next.commit.sha } });
  });

  it('reads only the folder that the source names, and names files from the root', async () => {
    world = await createWorld();
    await world.repository.commit({
      files: { 'b/x.yaml': masterVersion('x', '1.0.0'), 'a/y.yaml': masterVersion('y', '1.0.0') },
    });
    const { repository } = await latest({ path: 'b' });
    expect([repository.documents, repository.findings[0]?.file]).toEqual([{ valid: 0, invalid: 1 }, 'b/x.yaml']);
  });

  it('never takes a missing folder for an empty one', async () => {
    const sha = await start();
    const message = `Commit ${sha.slice(0, 12)} has no folder elsewhere.`;
    expect(await failureOf(latest({ path: 'elsewhere' }))).toEqual({ reason: 'GitPathMissing', message, retry: 'backoff' });
  });

  it('refuses a repository with SHA-256 names', async () => {
    await start({ sha256: true });
    expect(await failureOf(latest())).toMatchObject({ reason: 'GitUnsupported' });
  });
});
