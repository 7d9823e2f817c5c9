import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { builtUrl } from '../built.js';
import { eventually } from './eventually.js';

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly afterMs: number;
}

/** The built program as a process; it can be started again after each end. */
export interface Program {
  readonly pid: number | undefined;
  readonly isRunning: boolean;
  /** Starts it; resolves at once. */
  launch(): void;
  /** Waits until the present life says that it has started; gives the fields of that line. */
  started(): Promise<Readonly<Record<string, string>>>;
  /** Both. */
  start(): Promise<Readonly<Record<string, string>>>;
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
  /** SIGTERM; resolves when the process is gone. */
  terminate(): Promise<Exit>;
  /** SIGSTOP and SIGCONT. */
  freeze(): void;
  thaw(): void;
  /** How the present life ends. */
  ended(): Promise<Exit>;
  /** The file that the present life logs to; undefined before the first. */
  readonly logPath: string | undefined;
  /** Everything that all lives logged. */
  log(): string;
}

export interface ProgramOptions {
  readonly args: readonly string[];
  /** Where the logs go, one file for each life. */
  readonly folder: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly nodeArgs?: readonly string[];
}

export function createProgram(options: ProgramOptions): Program {
  return new ChildProgram(options);
}

class ChildProgram implements Program {
  readonly #options: ProgramOptions;
  readonly #logs: string[] = [];
  #child: ChildProcess | undefined;
  #exit: Promise<Omit<Exit, 'afterMs'>> = Promise.resolve({ code: null, signal: null });

  constructor(options: ProgramOptions) {
    this.#options = options;
    mkdirSync(options.folder, { recursive: true });
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get isRunning(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  get logPath(): string | undefined {
    return this.#logs.at(-1);
  }

  launch(): void {
    if (this.isRunning) throw new Error('the program runs already');
    const { args, folder, env, nodeArgs = [] } = this.#options;
    const path = join(folder, `log-${this.#logs.length + 1}.jsonl`);
    this.#logs.push(path);
    const output = openSync(path, 'a', 0o600);
    const script = fileURLToPath(builtUrl('controller/main.js'));
    const child = spawn(process.execPath, [...nodeArgs, script, ...args], {
      env: { PATH: process.env.PATH, HOME: folder, ...env },
      stdio: ['ignore', output, output],
    });
    closeSync(output);
    const killWithUs = () => child.kill('SIGKILL');
    process.once('exit', killWithUs);
    this.#exit = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        process.off('exit', killWithUs);
        resolve({ code, signal });
      });
    });
    this.#child = child;
  }

  start(): Promise<Readonly<Record<string, string>>> {
    this.launch();
    return this.started();
  }

  started(): Promise<Readonly<Record<string, string>>> {
    return eventually(
      () => {
        const line = this.#lastLog()
          .split('\n')
          .find((each) => each.includes('"msg":"started"'));
        if (line !== undefined) return JSON.parse(line) as Record<string, string>;
        if (!this.isRunning) throw new Error(`it ended: ${this.#lastLog().slice(-2_000)}`);
        return undefined;
      },
      'the program says that it has started',
      60_000,
    );
  }

  async kill(): Promise<void> {
    this.#child?.kill('SIGKILL');
    await this.#exit;
  }

  async terminate(): Promise<Exit> {
    this.#child?.kill('SIGTERM');
    return this.ended();
  }

  freeze(): void {
    this.#child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#child?.kill('SIGCONT');
  }

  async ended(): Promise<Exit> {
    const startedAt = performance.now();
    return { ...(await this.#exit), afterMs: performance.now() - startedAt };
  }

  log(): string {
    return this.#logs.map((path) => readFileSync(path, 'utf8')).join('');
  }

  #lastLog(): string {
    const path = this.#logs.at(-1);
    return path === undefined ? '' : readFileSync(path, 'utf8');
  }
}
