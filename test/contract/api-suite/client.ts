import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { createInterface } from 'node:readline';

/** A server under test. */
export interface ServerHandle {
  readonly url: string;
  readonly caPem: string;
  readonly token: string;
}

// biome-ignore lint/suspicious/noExplicitAny: the suite looks into answers of every shape, wrong ones included.
export type Answered = any;

export interface Answer {
  readonly status: number;
  readonly body: Answered;
  readonly headers: IncomingMessage['headers'];
}

export interface Send {
  readonly method?: string;
  readonly path: string;
  readonly body?: unknown;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const defaultTimeoutMs = 15_000;

/** One request, over a connection of its own. */
export async function send(server: ServerHandle, { method = 'GET', path, body, type, headers }: Send): Promise<Answer> {
  const bytes = body === undefined ? undefined : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const response = await open(server, { method, path, bytes, type: type ?? 'application/json', headers: headers ?? {} });
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  return { status: response.statusCode ?? 0, body: parse(text), headers: response.headers };
}

interface RawRequest {
  readonly method: string;
  readonly path: string;
  readonly bytes: Buffer | undefined;
  readonly type: string;
  readonly headers: Readonly<Record<string, string>>;
}

async function open(server: ServerHandle, { method, path, bytes, type, headers }: RawRequest): Promise<IncomingMessage> {
  const sent = request(`${server.url}${path}`, {
    method,
    ca: server.caPem,
    agent: false,
    timeout: defaultTimeoutMs,
    headers: {
      authorization: `Bearer ${server.token}`,
      'user-agent': 'suite/1.0',
      ...(bytes === undefined ? {} : { 'content-type': type, 'content-length': String(bytes.length) }),
      ...headers,
    },
  });
  sent.on('timeout', () => sent.destroy(new Error('no answer in time')));
  sent.end(bytes);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return response;
}

function parse(text: string): Answered {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export interface Watch {
  readonly status: number;
  /** The next event, or undefined when the stream ended. */
  next(): Promise<Answered>;
  close(): void;
}

/** An open watch; events are read one at a time. */
export async function watch(server: ServerHandle, path: string, headers: Readonly<Record<string, string>> = {}): Promise<Watch> {
  const response = await open(server, { method: 'GET', path, bytes: undefined, type: '', headers });
  const lines = createInterface({ input: response })[Symbol.asyncIterator]();
  return {
    status: response.statusCode ?? 0,
    next: async () => {
      const line = await lines.next();
      return line.done === true ? undefined : parse(line.value);
    },
    close: () => response.destroy(),
  };
}
