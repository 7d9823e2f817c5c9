import { describe, expect, it } from 'vitest';
import { invocationId } from '../../controller/core/run/identity.js';
import { deployJob, jobs, path, productFiles, promotionFiles } from '../support/e2e/documents.js';
import { eventually } from '../support/e2e/eventually.js';
import { createWorld, type World, type WorldOptions } from '../support/e2e/world.js';
import {
  type Fault,
  gatewayError,
  loginPage,
  loginRedirect,
  resetAfter,
  resetBefore,
  silence,
  spuriousUnauthorized,
} from '../support/jenkins/faults.js';

const trigger = { method: 'POST', path: /buildWithParameters/ };
const unverified = { verified: false };

type Test = (world: World) => Promise<void>;

async function inWorld(options: Partial<WorldOptions>, test: Test, arm: Test = async () => undefined): Promise<void> {
  const world = await createWorld({
    files: productFiles('1.0.0', unverified),
    jenkins: { jobs: jobs({ durationMs: 400 }) },
    ...options,
  });
  try {
    await arm(world);
    await world.program.start();
    await test(world);
  } finally {
    await world.close();
  }
}

/** Everything is at 1.0.0 and the next commit asks for 1.1.0. */
async function promote(world: World): Promise<void> {
  await world.ready('production', '1.0.0');
  await world.repository.commit({ files: promotionFiles('1.1.0') });
}

/** Every run was built once, under its own name, and none went missing. */
async function expectOneBuildEach(world: World): Promise<void> {
  const runs = await world.runs();
  const built = world.jenkins.effects.map(({ parameters }) => parameters.TOWPATH_RUN ?? '');
  expect(built.sort()).toEqual(runs.map(invocationId).sort());
}

interface TriggerFault {
  readonly what: string;
  readonly fault: Fault;
  readonly says: RegExp;
  readonly posts: number;
  readonly server?: object;
  readonly durationMs?: number;
}

const triggerFaults: readonly TriggerFault[] = [
  { what: 'is redirected to a login page', fault: loginRedirect(), says: /redirects to another page \(302\)/, posts: 2 },
  { what: 'is answered with 503 by a proxy', fault: gatewayError(503, 0), says: /answers 503/, posts: 2 },
  { what: 'is answered with a web page and 200', fault: loginPage, says: /answers with a web page/, posts: 2 },
  { what: 'N1: is reset before Jenkins has it', fault: resetBefore, says: /nothing of it is in Jenkins: waiting 5s/, posts: 2 },
  {
    what: 'N1: is answered with 502 though Jenkins has taken it',
    fault: gatewayError(502, 1),
    says: /queue of Jenkins/,
    posts: 1,
  },
  { what: 'N1: is reset after Jenkins has taken it', fault: resetAfter, says: /queue of Jenkins/, posts: 1 },
  {
    what: 'N1: is taken by Jenkins and never answered',
    fault: silence(20_000),
    says: /did not answer in time|found in the queue|running/,
    posts: 1,
    durationMs: 2_500,
    server: { timeout: '1500ms' },
  },
];

describe.concurrent('a promotion whose trigger', () => {
  it.each(triggerFaults)(
    '$what builds once, says so and goes on',
    async ({ fault, says, posts, server = {}, durationMs = 400 }) => {
      const test: Test = async (world) => {
        await world.says('qa', says);
        await world.ready('production', '1.0.0');
        await expectOneBuildEach(world);
        const runs = await world.runs();
        expect(runs.map(({ metadata, status }) => [metadata.name, status?.jenkins?.claim?.posts])).toEqual([
          ['shop.production.1', 1],
          ['shop.qa.1', posts],
          ['shop.uat.1', 1],
        ]);
      };
      await inWorld({ server, jenkins: { jobs: jobs({ durationMs }) } }, test, async ({ jenkins }) =>
        jenkins.fail(fault, trigger),
      );
    },
  );
});

describe.concurrent('a Jenkins that', () => {
  it('J2: crashes and forgets what it has accepted is asked again, once', async () => {
    await inWorld({}, async (world) => {
      await promote(world);
      await eventually(() => world.jenkins.queue().length === 1, 'the trigger waits in Jenkins');
      await world.run('shop.qa.2', 'Queued');
      await world.jenkins.crash();
      await world.says('qa', /refuses connections|cut the connection/);
      await world.jenkins.start();
      await world.says('qa', /Jenkins restarted before it had started anything|queue of Jenkins|running/);
      await world.ready('production', '1.1.0');
      await expectOneBuildEach(world);
    });
  });

  it.each(['retry', 'succeeded'] as const)(
    'J4: crashes in a build leaves it Unknown until a person says %s',
    async (resolution) => {
      await inWorld({}, async (world) => {
        await world.ready('production', '1.0.0');
        world.jenkins.define(deployJob, { durationMs: 600_000 });
        await promote(world);
        await world.run('shop.qa.2', 'Running');
        await world.jenkins.crash();
        world.jenkins.define(deployJob, { durationMs: 400 });
        await world.jenkins.start();
        const unknown = await world.run('shop.qa.2', 'Unknown');
        expect(unknown.status?.message).toMatch(/Jenkins has no record of build #4 any more; it may have been this run/);
        await world.says('qa', /annotate drun shop\.qa\.2 with towpath\.dev\/resolve=succeeded, failed or retry/, 'Stalled');
        expect((await world.runs('uat')).map(({ spec }) => spec.version)).toEqual(['1.0.0']);
        await world.api.annotate('deploymentruns', 'shop.qa.2', { 'towpath.dev/resolve': resolution });
        await world.ready('production', '1.1.0');
        await expectOneBuildEach(world);
        const runs = (await world.runs('qa')).map(({ spec, status }) => [spec.number, spec.version, status?.phase]);
        const settled =
          resolution === 'retry'
            ? [
                [2, '1.1.0', 'Failed'],
                [3, '1.1.0', 'Succeeded'],
              ]
            : [[2, '1.1.0', 'Succeeded']];
        expect(runs).toEqual([[1, '1.0.0', 'Succeeded'], ...settled]);
      });
    },
  );

  it('is down for a while is waited for', async () => {
    await inWorld({}, async (world) => {
      await world.ready('production', '1.0.0');
      await world.jenkins.crash();
      await world.repository.commit({ files: promotionFiles('1.1.0') });
      await world.says('qa', /Jenkins.* refuses connections/);
      await world.jenkins.start();
      await world.ready('production', '1.1.0');
      await expectOneBuildEach(world);
    });
  });

  it('answers questions with login pages, errors, silence and 401 while a build runs loses nothing', async () => {
    await inWorld({ jenkins: { jobs: jobs({ durationMs: 1_000 }) }, server: { timeout: '1s' } }, async (world) => {
      await promote(world);
      await world.run('shop.qa.2', 'Running');
      const faults = [loginPage, gatewayError(500, 0), silence(10_000, 0), spuriousUnauthorized, loginRedirect(), resetBefore];
      const asked = { method: 'GET', path: /\/job\/deploy\/\d+\/api/ };
      for (const fault of faults) world.jenkins.fail(fault, asked);
      await world.says('qa', /answers with a web page/);
      await world.says('qa', /answers 500/);
      await world.says('qa', /does not accept the credentials now \(401\)/);
      await world.ready('production', '1.1.0');
      await expectOneBuildEach(world);
    });
  });

  it('builds for somebody else here is told apart, and overwritten only when asked to', async () => {
    await inWorld({}, async (world) => {
      await world.ready('production', '1.0.0');
      world.jenkins.userBuild(deployJob, { PRODUCT: 'shop', ENVIRONMENT: 'uat', VERSION: '0.9.0' }, 'admin');
      await world.says('uat', /admin \(build #4\) deployed 0\.9\.0 here/, 'Drifted');
      await world.says('uat', /annotate towpath\.dev\/retryRequestedAt to deploy 1\.0\.0 again/);
      expect((await world.runs('uat')).length).toBe(1);
      await world.api.annotate('environments', 'shop.uat', { 'towpath.dev/retryRequestedAt': '1' });
      await world.run('shop.uat.2', 'Succeeded');
      await world.ready('uat', '1.0.0');
      for (const stage of path) expect(await world.condition(stage, 'Drifted')).toBeUndefined();
    });
  });

  it('J5: repeats a finished build is told to stop it, and the repetition is reported', async () => {
    await inWorld({ jenkins: { jobs: jobs({ durationMs: 3_000 }) } }, async (world) => {
      await world.ready('qa', '1.0.0');
      const run = await world.run('shop.qa.1', 'Succeeded');
      world.jenkins.resurrect(run.status?.jenkins?.queueId ?? 0);
      const repeated = await eventually(
        () =>
          world.jenkins.builds(deployJob).find(({ result, parameters }) => {
            return result === 'ABORTED' && parameters.some(({ value }) => value === invocationId(run));
          }),
        'the repeated build was stopped',
      );
      await eventually(async () => {
        const events = (await world.api.ask('GET', '/apis/events.k8s.io/v1/namespaces/default/events')) as {
          items: { reason: string; note: string }[];
        };
        return events.items.some(({ reason, note }) => reason === 'RepeatedBuild' && note.includes(`/${repeated.number}/`));
      }, 'an event reports the repeated build');
      await world.says('qa', /a second time/, 'Drifted');
      const { status } = await world.run('shop.qa.1', 'Succeeded');
      expect(status).toEqual(run.status);
    });
  });
});
