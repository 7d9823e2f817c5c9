import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly at: number;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON. */
  readonly body?: object | string;
  /** The answer never comes. */
  readonly lost?: boolean;
}

/** An HTTP server that remembers what it was sent, as a place that messages go to. */
export interface HttpSink {
  readonly url: string;
  readonly received: readonly Received[];
  /** What it answers from now on. */
  answer(respond: (request: Received) => Reply): void;
  close(): Promise<void>;
}

const taken: Reply = { status: 200, body: 'ok' };

export async function startHttpSink(respond: (request: Received) => Reply = () => taken): Promise<HttpSink> {
  const received: Received[] = [];
  let answer = respond;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('error', () => undefined);
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      const one = { method, path, headers, body: Buffer.concat(chunks).toString('utf8'), at: Date.now() };
      received.push(one);
      const { status, headers: more, body = '', lost = false } = answer(one);
      if (lost) return void request.socket.destroy();
      const type = typeof body === 'string' ? 'text/plain' : 'application/json';
      response.writeHead(status, { 'content-type': type, ...more });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    answer: (next) => {
      answer = next;
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
