import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

export interface Kubectl {
  readonly path: string;
  /** As in 1.32. */
  readonly version: string;
  readonly minor: number;
}

/** Every kubectl that can be run: in the folders of TOWPATH_KUBECTLS, the first of the PATH, and in the cache folder. */
export function findKubectls(): Kubectl[] {
  const { PATH = '', TOWPATH_KUBECTLS = '' } = process.env;
  const cached = join(homedir(), '.cache', 'towpath', 'kubectl-1.20', 'usr', 'bin');
  const inPath = PATH.split(delimiter)
    .map((folder) => join(folder, 'kubectl'))
    .find(isExecutable);
  const listed = [...TOWPATH_KUBECTLS.split(delimiter).filter(Boolean), cached].map((folder) => join(folder, 'kubectl'));
  const paths = new Set([...listed.filter(isExecutable), ...(inPath === undefined ? [] : [inPath])]);
  return [...paths].map(toKubectl);
}

function toKubectl(path: string): Kubectl {
  const output = execFileSync(path, ['version', '--client', '-o', 'json'], { encoding: 'utf8' });
  const { major, minor } = (JSON.parse(output) as { clientVersion: { major: string; minor: string } }).clientVersion;
  return { path, version: `${major}.${Number.parseInt(minor, 10)}`, minor: Number.parseInt(minor, 10) };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface KubectlRun {
  /** What it printed; throws with what it complained about when it failed. */
  ok(args: readonly string[], input?: string): Promise<string>;
  /** How it ended, whether it failed or not. */
  outcome(args: readonly string[], input?: string): Promise<Outcome>;
  /** Starts one that goes on by itself. */
  start(args: readonly string[]): RunningKubectl;
}

export interface RunningKubectl {
  /** Waits until the output matches, and returns all of it so far. kubectl writes a row in pieces: end the pattern with its line. */
  shows(pattern: RegExp): Promise<string>;
  stop(): Promise<void>;
}

/** Runs a kubectl with its own kubeconfig and home, and with nothing of the user's. */
export function kubectlWith({ path }: Kubectl, { kubeconfig, home }: { kubeconfig: string; home: string }): KubectlRun {
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    KUBECONFIG: kubeconfig,
    LC_ALL: 'C',
    TZ: 'UTC',
    KUBE_EDITOR: 'sed -i s/before/after/',
  };
  const outcome = (args: readonly string[], input = '') =>
    new Promise<Outcome>((resolve) => {
      const child = execFile(path, args, { env, timeout: 30_000 }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr });
      });
      child.stdin?.end(input);
    });
  return {
    outcome,
    ok: async (args, input) => {
      const { code, stdout, stderr } = await outcome(args, input);
      if (code !== 0) throw new Error(`kubectl ${args.join(' ')} ended with ${code}: ${stderr}${stdout}`);
      return stdout;
    },
    start: (args) => follow(spawn(path, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })),
  };
}

function follow(child: ChildProcess): RunningKubectl {
  let output = '';
  const ended = once(child, 'close');
  const changes = new EventEmitter();
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      changes.emit('change');
    });
  }
  return {
    shows: async (pattern) => {
      while (!pattern.test(output)) {
        const hasEnded = await Promise.race([once(changes, 'change').then(() => false), ended.then(() => true)]);
        if (hasEnded && !pattern.test(output)) throw new Error(`it ended without ${pattern}: ${output}`);
      }
      return output;
    },
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
