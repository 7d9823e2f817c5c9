import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below the range that the system takes the ports of outgoing connections from (32768 and up). */
const lowest = 12_000;
const highest = 32_000;

/**
 * A free port for a server that will be away for a while and come back where it was: an ephemeral one could meanwhile become the
 * local end of a connection, even of one to the server itself.
 */
export async function lastingPort(): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const port = randomInt(lowest, highest);
    if (await isFree(port)) return port;
  }
  throw new Error(`no free port between ${lowest} and ${highest}`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
