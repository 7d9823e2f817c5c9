import { type ServerType, serve } from '@hono/node-server';
import { Hono } from 'hono';

/** What the endpoints tell; the handlers come from the composition root. */
export interface HttpHandlers {
  readonly metrics: () => Promise<{ readonly contentType: string; readonly body: string }>;
  /** The reason why the process should be restarted; undefined while it makes progress. */
  readonly unhealthy: () => string | undefined;
  /** The reason why it cannot work yet; undefined once it can. */
  readonly unready: () => string | undefined;
}

export interface HttpServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves /metrics, /healthz and /readyz. Port 0: any free one. */
export async function startHttpServer(address: { host: string; port: number }, handlers: HttpHandlers): Promise<HttpServer> {
  const app = new Hono();
  app.get('/metrics', async (context) => {
    const { contentType, body } = await handlers.metrics();
    return context.body(body, 200, { 'content-type': contentType });
  });
  app.get('/healthz', (context) => probe(handlers.unhealthy(), (body, status) => context.text(body, status)));
  app.get('/readyz', (context) => probe(handlers.unready(), (body, status) => context.text(body, status)));
  return listen(app, address);
}

function probe<T>(problem: string | undefined, answer: (body: string, status: 200 | 503) => T): T {
  return problem === undefined ? answer('ok\n', 200) : answer(`${problem}\n`, 503);
}

function listen(app: Hono, { host, port }: { host: string; port: number }): Promise<HttpServer> {
  return new Promise((resolve, reject) => {
    const server: ServerType = serve({ fetch: app.fetch, hostname: host, port }, (info) => {
      const shown = host.includes(':') ? `[${host}]` : host;
      resolve({ url: `http://${shown}:${info.port}`, close: () => close(server) });
    });
    server.on('error', (error) => reject(new Error(`cannot serve HTTP on ${host}:${port}: ${error.message}`)));
  });
}

function close(server: ServerType): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    if ('closeIdleConnections' in server) server.closeIdleConnections();
    setTimeout(() => 'closeAllConnections' in server && server.closeAllConnections(), 2_000).unref();
  });
}
