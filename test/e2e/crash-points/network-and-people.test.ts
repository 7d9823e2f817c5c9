import { describe, expect, it } from 'vitest';
import { deployJob, jobs } from '../../support/e2e/documents.js';
import { inClaimingWorld, type Outcomes } from './claiming.js';
import {
  createLease,
  deployed,
  expectRefused,
  queued,
  readBuild,
  rebuild,
  renewLease,
  statusOf,
  takenOver,
  trigger,
  writeState,
} from './moments.js';
import { firstRun, inCrashWorld } from './world.js';

/**
 * The crash points of the trigger protocol (docs/crash-points.md), each at its exact moment: gates before Jenkins and before the API
 * hold the one request or answer that it is about, and the kill comes while they do.
 */

const succeededOnce = { phase: 'Succeeded', claims: 1, asked: 1, builds: [1] };
const endless = 600_000;

describe.concurrent('a network that', () => {
  it('N1: cuts the connection of the POST and delivers it later: it is found, and not asked again', async () => {
    await inCrashWorld({ server: { grace: '30s' } }, async ({ replica, toJenkins, says, end }) => {
      const posted = toJenkins.holdRequest(trigger);
      replica.program.launch();
      const late = await posted;
      late.reset();
      await says('qa', /nothing of it is in Jenkins: waiting 30s in case the request still arrives/);
      await late.deliver();
      expect(await end('Succeeded')).toEqual(succeededOnce);
    });
  });
});

describe.concurrent('two controllers', () => {
  it('D1: that both want to claim a run: one of them does, and the other neither asks nor goes on', async () => {
    await inCrashWorld({}, async ({ replica, another, end, account }) => {
      const claiming = replica.api.holdRequest(writeState('Triggering'));
      replica.program.launch();
      const claim = await claiming;
      const retries = replica.api.holdAll(writeState('Triggering'));
      const renewals = replica.api.holdAll(renewLease);
      const takeovers = replica.api.holdAll(createLease);
      const second = await another();
      await replica.freeLease();
      second.program.launch();
      expect(await end('Succeeded')).toEqual(succeededOnce);
      await claim.pass();
      await retries.release();
      await renewals.release();
      await takeovers.release();
      expect((await replica.program.ended()).code).toBe(1);
      expect(await account()).toEqual(succeededOnce);
    });
  });

  it('D1: whose requests both arrive: they fold into one item, which is built once', async () => {
    await inCrashWorld({}, async (world) => {
      const { replica, toJenkins, jenkins, end } = world;
      const first = await takenOver(world);
      const posted = toJenkins.holdAnswer(trigger);
      const second = await posted;
      await first.deliver();
      expect(jenkins.queue().map(({ id, causes }) => [id, causes.length])).toEqual([[1, 2]]);
      await second.pass();
      expect(await end('Succeeded')).toEqual({ phase: 'Succeeded', claims: 2, asked: 2, builds: [1] });
      replica.program.thaw();
      expect((await replica.program.ended()).code).toBe(1);
    });
  });

  it("D1: of which the first one's request arrives when the other's build has begun, with a claim ledger: it has no effect", async () => {
    const options = (outcome: Outcomes) => ({ jenkins: { jobs: jobs({ durationMs: 300, outcome }) } });
    await inClaimingWorld(options, async (world, ledger) => {
      const first = await takenOver(world);
      expect(await world.end('Succeeded')).toEqual({ phase: 'Succeeded', claims: 2, asked: 1, builds: [1] });
      await first.deliver();
      await expectRefused(world, ledger);
    });
  });
});

describe.concurrent('a person who', () => {
  it('D2: rebuilds a run, with a claim ledger: the rebuild has no effect', async () => {
    const options = (outcome: Outcomes) => ({ jenkins: { jobs: jobs({ durationMs: 300, outcome }) } });
    await inClaimingWorld(options, async (world, ledger) => {
      await deployed(world);
      rebuild(world);
      await expectRefused(world, ledger);
    });
  });

  it('D2: rebuilds a run, without a claim: the rebuild is stopped, and told of', async () => {
    const outcome: Outcomes = (_, { number }) => (number === 2 ? { durationMs: endless } : {});
    await inCrashWorld({ jenkins: { jobs: jobs({ durationMs: 300, outcome }) } }, async (world) => {
      await deployed(world);
      const { status } = await world.run(firstRun, 'Succeeded');
      rebuild(world);
      await world.says('qa', /ran shop\.qa\.1 a second time as build #2/, 'Drifted');
      const [second] = world.jenkins.builds(deployJob);
      expect([second?.number, second?.result]).toEqual([2, 'ABORTED']);
      expect((await world.run(firstRun, 'Succeeded')).status).toEqual(status);
    });
  });

  it('A1: cancels the item: the run is over, and is not asked again', async () => {
    await inCrashWorld({ jenkins: { jobs: jobs({ label: 'none' }) } }, async (world) => {
      const stored = await queued(world);
      await stored.pass();
      world.jenkins.cancelItem(1);
      expect(await world.end('Aborted')).toEqual({ phase: 'Aborted', claims: 1, asked: 1, builds: [] });
    });
  });

  it.each(['disable', 'doDelete'])(
    'A1: uses %s on the job while the item waits: the run is over, and is not asked again',
    async (action) => {
      await inCrashWorld({ jenkins: { jobs: jobs({ label: 'none' }) } }, async (world) => {
        const stored = await queued(world);
        await stored.pass();
        expect(await statusOf(world.jenkins, `/job/platform/job/deploy/${action}`, 'POST')).toBe(302);
        expect(await world.end('Aborted')).toEqual({ phase: 'Aborted', claims: 1, asked: 1, builds: [] });
      });
    },
  );

  it('A1: deletes the build while it runs: nobody can know how it ended', async () => {
    await inCrashWorld({ jenkins: { jobs: jobs({ durationMs: endless }) } }, async (world) => {
      const polling = world.toJenkins.holdRequest(readBuild);
      world.replica.program.launch();
      const poll = await polling;
      world.jenkins.deleteBuild(deployJob, 1);
      await poll.pass();
      expect(await world.end('Unknown')).toEqual({ phase: 'Unknown', claims: 1, asked: 1, builds: [1] });
    });
  });

  it('A1: deletes the job while the build runs: that is said, and once its time is over nobody can know, and a person is asked', async () => {
    const jenkins = { jobs: jobs({ durationMs: endless }) };
    await inCrashWorld({ jenkins, jobTimeout: '8s' }, async (world) => {
      const polling = world.toJenkins.holdRequest(readBuild);
      world.replica.program.launch();
      const poll = await polling;
      await statusOf(world.jenkins, '/job/platform/job/deploy/doDelete', 'POST');
      await poll.pass();
      await world.says('qa', /^deploying .* has no job platform\/deploy, or the user may not read it$/);
      expect(await world.end('Unknown')).toEqual({ phase: 'Unknown', claims: 1, asked: 1, builds: [1] });
      await world.says('qa', /nobody can know what came of it; annotate drun/, 'Stalled');
    });
  });
});
