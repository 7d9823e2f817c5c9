import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { builtUrl } from '../built.js';
import { credentials } from '../e2e/world.js';
import { type ForgeStandInOptions, startForge } from '../forge/server.js';
import { runGit } from '../git/repository.js';
import { startGitServer } from '../git/server.js';
import { startJenkins } from '../jenkins/stand-in.js';
import { type Session, startSession } from './session.js';

/** What a new user has before the tutorial begins: a Jenkins, a code host with an empty repository, and `towpath` on the path. */
export interface TutorialWorld {
  readonly session: Session;
  /** What is printed with the addresses of this machine in it → as the page shows it. */
  readable(output: string): string;
  close(): Promise<void>;
}

const job = {
  name: 'platform/deploy',
  concurrent: true,
  parameters: ['ENVIRONMENT', 'VERSION', 'TOWPATH_RUN'].map((name) => ({ name })),
  durationMs: 1_500,
  log: ['deploying', 'done'],
};
const token = 'token-of-ann';

export async function createTutorialWorld(): Promise<TutorialWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'towpath-tutorial-'));
  const jenkins = await startJenkins({ jobs: [job], executors: 4 });
  const bare = join(folder, 'host', 'acme', 'releases.git');
  await mkdir(bare, { recursive: true });
  await runGit(['init', '--quiet', '--bare', '--initial-branch', 'main', bare]);
  await runGit(['-C', bare, 'config', 'http.receivepack', 'true']);
  const git = await startGitServer({ root: join(folder, 'host') });
  const forge = await startForge({
    project: 'acme/releases',
    users: { [token]: 'ann' },
    ...hostOf(bare, join(folder, 'merging')),
  });
  const session = startSession({
    cwd: await homeOf(folder),
    env: environmentOf(folder, { jenkins: jenkins.url, git: git.url, forge: forge.api('gitea') }),
  });
  const names: readonly (readonly [string, string])[] = [
    [jenkins.url, 'http://jenkins.example'],
    [git.url, 'http://code.example'],
    [forge.origin, 'http://code.example'],
    [folder, ''],
  ];
  return {
    session,
    readable: (output) => names.reduce((text, [from, to]) => text.replaceAll(from, to), output),
    close: async () => {
      await session.close();
      await Promise.all([jenkins.close(), git.close(), forge.close()]);
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}

/** What a code host does with its repository: it keeps the head of each pull request under its number, and merges. */
function hostOf(bare: string, clone: string): Required<Pick<ForgeStandInOptions, 'branch' | 'merge'>> {
  const inBare = (...args: string[]) => runGit(['-C', bare, ...args]);
  let opened = 0;
  return {
    branch: async (name) => {
      const sha = await inBare('rev-parse', '--verify', '--quiet', `refs/heads/${name}`).catch(() => undefined);
      if (sha !== undefined && name !== 'main') {
        opened += 1;
        await inBare('update-ref', `refs/pull/${opened}/head`, sha);
      }
      return sha;
    },
    merge: async ({ number, head, base, title }) => {
      await rm(clone, { recursive: true, force: true });
      await runGit(['clone', '--quiet', '--branch', base, bare, clone]);
      const author = ['-c', 'user.name=Ann', '-c', 'user.email=ann@acme.example'];
      const message = `Merge pull request ${number}: ${title}`;
      await runGit(['-C', clone, ...author, 'merge', '--quiet', '--no-ff', '-m', message, `origin/${head}`]);
      await runGit(['-C', clone, 'push', '--quiet', 'origin', base]);
    },
  };
}

/** Where the session begins, with `towpath` as it is installed. */
async function homeOf(folder: string): Promise<string> {
  const [home, bin] = [join(folder, 'work'), join(folder, 'bin')];
  await Promise.all([mkdir(home), mkdir(bin)]);
  const program = join(bin, 'towpath');
  await writeFile(program, `#!/bin/sh\nexec '${process.execPath}' '${fileURLToPath(builtUrl('controller/main.js'))}' "$@"\n`, {
    mode: 0o755,
  });
  await symlink(process.execPath, join(bin, 'node'));
  return home;
}

function environmentOf(folder: string, urls: { jenkins: string; git: string; forge: string }): Record<string, string> {
  return {
    PATH: `${join(folder, 'bin')}:${process.env.PATH ?? ''}`,
    HOME: folder,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_AUTHOR_NAME: 'Ann',
    GIT_AUTHOR_EMAIL: 'ann@acme.example',
    GIT_COMMITTER_NAME: 'Ann',
    GIT_COMMITTER_EMAIL: 'ann@acme.example',
    JENKINS_URL: urls.jenkins,
    JENKINS_TOKEN: credentials.token,
    GIT_URL: `${urls.git}/acme/releases.git`,
    FORGE_URL: urls.forge,
    GITEA_TOKEN: token,
  };
}
