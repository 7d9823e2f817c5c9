import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { builtUrl } from '../built.js';
import { createRepository, runGit, type TestRepository } from '../git/repository.js';
import { type GitServer, startGitServer } from '../git/server.js';
import { type DialectName, type ForgeStandIn, startForge } from './server.js';

export interface ProgramAnswer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A release repository at a git server that wants a password, a clone of it as an engineer has one, and the code host beside. */
export interface PromotionWorld {
  readonly remote: TestRepository;
  readonly server: GitServer;
  readonly host: ForgeStandIn;
  readonly clone: string;
  git(...args: string[]): Promise<string>;
  /** The built program, run in the clone. */
  towpath(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<ProgramAnswer>;
  /** The flags that name the code host. */
  forge(dialect: DialectName): string[];
  close(): Promise<void>;
}

export const token = 'token-of-ann';
const password = `Basic ${Buffer.from('ann:password-of-ann').toString('base64')}`;
const main = fileURLToPath(builtUrl('controller/main.js'));

export async function createPromotionWorld(
  files: Readonly<Record<string, string | Buffer>>,
  project = 'acme/releases',
): Promise<PromotionWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'towpath-promotion-'));
  await mkdir(join(folder, 'git'));
  const remote = await createRepository({ folder: join(folder, 'git') });
  await remote.git('config', 'http.receivepack', 'true');
  await remote.commit({ files, message: 'Everything as it is' });
  const server = await startGitServer({ root: join(folder, 'git'), accept: [password] });
  const branch = (name: string) => remote.git('rev-parse', '--verify', '--quiet', `refs/heads/${name}`).catch(() => undefined);
  const host = await startForge({ project, users: { [token]: 'ann' }, branch });
  const clone = join(folder, 'clone');
  const helper = '!f() { test "$1" = get && echo username=ann && echo password=password-of-ann; }; f';
  await runGit(['clone', '--quiet', '-c', `credential.helper=${helper}`, `${server.url}/repository.git`, clone]);
  const git = (...args: string[]) => runGit(['-C', clone, ...args]);
  await git('config', 'user.name', 'Ann');
  await git('config', 'user.email', 'ann@example.com');
  return {
    remote,
    server,
    host,
    clone,
    git,
    towpath: (args, env = { GITHUB_TOKEN: token }) => runProgram(args, clone, env),
    forge: (dialect) => ['--forge', dialect.replace(/-.*/, ''), '--forge-url', host.api(dialect), '--project', project],
    close: async () => {
      await host.close();
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function runProgram(args: readonly string[], cwd: string, more: Readonly<Record<string, string>>): Promise<ProgramAnswer> {
  const { PATH = '' } = process.env;
  const env = {
    PATH,
    HOME: '/nonexistent',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    ...more,
  };
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...args], { cwd, env, timeout: 60_000 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 99;
      resolve({ code, stdout, stderr });
    });
  });
}

/** Writes a file of the clone. */
export async function writeTo(clone: string, path: string, content: string): Promise<void> {
  await mkdir(dirname(join(clone, path)), { recursive: true });
  await writeFile(join(clone, path), content);
}
