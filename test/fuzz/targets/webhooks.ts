import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { type HttpServer, startHttpServer } from '../../../controller/http/server.js';
import { hmac } from '../../support/webhooks.js';
import { bytesOf, partsOf, promise, type Target } from '../target.js';

const secret = 'a secret that no input holds';
const folder = 'test/fixtures/webhooks';

/** Is replaced, in the heads of inputs, by the right digest of the body: so that what follows a right proof is reached as well. */
const rightDigest = 'RIGHT-DIGEST';

const words = [
  'x-hub-signature-256: sha256=',
  'x-hub-signature: sha1=',
  'x-gitea-signature: ',
  'x-gitlab-token: ',
  'webhook-signature: v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=',
  'webhook-timestamp: 1795333333',
  'x-event-key: repo:refs_changed',
  'x-github-event: push',
  'x-gitlab-event: System Hook',
  rightDigest,
  '"ref":null',
  '"changes":[]',
  '"push":{"changes":[{"new":null,"old":null}]}',
  'refs/heads/master',
  'payload=%',
  'transfer-encoding: chunked\r\n',
  'content-length: -1\r\n',
  'expect: 100-continue\r\n',
  '\r\n\r\n',
];

const head = (event: string) => `${event}\r\nx-hub-signature-256: sha256=${rightDigest}`;
const events = ['x-github-event: push', 'x-gitlab-event: Push Hook', 'x-gitea-event: push', 'x-event-key: repo:push'];

/** Requests to the endpoint of webhooks: a head and a body. Whoever has not the right digest wakes nobody, and everybody is answered. */
export const webhooks: Target = {
  name: 'webhooks',
  guide: /controller\/http\//,
  words,
  open: async () => {
    const heard = { results: [] as string[], wakes: 0 };
    const server = await start(heard);
    const bodies = readdirSync(folder).filter((name) => name.endsWith('.json') && !name.includes('issues'));
    return {
      seeds: bodies.flatMap((name, index) => [
        bytesOf(head(events[index % events.length] ?? ''), readFileSync(`${folder}/${name}`).subarray(0, 8_000)),
        bytesOf(head('x-event-key: repo:refs_changed'), readFileSync(`${folder}/${name}`).subarray(0, 8_000)),
      ]),
      run: async (input) => {
        const [first = Buffer.alloc(0), ...rest] = partsOf(input);
        const body = Buffer.concat(rest);
        const isRight = first.includes(rightDigest);
        Object.assign(heard, { results: [], wakes: 0 });
        const answer = await send(server, first.toString('latin1').replaceAll(rightDigest, hmac(body, secret)), body);
        // Whoever expects it is told first that the body may come (RFC 9110, section 10.1.1).
        promise(/^(HTTP\/1\.1 100 Continue\r\n\r\n)?(HTTP\/1\.1 [2345]\d\d |$)/.test(answer), 'an answer', answer.slice(0, 200));
        promise(isRight || heard.wakes === 0, 'somebody without the digest woke it', heard);
        promise(!heard.results.includes('undelivered'), 'something was thrown', heard);
      },
      close: () => server.close(),
    };
  },
};

function start(heard: { results: string[]; wakes: number }): Promise<HttpServer> {
  const wake = async () => {
    heard.wakes += 1;
  };
  const source = { branch: 'master', secrets: async () => [secret], wake };
  return startHttpServer(
    { host: '127.0.0.1', port: 0 },
    {
      metrics: async () => ({ contentType: 'text/plain', body: '' }),
      unhealthy: () => undefined,
      unready: () => undefined,
      webhooks: {
        find: (namespace, name) => (namespace === 'a' && name === 'b' ? source : undefined),
        counted: ({ result }) => void heard.results.push(result),
        now: () => 1_795_333_333_000,
      },
    },
    { mostBytes: 64 * 1024, withinMs: 100, mostHeldBytes: 1024 * 1024 },
  );
}

/** What is answered until the server hangs up. */
async function send(server: HttpServer, head: string, body: Buffer): Promise<string> {
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  let answer = '';
  socket.setEncoding('latin1');
  socket.on('data', (chunk) => {
    answer += String(chunk);
  });
  socket.on('error', () => undefined);
  const lines = `POST /webhooks/a/b HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: ${body.length}\r\n${head}\r\n\r\n`;
  socket.write(Buffer.concat([Buffer.from(lines, 'latin1'), body]));
  const limit = setTimeout(() => socket.destroy(new Error('no answer')), 5_000);
  await once(socket, 'close');
  clearTimeout(limit);
  return answer;
}
