import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type HttpServer, startHttpServer } from '../../controller/http/server.js';
import type { WebhookLimits } from '../../controller/http/webhook.js';
import { type Hook, hmac, hooks, signedLikeStandard } from '../support/webhooks.js';

const now = Date.parse('2026-11-22T08:00:00Z');
const secrets = ['the-new-secret', "It's a Secret to Everybody", `whsec_${Buffer.alloc(32, 7).toString('base64')}`];
const [current = '', previous = '', signing = ''] = secrets;
const limits: WebhookLimits = { mostBytes: 64 * 1024, withinMs: 300, mostHeldBytes: 256 * 1024 };

let server: HttpServer;
let woken: string[];
let counted: string[];
let known: readonly string[];
let fails: boolean;

beforeEach(async () => {
  woken = [];
  counted = [];
  known = secrets;
  fails = false;
  const webhooks = {
    find: (namespace: string, name: string) =>
      `${namespace}/${name}` !== 'default/releases'
        ? undefined
        : {
            branch: 'master',
            secrets: async () => known,
            wake: async (meaning: string) => {
              if (fails) throw new Error('nobody could be told');
              woken.push(meaning);
            },
          },
    counted: ({ result, kind }: { result: string; kind: string }) => void counted.push(`${kind} ${result}`),
    now: () => now,
  };
  const metrics = async () => ({ contentType: 'text/plain', body: '' });
  const probes = { metrics, unhealthy: () => undefined, unready: () => undefined };
  server = await startHttpServer({ host: '127.0.0.1', port: 0 }, { ...probes, webhooks }, limits);
});

afterEach(() => server.close());

const place = '/webhooks/default/releases';

async function post(body: Buffer | string, headers: Record<string, string>, path = place) {
  const response = await fetch(`${server.url}${path}`, { method: 'POST', body: new Uint8Array(Buffer.from(body)), headers });
  return { status: response.status, text: await response.text(), type: response.headers.get('content-type') };
}

const send = ({ body, headers, sign }: Hook, secret = current, path = place) =>
  post(body, { ...headers, ...sign(body, secret) }, path);

const pushOfGithub = hooks[0]?.[0] as Hook;
const pushOfGitlab = hooks.find(([{ name }]) => name === 'gitlab-push')?.[0] as Hook;
const refused = { status: 401, text: 'unauthorized\n', type: 'text/plain; charset=utf-8' };

describe('what the code hosts send', () => {
  it.each(hooks.map(([hook, wakes]) => ({ name: hook.name, hook, wakes })))('$name wakes $wakes', async ({ hook, wakes }) => {
    const { status } = await send(hook);
    expect({ status, woken }).toEqual({ status: wakes === undefined ? 200 : 202, woken: wakes === undefined ? [] : [wakes] });
  });

  it.each(hooks.map(([hook]) => ({ name: hook.name, hook })))('$name is refused with another secret', async ({ hook }) => {
    expect(await send(hook, 'not-the-secret')).toEqual(refused);
    expect({ woken, counted }).toEqual({ woken: [], counted: [`${hook.kind} unauthorized`] });
  });

  it.each(hooks.map(([hook]) => ({ name: hook.name, hook })).filter(({ hook }) => hook.kind !== 'gitlab'))(
    '$name is refused when one byte of it is changed',
    async ({ hook: { body, headers, sign } }) => {
      const changed = Buffer.from(body);
      changed[changed.length - 1] = 0x20;
      expect(await post(changed, { ...headers, ...sign(body, current) })).toEqual(refused);
    },
  );

  it('any of the secrets will do, while one is replaced by another', async () => {
    for (const secret of secrets) expect((await send(pushOfGithub, secret)).status).toBe(202);
  });

  it('GitHub signs as its documentation says', async () => {
    // https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries#testing-the-webhook-payload-validation
    const signature = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';
    const headers = { 'x-github-event': 'ping', 'x-hub-signature-256': signature };
    expect(await post('Hello, World!', headers)).toMatchObject({ status: 200, text: 'pong\n' });
    expect(hmac('Hello, World!', previous)).toBe(signature.slice('sha256='.length));
  });

  it('GitLab signs with a signing token, and what was sent long ago, or will be, is refused', async () => {
    const at = (seconds: number) => send(signedLikeStandard(pushOfGitlab, now / 1_000 + seconds), signing);
    expect((await at(0)).status).toBe(202);
    expect((await at(-299)).status).toBe(202);
    expect(await at(-301)).toEqual(refused);
    expect(await at(301)).toEqual(refused);
    expect(woken).toEqual(['branch', 'branch']);
  });

  it('the id and the time of a signed request are signed with it', async () => {
    const { body, headers, sign } = signedLikeStandard(pushOfGitlab, now / 1_000);
    const proof = sign(body, signing);
    expect(await post(body, { ...headers, ...proof, 'webhook-id': 'another' })).toEqual(refused);
    expect(await post(body, { ...headers, ...proof, 'webhook-timestamp': String(now / 1_000 + 1) })).toEqual(refused);
  });

  it.each([
    ['{"event_name":"push","ref":"refs/heads/master"}', 'branch'],
    ['{"event_name":"push","ref":"refs/heads/wip"}', 'pull-requests'],
    ['{"event_name":"repository_update","refs":["refs/heads/master"]}', 'branch'],
    ['{"object_kind":"merge_request","event_type":"merge_request"}', 'pull-requests'],
    ['{"event_name":"user_failed_to_login","state":"blocked"}', undefined],
    ['{"event_name":"project_rename","path":"releases"}', undefined],
    ['{"ref":7}', 'branch'],
    ['not JSON', 'branch'],
  ])('of what GitLab sends for its whole instance, %s wakes %s', async (body, wakes) => {
    const { status } = await post(body, { 'x-gitlab-event': 'System Hook', 'x-gitlab-token': current });
    expect({ status, woken }).toEqual({ status: wakes === undefined ? 200 : 202, woken: wakes === undefined ? [] : [wakes] });
  });

  it('a form is read as the JSON that it carries', async () => {
    const form = Buffer.from(new URLSearchParams({ payload: pushOfGithub.body.toString() }).toString());
    const headers = { ...pushOfGithub.headers, 'content-type': 'application/x-www-form-urlencoded' };
    expect((await send({ ...pushOfGithub, body: form, headers })).status).toBe(202);
    const other = Buffer.from(new URLSearchParams({ payload: '{"ref":"refs/heads/other"}' }).toString());
    expect((await send({ ...pushOfGithub, body: other, headers })).status).toBe(202);
    expect(woken).toEqual(['branch', 'pull-requests']);
  });

  it.each(['', '{', '[]', 'null', '{"ref":7}', '{"changes":[]}', '{"changes":[null]}', '{"push":{"changes":[{}]}}', '\xff\xfe'])(
    'a push that cannot be understood wakes: %j',
    async (text) => {
      await send({ ...pushOfGithub, body: Buffer.from(text, 'latin1') });
      expect(woken).toEqual(['branch']);
    },
  );
});

describe('who does not know a secret', () => {
  it('is answered alike, whether or not there is such a source', async () => {
    const asked = [place, '/webhooks/default/other', '/webhooks/other/releases', '/webhooks/x', '/webhooks/', '/webhooks/a/b/c'];
    for (const path of [...asked, '/webhooks/%2f/x', `/webhooks/default/${'x'.repeat(5_000)}`])
      expect({ path, ...(await send(pushOfGithub, 'wrong', path)) }).toEqual({ path, ...refused });
    // With the secret of another source it is no different.
    expect(await send(pushOfGithub, current, '/webhooks/default/other')).toEqual(refused);
  });

  it('is refused without a proof, and with one that none could be', async () => {
    const { body, headers } = pushOfGithub;
    const right = hmac(body, current);
    const proofs: Record<string, string>[] = [
      {},
      { 'x-hub-signature-256': right },
      { 'x-hub-signature-256': `sha256=${right.slice(1)}` },
      { 'x-hub-signature-256': `sha256=${right}0` },
      { 'x-hub-signature': 'sha1=0123456789012345678901234567890123456789' },
      { 'x-gitea-signature': '' },
      { 'x-gitlab-token': '' },
      { 'x-gitlab-token': `${current}x` },
      { 'webhook-signature': 'v1,AAAA', 'webhook-id': 'a', 'webhook-timestamp': String(now / 1_000) },
    ];
    for (const proof of proofs) expect({ proof, ...(await post(body, { ...headers, ...proof })) }).toEqual({ proof, ...refused });
    expect(woken).toEqual([]);
  });

  it('is refused where the source has no secret at the moment, empty proofs included', async () => {
    known = [];
    expect(await send(pushOfGithub, '')).toEqual(refused);
    expect(await send(pushOfGithub)).toEqual(refused);
  });

  it('can do nothing but POST', async () => {
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const response = await fetch(`${server.url}${place}`, { method });
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
    }
  });
});

describe('a request that would cost too much', () => {
  it('is refused by its length before it is read, genuine or not', async () => {
    expect(await send({ ...pushOfGithub, body: Buffer.alloc(limits.mostBytes + 1, 0x20) })).toMatchObject({ status: 413 });
    expect((await send({ ...pushOfGithub, body: Buffer.alloc(limits.mostBytes, 0x20) })).status).toBe(202);
  });

  it('is cut off where it goes on for ever, whatever it says of its length', async () => {
    const { answer, socket } = await raw(`${head}transfer-encoding: chunked\r\n\r\n`);
    const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`;
    const writing = setInterval(() => socket.write(chunk), 1);
    expect(await answer).toMatch(/^HTTP\/1\.1 413 /);
    clearInterval(writing);
    expect(counted).toEqual(['github too-large']);
  });

  it('is counted as it comes, to the byte', async () => {
    const answers: string[] = [];
    for (const length of [limits.mostBytes, limits.mostBytes + 1]) {
      const body = Buffer.alloc(length, 0x20);
      const proof = `x-hub-signature-256: sha256=${hmac(body, current)}`;
      const heads = `POST ${place} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-github-event: push\r\n${proof}\r\n`;
      const { answer } = await raw(`${heads}transfer-encoding: chunked\r\n\r\n${length.toString(16)}\r\n${body}\r\n0\r\n\r\n`);
      answers.push((await answer).slice(0, 12));
    }
    expect(answers).toEqual(['HTTP/1.1 202', 'HTTP/1.1 413']);
  });

  it('is given up where it comes too slowly', async () => {
    const { answer, socket } = await raw(`${head}content-length: 1000\r\n\r\n`);
    const writing = setInterval(() => socket.write('x'), 20);
    expect(await answer).toMatch(/^HTTP\/1\.1 408 /);
    clearInterval(writing);
    expect(counted).toEqual(['github too-slow']);
  });

  it('is put off while others hold as much as may be held together', async () => {
    const waiting = await Promise.all(
      Array.from({ length: 5 }, () => raw(`${head}content-length: 65536\r\n\r\n${'x'.repeat(60_000)}`)),
    );
    const first = await Promise.race(waiting.map(({ answer }) => answer));
    expect(first).toMatch(/^HTTP\/1\.1 503 .*retry-after: 5/is);
    await Promise.all(waiting.map(({ answer }) => answer));
    // What they held is free again.
    expect((await send(pushOfGithub)).status).toBe(202);
  });

  it('leaves nothing behind where its sender hangs up', async () => {
    const { socket } = await raw(`${head}content-length: 1000\r\n\r\nxxx`);
    socket.destroy();
    await expect.poll(() => counted).toEqual(['github broken']);
  });
});

it('who could not be heard in the end is told to send it again', async () => {
  fails = true;
  expect(await send(pushOfGithub)).toMatchObject({ status: 503 });
  expect(counted).toEqual(['github undelivered']);
});

const head = `POST ${place} HTTP/1.1\r\nhost: x\r\nx-github-event: push\r\nx-hub-signature-256: sha256=${'0'.repeat(64)}\r\n`;

/** Writes what no client would; gives what is answered until the server hangs up. */
async function raw(text: string) {
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  const answer = new Promise<string>((resolve) => {
    let seen = '';
    socket.on('data', (chunk) => {
      seen += chunk.toString();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(seen));
  });
  await new Promise<void>((resolve) => socket.once('connect', resolve));
  socket.write(text);
  return { socket, answer };
}
