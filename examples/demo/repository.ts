import { execFile } from 'node:child_process';
import { appendFile, cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { moveFreezes } from './freezes.js';
import { addressBook, emailOf } from './people.js';

/** One line of one file, before and after. */
export interface Edit {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** A yes for one digest, as the Release document takes it. */
export interface SignoffEntry {
  readonly role: string;
  readonly stage: string;
  readonly client?: string | undefined;
  readonly by: string;
  readonly at: string;
  readonly digest: string;
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
  #people: ReadonlyMap<string, string> = new Map();

  private constructor(directory: string, home: string) {
    this.directory = directory;
    this.#home = home;
  }

  /** Makes it from the example, with freezes around this moment. */
  static async create(options: { example: string; directory: string; home: string }): Promise<Repository> {
    const { example, directory, home } = options;
    await cp(example, directory, { recursive: true });
    await moveFreezes(directory, Date.now());
    const repository = new Repository(directory, home);
    repository.#people = await addressBook(directory);
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

  /** Somebody signs: adds entries to the end of a Release document, and commits. */
  async sign(release: { product: string; version: string }, entries: readonly SignoffEntry[]): Promise<Committed> {
    const file = `products/${release.product}/releases/${release.version}.yaml`;
    const path = join(this.directory, file);
    const isFirst = !(await readFile(path, 'utf8')).includes('\n  signoffs:\n');
    const lines = entries.map((entry) => `    - ${JSON.stringify(entry)}\n`);
    await appendFile(path, `${isFirst ? '  signoffs:\n' : ''}${lines.join('')}`);
    const [{ by, role } = { by: '', role: '' }] = entries;
    const changes = entries.map(
      ({ stage, client, digest }) => `+ ${role}, ${stage}${client === undefined ? '' : ` of ${client}`}, ${digest.slice(0, 19)}…`,
    );
    return this.#save({
      author: by,
      subject: `Sign off ${release.product} ${release.version} as ${role}`,
      changes: [...changes, `(${file})`],
    });
  }

  /** Takes the last commits back, in one. */
  async revert(author: string, subject: string, count: number): Promise<Committed> {
    await this.#git(['revert', '--no-commit', `HEAD~${count}..HEAD`]);
    const files = (await this.#git(['diff', '--cached', '--name-only'])).trim().split('\n');
    return this.#save({ author, subject, changes: [`git revert of the last ${count} commits  (${files.join(', ')})`] });
  }

  /** The line of a file that begins with this, without what it is indented by. */
  async line(file: string, start: string): Promise<string> {
    const lines = (await readFile(join(this.directory, file), 'utf8')).split('\n').map((line) => line.trim());
    const found = lines.find((line) => line.startsWith(start));
    if (found === undefined) throw new Error(`${file} has no line ${start}`);
    return found;
  }

  /** The master version files of a product, relative to the repository. */
  async versionFiles(product: string): Promise<string[]> {
    const folder = `products/${product}/environments`;
    const names = await readdir(join(this.directory, folder));
    return names.sort().map((name) => `${folder}/${name}/version.yaml`);
  }

  async #save(what: Omit<Committed, 'commit'>): Promise<Committed> {
    const email = emailOf(this.#people, what.author);
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
