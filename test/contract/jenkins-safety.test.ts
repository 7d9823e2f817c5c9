import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ReconcileError } from '../../controller/core/errors.js';
import { createDeployer } from '../../controller/jenkins/deployer.js';
import type { Deployer } from '../../controller/reconcile/ports.js';
import { type Certificates, createCertificates } from '../support/git/certificates.js';
import {
  cut,
  type Fault,
  gatewayError,
  loginPage,
  loginRedirect,
  resetBefore,
  silence,
  spuriousUnauthorized,
  starting,
} from '../support/jenkins/faults.js';
import { aRequest, aScene, noAbort, type Scene, token } from '../support/jenkins/scene.js';

let scene: Scene;
const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  await scene.end();
});

const basic = Buffer.from(`controller:${token}`).toString('base64');
const { job, id } = aRequest();

/** Everything that can be asked, each with what came of it. */
async function askAll(deployer: Deployer): Promise<unknown[]> {
  const asked: (() => Promise<unknown>)[] = [
    () => deployer.preflight(aRequest(), noAbort),
    () => deployer.trigger(aRequest(), noAbort),
    () => deployer.lookup({ job, id, since: 1 }, noAbort),
    () => deployer.readItem({ job, id, queueId: 1 }, noAbort),
    () => deployer.readBuild({ job, id, number: 1 }, noAbort),
    () => deployer.readLogTail({ job, number: 1, lines: 5 }, noAbort),
    () => deployer.readHistory(job, noAbort),
    () => deployer.cancelItem({ job, id, queueId: 1 }, noAbort),
    () => deployer.stopBuild({ job, id, number: 1 }, noAbort),
  ];
  const results: unknown[] = [];
  for (const ask of asked) results.push(await ask().catch((error: unknown) => error));
  return results;
}

describe('credentials', () => {
  it.each<[name: string, faults: readonly Fault[]]>([
    ['nothing goes wrong', []],
    ['a login page answers', [loginPage]],
    ['a login page is redirected to', [loginRedirect()]],
    ['the server restarts', [starting, spuriousUnauthorized]],
    ['a gateway fails', [gatewayError(502, 0)]],
    ['connections break', [resetBefore, cut]],
  ])('stand in the Authorization header and nowhere else where %s', async (_, faults) => {
    scene = await aScene();
    for (const kind of ['token', 'password'] as const) {
      const secret = kind === 'token' ? token : 'ctl-Passw0rd';
      for (const fault of faults) scene.jenkins.fail(fault, { times: 100 / faults.length });
      const results = await askAll(scene.open({ credentials: { username: 'controller', secret, kind } }));
      scene.jenkins.clearFaults();
      const encoded = Buffer.from(`controller:${secret}`).toString('base64');
      const told = inspect([results, scene.reported], { depth: 20, showHidden: true });
      expect(told).not.toContain(secret);
      expect(told).not.toContain(encoded);
      const sent = scene.jenkins.requests.map(({ headers: { authorization: _authorization, ...headers }, path, query, body }) =>
        [JSON.stringify(headers), path, query, body.toString()].join('\n'),
      );
      expect(sent.join('\n')).not.toContain(secret);
      expect(sent.join('\n')).not.toContain(encoded);
    }
    expect(scene.jenkins.requests.map(({ headers }) => headers.authorization)).toContain(`Basic ${basic}`);
  });

  it('are not sent to where a redirect points', async () => {
    scene = await aScene();
    const seen: string[] = [];
    const elsewhere = createServer((request, response) => {
      seen.push(request.url ?? '');
      response.end('{}');
    });
    servers.push(elsewhere);
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/queue/item/1/`;
    scene.jenkins.fail(loginRedirect(url), { times: 100 });
    await askAll(scene.deployer);
    expect(seen).toEqual([]);
  });

  it('are called wrong once 401 has lasted and the login page is served, and not before', async () => {
    scene = await aScene();
    const credentials = { username: 'controller', secret: 'wrong', kind: 'token' } as const;
    const patient = scene.open({ credentials });
    for (let round = 0; round < 2; round += 1) {
      expect(await patient.preflight(aRequest(), noAbort)).toMatchObject({ state: 'unavailable' });
    }
    const impatient = scene.open({ credentials, unauthorizedPatienceMs: 0 });
    expect(await impatient.preflight(aRequest(), noAbort)).toEqual({
      state: 'refused',
      message: `Jenkins at ${scene.jenkins.url} does not accept the credentials of the user controller`,
    });
    scene.jenkins.fail(starting, { path: /^\/login$/ });
    expect(await impatient.preflight(aRequest(), noAbort)).toMatchObject({ state: 'unavailable' });
    expect(scene.jenkins.requests.find(({ path }) => path === '/login')?.headers.authorization).toBeUndefined();
  });

  it('may be missing, where Jenkins lets everybody in', async () => {
    scene = await aScene();
    const anonymous = createDeployer({ url: scene.jenkins.url, delayMs: 1000, requestTimeoutMs: 1000 });
    expect(await anonymous.trigger(aRequest(), noAbort)).toMatchObject({ state: 'refused' });
    expect(await anonymous.preflight(aRequest(), noAbort)).toMatchObject({ state: 'refused' });
    anonymous.close();
    expect(scene.jenkins.requests.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined]);
  });
});

describe('the address', () => {
  const refusal = (url: string, allowInsecure = false): string => {
    try {
      createDeployer({ url, allowInsecure, delayMs: 1000, requestTimeoutMs: 1000 }).close();
      return 'accepted';
    } catch (error) {
      if (!(error instanceof ReconcileError)) throw error;
      expect([error.reason, error.retry]).toEqual(['InvalidJenkinsServer', 'never']);
      return error.message;
    }
  };

  it('is https, or http to this host, or http where that is allowed', async () => {
    scene = await aScene();
    const plain = 'the Jenkins server http://jenkins.example is not asked over plain http; use https, or set allowInsecure';
    expect(refusal('https://jenkins.example/ci/')).toBe('accepted');
    expect(refusal('http://127.0.0.1:8080')).toBe('accepted');
    expect(refusal('http://localhost')).toBe('accepted');
    expect(refusal('http://[::1]:8080')).toBe('accepted');
    expect(refusal('http://jenkins.example')).toBe(plain);
    expect(refusal('http://127.0.0.1.example')).toContain('not asked over plain http');
    expect(refusal('http://jenkins.example', true)).toBe('accepted');
  });

  it('is refused without being shown where it holds credentials or is no root URL', async () => {
    scene = await aScene();
    const message = refusal('https://controller:hunter2@jenkins.example/ci');
    expect(message).toBe(
      'the URL of the Jenkins server https://jenkins.example/ci holds credentials; they belong into its Secret',
    );
    expect(refusal('https://jenkins.example/?token=hunter2')).not.toContain('hunter2');
    expect(refusal('hunter2')).not.toContain('hunter2');
    expect(refusal('ftp://jenkins.example')).toBe('the URL of the Jenkins server is not an https URL');
  });
});

describe('an encrypted connection', () => {
  let certificates: Certificates;
  beforeAll(async () => {
    certificates = await createCertificates();
  });

  it('is trusted by the authority that is configured', async () => {
    scene = await aScene({ tls: certificates });
    const deployer = scene.open({ ca: certificates.ca });
    expect(await deployer.preflight(aRequest(), noAbort)).toMatchObject({ state: 'ready' });
    expect(await deployer.trigger(aRequest(), noAbort)).toMatchObject({ state: 'accepted', queueId: 1 });
  });

  it('is refused before anything was sent where nobody vouches for it', async () => {
    scene = await aScene({ tls: certificates });
    const message = expect.stringMatching(/has a certificate that is not trusted \([A-Z_]+\)$/);
    expect(await scene.deployer.trigger(aRequest(), noAbort)).toEqual({ state: 'unsent', message });
    expect(await scene.deployer.preflight(aRequest(), noAbort)).toEqual({ state: 'unavailable', message });
    expect(scene.jenkins.requests).toEqual([]);
  });
});

describe('a request', () => {
  it('ends at its time-out and at its deadline', async () => {
    scene = await aScene();
    scene.jenkins.fail(silence(3_600_000), { times: 10 });
    const hasty = scene.open({ requestTimeoutMs: 100 });
    const message = `Jenkins at ${scene.jenkins.url} did not answer in time`;
    expect(await hasty.readHistory(job, noAbort)).toEqual({ state: 'unavailable', message });
    expect(await hasty.readLogTail({ job, number: 1, lines: 1 }, noAbort)).toEqual([]);
    const controller = new AbortController();
    const answer = scene.deployer.readHistory(job, controller.signal);
    const seen = scene.jenkins.requests.length;
    await expect.poll(() => scene.jenkins.requests.length).toBeGreaterThan(seen);
    controller.abort();
    expect(await answer).toMatchObject({ state: 'unavailable', message: expect.stringContaining('not waited for any longer') });
    expect(await scene.deployer.readHistory(job, AbortSignal.abort())).toMatchObject({ state: 'unavailable' });
  });

  it('does not wait for the rest of an answer that is cut off', async () => {
    scene = await aScene();
    scene.jenkins.fail(cut, { times: 2 });
    const message = `Jenkins at ${scene.jenkins.url} cut the answer off`;
    expect(await scene.deployer.readHistory(job, noAbort)).toEqual({ state: 'unavailable', message });
  });

  it('reads no answer beyond 32 MiB', async () => {
    scene = await aScene();
    const body = `{"nextBuildNumber":1,"builds":[],"padding":"${'x'.repeat(33 * 1024 * 1024)}"}`;
    const headers = [
      ['Content-Type', 'application/json'],
      ['X-Jenkins', '2'],
      ['X-Jenkins-Session', 'a'],
    ] as const;
    scene.jenkins.fail({ deliveries: 0, answer: { status: 200, headers, body } });
    const message = `Jenkins at ${scene.jenkins.url} gave an answer that is larger than what is read`;
    expect(await scene.deployer.readHistory(job, noAbort)).toEqual({ state: 'unavailable', message });
  });

  it('shares a connection with other reads', async () => {
    scene = await aScene();
    await scene.deployer.readHistory(job, noAbort);
    await scene.deployer.readItem({ job, id, queueId: 1 }, noAbort);
    expect(scene.jenkins.requests.map(({ connection }) => connection)).toEqual([1, 1]);
  });

  it('is reported with its operation and how it ended', async () => {
    scene = await aScene();
    scene.jenkins.fail(resetBefore, { path: /^\/queue/, times: 2 });
    await scene.deployer.readItem({ job, id, queueId: 1 }, noAbort);
    await scene.deployer.trigger(aRequest(), noAbort);
    await scene.deployer.cancelItem({ job, id, queueId: 1 }, noAbort);
    await scene.deployer.readLogTail({ job, number: 1, lines: 1 }, noAbort);
    await scene.deployer.readHistory(job, noAbort);
    await scene.deployer.preflight(aRequest(), noAbort);
    expect(scene.reported).toEqual([
      'queue ECONNRESET',
      'queue ECONNRESET',
      'trigger 201',
      ...['queue 200', 'queue 200', 'queue 200', 'build 200'],
      ...['queue 200', 'cancel 204'],
      'log 404',
      'history 200',
      'preflight 200',
    ]);
  });
});
