import { EventEmitter } from 'node:events';
import type { Agent as HttpAgent, IncomingMessage } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import { Writable } from 'node:stream';
import Jenkins from 'jenkins';
import { type Exchange, errorCode, flatHeaders } from './exchange.js';

/** The reads of the package `jenkins` that are used; its types describe an older version. */
export interface Reads {
  readonly job: { get(options: { name: readonly string[]; tree: string }): Promise<unknown> };
  readonly build: { get(options: { name: readonly string[]; number: number; tree: string }): Promise<unknown> };
  readonly queue: {
    item(options: { number: number; tree: string }): Promise<unknown>;
    list(options: { tree: string }): Promise<unknown>;
  };
}

interface RequestContext {
  ctx?: EventEmitter;
  opts: { pipe?: Writable };
  res?: { body?: unknown };
}

interface Client extends Reads {
  _ext(event: 'onCreate' | 'onResponse', callback: (context: RequestContext, next: () => void) => void): void;
}

interface ClientOptions {
  readonly baseUrl: string;
  readonly crumbIssuer: false;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeout: number;
  readonly agent: HttpAgent | HttpsAgent;
}

const ReadingJenkins = Jenkins as unknown as new (options: ClientOptions) => Client;

export interface ReadOptions {
  readonly root: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly agent: HttpAgent | HttpsAgent;
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

/**
 * One GET through the package `jenkins`, made safe: it knows no AbortSignal, no size limit and no cut connection, turns web pages into
 * values, and its errors print the token. So the body goes into a sink of ours, which sees status and headers, and of an error only
 * the code is kept. One client a read, since its hooks are the client's.
 */
export async function read(
  options: ReadOptions,
  call: (reads: Reads) => Promise<unknown>,
  signal: AbortSignal,
): Promise<Exchange> {
  if (signal.aborted) return { kind: 'failed', code: 'ABORTED', isSent: false };
  const cancelling = new EventEmitter();
  const sink = new Sink(options.maxBytes, () => void cancelling.emit('cancel'));
  const abort = (): void => void cancelling.emit('cancel');
  signal.addEventListener('abort', abort);
  try {
    await call(clientInto(options, sink, cancelling));
    return sink.answer() ?? { kind: 'failed', code: 'EMPTY', isSent: true };
  } catch (error) {
    if (signal.aborted) return { kind: 'failed', code: 'ABORTED', isSent: true };
    return sink.answer() ?? { kind: 'failed', code: sink.problem ?? errorCode(error), isSent: true };
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function clientInto({ root, headers, agent, timeoutMs }: ReadOptions, sink: Sink, cancelling: EventEmitter): Client {
  const client = new ReadingJenkins({ baseUrl: root, crumbIssuer: false, headers, timeout: timeoutMs, agent });
  client._ext('onCreate', (context, next) => {
    context.ctx = cancelling;
    context.opts.pipe = sink;
    next();
  });
  client._ext('onResponse', (context, next) => {
    // `queue.list` reaches into the body and would throw where nothing can catch it.
    if (context.res !== undefined) context.res.body = {};
    next();
  });
  return client;
}

class Sink extends Writable {
  readonly #chunks: Buffer[] = [];
  readonly #maxBytes: number;
  #size = 0;
  #response: IncomingMessage | undefined;
  problem: 'TOO_LARGE' | 'CUT' | undefined;

  constructor(maxBytes: number, cancel: () => void) {
    super();
    this.#maxBytes = maxBytes;
    this.on('pipe', (response: IncomingMessage) => {
      this.#response = response;
      response.once('close', () => {
        if (response.complete) return;
        this.problem ??= 'CUT';
        cancel();
      });
    });
    this.on('overflow', cancel);
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#size += chunk.length;
    if (this.#size <= this.#maxBytes) {
      this.#chunks.push(chunk);
    } else if (this.problem === undefined) {
      this.problem = 'TOO_LARGE';
      this.emit('overflow');
    }
    done();
  }

  answer(): Exchange | undefined {
    const response = this.#response;
    if (response?.complete !== true || this.problem !== undefined) return undefined;
    const body = Buffer.concat(this.#chunks).toString('utf8');
    return { kind: 'answer', status: response.statusCode ?? 0, headers: flatHeaders(response.headers), body, isWhole: true };
  }
}
