import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface Proxy {
  readonly url: string;
  /** What it was told before it opened a tunnel: the head of each request. */
  readonly seen: string[];
  close(): Promise<void>;
}

/** A proxy that opens tunnels (RFC 9110, CONNECT), on a port of its own. */
export async function startProxy(): Promise<Proxy> {
  const seen: string[] = [];
  const open = new Set<Socket>();
  const keep = (socket: Socket) => open.add(socket.on('error', () => socket.destroy()).on('close', () => open.delete(socket)));
  const server = createServer((client) => {
    keep(client);
    client.once('data', (head) => {
      seen.push(head.toString('latin1'));
      const [, host = '', port = ''] = /^CONNECT ([^:]+):(\d+) /.exec(head.toString('latin1')) ?? [];
      const target = connect(Number(port), host, () => {
        client.write('HTTP/1.1 200 Connection established\r\n\r\n');
        client.pipe(target).pipe(client);
      });
      keep(target);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    close: () => {
      for (const socket of open) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
