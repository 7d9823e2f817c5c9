import { connect, createServer, type Server, type Socket } from 'node:net';

/** A TCP proxy in front of an API server that can misbehave as networks do. */
export interface FaultyProxy {
  readonly url: string;
  /** Connections opened so far. */
  opened(): number;
  /** Connections that are open now. */
  open(): number;
  /** Bytes that came from the server so far. */
  bytes(): number;
  /** Ends every connection and refuses new ones until `mend`. */
  cut(): void;
  /** Present connections stay open, but nothing passes any more; new ones work. */
  freeze(): void;
  /** New connections are accepted, but nothing passes until `mend`. */
  swallow(): void;
  mend(): void;
  close(): Promise<void>;
}

export async function startProxy(target: string): Promise<FaultyProxy> {
  const { hostname, port } = new URL(target);
  const pairs = new Set<[Socket, Socket | undefined]>();
  let mode: 'pass' | 'cut' | 'swallow' = 'pass';
  let opened = 0;
  let bytes = 0;
  const server = createServer((near) => {
    opened += 1;
    near.on('error', () => near.destroy());
    if (mode === 'cut') return void near.destroy();
    const far = mode === 'swallow' ? undefined : connect(Number(port), hostname);
    const pair: [Socket, Socket | undefined] = [near, far];
    pairs.add(pair);
    near.on('close', () => {
      pairs.delete(pair);
      far?.destroy();
    });
    far?.on('error', () => near.destroy());
    far?.on('close', () => near.destroy());
    far?.on('data', (chunk) => {
      bytes += chunk.length;
    });
    if (far !== undefined) near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endAll = () => {
    for (const [near] of pairs) near.destroy();
  };
  return {
    url: `https://127.0.0.1:${portOf(server)}`,
    opened: () => opened,
    open: () => pairs.size,
    bytes: () => bytes,
    cut: () => {
      mode = 'cut';
      endAll();
    },
    freeze: () => {
      for (const [near, far] of pairs) {
        near.unpipe();
        far?.unpipe();
        near.pause();
        far?.pause();
      }
    },
    swallow: () => {
      mode = 'swallow';
    },
    mend: () => {
      mode = 'pass';
    },
    close: async () => {
      endAll();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
