import { spawn } from 'node:child_process';

/** What git said when it failed, without credentials of addresses. */
export class GitFailed extends Error {
  override readonly name = 'GitFailed';
}

export interface GitResult {
  readonly code: number;
  readonly stdout: Buffer;
}

export interface GitOptions {
  readonly input?: string;
  /** Exit codes that are answers; 0 alone unless given. */
  readonly expected?: readonly number[];
  readonly folder?: string;
}

const mostSaid = 2_000;

/**
 * The git of whoever runs the command, as in a shell of theirs: with their identity, signing, hooks and credential helpers. Questions of git for
 * a password come on the terminal, if there is one.
 */
export class UserGit {
  readonly #folder: string;
  readonly #signal: AbortSignal;

  constructor(folder: string, signal: AbortSignal) {
    this.#folder = folder;
    this.#signal = signal;
  }

  /** Throws GitFailed with what git said for every other exit code. */
  run(args: readonly string[], { input, expected = [0], folder = this.#folder }: GitOptions = {}): Promise<GitResult> {
    return new Promise((resolve, reject) => {
      const stdio = [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'] as const;
      const child = spawn('git', ['-C', folder, '--literal-pathspecs', ...args], { stdio: [...stdio], signal: this.#signal });
      const out: Buffer[] = [];
      let said = '';
      child.stdout?.on('data', (chunk: Buffer) => out.push(chunk));
      child.stderr?.on('data', (chunk: Buffer) => {
        said = (said + chunk.toString('utf8')).slice(-mostSaid);
      });
      child.stdin?.on('error', () => {});
      child.on('error', (error) => reject(notStarted(error)));
      child.on('close', (code) => {
        const ended = code ?? 1;
        if (expected.includes(ended)) resolve({ code: ended, stdout: Buffer.concat(out) });
        else reject(new GitFailed(`git ${args[0]} failed${sentence(said)}`));
      });
      child.stdin?.end(input);
    });
  }

  /** One line, or undefined where git answers that there is none. */
  async line(args: readonly string[], options: GitOptions = {}): Promise<string | undefined> {
    const { code, stdout } = await this.run(args, { expected: [0, 1, 128], ...options });
    const text = stdout.toString('utf8').trim();
    return code === 0 && text !== '' ? text : undefined;
  }
}

function notStarted(error: Error): Error {
  if (error.name === 'AbortError') return new GitFailed('git took too long and was ended');
  const isMissing = 'code' in error && error.code === 'ENOENT';
  return new GitFailed(isMissing ? 'git is not installed, or not on the PATH' : `git cannot be run: ${error.message}`);
}

function sentence(said: string): string {
  const text = said
    .replace(/:\/\/[^/@\s]*@/g, '://')
    .replace(/[^\P{Cc}\n\t]/gu, '')
    .trim();
  return text === '' ? '' : `:\n${text.replace(/^/gm, '  ')}`;
}
