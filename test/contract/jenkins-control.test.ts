import { afterEach, describe, expect, it } from 'vitest';
import { ReconcileError } from '../../controller/core/errors.js';
import { type Fault, loginRedirect } from '../support/jenkins/faults.js';
import { aRequest, aRunningBuild, aScene, noAbort, type Scene } from '../support/jenkins/scene.js';

let scene: Scene;
afterEach(() => scene.end());

const { job, id } = aRequest();
const readItem = (queueId: number, over: { id?: string } = {}) => scene.deployer.readItem({ job, id, queueId, ...over }, noAbort);
const readBuild = (number: number, over: { id?: string } = {}) => scene.deployer.readBuild({ job, id, number, ...over }, noAbort);

async function trigger(): Promise<number> {
  const answer = await scene.deployer.trigger(aRequest(), noAbort);
  return answer.state === 'accepted' ? answer.queueId : 0;
}

describe('control', () => {
  const failure = async (action: Promise<void>): Promise<[string, string]> => {
    const error = await action.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof ReconcileError)) throw new Error('it did not throw a ReconcileError');
    return [error.reason, error.message];
  };
  const posts = (): string[] => scene.jenkins.requests.filter(({ method }) => method === 'POST').map(({ path }) => path);
  const viewer = () => scene.open({ credentials: { username: 'viewer', secret: `11${'d'.repeat(32)}`, kind: 'token' } });

  it('cancels an item that waits and is ours', async () => {
    scene = await aScene();
    const queueId = await trigger();
    await scene.deployer.cancelItem({ job, id, queueId }, noAbort);
    expect(await readItem(queueId)).toEqual({ state: 'cancelled' });
    await scene.deployer.cancelItem({ job, id, queueId }, noAbort);
  });

  it('leaves alone an item that is not ours, that has started, or that is not there', async () => {
    scene = await aScene();
    const queueId = await trigger();
    const before = posts();
    await scene.deployer.cancelItem({ job, id: 'another', queueId }, noAbort);
    scene.pass(10_000);
    await scene.deployer.cancelItem({ job, id, queueId }, noAbort);
    await scene.deployer.cancelItem({ job, id, queueId: 99 }, noAbort);
    expect(posts()).toEqual(before);
    expect(await readBuild(1)).toMatchObject({ state: 'building' });
  });

  it('is content where the item left while it was being cancelled', async () => {
    scene = await aScene();
    const queueId = await trigger();
    const leaving: Fault = { deliveries: 1, answer: { status: 500, headers: [['X-Jenkins', '2.426.2']], body: '' } };
    scene.jenkins.fail(leaving, { path: /cancelItem/ });
    await scene.deployer.cancelItem({ job, id, queueId }, noAbort);
  });

  it('stops a build that is ours, and may be asked again', async () => {
    scene = await aScene();
    await aRunningBuild(scene, aRequest());
    await scene.deployer.stopBuild({ job, id, number: 1 }, noAbort);
    await scene.deployer.stopBuild({ job, id, number: 1 }, noAbort);
    scene.pass(100);
    expect(await readBuild(1)).toMatchObject({ state: 'finished', result: 'ABORTED' });
    await scene.deployer.stopBuild({ job, id, number: 1 }, noAbort);
  });

  it('leaves alone a build that is not ours', async () => {
    scene = await aScene();
    await aRunningBuild(scene, aRequest());
    await scene.deployer.stopBuild({ job, id: 'another', number: 1 }, noAbort);
    scene.pass(100);
    expect(await readBuild(1)).toMatchObject({ state: 'building' });
  });

  it('says which permission is missing', async () => {
    scene = await aScene();
    const queueId = await trigger();
    const [reason, message] = await failure(viewer().cancelItem({ job, id, queueId }, noAbort));
    expect([reason, message]).toEqual([
      'JenkinsForbidden',
      `queue item 1 of platform/deploy was not cancelled: Jenkins at ${scene.jenkins.url} refuses this user (422)`,
    ]);
    scene.pass(10_000);
    expect(await failure(viewer().stopBuild({ job, id, number: 1 }, noAbort))).toEqual([
      'JenkinsForbidden',
      `build 1 of platform/deploy was not stopped: Jenkins at ${scene.jenkins.url} refuses the user viewer, who lacks the permission Job/Cancel`,
    ]);
  });

  it('does not take a redirect to a login page for a stopped build', async () => {
    scene = await aScene();
    await aRunningBuild(scene, aRequest());
    scene.jenkins.fail(loginRedirect(), { method: 'POST', path: /stop$/ });
    const [reason] = await failure(scene.deployer.stopBuild({ job, id, number: 1 }, noAbort));
    expect(reason).toBe('JenkinsUnavailable');
  });

  it('throws where the server cannot be asked', async () => {
    scene = await aScene();
    await aRunningBuild(scene, aRequest());
    await scene.jenkins.crash();
    const expected = ['JenkinsUnavailable', `Jenkins at ${scene.jenkins.url} refuses connections`];
    expect(await failure(scene.deployer.stopBuild({ job, id, number: 1 }, noAbort))).toEqual(expected);
    expect(await failure(scene.deployer.cancelItem({ job, id, queueId: 1 }, noAbort))).toEqual(expected);
  });
});
