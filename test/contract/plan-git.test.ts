import { mkdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { findCheckout } from '../../controller/git/checkout.js';
import { ignoredIn } from '../../controller/git/ignored.js';
import { defaultLimits } from '../../controller/git/limits.js';
import { ObjectStore } from '../../controller/git/object-store.js';
import { mainBranch, mergeBase, resolveRevision } from '../../controller/git/revision.js';
import { fileChanges } from '../../controller/git/tree-changes.js';
import { readWorkingTree } from '../../controller/git/working-tree.js';
import { createCheckout, type TestCheckout } from '../support/git/checkout.js';

vi.setConfig({ testTimeout: 60_000 });

let here: TestCheckout;
beforeEach(async () => {
  here = await createCheckout();
});
afterEach(() => here.remove());

const withStore = async <T>(folder: string, use: (store: ObjectStore) => T | Promise<T>): Promise<T> => {
  const store = new ObjectStore(`${(await findCheckout(folder)).folder}/objects`);
  try {
    return await use(store);
  } finally {
    store.close();
  }
};

const resolve = async (name: string, folder = here.folder) => {
  const checkout = await findCheckout(folder);
  return withStore(folder, async (store) => (await resolveRevision(name, checkout, store))?.sha);
};

describe('names of revisions', () => {
  it.each(['loose', 'packed'])('mean what git means by them, with %s objects', async (how) => {
    await here.commit({ 'a.yaml': 'a: 1\n' });
    await here.git('tag', '-a', 'v1', '-m', 'First');
    await here.commit({ 'a.yaml': 'a: 2\n' });
    await here.git('checkout', '--quiet', '-b', 'side/branch', 'HEAD~1');
    await here.commit({ 'b.yaml': 'b: 1\n' });
    await here.git('checkout', '--quiet', 'main');
    await here.git('merge', '--quiet', '--no-ff', '-m', 'Merge', 'side/branch');
    await here.git('update-ref', 'refs/remotes/origin/topic', 'HEAD~1');
    if (how === 'packed') await here.git('gc', '--quiet');
    const head = await here.git('rev-parse', 'HEAD');
    const names = [
      'HEAD',
      '@',
      'main',
      'v1',
      'tags/v1',
      'refs/heads/main',
      'side/branch',
      'origin/topic',
      'HEAD~1',
      'HEAD^2',
      'HEAD^2~1',
      'main^^',
      head,
      head.slice(0, 9),
    ];
    const wanted = await Promise.all(names.map((name) => here.git('rev-parse', `${name}^{commit}`)));
    const found: (string | undefined)[] = [];
    for (const name of names) found.push(await resolve(name));
    expect(found).toEqual(wanted);
  });

  it('mean nothing where there is no such commit', async () => {
    const sha = await here.commit({ 'a.yaml': 'a: 1\n' });
    const tree = await here.git('rev-parse', 'HEAD^{tree}');
    const found: (string | undefined)[] = [];
    for (const name of ['topic', 'HEAD~7', 'HEAD^2', '../x', '', 'f'.repeat(40), tree, tree.slice(0, 8), `${sha.slice(0, 6)}zz`])
      found.push(await resolve(name));
    expect(found.every((one) => one === undefined)).toBe(true);
  });

  it('are those of the linked worktree that is looked at, and of a folder inside of it', async () => {
    await here.commit({ 'docs/a.yaml': 'a: 1\n' });
    await here.git('worktree', 'add', '--quiet', '-b', 'topic', join(here.folder, '..', 'linked'));
    const linked = join(here.folder, '..', 'linked');
    await writeFile(join(linked, 'docs', 'a.yaml'), 'a: 2\n');
    await here.git('-C', linked, 'commit', '--quiet', '--all', '-m', 'On topic');
    expect(await resolve('HEAD', join(linked, 'docs'))).toBe(await here.git('rev-parse', 'topic'));
    expect(await resolve('HEAD')).toBe(await here.git('rev-parse', 'main'));
    expect(await findCheckout(join(linked, 'docs'))).toMatchObject({ root: linked, path: 'docs' });
  });

  it('begin with the main branch of the remote, where it says which that is', async () => {
    await here.commit({ 'a.yaml': 'a: 1\n' });
    const checkout = await findCheckout(here.folder);
    expect(await mainBranch(checkout)).toBe('main');
    await here.git('update-ref', 'refs/remotes/origin/trunk', 'HEAD');
    await here.git('symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/remotes/origin/trunk');
    expect(await mainBranch(checkout)).toBe('origin/HEAD');
  });
});

describe('the merge base', () => {
  it('is that of git in histories with many merges, all made in the same second', async () => {
    // Parents of each commit, by number; the clock of git stands still meanwhile.
    const shape = [[], [0], [0], [1, 2], [2], [3], [4, 3], [5, 6], [4], [8, 5], [7], [9, 10], [1]];
    await here.commit({ 'a.yaml': 'a: 1\n' });
    const tree = await here.git('rev-parse', 'HEAD^{tree}');
    const commits: string[] = [];
    for (const [number, parents] of shape.entries()) {
      const flags = parents.flatMap((parent) => ['-p', commits[parent] ?? '']);
      commits.push(await here.git('commit-tree', tree, ...flags, '-m', `Commit ${number}`));
    }
    const pairs = commits.flatMap((one, at) => commits.slice(at).map((other) => [one, other] as const));
    const wrong: string[] = [];
    await withStore(here.folder, async (store) => {
      for (const [one, other] of pairs) {
        const wanted = (await here.git('merge-base', '--all', one, other)).split('\n');
        const found = mergeBase(one, other, store);
        if (found === undefined || !wanted.includes(found)) wrong.push(`${one} ${other}: ${found}, not ${wanted}`);
      }
    });
    expect(wrong).toEqual([]);
  });

  it('is none between histories that have nothing in common', async () => {
    const one = await here.commit({ 'a.yaml': 'a: 1\n' });
    const other = await here.git('commit-tree', await here.git('rev-parse', 'HEAD^{tree}'), '-m', 'Alone');
    expect(await withStore(here.folder, (store) => mergeBase(one, other, store))).toBeUndefined();
  });
});

/** What git would commit if everything were added now; its index is another one after that. */
async function treeOfGit(): Promise<string> {
  await here.git('add', '--all');
  return here.git('write-tree');
}

async function treeHere(): Promise<string> {
  const checkout = await findCheckout(here.folder);
  const { root = '', gitFolder } = checkout;
  return (await readWorkingTree({ ...checkout, root }, ignoredIn(root, gitFolder))).tree;
}

describe('the working copy', () => {
  const files = Object.fromEntries(
    Array.from({ length: 30 }, (_, at) => [`environments/e${at}/version.yaml`, `version: ${at}\n`]),
  );

  it.each([2, 3, 4])('is the tree that git would write, with an index of version %i', async (version) => {
    await here.commit({ ...files, 'a-b.yaml': 'x: 1\n', 'a/x.yaml': 'x: 1\n', 'a0.yaml': 'x: 1\n', 'über.yaml': 'x: 1\n' });
    await here.git('update-index', '--index-version', String(version));
    if (version === 3) {
      await here.write({ 'later.yaml': 'x: 1\n' });
      await here.git('add', '--intent-to-add', 'later.yaml');
      await rm(join(here.folder, 'later.yaml'));
    }
    expect(await treeHere()).toBe(await here.git('rev-parse', 'HEAD^{tree}'));
  });

  it('holds what was changed, added, deleted and staged, and not what git ignores', async () => {
    await here.commit({ ...files, '.gitignore': 'build/\n*.local.yaml\n', 'kept.txt': 'no document\n' });
    await here.write({
      'environments/e1/version.yaml': 'version: changed\n',
      'environments/e2/version.yaml': undefined,
      'environments/new/version.yaml': 'version: new\n',
      'build/out.yaml': 'version: ignored\n',
      'mine.local.yaml': 'version: ignored\n',
      'staged.yaml': 'version: staged\n',
    });
    const found = await treeHere();
    expect(found).toBe(await treeOfGit());
  });

  it('notices a file that was changed in the moment in which the index was written, to the same length', async () => {
    await here.commit({ 'a.yaml': 'a: 1\n' });
    const index = join(here.folder, '.git', 'index');
    const moment = new Date(Date.now() - 60_000);
    await utimes(join(here.folder, 'a.yaml'), moment, moment);
    await here.git('update-index', '--refresh');
    await writeFile(join(here.folder, 'a.yaml'), 'a: 2\n');
    await utimes(join(here.folder, 'a.yaml'), moment, moment);
    await utimes(index, moment, moment);
    expect(await treeHere()).not.toBe(await here.git('rev-parse', 'HEAD^{tree}'));
  });

  it('does not follow links, nor look into submodules and other repositories', async () => {
    await here.commit({ 'a.yaml': 'a: 1\n' });
    await symlink('/etc/passwd', join(here.folder, 'link.yaml'));
    const inner = join(here.folder, 'inner');
    await mkdir(inner);
    await here.git('-C', inner, 'init', '--quiet');
    await writeFile(join(inner, 'b.yaml'), 'b: 1\n');
    const checkout = await findCheckout(here.folder);
    const { root = '', gitFolder } = checkout;
    const written = await readWorkingTree({ ...checkout, root }, ignoredIn(root, gitFolder));
    await withStore(here.folder, async (store) => {
      const objects = {
        read: (oid: string, type: 'tree', limit: number) => written.read(oid, type) ?? store.read(oid, type, limit),
      };
      const before = await here.git('rev-parse', 'HEAD^{tree}');
      const changes = fileChanges({ before, after: written.tree, path: '' }, objects as Pick<ObjectStore, 'read'>, defaultLimits);
      expect([...changes].map(([path, { after }]) => [path, after?.refused])).toEqual([['link.yaml', 'symbolic-link']]);
    });
  });
});
