import { createServer, type Socket } from 'node:net';

/** A server that answers every connection with the next of some bytes, whatever was asked, and hangs up. */
export interface RawServer {
  readonly url: string;
  /** The last one stays. What begins with `HTTP/` is sent as it is, everything else as the body of a good answer with these headers. */
  answer(parts: readonly Buffer[], headers?: string): void;
  close(): Promise<void>;
}

const plain = 'Content-Type: application/json\r\n';

export async function startRawServer(): Promise<RawServer> {
  let waiting: readonly Buffer[] = [];
  let heads = plain;
  const open = new Set<Socket>();
  const next = (): Buffer => {
    const [first = Buffer.alloc(0), ...rest] = waiting;
    if (rest.length > 0) waiting = rest;
    return first;
  };
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => undefined);
    socket.once('data', () => {
      const part = next();
      const isRaw = part.subarray(0, 5).toString('latin1') === 'HTTP/';
      socket.end(isRaw ? part : Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\n${heads}Connection: close\r\n\r\n`), part]));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no address');
  return {
    url: `http://127.0.0.1:${address.port}`,
    answer: (parts, headers = plain) => {
      waiting = parts;
      heads = headers;
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of open) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
