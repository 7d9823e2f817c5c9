import { afterEach, describe, expect, it } from 'vitest';
import type { Preflight } from '../../controller/core/run/observation.js';
import type { JobDefinition } from '../support/jenkins/definition.js';
import {
  type Fault,
  gatewayError,
  jsonOf,
  loginPage,
  loginRedirect,
  resetBefore,
  restarting,
  spuriousUnauthorized,
  starting,
} from '../support/jenkins/faults.js';
import { aRequest, aScene, deployJob, noAbort, type Scene } from '../support/jenkins/scene.js';

let scene: Scene;
afterEach(() => scene.end());

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
      'has a job platform/deploy that does not define the parameter TOWPATH_RUN; add a string parameter of that name, without a default: by it Towpath finds its builds and asks for none twice',
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
