import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Answer, jetty } from '../support/jenkins/answers.js';
import { type Fault, starting } from '../support/jenkins/faults.js';
import { aRequest, aScene, noAbort, type Scene } from '../support/jenkins/scene.js';

const post = { method: 'POST', path: /buildWithParameters$/ };
let scene: Scene;
beforeEach(async () => {
  scene = await aScene();
});
afterEach(() => scene.end());

/** What the server has of the run: waiting items and starts. */
function left({ jenkins }: Scene): { waiting: number; starts: number } {
  return { waiting: jenkins.queue().length, starts: jenkins.effects.length };
}

const answered = (answer: Answer, deliveries: 0 | 1 = 0): Fault => ({ deliveries, answer });

describe('a trigger with a password', () => {
  const credentials = { username: 'controller', secret: 'ctl-Passw0rd', kind: 'password' } as const;

  it('brings a crumb and the session that it belongs to, and keeps them for the next', async () => {
    const deployer = scene.open({ credentials });
    expect(await deployer.trigger(aRequest(), noAbort)).toMatchObject({ state: 'accepted', queueId: 1 });
    expect(await deployer.trigger(aRequest({ id: 'other' }), noAbort)).toMatchObject({ state: 'accepted', queueId: 2 });
    expect(scene.reported.filter((each) => each.startsWith('crumb'))).toEqual(['crumb 200']);
  });

  it('fetches a crumb again where the old one is refused, which queued nothing', async () => {
    const deployer = scene.open({ credentials });
    await deployer.trigger(aRequest(), noAbort);
    scene.jenkins.fail(answered(jetty(403, '/job')), post);
    expect(await deployer.trigger(aRequest({ id: 'other' }), noAbort)).toMatchObject({ state: 'accepted', queueId: 2 });
    expect(scene.reported.filter((each) => /crumb|trigger/.test(each))).toEqual([
      'crumb 200',
      'trigger 201',
      'trigger 403',
      'crumb 200',
      'trigger 201',
    ]);
  });

  it('gives up after the second refusal', async () => {
    scene.jenkins.fail(answered(jetty(403, '/job')), { ...post, times: 5 });
    expect(await scene.open({ credentials }).trigger(aRequest(), noAbort)).toMatchObject({ state: 'refused' });
    expect(scene.reported).toEqual(['crumb 200', 'trigger 403']);
  });

  it('is unsent without a crumb', async () => {
    scene.jenkins.fail(starting, { path: /crumbIssuer/ });
    expect(await scene.open({ credentials }).trigger(aRequest(), noAbort)).toMatchObject({ state: 'unsent' });
    expect(left(scene)).toEqual({ waiting: 0, starts: 0 });
  });
});
