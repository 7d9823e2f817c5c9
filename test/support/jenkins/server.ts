import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { Answer, SeenRequest, StandInRequest } from './answers.js';
import type { StandInClock } from './clock.js';
import type { Fault, FaultList } from './faults.js';

export interface ListenerOptions {
  readonly contextPath: string;
  readonly tls: { readonly key: string; readonly cert: string } | undefined;
  readonly clock: StandInClock;
  readonly faults: FaultList;
  see(request: SeenRequest): void;
  answer(request: StandInRequest): Answer;
}

export interface Listener {
  /** Listens on 127.0.0.1 and says on which port. */
  listen(port: number): Promise<number>;
  /** Resets every connection and stops listening. */
  close(): Promise<void>;
}

/** Large enough to answer 414 ourselves. */
const maxHeaderSize = 128 * 1024;

/** The HTTP side: reads requests whole, lets faults meet them, and writes answers as Jetty does. */
export function createListener(options: ListenerOptions): Listener {
  let server: Server | undefined;
  let connections = 0;
  const sockets = new Map<Socket, number>();

  function accept(incoming: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('error', () => undefined);
    incoming.on('end', () => {
      const request = toRequest(incoming, Buffer.concat(chunks), options.contextPath);
      options.see({ ...request, connection: sockets.get(incoming.socket) ?? 0 });
      respond(options, request, response);
    });
  }

  function track(socket: Socket): void {
    connections += 1;
    sockets.set(socket, connections);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
  }

  return {
    async listen(port) {
      const created =
        options.tls === undefined ? createServer({ maxHeaderSize }) : createTlsServer({ ...options.tls, maxHeaderSize });
      server = created;
      // As Jetty: an idle connection is closed after 30 s, without having said so.
      created.keepAliveTimeout = 30_000;
      created.on('request', accept);
      created.on(options.tls === undefined ? 'connection' : 'secureConnection', track);
      await new Promise<void>((resolve, reject) => {
        created.once('error', reject);
        created.listen(port, '127.0.0.1', resolve);
      });
      return (created.address() as AddressInfo).port;
    },
    async close() {
      const closing = server;
      server = undefined;
      if (closing === undefined) return;
      const closed = new Promise<void>((resolve) => closing.close(() => resolve()));
      for (const socket of sockets.keys()) reset(socket);
      closing.closeAllConnections();
      await closed;
    },
  };
}

function reset(socket: Socket): void {
  if ('encrypted' in socket) socket.destroy();
  else socket.resetAndDestroy();
}

function toRequest(incoming: IncomingMessage, body: Buffer, contextPath: string): StandInRequest {
  const target = incoming.url ?? '/';
  const mark = target.indexOf('?');
  const path = mark < 0 ? target : target.slice(0, mark);
  const headers = Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, [value].flat().join('; ')]));
  return {
    method: incoming.method ?? 'GET',
    path: path.startsWith(`${contextPath}/`) ? path.slice(contextPath.length) : '/outside',
    query: mark < 0 ? '' : target.slice(mark + 1),
    headers,
    body,
  };
}

function respond(options: ListenerOptions, request: StandInRequest, response: ServerResponse): void {
  const fault: Fault = options.faults.take(request) ?? { deliveries: 1, answer: 'real' };
  const deliver = (): Answer | undefined => {
    let last: Answer | undefined;
    for (let delivery = 0; delivery < fault.deliveries; delivery += 1) last = options.answer(request);
    return last;
  };
  if (fault.deliverAfterMs !== undefined) options.clock.schedule(fault.deliverAfterMs, deliver);
  const real = fault.deliverAfterMs === undefined ? deliver() : undefined;
  const write = (): void => writeFaulty(fault, real, request, response);
  if (fault.answerAfterMs === undefined) write();
  else options.clock.schedule(fault.answerAfterMs, write);
}

function writeFaulty({ answer }: Fault, real: Answer | undefined, request: StandInRequest, response: ServerResponse): void {
  if (response.socket === null || response.socket.destroyed) return;
  if (answer === 'silence' || answer === 'reset') reset(response.socket);
  else if (answer === 'cut') writeCut(real, response);
  else if (answer === 'real') write(real, request, response);
  else write(typeof answer === 'function' ? answer(request) : answer, request, response);
}

function writeCut(real: Answer | undefined, response: ServerResponse): void {
  const body = Buffer.from(real?.body ?? '');
  writeHead(real, response, body.length + 10);
  response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.socket?.destroy());
  response.flushHeaders();
}

function write(answer: Answer | undefined, request: StandInRequest, response: ServerResponse): void {
  if (answer === undefined) {
    response.socket?.destroy();
    return;
  }
  const body = Buffer.from(answer.body);
  const isJson = answer.headers.some(([name, value]) => name === 'Content-Type' && value.startsWith('application/json'));
  const isZipped = isJson && /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
  writeHead(answer, response, isZipped ? undefined : body.length);
  if (isZipped) response.setHeader('Content-Encoding', 'gzip');
  if (isZipped) response.write(gzipSync(body));
  response.end(request.method === 'HEAD' || isZipped ? undefined : body);
}

function writeHead(answer: Answer | undefined, response: ServerResponse, length: number | undefined): void {
  response.statusCode = answer?.status ?? 200;
  for (const [name, value] of answer?.headers ?? []) response.appendHeader(name, value);
  response.setHeader('Server', 'Jetty(10.0.18)');
  // Named here so that Node does not announce a Keep-Alive time, which Jetty never does.
  if (response.shouldKeepAlive) response.setHeader('Connection', 'keep-alive');
  if (length !== undefined && response.statusCode !== 204) response.setHeader('Content-Length', length);
}
