import type { IncomingMessage } from 'node:http';

export interface BodyLimits {
  readonly mostBytes: number;
  /** From the head of the request to the end of its body. */
  readonly withinMs: number;
  /** Of all bodies together that are being read at a time. */
  readonly mostHeldBytes: number;
}

export type BodyReading =
  | { readonly state: 'read'; readonly bytes: Buffer }
  | { readonly state: 'too-large' | 'too-slow' | 'busy' | 'broken' };

/**
 * Reads bodies of strangers: bytes are counted as they come, whatever the request says of its length, and a body that takes too long is
 * given up. What is left of it is for the caller to get rid of.
 */
export class BodyReader {
  readonly #limits: BodyLimits;
  #heldBytes = 0;

  constructor(limits: BodyLimits) {
    this.#limits = limits;
  }

  async read(request: IncomingMessage): Promise<BodyReading> {
    const { mostBytes } = this.#limits;
    if (Number(request.headers['content-length'] ?? 0) > mostBytes) return { state: 'too-large' };
    const chunks: Buffer[] = [];
    let size = 0;
    try {
      const state = await this.#collect(request, (chunk) => {
        size += chunk.length;
        this.#heldBytes += chunk.length;
        chunks.push(chunk);
        return size > mostBytes ? 'too-large' : this.#heldBytes > this.#limits.mostHeldBytes ? 'busy' : undefined;
      });
      return state === 'read' ? { state, bytes: Buffer.concat(chunks) } : { state };
    } finally {
      this.#heldBytes -= size;
    }
  }

  #collect(request: IncomingMessage, take: (chunk: Buffer) => 'too-large' | 'busy' | undefined): Promise<BodyReading['state']> {
    return new Promise((resolve) => {
      const end = (state: BodyReading['state']) => {
        clearTimeout(timer);
        request.off('data', onData).off('end', onEnd).off('close', onClose);
        request.pause();
        resolve(state);
      };
      const timer = setTimeout(() => end('too-slow'), this.#limits.withinMs);
      const onData = (chunk: Buffer) => {
        const problem = take(chunk);
        if (problem !== undefined) end(problem);
      };
      const onEnd = () => end('read');
      const onClose = () => end('broken');
      request.on('error', () => undefined);
      request.on('data', onData).on('end', onEnd).on('close', onClose);
    });
  }
}
