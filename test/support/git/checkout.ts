import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runGit } from './repository.js';

/** A working copy in a temporary folder, with an identity and no commit. */
export interface TestCheckout {
  readonly folder: string;
  git(...args: string[]): Promise<string>;
  /** Writes files; undefined removes one. */
  write(files: Readonly<Record<string, string | undefined>>): Promise<void>;
  /** Adds everything and commits it; gives the commit. */
  commit(files?: Readonly<Record<string, string | undefined>>, message?: string): Promise<string>;
  remove(): Promise<void>;
}

export async function createCheckout(): Promise<TestCheckout> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'towpath-checkout-')));
  const folder = join(root, 'releases');
  await runGit(['init', '--quiet', '--initial-branch=main', folder]);
  const git = (...args: string[]) => runGit(['-C', folder, ...args]);
  await git('config', 'user.name', 'Ada');
  await git('config', 'user.email', 'ada@example.com');
  const write = async (files: Readonly<Record<string, string | undefined>>) => {
    for (const [path, content] of Object.entries(files)) {
      const place = join(folder, path);
      await mkdir(dirname(place), { recursive: true });
      if (content === undefined) await rm(place, { force: true });
      else await writeFile(place, content);
    }
  };
  return {
    folder,
    git,
    write,
    async commit(files = {}, message = 'Change') {
      await write(files);
      await git('add', '--all');
      await git('commit', '--quiet', '--allow-empty', '-m', message);
      return git('rev-parse', 'HEAD');
    },
    remove: () => rm(root, { recursive: true, force: true }),
  };
}
