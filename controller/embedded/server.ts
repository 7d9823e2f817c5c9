import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { discoveryDocument } from './discovery.js';
import { ApiError, badRequest, failureStatus, internalError, tooLarge, unauthorized, unknownResource } from './errors.js';
import type { ApiContext, ApiRequest, ApiResponse } from './exchange.js';
import { parseFlag } from './list-options.js';
import { openApiResponse } from './openapi.js';
import { resolveTarget } from './registry.js';
import type { Json } from './resource-type.js';
import { serveResource } from './rest.js';
import { reviewResponse } from './reviews.js';
import { startWatch } from './watch.js';

const maxBodyBytes = 3 * 1024 * 1024;

export interface ApiServerOptions {
  readonly context: ApiContext;
  readonly certPem: string;
  readonly keyPem: string;
  readonly token: string;
  /** Told of faults of the server itself; requests then answer 500 without details. */
  onFault(error: unknown): void;
}

export interface ApiServer {
  readonly server: Server;
  /** Ends the running watches, so that the server can close. */
  endWatches(): void;
}

/** The HTTPS side: limits, authentication, routing; every refusal is a `Status`. */
export function createApiServer(options: ApiServerOptions): ApiServer {
  const watches = new Set<() => void>();
  const limits = { headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 90_000, maxHeaderSize: 32 * 1024 };
  const tls = { key: options.keyPem, cert: options.certPem, minVersion: 'TLSv1.2' as const, handshakeTimeout: 10_000 };
  const server = createServer({ ...limits, ...tls, connectionsCheckingInterval: 5_000 }, (incoming, response) => {
    answer(options, watches, { incoming, response }).catch((error: unknown) => {
      const known = error instanceof ApiError;
      if (!known) options.onFault(error);
      send(response, toResponse(known ? error : internalError()));
    });
  });
  server.maxConnections = 4096;
  return {
    server,
    endWatches: () => {
      for (const end of watches) end();
    },
  };
}

interface Exchange {
  readonly incoming: IncomingMessage;
  readonly response: ServerResponse;
}

async function answer(options: ApiServerOptions, watches: Set<() => void>, exchange: Exchange): Promise<void> {
  const { incoming, response } = exchange;
  if (!isAuthenticated(incoming.headers.authorization, options.token)) throw unauthorized();
  const url = parseUrl(incoming.url ?? '/');
  const method = incoming.method ?? 'GET';
  const fixed =
    method === 'GET' || method === 'HEAD' ? fixedDocument(options.context, url.pathname, incoming.headers.accept) : undefined;
  if (fixed !== undefined) {
    send(response, fixed);
    return;
  }
  const body = await readBody(incoming);
  const review = method === 'POST' ? reviewResponse(url.pathname, body) : undefined;
  if (review !== undefined) {
    send(response, review);
    return;
  }
  if (!/^\/apis?\//.test(url.pathname)) throw unknownResource();
  const target = resolveTarget(url.pathname, options.context.registry);
  const request: ApiRequest = { method, target, query: url.searchParams, headers: incoming.headers, body };
  if (method === 'GET' && target.name === undefined && parseFlag(request.query, 'watch')) {
    const end = startWatch(options.context, request, response);
    watches.add(end);
    response.on('close', () => watches.delete(end));
    return;
  }
  send(response, await serveResource(options.context, request));
}

function fixedDocument({ registry }: ApiContext, path: string, accept: string | undefined): ApiResponse | undefined {
  if (/^\/(healthz|livez|readyz)(\/.*)?$/.test(path)) {
    return { status: 200, body: new TextEncoder().encode('ok'), contentType: 'text/plain; charset=utf-8' };
  }
  const document = discoveryDocument(path, registry.types);
  if (document !== undefined) return { status: 200, body: document };
  return openApiResponse(path, accept, registry.types);
}

/** Compares digests, so that neither the content nor the length of the token shows in the time it takes. */
function isAuthenticated(header: string | undefined, token: string): boolean {
  const given = /^Bearer +(\S+)$/i.exec(header ?? '')?.[1] ?? '';
  return timingSafeEqual(digest(given), digest(token));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function parseUrl(url: string): URL {
  try {
    return new URL(url, 'https://localhost');
  } catch {
    throw unknownResource();
  }
}

/** Reads to the limit and no further; what comes after it is thrown away while the refusal goes out. */
function readBody(incoming: IncomingMessage): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    incoming.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= maxBodyBytes) chunks.push(chunk);
      else reject(tooLarge(maxBodyBytes));
    });
    incoming.once('end', () => resolve(Buffer.concat(chunks)));
    incoming.once('error', () => reject(badRequest('the body ended early')));
  });
}

function toResponse(error: ApiError): ApiResponse {
  const headers = error.code === 413 || error.code === 401 ? { connection: 'close' } : {};
  return { status: error.code, body: failureStatus(error) as Json, headers };
}

function send(response: ServerResponse, { status, body, contentType, headers = {}, warnings = [] }: ApiResponse): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const bytes = body instanceof Uint8Array ? body : Buffer.from(JSON.stringify(body));
  if (warnings.length > 0) response.setHeader('warning', toWarnings(warnings));
  response.writeHead(status, {
    'content-type': contentType ?? 'application/json',
    'cache-control': 'no-cache, private',
    'content-length': bytes.length,
    ...headers,
  });
  response.end(bytes);
}

const warningLimit = 4096;

/** Warnings name fields, which hold any character: a header holds only some, and all headers together no more than clients take. */
function toWarnings(texts: readonly string[]): string[] {
  const toEscape = (char: string) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  const shown: string[] = [];
  let total = 0;
  for (const text of texts) {
    const short = text.length > 256 ? `${text.slice(0, 255)}…` : text;
    const warning = `299 - ${JSON.stringify(short).replaceAll(/[^\x20-\x7e]/g, toEscape)}`;
    total += warning.length;
    if (total > warningLimit) break;
    shown.push(warning);
  }
  return shown;
}
