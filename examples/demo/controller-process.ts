import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface ControllerProcess {
  /** Where it serves; fails when it does not start. */
  readonly started: Promise<{ readonly kubeconfig: string; readonly http: string }>;
  /** The last few warnings and errors of its log. */
  complaints(): readonly string[];
  /** Asks it to end, and makes it end if it does not. */
  stop(): Promise<void>;
  kill(): void;
}

export interface ControllerOptions {
  readonly data: string;
  readonly configuration: string;
  readonly logFile: string;
  /** It ended without having been asked to. */
  onDeath(error: Error): void;
}

const startDeadlineMs = 30_000;
const stopDeadlineMs = 5_000;
const keptComplaints = 12;

/** Runs the real program; its log goes to a file. */
export function runController(options: ControllerOptions): ControllerProcess {
  const program = fileURLToPath(new URL('../../controller/main.js', import.meta.url));
  const args = ['standalone', '--data', options.data, '--config', options.configuration, '--http', '127.0.0.1:0'];
  const endWithParent = new URL('end-with-parent.js', import.meta.url).href;
  const child = spawn(process.execPath, ['--import', endWithParent, program, ...args], { stdio: 'pipe' });
  const complaints: string[] = [];
  let stopping = false;
  child.once('exit', (code, signal) => {
    if (!stopping) options.onDeath(new Error(`the controller ended with ${signal ?? code}; its log is ${options.logFile}`));
  });
  return {
    complaints: () => complaints,
    started: whenStarted(child, { logFile: options.logFile, complaints }),
    kill: () => void child.kill('SIGKILL'),
    stop: async () => {
      stopping = true;
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      const force = setTimeout(() => child.kill('SIGKILL'), stopDeadlineMs);
      await exited;
      clearTimeout(force);
    },
  };
}

/** Copies what it says to the log file, keeps its complaints, and finds the line with which it says where it serves. */
function whenStarted(
  child: ChildProcess,
  { logFile, complaints }: { logFile: string; complaints: string[] },
): Promise<{ kubeconfig: string; http: string }> {
  const log = createWriteStream(logFile).on('error', () => undefined);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('the controller did not start in time')), startDeadlineMs);
    const takeLine = (line: string): void => {
      log.write(`${line}\n`);
      if (!line.includes('"level":"info"') && !line.includes('"level":"debug"')) complaints.push(line);
      complaints.splice(0, complaints.length - keptComplaints);
      if (line.includes('"msg":"started"')) resolve(JSON.parse(line) as { kubeconfig: string; http: string });
    };
    for (const input of [child.stdout, child.stderr]) if (input !== null) createInterface({ input }).on('line', takeLine);
    child.once('error', reject).once('close', () => {
      clearTimeout(timer);
      log.end();
      reject(new Error(`the controller did not start: ${complaints.join(' ')}`));
    });
  });
}
