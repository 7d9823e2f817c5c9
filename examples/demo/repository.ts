import { execFile } from 'node:child_process';
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** One line of one file, before and after. */
export interface Edit {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

export interface Committed {
  readonly commit: string;
  readonly author: string;
  readonly subject: string;
  readonly changes: readonly string[];
}

/** The release repository of the story: a real one, on disk, in which people commit. */
export class Repository {
  readonly directory: string;
  readonly #home: string;

  private constructor(directory: string, home: string) {
    this.directory = directory;
    this.#home = home;
  }

  /**
   * Makes it from the example. Without its deployment windows: which day it is must not decide how the story ends.
   */
  static async create(options: { example: string; directory: string; home: string }): Promise<Repository> {
    const { example, directory, home } = options;
    await cp(example, directory, { recursive: true });
    await rm(join(directory, 'windows'), { recursive: true, force: true });
    const repository = new Repository(directory, home);
    await repository.#git(['init', '--quiet']);
    await repository.#git(['symbolic-ref', 'HEAD', 'refs/heads/main']);
    for (const [name, value] of [
      ['user.name', 'Towpath demo'],
      ['user.email', 'demo@example.com'],
      ['gc.auto', '0'],
      ['maintenance.auto', 'false'],
      ['commit.gpgsign', 'false'],
    ] as const)
      await repository.#git(['config', name, value]);
    await repository.#git(['add', '--all']);
    await repository.#git(['commit', '--quiet', '--message', 'All environments as they are today']);
    return repository;
  }

  /** Changes lines and commits; each must be there, exactly as given. */
  async commit(author: string, subject: string, edits: readonly Edit[]): Promise<Committed> {
    for (const { file, from, to } of edits) {
      const path = join(this.directory, file);
      const text = await readFile(path, 'utf8');
      if (!text.includes(from)) throw new Error(`${file} does not say ${from}`);
      await writeFile(path, text.replace(from, to));
    }
    return this.#save({ author, subject, changes: summarise(edits) });
  }

  /** Takes the last commits back, in one. */
  async revert(author: string, subject: string, count: number): Promise<Committed> {
    await this.#git(['revert', '--no-commit', `HEAD~${count}..HEAD`]);
    const files = (await this.#git(['diff', '--cached', '--name-only'])).trim().split('\n');
    return this.#save({ author, subject, changes: [`git revert of the last ${count} commits  (${files.join(', ')})`] });
  }

  /** The master version files of a product, relative to the repository. */
  async versionFiles(product: string): Promise<string[]> {
    const folder = `products/${product}/environments`;
    const names = await readdir(join(this.directory, folder));
    return names.sort().map((name) => `${folder}/${name}/version.yaml`);
  }

  async #save(what: Omit<Committed, 'commit'>): Promise<Committed> {
    const email = `${what.author.toLowerCase().replaceAll(/[^a-z]+/g, '.')}@example.com`;
    await this.#git(['commit', '--quiet', '--all', `--author=${what.author} <${email}>`, '--message', what.subject]);
    return { ...what, commit: (await this.#git(['rev-parse', '--short=12', 'HEAD'])).trim() };
  }

  /** Without anything of the user's own configuration: no hooks, no signing, no templates. */
  #git(args: readonly string[]): Promise<string> {
    const env = { PATH: process.env.PATH, HOME: this.#home, GIT_CONFIG_NOSYSTEM: '1', GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' };
    return new Promise((resolve, reject) => {
      execFile('git', args, { cwd: this.directory, env }, (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else reject(new Error(`git ${args[0]}: ${stderr.trim() || error.message}`));
      });
    });
  }
}

/** Equal changes of several files in one line. */
function summarise(edits: readonly Edit[]): string[] {
  const byChange = new Map<string, string[]>();
  for (const { file, from, to } of edits) {
    const change = `${from.trim()} → ${to.trim()}`;
    byChange.set(change, [...(byChange.get(change) ?? []), file]);
  }
  return [...byChange].map(([change, files]) => `${change}  (${files.length === 1 ? files[0] : `${files.length} files`})`);
}
