import { afterEach, describe, expect, it } from 'vitest';
import type { JobDefinition } from '../support/jenkins/definition.js';
import { type Fault, gatewayError, loginPage, loginRedirect, spuriousUnauthorized } from '../support/jenkins/faults.js';
import { aRequest, aRunningBuild, aScene, deployJob, noAbort, type Scene } from '../support/jenkins/scene.js';

let scene: Scene;
afterEach(() => scene.end());

const { job, id } = aRequest();
const buildUrl = (number: number): string => `${scene.jenkins.url}/job/platform/job/deploy/${number}/`;
const readItem = (queueId: number, over: { id?: string } = {}) => scene.deployer.readItem({ job, id, queueId, ...over }, noAbort);
const readBuild = (number: number, over: { id?: string } = {}) => scene.deployer.readBuild({ job, id, number, ...over }, noAbort);

async function trigger(): Promise<number> {
  const answer = await scene.deployer.trigger(aRequest(), noAbort);
  return answer.state === 'accepted' ? answer.queueId : 0;
}

describe('a queue item', () => {
  it('waits for its delay, starts, and is missing five minutes after', async () => {
    scene = await aScene();
    const queueId = await trigger();
    expect(await readItem(queueId)).toEqual({ state: 'waiting', why: 'In the quiet period. Expires in 10 sec', stuck: false });
    const parameters = { ...aRequest().parameters, VERSION: 'another' };
    expect(await scene.deployer.readItem({ job, id, queueId, parameters }, noAbort)).toMatchObject({
      state: 'waiting',
      differs: expect.stringMatching(/^VERSION /),
    });
    scene.pass(10_000);
    expect(await readItem(queueId)).toEqual({ state: 'started', buildNumber: 1, url: buildUrl(1) });
    scene.pass(299_000);
    expect(await readItem(queueId)).toMatchObject({ state: 'started' });
    scene.pass(2000);
    expect(await readItem(queueId)).toEqual({ state: 'missing' });
  });

  it('waits for another build of a serial job', async () => {
    scene = await aScene();
    scene.jenkins.userBuild(job, { TOWPATH_RUN: 'another' }, 'admin');
    const queueId = await trigger();
    scene.pass(10_000);
    const why = 'Build #1 is already in progress (ETA: N/A)';
    expect(await readItem(queueId)).toEqual({ state: 'waiting', why, stuck: false });
  });

  it('is stuck where no node has the label', async () => {
    scene = await aScene({ jobs: [{ ...deployJob, label: 'windows' }] });
    const queueId = await trigger();
    scene.pass(10_000);
    expect(await readItem(queueId)).toEqual({ state: 'waiting', why: '‘Jenkins’ doesn’t have label ‘windows’', stuck: true });
  });

  it('is held while the server is about to shut down, and goes on with the same id after a safe restart', async () => {
    scene = await aScene();
    scene.jenkins.quietDown();
    const queueId = await trigger();
    scene.pass(10_000);
    expect(await readItem(queueId)).toEqual({ state: 'waiting', why: 'Jenkins is about to shut down', stuck: false });
    scene.jenkins.safeRestart();
    scene.pass(30);
    expect(await readItem(queueId)).toMatchObject({ state: 'unavailable', message: expect.stringContaining('is restarting') });
    scene.pass(50);
    expect(await readItem(queueId)).toMatchObject({ state: 'unavailable', message: expect.stringContaining('(401)') });
    scene.pass(50);
    await expect.poll(() => scene.jenkins.isUp).toBe(true);
    expect(await readItem(queueId)).toMatchObject({ state: 'started', buildNumber: 1 });
  });

  it('is leaving for the moment in which it has left the queue and has no build', async () => {
    scene = await aScene({ raceMs: 10 });
    const queueId = await trigger();
    scene.pass(10_000 + 5);
    expect(await readItem(queueId)).toMatchObject({ state: 'waiting' });
    scene.pass(10);
    expect(await readItem(queueId)).toEqual({ state: 'leaving' });
    scene.pass(10);
    expect(await readItem(queueId)).toMatchObject({ state: 'started', buildNumber: 1 });
  });

  it('is cancelled by a person, or where the job is disabled', async () => {
    scene = await aScene();
    const queueId = await trigger();
    scene.jenkins.cancelItem(queueId);
    expect(await readItem(queueId)).toEqual({ state: 'cancelled' });
  });

  it('is missing where its id belongs to something else after a crash', async () => {
    scene = await aScene();
    const queueId = await trigger();
    await scene.jenkins.crash();
    await scene.jenkins.start();
    expect(await readItem(queueId)).toEqual({ state: 'missing' });
    expect(scene.jenkins.userBuild(job, { TOWPATH_RUN: 'another' }, 'admin').id).toBe(queueId);
    expect(await readItem(queueId)).toEqual({ state: 'missing' });
  });

  it.each<[name: string, fault: Fault]>([
    ['a login page', loginPage],
    ['a redirect', loginRedirect()],
    ["a gateway's 404", { deliveries: 0, answer: { status: 404, headers: [], body: 'no route' } }],
    ["a gateway's 502", gatewayError(502, 0)],
    ['401', spuriousUnauthorized],
  ])('is not missing because of %s', async (_, fault) => {
    scene = await aScene();
    await aRunningBuild(scene, aRequest());
    scene.jenkins.fail(fault, { times: 2 });
    expect(await readItem(1)).toMatchObject({ state: 'unavailable' });
    expect(await readBuild(1)).toMatchObject({ state: 'unavailable' });
  });
});

describe('a build', () => {
  it('runs without progress where there is no history, and with it where there is', async () => {
    scene = await aScene();
    await aRunningBuild(scene, aRequest({ id: 'first' }));
    const startedAt = scene.clock.now();
    expect(await readBuild(1, { id: 'first' })).toEqual({ state: 'building', url: buildUrl(1), startedAt });
    scene.pass(60_000);
    await aRunningBuild(scene, aRequest());
    scene.pass(15_000);
    const since = scene.clock.now() - 15_000;
    const estimatedEnd = since + 60_000;
    expect(await readBuild(2)).toEqual({ state: 'building', url: buildUrl(2), startedAt: since, progress: 25, estimatedEnd });
  });

  it.each(['SUCCESS', 'UNSTABLE', 'FAILURE', 'NOT_BUILT'] as const)('finishes with %s', async (result) => {
    scene = await aScene({ jobs: [{ ...deployJob, result }] });
    await aRunningBuild(scene, aRequest());
    const startedAt = scene.clock.now();
    scene.pass(60_000);
    const finishedAt = startedAt + 60_000;
    expect(await readBuild(1)).toEqual({ state: 'finished', url: buildUrl(1), result, startedAt, finishedAt });
  });

  it('is missing where its record is gone, or carries another id', async () => {
    scene = await aScene();
    await aRunningBuild(scene, aRequest());
    expect(await readBuild(1, { id: 'another' })).toEqual({ state: 'missing' });
    expect(await readBuild(2)).toEqual({ state: 'missing' });
    await scene.jenkins.terminate();
    await scene.jenkins.start();
    expect(await readBuild(1)).toEqual({ state: 'missing' });
  });

  it('is undecided while its parameters are not attached', async () => {
    scene = await aScene({ raceMs: 10 });
    await aRunningBuild(scene, aRequest());
    scene.pass(35);
    expect(await readBuild(1)).toMatchObject({ state: 'unavailable' });
  });
});

describe('the log tail', () => {
  const tail = (lines: number): Promise<string[]> => scene.deployer.readLogTail({ job, number: 1, lines }, noAbort);

  it('is the last lines, without hidden notes and carriage returns', async () => {
    const colour = `${String.fromCharCode(27)}[31m`;
    scene = await aScene({ jobs: [{ ...deployJob, result: 'FAILURE', log: [`${colour}broken`, '\t  ünïcode\tand\ttabs', ''] }] });
    await aRunningBuild(scene, aRequest());
    scene.pass(60_000);
    expect(await tail(4)).toEqual(['broken', '\t  ünïcode\tand\ttabs', '', 'Finished: FAILURE']);
    expect((await tail(99)).slice(0, 2)).toEqual(['Started by user controller', 'Running as SYSTEM']);
  });

  it('is read from near the end of a large log', async () => {
    const log = Array.from({ length: 40_000 }, (_, index) => `line ${index} with some more text in it, and an ü`);
    scene = await aScene({ jobs: [{ ...deployJob, log }] });
    await aRunningBuild(scene, aRequest());
    scene.pass(60_000);
    expect(await tail(2)).toEqual([log.at(-1), 'Finished: SUCCESS']);
    const all = await tail(100_000);
    expect(log).toContain(all[0]);
    const [head, get] = scene.jenkins.requests.slice(-2);
    expect([head?.method, head?.query]).toEqual(['HEAD', 'start=0']);
    expect(Number(new URLSearchParams(get?.query).get('start'))).toBeGreaterThan(1_000_000);
  });

  it('has no hidden note that an answer still holds', async () => {
    scene = await aScene();
    await aRunningBuild(scene, aRequest());
    const note = `${String.fromCharCode(27)}[8mha:////4AAAA${String.fromCharCode(27)}[0m`;
    const headers = [['Content-Type', 'text/plain;charset=utf-8']] as const;
    const answer = { status: 200, headers, body: `Started by user ${note}ana\r\n` };
    scene.jenkins.fail({ deliveries: 0, answer }, { method: 'GET' });
    expect(await tail(1)).toEqual(['Started by user ana']);
  });

  it('is empty where far more comes than was asked for', async () => {
    scene = await aScene({ jobs: [{ ...deployJob, log: ['x'.repeat(300 * 1024)] }] });
    await aRunningBuild(scene, aRequest());
    scene.pass(60_000);
    const size: Fault = { deliveries: 0, answer: { status: 200, headers: [['X-Text-Size', '10']], body: '' } };
    scene.jenkins.fail(size, { method: 'HEAD' });
    expect(await tail(1)).toEqual([]);
  });

  it('is empty where there is no log, no build, or something else answers', async () => {
    scene = await aScene();
    expect(await tail(5)).toEqual([]);
    await aRunningBuild(scene, aRequest());
    scene.jenkins.fail(loginPage, { method: 'GET', path: /progressiveText/ });
    expect(await tail(5)).toEqual([]);
    await scene.jenkins.crash();
    expect(await tail(5)).toEqual([]);
  });
});

describe('the history', () => {
  it('tells who started what, newest first, at most 100', async () => {
    const quick: JobDefinition = { ...deployJob, concurrent: true, durationMs: 5 };
    scene = await aScene({ jobs: [quick] });
    for (let number = 1; number <= 101; number += 1) {
      scene.jenkins.userBuild(job, { ENVIRONMENT: 'qa' }, 'ana');
      scene.pass(10);
    }
    const byHand = scene.clock.now() - 10;
    await aRunningBuild(scene, aRequest());
    const startedAt = scene.clock.now();
    const history = await scene.deployer.readHistory(job, noAbort);
    if (history.state === 'unavailable') throw new Error(history.message);
    expect(history.builds).toHaveLength(100);
    expect(history.builds.slice(0, 2)).toEqual([
      {
        number: 102,
        url: buildUrl(102),
        building: true,
        startedAt,
        towpathRun: id,
        parameters: { TOWPATH_RUN: id, ...aRequest().parameters },
        by: 'controller',
      },
      {
        number: 101,
        url: buildUrl(101),
        building: false,
        result: 'SUCCESS',
        startedAt: byHand,
        parameters: { TOWPATH_RUN: '', ENVIRONMENT: 'qa', VERSION: '', NOTES: '', DRY_RUN: 'false' },
        by: 'ana',
      },
    ]);
  });
});
