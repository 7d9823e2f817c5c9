import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';

export type Answer = (response: ServerResponse, request: IncomingMessage) => void;

/** An S3 service that answers as told: each request takes the next answer, and the last answer stays. */
export interface FaultServer {
  readonly endpoint: string;
  /** Paths that were asked for, in order. */
  readonly requests: readonly string[];
  /** Connections that are open now. */
  countConnections(): Promise<number>;
  answer(...answers: readonly Answer[]): void;
  close(): Promise<void>;
}

export async function startFaultServer(tls?: { readonly key: string; readonly cert: string }): Promise<FaultServer> {
  const requests: string[] = [];
  let answers: readonly Answer[] = [];
  const listener: RequestListener = (request, response) => {
    requests.push(request.url ?? '');
    const [next, ...rest] = answers;
    if (rest.length > 0) answers = rest;
    next?.(response, request);
  };
  const server: Server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no address');
  return {
    endpoint: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${address.port}`,
    requests,
    countConnections: () =>
      new Promise((resolve, reject) => server.getConnections((error, count) => (error ? reject(error) : resolve(count)))),
    answer(...next) {
      requests.length = 0;
      answers = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export function withBody(body: string, headers: Record<string, string> = {}): Answer {
  return (response) => response.writeHead(200, headers).end(body);
}

/** An error as S3 writes it. */
export function withError(status: number, code: string, headers: Record<string, string> = {}): Answer {
  const body = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>marked-message</Message></Error>`;
  return (response) => response.writeHead(status, { 'content-type': 'application/xml', ...headers }).end(body);
}

export const withNothing: Answer = () => {};

export const withReset: Answer = (response) => {
  response.socket?.resetAndDestroy();
};

/** Bytes without an end, as fast as they are taken. */
export function withEndlessBody(status: number): Answer {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/xml' });
    const chunk = Buffer.alloc(64 * 1024, 0x20);
    const send = () => {
      while (!response.destroyed && response.write(chunk));
    };
    response.on('drain', send);
    send();
  };
}
