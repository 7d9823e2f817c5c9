import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';

/** One bash in which commands are typed one after the other, as a user does: what one sets, the next one sees. */
export interface Session {
  /** What the command prints, on both outputs. Throws where it takes longer than a minute. */
  run(command: string): Promise<{ readonly output: string; readonly code: number }>;
  close(): Promise<void>;
}

const deadlineMs = 90_000;

export function startSession(options: { readonly cwd: string; readonly env: Readonly<Record<string, string>> }): Session {
  const child = spawn('bash', ['--norc', '--noprofile'], { ...options, stdio: ['pipe', 'pipe', 'inherit'], detached: true });
  let printed = '';
  let look = () => {};
  child.stdout.on('data', (chunk: Buffer) => {
    printed += chunk.toString('utf8');
    look();
  });
  child.stdin.write('exec 2>&1\n');
  const run: Session['run'] = (command) =>
    new Promise((resolve, reject) => {
      const mark = `done-${randomUUID()}`;
      const timer = setTimeout(() => reject(new Error(`${command} takes too long; it has printed: ${printed}`)), deadlineMs);
      look = () => {
        const end = new RegExp(`${mark} (\\d+)\\n$`).exec(printed);
        if (end === null) return;
        clearTimeout(timer);
        resolve({ output: printed.slice(0, end.index), code: Number(end[1]) });
        printed = '';
      };
      child.stdin.write(`${command}\necho "${mark} $?"\n`);
    });
  return {
    run,
    close: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve());
        child.stdin.end();
        // With what it has started in the background.
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
      }),
  };
}
