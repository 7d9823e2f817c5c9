import { rootCertificates } from 'node:tls';
import { Agent, type Dispatcher, request } from 'undici';
import { attempt } from '../core/attempt.js';
import { failed } from './failure.js';
import type { GitLimits } from './limits.js';
import { networkFailure, statusFailure } from './transport-errors.js';

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  /** What follows the address of the repository, for instance `/git-upload-pack`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  /** The largest answer that is taken. */
  readonly most: number;
}

export interface HttpAnswer {
  readonly contentType: string;
  readonly chunks: Buffer[];
}

export interface HttpRemote {
  readonly url: string;
  readonly authorization?: string;
  readonly ca?: string;
}

const MOST_REDIRECTS = 5;

/**
 * HTTP to one git repository: time-outs for every phase, a limit on every answer, no compression (nothing that could swell),
 * a private CA beside the public ones, and redirects only inside the same origin, so that credentials never reach another.
 */
export class Transport {
  /** Bytes of all answers so far. */
  received = 0;
  readonly #remote: HttpRemote;
  readonly #agent: Agent;
  #base: string;

  constructor(remote: HttpRemote, limits: GitLimits) {
    this.#remote = remote;
    this.#base = remote.url;
    const ca = remote.ca === undefined ? {} : { ca: [...rootCertificates, remote.ca] };
    this.#agent = new Agent({
      connect: { timeout: limits.connectMs, ...ca },
      headersTimeout: limits.silenceMs,
      bodyTimeout: limits.silenceMs,
    });
  }

  /** An answer of status 200, whole. Throws ReconcileError for everything else, and the signal's reason when it aborts. */
  async exchange(message: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    try {
      for (let redirects = 0; ; redirects++) {
        const answer = await this.#send(message, signal);
        if (answer.statusCode === 200) return await this.#collect(answer, message.most);
        answer.body.on('error', () => {}).destroy();
        if (answer.statusCode < 300 || answer.statusCode >= 400) throw statusFailure(this.#remote.url, answer);
        if (redirects === MOST_REDIRECTS) throw failed('GitUnreachable', `${this.#remote.url} redirects without end.`);
        this.#follow(message, String(answer.headers.location ?? ''));
      }
    } catch (error) {
      signal.throwIfAborted();
      throw networkFailure(this.#remote.url, error);
    }
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  #send({ method, path, headers, body }: HttpRequest, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    const { authorization } = this.#remote;
    return request(`${this.#base}${path}`, {
      method,
      dispatcher: this.#agent,
      signal,
      headers: {
        ...headers,
        'accept-encoding': 'identity',
        'user-agent': 'git/towpath',
        ...(authorization === undefined ? {} : { authorization }),
      },
      ...(body === undefined ? {} : { body }),
    });
  }

  async #collect(answer: Dispatcher.ResponseData, most: number): Promise<HttpAnswer> {
    const encoding = answer.headers['content-encoding'] ?? 'identity';
    if (encoding !== 'identity')
      throw failed('GitProtocolInvalid', `${this.#remote.url} compresses its answers although it was asked not to.`);
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of answer.body) {
      size += chunk.length;
      this.received += chunk.length;
      if (size > most) throw failed('GitTooLarge', `${this.#remote.url} answers with more than ${most} bytes.`);
      chunks.push(chunk);
    }
    return { contentType: String(answer.headers['content-type'] ?? ''), chunks };
  }

  /** A repository that has moved inside its origin keeps its new address for the requests that follow. */
  #follow({ path }: HttpRequest, location: string): void {
    const from = new URL(`${this.#base}${path}`);
    const to = attempt(() => new URL(location, from.href));
    if (to === undefined) throw failed('GitProtocolInvalid', `${this.#remote.url} redirects to nowhere.`);
    if (to.origin !== from.origin) {
      throw failed(
        'GitRedirected',
        `${this.#remote.url} redirects to ${to.origin}, another origin; put the new address into spec.git.url.`,
      );
    }
    const target = `${to.origin}${to.pathname}${to.search}`;
    if (!target.endsWith(path))
      throw failed('GitRedirected', `${this.#remote.url} redirects to something that is no repository.`);
    this.#base = target.slice(0, -path.length);
  }
}
