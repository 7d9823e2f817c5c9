import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';

export interface Recorder {
  readonly url: string;
  /** Every request, whole. */
  readonly seen: string[];
  close(): Promise<void>;
}

type Respond = (response: ServerResponse, whole: string, request: IncomingMessage) => void;

/** A server that remembers all that it is sent. */
export async function record(respond: Respond, tls?: { readonly key: string; readonly cert: string }): Promise<Recorder> {
  const seen: string[] = [];
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const whole = [request.method, request.url, ...request.rawHeaders, Buffer.concat(chunks).toString('latin1')].join('\n');
      seen.push(whole);
      respond(response, whole, request);
    });
  };
  const server: Server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no address');
  const close = () => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => void server.close(() => resolve()));
  };
  return { url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${address.port}`, seen, close };
}

/** Says back all that it was sent, in headers and body, as a debugging proxy does. */
export const echo =
  (status: number): Respond =>
  (response, whole, { headers }) => {
    const said = String(headers.authorization ?? '');
    const body = `<Error><Code>${said.slice(-60)}</Code><Message>${whole}</Message></Error><title>${said}</title>${whole}`;
    const named = {
      'x-jenkins': '2',
      'x-jenkins-session': 'a',
      'x-you-are-authenticated-as': said,
      'x-required-permission': said,
    };
    response
      .writeHead(status, { 'content-type': 'application/xml', ...named, 'www-authenticate': `Basic realm="${said}"` })
      .end(body);
  };
