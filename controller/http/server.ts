import { createServer, type RequestListener, type Server } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { createWebhookListener, isWebhook, type WebhookHandlers, type WebhookLimits } from './webhook.js';

/** What the endpoints tell; the handlers come from the composition root. */
export interface HttpHandlers {
  readonly metrics: () => Promise<{ readonly contentType: string; readonly body: string }>;
  /** The reason why the process should be restarted; undefined while it makes progress. */
  readonly unhealthy: () => string | undefined;
  /** The reason why it cannot work yet; undefined once it can. */
  readonly unready: () => string | undefined;
  readonly webhooks: WebhookHandlers;
}

export interface HttpServer {
  readonly url: string;
  close(): Promise<void>;
}

/** A head that takes longer to come is given up, and so is a request. */
const headersTimeoutMs = 10_000;
const requestTimeoutMs = 30_000;

/** Serves /metrics, /healthz, /readyz and /webhooks. Port 0: any free one. */
export async function startHttpServer(
  address: { host: string; port: number },
  handlers: HttpHandlers,
  webhookLimits?: WebhookLimits,
): Promise<HttpServer> {
  const app = new Hono();
  app.get('/metrics', async (context) => {
    const { contentType, body } = await handlers.metrics();
    return context.body(body, 200, { 'content-type': contentType });
  });
  app.get('/healthz', (context) => probe(handlers.unhealthy(), (body, status) => context.text(body, status)));
  app.get('/readyz', (context) => probe(handlers.unready(), (body, status) => context.text(body, status)));
  const others = getRequestListener(app.fetch);
  const webhook = createWebhookListener(handlers.webhooks, webhookLimits);
  // Bodies of strangers are read here alone, and not through streams that hold more of them than is asked for.
  return listen((request, response) => void (isWebhook(request.url) ? webhook : others)(request, response), address);
}

function probe<T>(problem: string | undefined, answer: (body: string, status: 200 | 503) => T): T {
  return problem === undefined ? answer('ok\n', 200) : answer(`${problem}\n`, 503);
}

function listen(listener: RequestListener, { host, port }: { host: string; port: number }): Promise<HttpServer> {
  const server = createServer({ headersTimeout: headersTimeoutMs, requestTimeout: requestTimeoutMs }, listener);
  return new Promise((resolve, reject) => {
    server.on('error', (error) => reject(new Error(`cannot serve HTTP on ${host}:${port}: ${error.message}`)));
    server.listen(port, host, () => {
      const shown = host.includes(':') ? `[${host}]` : host;
      const bound = server.address();
      const actual = typeof bound === 'object' && bound !== null ? bound.port : port;
      resolve({ url: `http://${shown}:${actual}`, close: () => close(server) });
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), 2_000).unref();
  });
}
