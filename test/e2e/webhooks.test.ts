import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { productFiles, promotionFiles } from '../support/e2e/documents.js';
import { createProgram } from '../support/e2e/program.js';
import { createWorld, type World } from '../support/e2e/world.js';
import { type Hook, hooks } from '../support/webhooks.js';

const secret = 'shared-with-the-code-host';
const objects = [
  { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'webhook' }, stringData: { current: secret, previous: 'the-old-one' } },
];
const place = '/webhooks/default/releases';
const mebibyte = 1024 * 1024;

interface Sending {
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

const pushed = (hook: Hook, word = secret): Sending => {
  // The repository of the world follows main.
  const body = Buffer.from(hook.body.toString().replaceAll('refs/heads/master', 'refs/heads/main'));
  return { body, headers: { ...hook.headers, ...hook.sign(body, word) } };
};
const hookNamed = (name: string) => hooks.find(([hook]) => hook.name === name)?.[0] as Hook;

/** The status of the answer; 0 where the server hung up on what was still being sent. */
function post(http: string, { path = place, headers, body = Buffer.alloc(0) }: Sending, agent?: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(`${http}${path}`, { method: 'POST', headers, ...(agent === undefined ? {} : { agent }) }, (answer) => {
      answer.resume().on('end', () => resolve(answer.statusCode ?? 0));
      answer.on('error', () => resolve(answer.statusCode ?? 0));
    });
    sent.on('error', (error: NodeJS.ErrnoException) => (/ECONNRESET|EPIPE/.test(error.code ?? '') ? resolve(0) : reject(error)));
    sent.end(body);
  });
}

/** Requests that nobody should heed: each kind in turn. */
function forged(number: number): Sending {
  const push = hookNamed('github-push');
  const gitlab = hookNamed('gitlab-push');
  const right = pushed(push);
  const long = Buffer.alloc(mebibyte + 1 + (number % 1_000), 0x20);
  const kinds: readonly (() => Sending)[] = [
    () => pushed(push, `guess-${number}`),
    () => pushed(gitlab, `guess-${number}`),
    () => pushed(hookNamed('gitea-push'), `guess-${number}`),
    () => pushed(hookNamed('bitbucket-data-center-push'), `guess-${number}`),
    () => ({ ...right, body: Buffer.concat([right.body ?? Buffer.alloc(0), Buffer.from(' ')]) }),
    () => ({ ...right, path: '/webhooks/default/other' }),
    () => ({ body: push.body, headers: push.headers }),
    () => ({ ...pushed(push, 'x'), path: `/webhooks/n-${number}/s-${number}` }),
    () => ({
      ...pushed({ ...push, body: long }),
      headers: { ...pushed({ ...push, body: long }).headers, 'content-length': String(long.length) },
    }),
    () => ({ body: long, headers: { ...pushed(push).headers, 'transfer-encoding': 'chunked' } }),
  ];
  return kinds[number % kinds.length]?.() ?? {};
}

async function metricsOf(http: string) {
  const text = await (await fetch(`${http}/metrics`)).text();
  const value = (name: string) => Number(new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1]);
  const requests = [...text.matchAll(/^towpath_webhook_requests_total\{result="([a-z-]+)",kind="[a-z]+"\} (\d+)$/gm)];
  const results: Record<string, number> = {};
  for (const [, result = '', count] of requests) results[result] = (results[result] ?? 0) + Number(count);
  return { heap: value('nodejs_heap_size_used_bytes'), resident: value('process_resident_memory_bytes'), results };
}

async function sendAll(http: string, count: number): Promise<Record<string, number>> {
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  const statuses: Record<string, number> = {};
  let next = 0;
  const worker = async () => {
    while (next < count) {
      const status = await post(http, forged(next++), agent);
      statuses[status] = (statuses[status] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: 16 }, worker));
  agent.destroy();
  return statuses;
}

describe('the endpoint of webhooks', () => {
  let world: World;
  let http = '';

  beforeAll(async () => {
    const webhook = { secretRef: { name: 'webhook' } };
    // Nobody looks by themselves while this test goes on.
    world = await createWorld({ files: productFiles('1.0.0'), objects, source: { webhook }, git: { interval: '10h' } });
    ({ http = '' } = await world.program.start());
    await world.ready('qa', '1.0.0', 60_000);
  });
  afterAll(() => world.close());

  it('brings a commit to where it is deployed at once', async () => {
    await world.repository.commit({ files: promotionFiles('1.1.0'), message: 'Promote 1.1.0' });
    expect(await post(http, pushed(hookNamed('github-push')))).toBe(202);
    await world.ready('qa', '1.1.0', 60_000);
  });

  it('takes the secret before the last, and a Secret that was replaced, without a restart', async () => {
    expect(await post(http, pushed(hookNamed('gitea-push'), 'the-old-one'))).toBe(202);
    const change = { stringData: { current: 'a-newer-one' }, data: { previous: null } };
    await world.api.ask('PATCH', '/api/v1/namespaces/default/secrets/webhook', change, 'application/merge-patch+json');
    const patience = { timeout: 30_000, interval: 200 };
    await expect.poll(() => post(http, pushed(hookNamed('gitea-push'), 'the-old-one')), patience).toBe(401);
    expect(await post(http, pushed(hookNamed('gitea-push'), 'a-newer-one'))).toBe(202);
    const back = { stringData: { current: secret } };
    await world.api.ask('PATCH', '/api/v1/namespaces/default/secrets/webhook', back, 'application/merge-patch+json');
    await expect.poll(() => post(http, pushed(hookNamed('github-ping'))), patience).toBe(200);
  });

  it('of a replica that waits for the lease wakes the one that works', async () => {
    const flags = [
      '--kubeconfig',
      world.kubeconfigPath,
      '--http',
      '127.0.0.1:0',
      '--cache-directory',
      join(world.folder, 'git-2'),
    ];
    const standby = createProgram({ args: ['controller', ...flags], folder: join(world.folder, 'standby') });
    try {
      const { http: other = '' } = await standby.start();
      await expect.poll(async () => (await fetch(`${other}/readyz`)).status, { timeout: 30_000 }).toBe(200);
      await world.repository.commit({ files: promotionFiles('1.2.0'), message: 'Promote 1.2.0' });
      expect(await post(other, pushed(hookNamed('gitlab-push')))).toBe(202);
      await world.ready('qa', '1.2.0', 60_000);
      expect(standby.log()).not.toContain('became leader');
    } finally {
      await standby.terminate();
    }
  });

  it('accepts none of 10,000 forged or oversized requests, and keeps nothing of them', async () => {
    await sendAll(http, 1_000);
    const before = await metricsOf(http);
    const startedAt = performance.now();
    const statuses = await sendAll(http, 10_000);
    const seconds = (performance.now() - startedAt) / 1_000;
    const after = await metricsOf(http);
    const mib = (bytes: number) => (bytes / mebibyte).toFixed(1);
    process.stdout.write(
      `10,000 forged or oversized requests in ${seconds.toFixed(1)} s: answers ${JSON.stringify(statuses)}; heap used ${mib(before.heap)} MiB before, ${mib(after.heap)} after; resident ${mib(before.resident)} MiB before, ${mib(after.resident)} after\n`,
    );
    const increase = (result: string) => (after.results[result] ?? 0) - (before.results[result] ?? 0);
    const kept = ['accepted', 'ignored', 'ping'].map(increase);
    expect({ kept, refused: increase('unauthorized') + increase('too-large') + increase('busy') + increase('broken') }).toEqual({
      kept: [0, 0, 0],
      refused: 10_000,
    });
    expect(Object.keys(statuses).filter((status) => !['0', '401', '413', '503'].includes(status))).toEqual([]);
    // What was sent is more than a gigabyte: had a tenth of it been kept, it would show.
    expect(after.resident - before.resident).toBeLessThan(100 * mebibyte);
    expect(after.heap - before.heap).toBeLessThan(50 * mebibyte);
    // And it still hears who knows the secret.
    expect(await post(http, pushed(hookNamed('github-ping')))).toBe(200);
  });
});
