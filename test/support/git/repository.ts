import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface CommitOptions {
  /** Path → content; a Buffer for bytes. */
  readonly files?: Readonly<Record<string, string | Buffer>>;
  /** Path → target. */
  readonly links?: Readonly<Record<string, string>>;
  /** Path → commit of a submodule. */
  readonly submodules?: Readonly<Record<string, string>>;
  readonly remove?: readonly string[];
  readonly message?: string;
  readonly author?: string;
  readonly branch?: string;
  /** Seconds since 1970. */
  readonly date?: number;
  /** The parent; `none` starts a history of its own. The tip of the branch where it is absent. */
  readonly parent?: string;
}

export interface TestRepository {
  /** The bare repository. */
  readonly folder: string;
  readonly url: string;
  git(...args: string[]): Promise<string>;
  /** One commit by `git fast-import`: as quick for ten thousand files as for one. Gives its id. */
  commit(options: CommitOptions): Promise<string>;
  remove(): Promise<void>;
}

const environment = {
  PATH: process.env.PATH,
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
  GIT_COMMITTER_NAME: 'Test',
  GIT_COMMITTER_EMAIL: 'test@example.com',
};

/** Runs git without any configuration of this machine. */
export function runGit(args: readonly string[], input: Buffer | string = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', args, { env: environment, stdio: ['pipe', 'pipe', 'pipe'] });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.on('error', reject);
    child.stdin.on('error', () => {});
    child.on('close', (code) => {
      if (code === 0) resolve(Buffer.concat(out).toString('utf8').trim());
      else reject(new Error(`git ${args[0]} ended with ${code}: ${Buffer.concat(err).toString('utf8')}`));
    });
    child.stdin.end(input);
  });
}

/** A bare repository in a temporary folder, with branch `main` and no commit. */
export async function createRepository(options: { sha256?: boolean; folder?: string } = {}): Promise<TestRepository> {
  const root = options.folder ?? (await mkdtemp(join(tmpdir(), 'towpath-git-')));
  const folder = join(root, 'repository.git');
  const format = options.sha256 === true ? ['--object-format=sha256'] : [];
  await runGit(['init', '--quiet', '--bare', '--initial-branch=main', ...format, folder]);
  const git = (...args: string[]) => runGit(['-C', folder, ...args]);
  await git('config', 'http.uploadpack', 'true');
  return {
    folder,
    url: `file://${folder}`,
    git,
    async commit(commit) {
      const branch = `refs/heads/${commit.branch ?? 'main'}`;
      const tip = commit.parent ?? (await git('rev-parse', '--verify', '--quiet', branch).catch(() => 'none'));
      await runGit(['-C', folder, 'fast-import', '--quiet', '--force', '--date-format=raw'], toStream(commit, branch, tip));
      return git('rev-parse', branch);
    },
    remove: () => rm(root, { recursive: true, force: true }),
  };
}

/** git-fast-import(1), with every content inline. */
function toStream(commit: CommitOptions, branch: string, tip: string): Buffer {
  const parts: Buffer[] = [];
  const add = (text: string) => parts.push(Buffer.from(text));
  const addData = (data: string | Buffer) => {
    add(`data ${Buffer.byteLength(data)}\n`);
    parts.push(Buffer.from(data), Buffer.from('\n'));
  };
  const date = commit.date ?? 1_767_225_600;
  if (tip === 'none') add(`reset ${branch}\n`);
  add(`commit ${branch}\nauthor ${commit.author ?? 'Ada <ada@example.com>'} ${date} +0000\n`);
  add(`committer Test <test@example.com> ${date} +0000\n`);
  addData(commit.message ?? 'Change');
  if (tip !== 'none') add(`from ${tip}\n`);
  for (const path of commit.remove ?? []) add(`D ${quote(path)}\n`);
  for (const [path, commitId] of Object.entries(commit.submodules ?? {})) add(`M 160000 ${commitId} ${quote(path)}\n`);
  const modes: [string, Readonly<Record<string, string | Buffer>>][] = [
    ['100644', commit.files ?? {}],
    ['120000', commit.links ?? {}],
  ];
  for (const [mode, files] of modes) {
    for (const [path, content] of Object.entries(files)) {
      add(`M ${mode} inline ${quote(path)}\n`);
      addData(content);
    }
  }
  return Buffer.concat(parts);
}

/** A path in the C style that fast-import reads. */
function quote(path: string): string {
  const toOctal = (char: string) => `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`;
  return `"${path.replaceAll(/["\\\n\r\t]/g, toOctal)}"`;
}
