import { afterEach, expect, it } from 'vitest';
import type { DeployerOptions } from '../../controller/jenkins/deployer.js';
import { aRequest, aScene, noAbort, type Scene } from '../support/jenkins/scene.js';

let scene: Scene;
afterEach(() => scene.end());

/** What SIGSTOP, a suspended machine or a long pause of the process does: nothing runs here, and the servers go on. */
function standStill(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

const password = { username: 'controller', secret: 'ctl-Passw0rd', kind: 'password' } as const;
const ways: readonly [string, Partial<DeployerOptions>][] = [
  ['with a token', {}],
  ['with a password', { credentials: password }],
];

it.each(ways)(
  'a trigger %s whose sender stands still before it is sent is not sent: the lease may be over',
  async (_how, options) => {
    scene = await aScene();
    const deployer = scene.open({ ...options, sendWithinMs: 100 });
    const asked = deployer.trigger(aRequest(), noAbort);
    standStill(250);
    expect(await asked).toEqual({
      state: 'unsent',
      message: expect.stringMatching(/was not asked: this process stood still for too long/),
    });
    expect([scene.jenkins.queue(), scene.jenkins.requests.filter(({ method }) => method === 'POST')]).toEqual([[], []]);
  },
);

it('a trigger that is sent in time and answered late counts as sent', async () => {
  scene = await aScene();
  scene.jenkins.fail({ deliveries: 1, answer: 'real', answerAfterMs: 1_000 }, { method: 'POST' });
  const asked = scene.open({ sendWithinMs: 500 }).trigger(aRequest(), noAbort);
  await expect.poll(() => scene.jenkins.queue().length).toBe(1);
  scene.pass(1_000);
  expect(await asked).toMatchObject({ state: 'accepted', queueId: 1 });
});
