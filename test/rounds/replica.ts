import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createProgram, type Exit, type Program, type ProgramOptions } from '../support/e2e/program.js';

/** One of the controllers, started again whenever it ends, as a kubelet does. */
export interface Replica {
  readonly name: string;
  readonly isRunning: boolean;
  /** Whether its present life leads, as far as it has said. */
  readonly isLeading: boolean;
  readonly isFrozen: boolean;
  /** Ends of its own that nothing explains: neither a signal of ours nor a lost lease. */
  readonly oddEnds: string[];
  start(): void;
  /** SIGKILL; it stays away for that long. */
  kill(awayMs: number): Promise<void>;
  /** SIGSTOP for that long, then SIGCONT. */
  freeze(ms: number): Promise<void>;
  /** For good. */
  stop(): Promise<void>;
}

const restartMs = 500;

export function createReplica(name: string, options: ProgramOptions): Replica {
  return new SupervisedReplica(name, createProgram(options));
}

class SupervisedReplica implements Replica {
  readonly name: string;
  readonly oddEnds: string[] = [];
  readonly #program: Program;
  #stopping = false;
  #frozen = false;
  #awayMs: number | undefined;
  #read = { path: '', bytes: 0, kept: '' };

  constructor(name: string, program: Program) {
    this.name = name;
    this.#program = program;
  }

  get isRunning(): boolean {
    return this.#program.isRunning;
  }

  get isFrozen(): boolean {
    return this.#frozen;
  }

  get isLeading(): boolean {
    return this.isRunning && this.#says('"msg":"became leader"') && !this.#says('"msg":"lost the lease"');
  }

  start(): void {
    void this.#supervise();
  }

  async kill(awayMs: number): Promise<void> {
    this.#awayMs = awayMs;
    await this.#program.kill();
  }

  async freeze(ms: number): Promise<void> {
    this.#frozen = true;
    this.#program.freeze();
    await sleep(ms);
    this.#program.thaw();
    this.#frozen = false;
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#program.kill();
  }

  async #supervise(): Promise<void> {
    while (!this.#stopping) {
      this.#awayMs = undefined;
      this.#program.launch();
      const exit = await this.#program.ended();
      if (this.#stopping) return;
      const asked: number | undefined = this.#awayMs;
      if (asked === undefined) this.#judge(exit);
      await sleep(asked ?? restartMs);
    }
  }

  #judge({ code, signal }: Exit): void {
    if (code === 1 && (this.#says('"msg":"lost the lease"') || this.#says('"msg":"cannot start"'))) return;
    const last = this.#lifeLog().trimEnd().split('\n').at(-1)?.slice(0, 400);
    this.oddEnds.push(`${this.name} ended with ${code ?? signal}: ${last}`);
  }

  #says(text: string): boolean {
    return this.#lifeLog().includes(text);
  }

  /** The lines of the present life that matter here; each is read from the file once. */
  #lifeLog(): string {
    const path = this.#program.logPath;
    if (path === undefined) return '';
    if (this.#read.path !== path) this.#read = { path, bytes: 0, kept: '' };
    const text = readFileSync(path).subarray(this.#read.bytes);
    const whole = text.subarray(0, text.lastIndexOf('\n') + 1);
    const kept = whole
      .toString('utf8')
      .split('\n')
      .filter((line) => !line.includes('"level":20,') && !line.includes('"level":"debug"'));
    this.#read = { path, bytes: this.#read.bytes + whole.length, kept: `${this.#read.kept}${kept.join('\n')}` };
    return this.#read.kept;
  }
}
