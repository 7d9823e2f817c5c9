import { readFile, realpath, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { failed } from './failure.js';
import { openLocalRepository } from './local-repository.js';

/** A working copy that somebody edits: it is only ever read. */
export interface Checkout {
  /** The top of the working copy; absent where the repository is bare. */
  readonly root?: string;
  /** Where HEAD and the index stand. */
  readonly gitFolder: string;
  /** Where refs and objects stand; another one than `gitFolder` in a linked worktree. */
  readonly folder: string;
  /** The folder that was asked for, from the top, with slashes; `.` for the top itself. */
  readonly path: string;
}

/** Finds the repository that a folder lies in. Throws ReconcileError where there is none. */
export async function findCheckout(directory: string): Promise<Checkout> {
  const start = await realpath(resolve(directory)).catch(() => undefined);
  if (start === undefined) throw failed('GitNotFound', `${directory} is not there, or cannot be read.`);
  for (let at = start; ; at = dirname(at)) {
    if (await exists(join(at, '.git'))) return open(at, start);
    if (at === dirname(at)) break;
  }
  // A bare repository, or the `.git` folder itself.
  const { folder } = await openLocalRepository(start).catch(() => {
    throw failed('GitNotFound', `${directory} lies in no git repository.`);
  });
  return { gitFolder: start, folder, path: '.' };
}

async function open(root: string, start: string): Promise<Checkout> {
  const { folder } = await openLocalRepository(root);
  const pointer = /^gitdir: (.+)$/m.exec(await readFile(join(root, '.git'), 'utf8').catch(() => ''))?.[1];
  const gitFolder = pointer === undefined ? join(root, '.git') : resolve(root, pointer.trim());
  const path = relative(root, start).split(sep).join('/');
  return { root, gitFolder, folder, path: path === '' ? '.' : path };
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
