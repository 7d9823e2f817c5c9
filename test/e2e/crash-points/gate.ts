import { createServer, type IncomingMessage, type RequestOptions, request, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, request as tlsRequest } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Certificates } from '../../support/git/certificates.js';

/** A request that went through the gate, or is held by it. */
export interface Passing {
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

export interface Match {
  readonly method: string;
  readonly path: RegExp;
  readonly body?: RegExp;
}

/** One request that the gate keeps where the test has said: before the server behind it hears of it, or before its answer goes back. */
export interface Held {
  readonly request: Passing;
  /** Lets the server have it, once; resolves when the server has answered. The client still waits. */
  deliver(): Promise<void>;
  /** Delivers it where that has not been done, and lets the answer go back. */
  pass(): Promise<void>;
  /** Cuts the client's connection. */
  reset(): void;
}

/**
 * A proxy that stops single requests: the test is told of the very moment at which one is on its way, or has been answered and nobody
 * knows it yet, and decides what becomes of it. All others go through as they are.
 */
export interface Gate {
  readonly url: string;
  /** Holds the next request that matches before the server hears of it. */
  holdRequest(match: Match): Promise<Held>;
  /** Lets the server have the next request that matches, and holds the answer. */
  holdAnswer(match: Match): Promise<Held>;
  /** As `holdRequest`, for all that match from now on; none of them is told of. */
  holdAll(match: Match): { release(): Promise<void> };
  close(): Promise<void>;
}

export interface Upstream {
  readonly url: string;
  readonly ca?: string;
}

export async function startGate(upstream: Upstream, tls?: Certificates): Promise<Gate> {
  const gate = new HttpGate(upstream, tls);
  await gate.listen();
  return gate;
}

interface Answer {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: Buffer;
}

interface Rule {
  readonly match: Match;
  readonly isOnce: boolean;
  take(held: HeldRequest): void;
}

class HttpGate implements Gate {
  readonly #upstream: Upstream;
  readonly #scheme: string;
  readonly #server;
  readonly #sockets = new Set<Socket>();
  readonly #rules: Rule[] = [];
  #port = 0;

  constructor(upstream: Upstream, tls: Certificates | undefined) {
    this.#upstream = upstream;
    this.#scheme = tls === undefined ? 'http' : 'https';
    const accept = (incoming: IncomingMessage, response: ServerResponse) => this.#accept(incoming, response);
    this.#server = tls === undefined ? createServer(accept) : createTlsServer({ key: tls.key, cert: tls.cert }, accept);
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket)).on('error', () => undefined);
    });
  }

  get url(): string {
    return `${this.#scheme}://127.0.0.1:${this.#port}`;
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  holdRequest(match: Match): Promise<Held> {
    return new Promise((resolve) => this.#rules.push({ match, isOnce: true, take: resolve }));
  }

  holdAnswer(match: Match): Promise<Held> {
    return new Promise((resolve, reject) => {
      const take = (held: HeldRequest) => void held.deliver().then(() => resolve(held), reject);
      this.#rules.push({ match, isOnce: true, take });
    });
  }

  holdAll(match: Match): { release(): Promise<void> } {
    const all: HeldRequest[] = [];
    const rule: Rule = { match, isOnce: false, take: (held) => void all.push(held) };
    this.#rules.push(rule);
    return {
      release: async () => {
        this.#rules.splice(this.#rules.indexOf(rule), 1);
        await Promise.all(all.map((held) => held.pass()));
      },
    };
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #accept(incoming: IncomingMessage, response: ServerResponse): void {
    response.on('error', () => undefined);
    const chunks: Buffer[] = [];
    incoming.on('error', () => undefined);
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const bytes = Buffer.concat(chunks);
      const { method = 'GET', url: path = '/' } = incoming;
      const held = new HeldRequest({ method, path, body: bytes.toString('utf8') }, response, () => this.#send(incoming, bytes));
      const rule = this.#rules.find(({ match }) => fits(held.request, match));
      if (rule === undefined) return this.#stream(incoming, bytes, response);
      if (rule.isOnce) this.#rules.splice(this.#rules.indexOf(rule), 1);
      rule.take(held);
    });
  }

  #open(incoming: IncomingMessage) {
    const { url, ca } = this.#upstream;
    const options: RequestOptions & { ca?: string } = {
      method: incoming.method ?? 'GET',
      headers: incoming.headers,
      agent: false,
      ...(ca === undefined ? {} : { ca }),
    };
    return (url.startsWith('https:') ? tlsRequest : request)(`${url}${incoming.url}`, options);
  }

  /** Whole, for what is held. */
  #send(incoming: IncomingMessage, bytes: Buffer): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const sent = this.#open(incoming);
      sent.on('error', reject).on('response', (answer: IncomingMessage) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject);
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, headers: answer.rawHeaders, body: Buffer.concat(chunks) }),
        );
      });
      sent.end(bytes);
    });
  }

  /** As it comes, for all else: a watch never ends. */
  #stream(incoming: IncomingMessage, bytes: Buffer, response: ServerResponse): void {
    const sent = this.#open(incoming);
    const cut = () => response.socket?.resetAndDestroy();
    sent.on('error', cut).on('response', (answer: IncomingMessage) => {
      answer.on('error', cut);
      response.writeHead(answer.statusCode ?? 0, answer.rawHeaders);
      answer.pipe(response);
    });
    response.on('close', () => sent.destroy());
    sent.end(bytes);
  }
}

class HeldRequest implements Held {
  readonly request: Passing;
  readonly #response: ServerResponse;
  readonly #send: () => Promise<Answer>;
  #answer: Promise<Answer> | undefined;

  constructor(passing: Passing, response: ServerResponse, send: () => Promise<Answer>) {
    this.request = passing;
    this.#response = response;
    this.#send = send;
  }

  async deliver(): Promise<void> {
    this.#answer ??= this.#send();
    await this.#answer;
  }

  async pass(): Promise<void> {
    await this.deliver();
    const answer = await this.#answer;
    if (answer === undefined || this.#response.destroyed) return;
    this.#response.writeHead(answer.status, answer.headers as string[]);
    this.#response.end(answer.body);
  }

  reset(): void {
    this.#response.socket?.resetAndDestroy();
  }
}

function fits({ method, path, body }: Passing, match: Match): boolean {
  return method === match.method && match.path.test(path) && (match.body?.test(body) ?? true);
}
