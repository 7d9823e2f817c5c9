import { afterEach, expect, it } from 'vitest';
import { aRequest, aScene, noAbort, type Scene } from '../support/jenkins/scene.js';

let scene: Scene;
afterEach(() => scene.end());

const look = () => scene.deployer.lookup({ job: 'platform/deploy', id: aRequest().id, since: 1 }, noAbort);

/** Hands out a number between the two looks, and has them read the moment in which its build is not there yet. */
async function lookWhileNumbered(): Promise<unknown> {
  scene = await aScene({ raceMs: 10 });
  const answer = look();
  await expect.poll(() => scene.jenkins.requests.length).toBe(2);
  scene.jenkins.userBuild('platform/deploy', { TOWPATH_RUN: 'another' }, 'admin');
  scene.pass(25);
  return answer;
}

it('a number that was handed out a moment ago, its build not there yet, is looked at again and not called vanished', async () => {
  const message = `has only just handed out build #1 of platform/deploy, which cannot be read yet`;
  expect(await lookWhileNumbered()).toEqual({ state: 'unavailable', message: `Jenkins at ${scene.jenkins.url} ${message}` });
  scene.pass(20);
  expect(await look()).toMatchObject({ state: 'read', nextBuildNumber: 2, items: [], builds: [], vanished: [] });
});

it('a number whose build is still not there at the next two looks has vanished', async () => {
  await lookWhileNumbered();
  expect(await look()).toMatchObject({ state: 'read', nextBuildNumber: 2, items: [], builds: [], vanished: [1] });
});
