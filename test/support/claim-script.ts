import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

export interface Ended {
  readonly code: number | null;
  readonly said: string;
}

/** The environment of one build of a job. */
export interface Build {
  readonly run: string;
  readonly number: number;
}

/** Runs the scripts of examples/jenkins as builds of a job do, with nothing of the user's environment. */
export class ClaimScripts {
  readonly #env: Readonly<Record<string, string>>;

  /** `env` says where claims are kept, and with which credentials. */
  constructor(env: Readonly<Record<string, string>>) {
    this.#env = env;
  }

  claim(build: Build): Promise<Ended> {
    return endOf(this.start('claim.sh', build, 'claim'));
  }

  end(build: Build, result: string): Promise<Ended> {
    return endOf(this.start('claim.sh', build, 'end', result));
  }

  claimed(build: Build, ...command: string[]): Promise<Ended> {
    return endOf(this.start('claimed.sh', build, ...command));
  }

  start(script: string, { run, number }: Build, ...args: string[]): ChildProcess {
    const PATH = process.env.PATH ?? '';
    const job = { TOWPATH_RUN: run, BUILD_NUMBER: `${number}`, BUILD_URL: `https://jenkins.example/job/deploy/${number}/` };
    // A group of its own: Jenkins ends a build with all that it has started.
    return spawn(join('examples/jenkins', script), args, {
      env: { PATH, ...this.#env, ...job },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
  }
}

export function endOf(child: ChildProcess): Promise<Ended> {
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, said }));
  });
}

export function isInPath(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
