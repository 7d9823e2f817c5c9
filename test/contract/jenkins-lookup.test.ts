import { afterEach, describe, expect, it } from 'vitest';
import type { Lookup, Preflight } from '../../controller/core/run/observation.js';
import type { JobDefinition } from '../support/jenkins/definition.js';
import {
  type Fault,
  gatewayError,
  loginPage,
  loginRedirect,
  resetBefore,
  restarting,
  spuriousUnauthorized,
  starting,
} from '../support/jenkins/faults.js';
import { aRequest, aRunningBuild, aScene, deployJob, noAbort, type Scene } from '../support/jenkins/scene.js';

let scene: Scene;
afterEach(() => scene.end());

const jsonOf = (value: unknown): Fault => ({
  deliveries: 0,
  answer: {
    status: 200,
    headers: [
      ['Content-Type', 'application/json;charset=utf-8'],
      ['X-Jenkins', '2.426.2'],
      ['X-Jenkins-Session', 'abc'],
    ],
    body: typeof value === 'string' ? value : JSON.stringify(value),
  },
});

describe('the preflight', () => {
  const ask = (over: Parameters<typeof aRequest>[0] = {}): Promise<Preflight> =>
    scene.deployer.preflight(aRequest(over), noAbort);

  it('says the next build number and the process that it is of', async () => {
    scene = await aScene({ jobs: [{ ...deployJob, nextBuildNumber: 41 }] });
    const first = await ask();
    expect(first).toEqual({ state: 'ready', nextBuildNumber: 41, session: expect.stringMatching(/^[0-9a-f]{8}$/) });
    expect(await ask()).toEqual(first);
    await scene.jenkins.crash();
    await scene.jenkins.start();
    expect(await ask()).not.toEqual(first);
  });

  it('finds jobs below a context path, in folders, and with any characters in their names', async () => {
    const name = 'équipe α/platform eng/deploy #1?%2F';
    scene = await aScene({ jobs: [{ ...deployJob, name }], contextPath: '/ci/jenkins' });
    expect(await ask({ job: name })).toMatchObject({ state: 'ready' });
    expect(await scene.deployer.trigger(aRequest({ job: name }), noAbort)).toEqual({
      state: 'accepted',
      queueId: 1,
      queueUrl: `${scene.jenkins.url}/queue/item/1/`,
    });
    expect(scene.jenkins.url).toContain('/ci/jenkins');
  });

  const parameters = deployJob.parameters ?? [];
  const without = (gone: string): Partial<JobDefinition> => ({ parameters: parameters.filter(({ name }) => name !== gone) });
  it.each([
    ['is disabled', { disabled: true }, 'has the job platform/deploy disabled'],
    ['does not define a parameter', without('VERSION'), 'has a job platform/deploy that does not define the parameter VERSION'],
    [
      'does not define the id',
      without('TOWPATH_RUN'),
      'has a job platform/deploy that does not define the parameter TOWPATH_RUN',
    ],
    ['takes no parameters', { parameters: [] }, 'has a job platform/deploy that does not define the parameter ENVIRONMENT'],
    [
      'defines one that is not sent',
      { parameters: [...parameters, { name: 'REGION' }] },
      'has a job platform/deploy with the parameter REGION, which is not sent',
    ],
    [
      'has no such choice',
      { parameters: parameters.map((each) => (each.name === 'ENVIRONMENT' ? { ...each, choices: ['qa', 'sit'] } : each)) },
      'has a job platform/deploy whose parameter ENVIRONMENT has no choice "uat"; it has "qa", "sit"',
    ],
    [
      'wants true or false',
      { parameters: parameters.map((each) => (each.name === 'VERSION' ? { ...each, type: 'boolean' as const } : each)) },
      'has a job platform/deploy whose parameter VERSION is true or false, not "2.9.3"',
    ],
  ])('refuses a job that %s', async (_, change, reason) => {
    scene = await aScene({ jobs: [{ ...deployJob, ...change }] });
    expect(await ask()).toEqual({ state: 'refused', message: `Jenkins at ${scene.jenkins.url} ${reason}` });
  });

  it('refuses a job that is missing, and a folder', async () => {
    scene = await aScene();
    const missing = 'has no job platform/nope, or the user controller lacks the permission Job/Read for it';
    expect(await ask({ job: 'platform/nope' })).toEqual({
      state: 'refused',
      message: `Jenkins at ${scene.jenkins.url} ${missing}`,
    });
    const folder = 'has at platform something that cannot be built';
    expect(await ask({ job: 'platform' })).toEqual({ state: 'refused', message: `Jenkins at ${scene.jenkins.url} ${folder}` });
  });

  it('refuses a user without Overall/Read, by name', async () => {
    scene = await aScene();
    const nobody = scene.open({ credentials: { username: 'nobody', secret: `11${'e'.repeat(32)}`, kind: 'token' } });
    expect(await nobody.preflight(aRequest(), noAbort)).toEqual({
      state: 'refused',
      message: `Jenkins at ${scene.jenkins.url} refuses the user nobody, who lacks the permission Overall/Read`,
    });
  });

  it.each<[name: string, fault: Fault, what: RegExp]>([
    ['401, which may be a restart', spuriousUnauthorized, /does not accept the credentials now/],
    ['a login page', loginPage, /web page, as a login proxy does$/],
    ['a redirect', loginRedirect(), /redirects to another page \(302\)/],
    ['503 while it starts', starting, /is starting$/],
    ['503 while it restarts', restarting, /is restarting$/],
    ["a gateway's 502", gatewayError(502, 0), /answers 502, which does not come from Jenkins itself$/],
    ['a reset', resetBefore, /cut the connection$/],
    ['JSON that is none', jsonOf('{"builds":['), /not understood$/],
  ])('concludes nothing from %s', async (_, fault, what) => {
    scene = await aScene();
    scene.jenkins.fail(fault, { method: 'GET', times: 2 });
    const answer = await ask();
    expect(answer).toEqual({ state: 'unavailable', message: expect.stringMatching(what) });
  });
});

describe('the lookup', () => {
  const look = (over: { id?: string; since?: number } = {}): Promise<Lookup> =>
    scene.deployer.lookup({ job: 'platform/deploy', id: aRequest().id, since: 1, ...over }, noAbort);
  const paths = (): string[] =>
    scene.jenkins.requests.map(({ path }) => path.replace(/^\/job.*/, 'builds').replace(/^\/queue.*/, 'queue'));

  it('finds an item that waits, reading the queue before the builds', async () => {
    scene = await aScene();
    const [item] = [scene.jenkins.userBuild('platform/deploy', { TOWPATH_RUN: 'another' }, 'admin')];
    scene.jenkins.cancelItem(item.id);
    await scene.deployer.trigger(aRequest(), noAbort);
    const before = scene.jenkins.requests.length;
    expect(await look()).toEqual({
      state: 'read',
      session: expect.any(String),
      nextBuildNumber: 2,
      items: [{ queueId: 2, url: `${scene.jenkins.url}/queue/item/2/` }],
      builds: [],
      vanished: [],
    });
    expect(paths().slice(before)).toEqual(['queue', 'builds']);
  });

  it('finds builds, lowest number first, whatever they came to', async () => {
    scene = await aScene({ jobs: [{ ...deployJob, concurrent: true, result: 'FAILURE' }] });
    for (let round = 0; round < 2; round += 1) {
      scene.jenkins.userBuild('platform/deploy', { TOWPATH_RUN: aRequest().id }, 'admin');
      scene.pass(30_001);
    }
    const url = (number: number): string => `${scene.jenkins.url}/job/platform/job/deploy/${number}/`;
    const startedAt = expect.any(Number);
    expect(await look()).toMatchObject({
      state: 'read',
      nextBuildNumber: 3,
      items: [],
      builds: [
        { number: 1, url: url(1), building: false, result: 'FAILURE', startedAt },
        { number: 2, url: url(2), building: true, startedAt },
      ],
    });
  });

  it('looks twice in one process before it calls a run absent', async () => {
    scene = await aScene();
    expect(await look()).toEqual({
      state: 'read',
      session: expect.any(String),
      nextBuildNumber: 1,
      items: [],
      builds: [],
      vanished: [],
    });
    expect(paths()).toEqual(['queue', 'builds', 'queue', 'builds']);
  });

  it('is undecided where Jenkins restarted between the two looks', async () => {
    scene = await aScene();
    const answer = look();
    await expect.poll(() => scene.jenkins.requests.length).toBe(2);
    await scene.jenkins.crash();
    await scene.jenkins.start();
    expect(await answer).toEqual({
      state: 'unavailable',
      message: `Jenkins at ${scene.jenkins.url} restarted while it was asked`,
    });
  });

  it('finds in its second look what was between queue and builds in the first', async () => {
    scene = await aScene({ raceMs: 10 });
    const answer = look();
    await expect.poll(() => scene.jenkins.requests.length).toBe(2);
    scene.jenkins.userBuild('platform/deploy', { TOWPATH_RUN: aRequest().id }, 'admin');
    scene.pass(1000);
    expect(await answer).toMatchObject({ builds: [{ number: 1 }] });
  });

  it('is undecided while a build is there whose parameters are not', async () => {
    scene = await aScene({ raceMs: 10 });
    scene.jenkins.userBuild('platform/deploy', { TOWPATH_RUN: aRequest().id }, 'admin');
    scene.pass(35);
    expect(await look()).toEqual({
      state: 'unavailable',
      message: `Jenkins at ${scene.jenkins.url} has a build of platform/deploy whose parameters are not there yet`,
    });
    scene.pass(10);
    expect(await look()).toMatchObject({ builds: [{ number: 1 }] });
  });

  it('names the numbers of builds that vanished since the claim, and no others', async () => {
    scene = await aScene({ jobs: [{ ...deployJob, concurrent: true, durationMs: 10 }, { name: 'x' }] });
    const build = (): void => {
      scene.jenkins.userBuild('platform/deploy', { TOWPATH_RUN: 'another' }, 'admin');
      scene.pass(20);
    };
    for (let number = 1; number <= 6; number += 1) build();
    for (const number of [1, 4, 6]) scene.jenkins.vanishBuild('platform/deploy', number);
    expect(await look({ since: 3 })).toMatchObject({ nextBuildNumber: 7, builds: [], vanished: [4, 6] });
  });

  it('sees the gap that a killed server leaves, and that its queue is gone', async () => {
    scene = await aScene();
    await aRunningBuild(scene, aRequest());
    await scene.jenkins.crash();
    await scene.jenkins.start();
    expect(await look()).toMatchObject({ nextBuildNumber: 2, items: [], builds: [], vanished: [1] });
    expect(scene.jenkins.effects).toHaveLength(1);
  });

  it('finds the second run of an item that a killed server loads again', async () => {
    scene = await aScene({ jobs: [{ ...deployJob, durationMs: 1000 }] });
    await scene.open({ delayMs: 62_000 }).trigger(aRequest(), noAbort);
    scene.pass(70_000);
    expect(await look()).toMatchObject({ builds: [{ number: 1, result: 'SUCCESS' }] });
    await scene.jenkins.crash();
    await scene.jenkins.start();
    expect(await look()).toMatchObject({ builds: [{ number: 1 }, { number: 2, building: true }], vanished: [] });
  });

  it('pages back through the builds as far as the claim and no further', async () => {
    scene = await aScene({ jobs: [{ ...deployJob, concurrent: true, durationMs: 0 }] });
    for (let number = 1; number <= 450; number += 1) {
      scene.jenkins.userBuild('platform/deploy', { TOWPATH_RUN: number === 230 ? aRequest().id : 'another' }, 'admin');
      scene.pass(1);
    }
    expect(await look({ since: 229 })).toMatchObject({ nextBuildNumber: 451, builds: [{ number: 230 }], vanished: [] });
    expect(paths()).toEqual(['queue', 'builds', 'builds']);
  });

  it('leaves alone what carries the id in another job, even of the same short name', async () => {
    const other = { ...deployJob, name: 'other/deploy', quietPeriodMs: 60_000 };
    scene = await aScene({ jobs: [deployJob, other] });
    scene.jenkins.userBuild('other/deploy', { TOWPATH_RUN: aRequest().id }, 'admin');
    expect(await look()).toMatchObject({ items: [], builds: [] });
  });

  it('knows a job by its URL where its full name is not told, whatever root URL is configured', async () => {
    const item = {
      id: 3,
      task: { name: 'deploy', url: 'http://wrong.example/prefix/job/platform/job/deploy/' },
      actions: [{ parameters: [{ name: 'TOWPATH_RUN', value: aRequest().id }] }],
    };
    scene = await aScene();
    scene.jenkins.fail(jsonOf({ items: [item] }), { path: /^\/queue/ });
    scene.jenkins.fail(jsonOf({ nextBuildNumber: 1, allBuilds: [] }), { path: /^\/job/ });
    expect(await look()).toMatchObject({ state: 'read', items: [{ queueId: 3 }] });
  });

  it('lists items by their queue id, whatever their order', async () => {
    const item = (queueId: number) => ({
      id: queueId,
      task: { fullName: 'platform/deploy' },
      actions: [{ parameters: [{ name: 'TOWPATH_RUN', value: aRequest().id }] }],
    });
    scene = await aScene();
    scene.jenkins.fail(jsonOf({ items: [item(5), item(3)] }), { path: /^\/queue/ });
    scene.jenkins.fail(jsonOf({ nextBuildNumber: 1, allBuilds: [] }), { path: /^\/job/ });
    expect(await look()).toMatchObject({ items: [{ queueId: 3 }, { queueId: 5 }] });
  });

  it('is undecided where Jenkins restarted between queue and builds', async () => {
    scene = await aScene();
    scene.jenkins.fail(jsonOf({ items: [] }), { path: /^\/queue/ });
    expect(await look()).toEqual({
      state: 'unavailable',
      message: `Jenkins at ${scene.jenkins.url} restarted while it was asked`,
    });
  });

  it('does not call a build vanished that it has seen to be of another run', async () => {
    scene = await aScene({ jobs: [{ ...deployJob, durationMs: 10 }] });
    scene.jenkins.userBuild('platform/deploy', { TOWPATH_RUN: 'another' }, 'admin');
    scene.pass(20);
    const answer = look();
    await expect.poll(() => scene.reported.length).toBe(2);
    scene.jenkins.deleteBuild('platform/deploy', 1);
    expect(await answer).toMatchObject({ state: 'read', nextBuildNumber: 2, vanished: [] });
  });

  it.each<[name: string, fault: Fault, path: RegExp]>([
    ['the queue is a login page', loginPage, /^\/queue/],
    ['the builds are a login page', loginPage, /^\/job/],
    ['the queue is not told', jsonOf({}), /^\/queue/],
    ['an item has no id', jsonOf({ items: [{}] }), /^\/queue/],
    ['the builds are not told', jsonOf({ nextBuildNumber: 2 }), /^\/job/],
    ['the number is none', jsonOf({ nextBuildNumber: -1, allBuilds: [] }), /^\/job/],
    ['the number is absurd', jsonOf({ nextBuildNumber: Number.MAX_SAFE_INTEGER, allBuilds: [] }), /^\/job/],
    ['it restarts', spuriousUnauthorized, /^\/job/],
  ])('concludes nothing where %s', async (_, fault, path) => {
    scene = await aScene();
    scene.jenkins.fail(fault, { path });
    expect(await look()).toMatchObject({ state: 'unavailable' });
  });

  it('concludes nothing where the deadline comes between its looks', async () => {
    scene = await aScene();
    const controller = new AbortController();
    const answer = scene.deployer.lookup({ job: 'platform/deploy', id: 'x', since: 1 }, controller.signal);
    await expect.poll(() => scene.jenkins.requests.length).toBe(2);
    controller.abort();
    expect(await answer).toMatchObject({ state: 'unavailable' });
  });
});
