import { type ClientRequest, Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';

/** How one request ended. `isSent`: at least a part of it may have reached the server. */
export type Exchange =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers: Readonly<Record<string, string | undefined>>;
      readonly body: string;
      /** False where the body was cut off, by the connection or by the size limit. */
      readonly isWhole: boolean;
    }
  | { readonly kind: 'failed'; readonly code: string; readonly isSent: boolean };

export interface Call {
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly ca: string | undefined;
  readonly timeoutMs: number;
  readonly maxBytes: number;
  /** By the monotonic clock: when it is not on its way by then, it is not sent at all. */
  readonly sendBefore?: number;
}

/**
 * One request on a connection of its own: never repeated, never redirected. The package `jenkins` is not used for what has an effect:
 * it cannot tell a request that was never sent from one whose answer was lost, takes a redirect to a login page for a queue id, rejects
 * the good answers 303 and 204, and follows no AbortSignal. Jetty closes idle connections after 30 s without saying so, hence no reuse.
 */
export function exchange(call: Call, signal: AbortSignal): Promise<Exchange> {
  return new Promise((resolve) => {
    let isSent = false;
    let request: ClientRequest | undefined;
    const timer = setTimeout(() => finish(failed('TIMEOUT')), call.timeoutMs);
    const abort = (): void => finish(failed('ABORTED'));

    function failed(code: string): Exchange {
      return { kind: 'failed', code, isSent };
    }

    function finish(result: Exchange): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      resolve(result);
      request?.destroy();
    }

    if (signal.aborted) {
      abort();
      return;
    }
    signal.addEventListener('abort', abort);
    try {
      request = open(call);
    } catch {
      finish(failed('INVALID'));
      return;
    }
    const opened = request;
    opened.on('error', (error) => finish(failed(errorCode(error))));
    opened.on('response', (response) => collect(response, call.maxBytes, finish));
    opened.on('socket', (socket) => {
      socket.once(call.url.startsWith('https:') ? 'secureConnect' : 'connect', () => {
        // A process that stood still meanwhile finds its connection made, and comes here before its timers.
        if (call.sendBefore !== undefined && performance.now() >= call.sendBefore) return finish(failed('LATE'));
        isSent = true;
        opened.end(call.body);
      });
    });
  });
}

/** Opens the connection and writes nothing: that waits until it stands, so that a failure before it is known to have sent nothing. */
function open({ method, url, headers, body, ca }: Call): ClientRequest {
  const length = body === undefined ? (method === 'POST' ? '0' : undefined) : String(Buffer.byteLength(body));
  const sent = { ...headers, ...(length === undefined ? {} : { 'content-length': length }) };
  const options = { method, headers: { ...sent, connection: 'close' } };
  if (!url.startsWith('https:')) return requestHttp(url, { ...options, agent: new HttpAgent({ keepAlive: false }) });
  return requestHttps(url, {
    ...options,
    agent: new HttpsAgent({ keepAlive: false, rejectUnauthorized: true, ...(ca === undefined ? {} : { ca }) }),
  });
}

function collect(response: IncomingMessage, maxBytes: number, finish: (result: Exchange) => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  const answer = (isWhole: boolean): void =>
    finish({
      kind: 'answer',
      status: response.statusCode ?? 0,
      headers: flatHeaders(response.headers),
      body: Buffer.concat(chunks).toString('utf8'),
      isWhole,
    });
  response.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > maxBytes) answer(false);
    else chunks.push(chunk);
  });
  response.on('error', () => answer(false));
  response.on('close', () => answer(response.complete));
}

export function flatHeaders(headers: IncomingMessage['headers']): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  );
}

/** What is kept of an error: its code. The objects themselves hold the request with its Authorization. */
export function errorCode(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'FAILED';
  if ('isTimeout' in error && error.isTimeout === true) return 'TIMEOUT';
  const code = 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[A-Z0-9_]{1,60}$/.test(code) ? code : 'FAILED';
}
