import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TriggerAnswer } from '../../controller/core/run/observation.js';
import { type Answer, bare, jetty, tooLong } from '../support/jenkins/answers.js';
import {
  cut,
  duplicated,
  type Fault,
  failingCrumbFilter,
  gatewayError,
  lateDelivery,
  loginPage,
  loginRedirect,
  resetAfter,
  resetBefore,
  restarting,
  silence,
  spuriousUnauthorized,
  starting,
} from '../support/jenkins/faults.js';
import { aRequest, aRunningBuild, aScene, deployJob, noAbort, type Scene } from '../support/jenkins/scene.js';

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

describe('a trigger', () => {
  it('posts once, on a connection of its own, with a delay in seconds and every parameter in a form', async () => {
    await scene.deployer.preflight(aRequest(), noAbort);
    const answer = await scene.deployer.trigger(aRequest(), noAbort);
    expect(answer).toEqual({ state: 'accepted', queueId: 1, queueUrl: `${scene.jenkins.url}/queue/item/1/` });
    const posts = scene.jenkins.requests.filter(({ method }) => method === 'POST');
    expect(posts.map(({ path, query, headers }) => [path, query, headers['content-type']])).toEqual([
      ['/job/platform/job/deploy/buildWithParameters', 'delay=10sec', 'application/x-www-form-urlencoded'],
    ]);
    const others = scene.jenkins.requests.filter(({ method }) => method !== 'POST').map(({ connection }) => connection);
    expect(new Set(others)).toEqual(new Set([others[0]]));
    expect(others).not.toContain(posts[0]?.connection);
    expect(Object.fromEntries(scene.jenkins.queue()[0]?.parameters.map(({ name, value }) => [name, value]) ?? [])).toEqual({
      TOWPATH_RUN: aRequest().id,
      ...aRequest().parameters,
    });
  });

  it('accepts the item that an identical request is folded into (303)', async () => {
    await scene.deployer.trigger(aRequest(), noAbort);
    const answer = await scene.open().trigger(aRequest(), noAbort);
    expect(answer).toEqual({ state: 'accepted', queueId: 1, queueUrl: `${scene.jenkins.url}/queue/item/1/` });
    expect(scene.reported.filter((each) => each.startsWith('trigger'))).toEqual(['trigger 201', 'trigger 303']);
    expect(left(scene)).toEqual({ waiting: 1, starts: 0 });
  });

  it('takes only the number out of Location, wherever that points to', async () => {
    scene.jenkins.fail(answered(bare(201, 'https://evil.example/queue/item/1/'), 1), post);
    const answer = await scene.deployer.trigger(aRequest(), noAbort);
    expect(answer).toEqual({ state: 'accepted', queueId: 1, queueUrl: `${scene.jenkins.url}/queue/item/1/` });
  });

  const outcomes: readonly [name: string, fault: Fault, state: TriggerAnswer['state'], waiting: number, message: RegExp][] = [
    ['a redirect to a login page', loginRedirect(), 'ambiguous', 0, /redirects to another page \(302\)/],
    ['a redirect that looks like a queue item', loginRedirect('https://login.example/queue/item/5/'), 'ambiguous', 0, /302/],
    ['a login page', loginPage, 'ambiguous', 0, /web page/],
    ['201 with a Location that is no queue item', answered(bare(201, 'http://x/job/a/'), 1), 'ambiguous', 1, /201/],
    ['201 without a Location', answered(bare(201), 1), 'ambiguous', 1, /201/],
    ['303 to somewhere else', answered(bare(303, 'http://x/login')), 'ambiguous', 0, /303/],
    ['400', answered(jetty(400, '/job')), 'refused', 0, /refused the request \(400\)/],
    ['401 of a server that goes down', spuriousUnauthorized, 'refused', 0, /does not accept the credentials now/],
    [
      "401 of somebody else's",
      answered({ status: 401, headers: [['WWW-Authenticate', 'Basic realm="proxy"']], body: '' }),
      'ambiguous',
      0,
      /401/,
    ],
    ['403 for want of a crumb', answered(jetty(403, '/job')), 'refused', 0, /refuses this user/],
    ["403 of somebody else's", answered({ status: 403, headers: [], body: 'blocked' }), 'ambiguous', 0, /403/],
    ['414', answered(tooLong()), 'refused', 0, /refused the request \(414\)/],
    ['500 of a server that starts', failingCrumbFilter, 'refused', 0, /refused the request \(500\)/],
    ['503 of a server that starts', starting, 'refused', 0, /is starting/],
    ['503 of a server that restarts', restarting, 'refused', 0, /is restarting/],
    ["a gateway's 500", gatewayError(500, 0), 'ambiguous', 0, /answers 500, which does not come from Jenkins/],
    ["a gateway's 502 after delivery", gatewayError(502, 1), 'ambiguous', 1, /502/],
    ["a gateway's 502 before delivery", gatewayError(502, 0), 'ambiguous', 0, /502/],
    ["a gateway's 503", gatewayError(503, 0), 'ambiguous', 0, /503/],
    ["a gateway's 504 after delivery", gatewayError(504, 1), 'ambiguous', 1, /504/],
    ['a reset before Jenkins had it', resetBefore, 'ambiguous', 0, /cut the connection/],
    ['a reset after Jenkins had it', resetAfter, 'ambiguous', 1, /cut the connection/],
  ];

  it.each(outcomes)('calls %s what it is, and posts no second time', async (_, fault, state, waiting, message) => {
    scene.jenkins.fail(fault, post);
    const answer = await scene.deployer.trigger(aRequest(), noAbort);
    expect(answer).toEqual({ state, message: expect.stringMatching(message) });
    expect(answer.state === 'accepted' ? '' : answer.message).toContain(scene.jenkins.url);
    expect(scene.jenkins.requests.filter(({ method }) => method === 'POST')).toHaveLength(1);
    expect(left(scene)).toEqual({ waiting, starts: 0 });
  });

  it('is ambiguous where the answer does not come in time', async () => {
    scene.jenkins.fail(silence(3_600_000), post);
    const answer = await scene.open({ requestTimeoutMs: 200 }).trigger(aRequest(), noAbort);
    expect(answer).toEqual({ state: 'ambiguous', message: `Jenkins at ${scene.jenkins.url} did not answer in time` });
    expect(left(scene)).toEqual({ waiting: 1, starts: 0 });
  });

  it('believes the head of an answer whose body is cut off', async () => {
    scene.jenkins.fail(cut, post);
    expect(await scene.deployer.trigger(aRequest(), noAbort)).toMatchObject({ state: 'accepted', queueId: 1 });
  });

  it('is unsent before it began, and ambiguous once it was sent, when it is aborted', async () => {
    expect(await scene.deployer.trigger(aRequest(), AbortSignal.abort())).toMatchObject({ state: 'unsent' });
    expect(scene.jenkins.requests).toEqual([]);
    scene.jenkins.fail(silence(3_600_000), post);
    const controller = new AbortController();
    const answer = scene.deployer.trigger(aRequest(), controller.signal);
    await expect.poll(() => scene.jenkins.requests.length).toBe(1);
    controller.abort();
    expect(await answer).toMatchObject({ state: 'ambiguous' });
    expect(left(scene)).toEqual({ waiting: 1, starts: 0 });
  });

  it('stays accepted when what follows cannot be read or is aborted', async () => {
    scene.jenkins.fail(resetBefore, { method: 'GET', times: 10 });
    expect(await scene.deployer.trigger(aRequest(), noAbort)).toMatchObject({ state: 'accepted', queueId: 1 });
  });

  it('is unsent where nobody listens, and where the host has no address', async () => {
    await scene.jenkins.crash();
    const answer = await scene.deployer.trigger(aRequest(), noAbort);
    expect(answer).toEqual({ state: 'unsent', message: `Jenkins at ${scene.jenkins.url} refuses connections` });
    const nowhere = scene.open({ url: 'https://jenkins.invalid' });
    expect(await nowhere.trigger(aRequest(), noAbort)).toMatchObject({ state: 'unsent' });
  });

  it('is refused by a job that is missing, a folder, disabled, or without the choice, and leaves nothing behind', async () => {
    const ask = (over: Parameters<typeof aRequest>[0]) => scene.deployer.trigger(aRequest(over), noAbort);
    expect(await ask({ job: 'platform/nope' })).toMatchObject({ state: 'refused', message: expect.stringContaining('(404)') });
    expect(await ask({ job: 'platform' })).toMatchObject({ state: 'refused', message: expect.stringContaining('(404)') });
    const wrong = { ...aRequest().parameters, ENVIRONMENT: 'nowhere' };
    expect(await ask({ parameters: wrong })).toMatchObject({ state: 'refused', message: expect.stringContaining('(500)') });
    scene.jenkins.define('platform/deploy', { disabled: true });
    expect(await ask({})).toMatchObject({ state: 'refused', message: expect.stringContaining('(409)') });
    expect(left(scene)).toEqual({ waiting: 0, starts: 0 });
  });

  it('names the user and the permission that it lacks', async () => {
    const viewer = scene.open({ credentials: { username: 'viewer', secret: `11${'d'.repeat(32)}`, kind: 'token' } });
    expect(await viewer.trigger(aRequest(), noAbort)).toEqual({
      state: 'refused',
      message: `Jenkins at ${scene.jenkins.url} refuses the user viewer, who lacks the permission Job/Build`,
    });
  });

  it.each([
    [
      'drops a parameter',
      { parameters: deployJob.parameters?.filter(({ name }) => name !== 'VERSION') ?? [] },
      'VERSION was dropped',
    ],
    [
      'drops the id',
      { parameters: deployJob.parameters?.filter(({ name }) => name !== 'TOWPATH_RUN') ?? [] },
      'TOWPATH_RUN was dropped',
    ],
    [
      'adds a parameter',
      { parameters: [...(deployJob.parameters ?? []), { name: 'REGION', default: 'us' }] },
      'REGION was added',
    ],
  ])('cancels what a job queued that %s since it was looked at', async (_, change, difference) => {
    scene.jenkins.define('platform/deploy', change);
    expect(await scene.deployer.trigger(aRequest(), noAbort)).toEqual({
      state: 'mismatch',
      message: `Jenkins at ${scene.jenkins.url} queued the request with other parameters than were sent (${difference})`,
    });
    scene.pass(60_000);
    expect(left(scene)).toEqual({ waiting: 0, starts: 0 });
  });

  it('cancels a waiting item of the same run with other parameters', async () => {
    scene.jenkins.define('platform/deploy', { quietPeriodMs: 60_000 });
    scene.jenkins.userBuild('platform/deploy', { TOWPATH_RUN: aRequest().id, VERSION: '1' }, 'admin');
    expect(await scene.deployer.trigger(aRequest(), noAbort)).toMatchObject({ state: 'accepted', queueId: 2 });
    scene.pass(120_000);
    expect(scene.jenkins.effects.map(({ queueId }) => queueId)).toEqual([2]);
  });

  it('keeps the lowest of two identical items that wait', async () => {
    await aRunningBuild(scene, aRequest());
    scene.jenkins.deleteBuild('platform/deploy', 1);
    scene.jenkins.define('platform/deploy', { label: 'nowhere' });
    const resurrecting: Fault = {
      deliveries: 1,
      answer: () => {
        scene.jenkins.resurrect(1);
        return bare(201, `${scene.jenkins.url}/queue/item/2/`);
      },
    };
    scene.jenkins.fail(resurrecting, post);
    expect(await scene.deployer.trigger(aRequest(), noAbort)).toMatchObject({ state: 'accepted', queueId: 1 });
    expect(scene.jenkins.queue().map(({ id }) => id)).toEqual([1]);
  });

  it('takes its item back where a build of the same run exists already', async () => {
    await aRunningBuild(scene, aRequest());
    expect(await scene.deployer.trigger(aRequest(), noAbort)).toEqual({
      state: 'ambiguous',
      message: `Jenkins at ${scene.jenkins.url} has build 1 of platform/deploy for the same run already`,
    });
    scene.pass(600_000);
    expect(left(scene)).toEqual({ waiting: 0, starts: 1 });
  });

  it('leaves one item where the request is delivered twice', async () => {
    scene.jenkins.fail(duplicated, post);
    expect(await scene.deployer.trigger(aRequest(), noAbort)).toMatchObject({ state: 'accepted', queueId: 1 });
    expect(left(scene)).toEqual({ waiting: 1, starts: 0 });
  });

  it('is ambiguous, and found later, where the request arrives after a reset', async () => {
    scene.jenkins.fail(lateDelivery(5000), post);
    expect(await scene.deployer.trigger(aRequest(), noAbort)).toMatchObject({ state: 'ambiguous' });
    expect(left(scene)).toEqual({ waiting: 0, starts: 0 });
    scene.pass(5000);
    expect(await scene.deployer.lookup({ ...aRequest(), since: 1 }, noAbort)).toMatchObject({ items: [{ queueId: 1 }] });
  });

  it.each([
    ['a name with dots', { job: 'platform/../secret' }],
    ['an empty segment', { job: 'platform//deploy' }],
    ['a backslash', { job: 'platform\\deploy' }],
    ['a line break in the name', { job: 'platform/deploy\nx' }],
    ['an id that is none', { id: 'a b' }],
    ['its own parameter', { parameters: { TOWPATH_RUN: 'x' } }],
    ["one of Jenkins' own parameters", { parameters: { delay: '0' } }],
    ['a control character', { parameters: { VERSION: 'a\u0000b' } }],
    ['a carriage return', { parameters: { VERSION: 'a\r\nb' } }],
    ['half a character', { parameters: { VERSION: '\ud800' } }],
    ['more than 64 KiB', { parameters: { VERSION: 'x'.repeat(64 * 1024 + 1) } }],
  ])('is refused without a request for %s', async (_, over) => {
    expect(await scene.deployer.trigger(aRequest(over), noAbort)).toMatchObject({ state: 'refused' });
    expect(await scene.deployer.preflight(aRequest(over), noAbort)).toMatchObject({ state: 'refused' });
    expect(scene.jenkins.requests).toEqual([]);
  });
});
