import { afterEach, describe, expect, it } from 'vitest';
import type { Lookup } from '../../controller/core/run/observation.js';
import { type Fault, jsonOf, loginPage, spuriousUnauthorized } from '../support/jenkins/faults.js';
import { aRequest, aRunningBuild, aScene, deployJob, noAbort, type Scene } from '../support/jenkins/scene.js';

let scene: Scene;
afterEach(() => scene.end());

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

  it('says what of an item or a build is not as it was asked for', async () => {
    scene = await aScene({ jobs: [{ ...deployJob, concurrent: true }] });
    const { id, parameters } = aRequest();
    const [name = ''] = Object.keys(parameters);
    scene.jenkins.userBuild('platform/deploy', { ...parameters, TOWPATH_RUN: id, [name]: 'another' }, 'admin');
    scene.pass(30_001);
    const found = await scene.deployer.lookup({ job: 'platform/deploy', id, parameters, since: 1 }, noAbort);
    expect(found).toMatchObject({ state: 'read', builds: [{ number: 1, differs: `${name} has another value` }] });
    expect(await look()).not.toMatchObject({ builds: [{ differs: expect.anything() }] });
    const built = await scene.deployer.readBuild({ job: 'platform/deploy', id, number: 1, parameters }, noAbort);
    expect(built).toMatchObject({ state: 'building', differs: `${name} has another value` });
  });

  it('tells a build of a job that has gained a parameter from one with another content', async () => {
    scene = await aScene({ jobs: [{ ...deployJob, concurrent: true }] });
    const { id, parameters } = aRequest();
    scene.jenkins.userBuild('platform/deploy', { ...parameters, TOWPATH_RUN: id }, 'admin');
    scene.pass(30_001);
    const { [Object.keys(parameters)[0] ?? '']: _, ...fewer } = parameters;
    const added = Object.keys(parameters).slice(0, 1);
    const found = await scene.deployer.lookup({ job: 'platform/deploy', id, parameters: fewer, since: 1 }, noAbort);
    expect(found).toMatchObject({ state: 'read', builds: [{ number: 1, added }] });
    expect(found).not.toMatchObject({ builds: [{ differs: expect.anything() }] });
    const built = await scene.deployer.readBuild({ job: 'platform/deploy', id, number: 1, parameters: fewer }, noAbort);
    expect(built).toMatchObject({ state: 'building', added });
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

  it('is undecided where the job is gone, and says so', async () => {
    scene = await aScene();
    scene.jenkins.define('platform/deploy', undefined);
    const message = `Jenkins at ${scene.jenkins.url} has no job platform/deploy, or the user may not read it`;
    expect(await look()).toEqual({ state: 'unavailable', message, jobMissing: true });
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
