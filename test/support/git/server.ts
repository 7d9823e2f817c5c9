import { spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

/** What the server does instead of answering well. */
export type Fault =
  | { readonly kind: 'hang' }
  | { readonly kind: 'delay'; readonly ms: number }
  /** Breaks the connection after so many bytes of the body. */
  | { readonly kind: 'cut'; readonly afterBytes: number }
  | { readonly kind: 'status'; readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  | { readonly kind: 'redirect'; readonly to: (path: string) => string }
  | { readonly kind: 'body'; readonly contentType: string; readonly content: Buffer }
  /** Changes the answer of git, for instance one byte of a pack. */
  | { readonly kind: 'change'; readonly change: (body: Buffer) => Buffer }
  /** Sends bytes without end. */
  | { readonly kind: 'flood'; readonly contentType: string };

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly gitProtocol: string | undefined;
}

export interface GitServer {
  readonly url: string;
  /** Every request since the last `forget`. */
  readonly seen: readonly Seen[];
  forget(): void;
  /** What applies to the requests that match; undefined ends it. */
  setFault(fault: Fault | undefined, matches?: (seen: Seen) => boolean): void;
  /** Whether it answers in version 2 of the protocol. */
  speakV2(yes: boolean): void;
  close(): Promise<void>;
}

export interface GitServerOptions {
  /** The folder that holds the repositories. */
  readonly root: string;
  /** The values of `Authorization` that are let in; everybody where it is absent. */
  readonly accept?: readonly string[];
  /** False: answers in version 0 of the protocol, as old servers do. */
  readonly speaksV2?: boolean;
  readonly tls?: { readonly cert: string; readonly key: string };
  /** For a server that comes back where it was; any free one where absent. */
  readonly port?: number;
}

/** Smart HTTP by `git http-backend`, on a port of its own on 127.0.0.1. */
export async function startGitServer(options: GitServerOptions): Promise<GitServer> {
  const seen: Seen[] = [];
  let speaksV2 = options.speaksV2 !== false;
  let fault: Fault | undefined;
  let applies: (seen: Seen) => boolean = () => true;
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    const entry = toSeen(request);
    seen.push(entry);
    if (options.accept !== undefined && !options.accept.includes(entry.authorization ?? '')) {
      request.resume();
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end('no');
      return;
    }
    const active = fault !== undefined && applies(entry) ? fault : undefined;
    if (!speaksV2) delete request.headers['git-protocol'];
    void answer({ request, response, root: options.root }, active);
  };
  const server: Server = options.tls === undefined ? createServer(listener) : createTlsServer(options.tls, listener);
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const scheme = options.tls === undefined ? 'http' : 'https';
  return {
    url: `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    forget: () => seen.splice(0),
    speakV2: (yes) => {
      speaksV2 = yes;
    },
    setFault: (next, matches = () => true) => {
      fault = next;
      applies = matches;
    },
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function toSeen({ method, url, headers }: IncomingMessage): Seen {
  const protocol = headers['git-protocol'];
  return {
    method: method ?? '',
    path: url ?? '',
    authorization: headers.authorization,
    gitProtocol: String(protocol ?? '') || undefined,
  };
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly root: string;
}

async function answer(exchange: Exchange, fault: Fault | undefined): Promise<void> {
  const { request, response } = exchange;
  if (fault?.kind === 'hang') return;
  if (fault?.kind === 'status') response.writeHead(fault.status, fault.headers).end('fault');
  else if (fault?.kind === 'redirect') response.writeHead(302, { location: fault.to(request.url ?? '') }).end();
  else if (fault?.kind === 'body') response.writeHead(200, { 'content-type': fault.contentType }).end(fault.content);
  else if (fault?.kind === 'flood') flood(response, fault.contentType);
  else await serve(exchange, fault);
}

function flood(response: ServerResponse, contentType: string): void {
  response.writeHead(200, { 'content-type': contentType });
  const chunk = Buffer.alloc(65_536, '0');
  const more = () => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on('drain', more).on('error', () => {});
  more();
}

async function serve({ request, response, root }: Exchange, fault: Fault | undefined): Promise<void> {
  if (fault?.kind === 'delay') await new Promise((resolve) => setTimeout(resolve, fault.ms));
  const { headers, body } = splitAnswer(await runBackend(request, root));
  const content = fault?.kind === 'change' ? fault.change(body) : body;
  const { status, ...rest } = headers;
  response.writeHead(status === undefined ? 200 : Number.parseInt(status, 10), rest);
  if (fault?.kind !== 'cut') return void response.end(content);
  response.write(content.subarray(0, fault.afterBytes), () => response.socket?.destroy());
}

function runBackend(request: IncomingMessage, root: string): Promise<Buffer> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const child = spawn('git', ['-c', 'safe.directory=*', 'http-backend'], {
    env: {
      PATH: process.env.PATH,
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: decodeURIComponent(url.pathname),
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      CONTENT_LENGTH: request.headers['content-length'] ?? '',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      REMOTE_ADDR: '127.0.0.1',
    },
  });
  request.pipe(child.stdin).on('error', () => {});
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', reject).on('close', () => resolve(Buffer.concat(chunks)));
  });
}

/** A CGI answer: header lines, an empty line, the body. */
function splitAnswer(raw: Buffer): { headers: Record<string, string>; body: Buffer } {
  const end = raw.indexOf('\r\n\r\n');
  if (end < 0) return { headers: { status: '500' }, body: Buffer.alloc(0) };
  const lines = raw.toString('utf8', 0, end).split('\r\n');
  const headers = lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]);
  return { headers: Object.fromEntries(headers) as Record<string, string>, body: raw.subarray(end + 4) };
}
