import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** What happens to the next write: `conflict` is refused with 409; `lost` is done and its answer never comes. */
export type WriteFault = 'conflict' | 'lost';

/** An S3 service of one bucket, in memory: GetObject, and PutObject with If-None-Match as S3 has it. Signatures are not looked at. */
export interface ConditionalStore {
  readonly endpoint: string;
  readonly bucket: string;
  readonly objects: ReadonlyMap<string, string>;
  put(key: string, content: string): void;
  remove(key: string): void;
  fail(...faults: WriteFault[]): void;
  close(): Promise<void>;
}

export async function startConditionalStore(bucket = 'ledger'): Promise<ConditionalStore> {
  const objects = new Map<string, string>();
  const faults: WriteFault[] = [];
  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no address');

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path = ''] = (request.url ?? '').split('?');
    const [, named = '', ...rest] = path.split('/').map(decodeURIComponent);
    const key = rest.join('/');
    if (named !== bucket) return refuse(response, 404, 'NoSuchBucket');
    if (request.method === 'PUT') return write(key, request, response);
    const found = objects.get(key);
    if (found === undefined) return refuse(response, 404, 'NoSuchKey');
    response.writeHead(200, { 'content-length': Buffer.byteLength(found), etag: '"1"' }).end(found);
  }

  async function write(key: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const fault = faults.shift();
    if (fault === 'conflict') return refuse(response, 409, 'ConditionalRequestConflict');
    if (request.headers['if-none-match'] === '*' && objects.has(key)) return refuse(response, 412, 'PreconditionFailed');
    objects.set(key, Buffer.concat(chunks).toString('utf8'));
    if (fault === 'lost') response.socket?.resetAndDestroy();
    else response.writeHead(200, { etag: '"1"' }).end();
  }

  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    bucket,
    objects,
    put: (key, content) => void objects.set(key, content),
    remove: (key) => void objects.delete(key),
    fail: (...next) => void faults.push(...next),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function refuse(response: ServerResponse, status: number, code: string): void {
  const body = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`;
  response.writeHead(status, { 'content-type': 'application/xml' }).end(body);
}
