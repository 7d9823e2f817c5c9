import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { ServerHandle } from '../../contract/api-suite/client.js';
import { builtUrl } from '../../support/built.js';

/** One life of the embedded API, as a process of its own. */
export interface Served {
  readonly server: ServerHandle;
  /** SIGKILL, at once; the process is gone when `ended` resolves. */
  kill(): void;
  readonly ended: Promise<unknown>;
}

export async function serve(directory: string): Promise<Served> {
  const script = fileURLToPath(builtUrl('test/support/embedded-process.js'));
  const child: ChildProcess = spawn(process.execPath, [script, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
  const killWithUs = () => child.kill('SIGKILL');
  process.once('exit', killWithUs);
  const ended = once(child, 'exit').then(() => process.off('exit', killWithUs));
  if (child.stdout === null) throw new Error('the process has no output');
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return { server: JSON.parse(line) as ServerHandle, kill: killWithUs, ended };
}
