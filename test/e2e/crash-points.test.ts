import { describe, expect, it } from 'vitest';
import { deployJob, jobs } from '../support/e2e/documents.js';
import { eventually } from '../support/e2e/eventually.js';
import { inClaimingWorld, type Outcomes } from './crash-points/claiming.js';
import {
  createRun,
  dieBeforeFirstStep,
  expectRefused,
  queued,
  readBuild,
  readItem,
  statusOf,
  trigger,
  writeState,
} from './crash-points/moments.js';
import { steppedClock } from './crash-points/stepped-clock.js';
import { firstRun, inCrashWorld } from './crash-points/world.js';

/**
 * The crash points of the trigger protocol (docs/crash-points.md), each at its exact moment: gates before Jenkins and before the API
 * hold the one request or answer that it is about, and the kill comes while they do.
 */

const succeededOnce = { phase: 'Succeeded', claims: 1, asked: 1, builds: [1] };

describe.concurrent('a controller that is killed', () => {
  it('C1: after the run is durable, before anything is asked: it is asked once', async () => {
    await inCrashWorld({}, async ({ replica, account, end }) => {
      const created = replica.api.holdAnswer(createRun);
      replica.program.launch();
      await created;
      await replica.kill();
      expect(await account()).toMatchObject({ asked: 0, builds: [] });
      replica.program.launch();
      expect(await end('Succeeded')).toEqual(succeededOnce);
    });
  });

  it('C1: after the claim is durable, before the POST: it is asked once the grace is over', async () => {
    await inCrashWorld({}, async ({ replica, account, end }) => {
      const claimed = replica.api.holdAnswer(writeState('Triggering'));
      replica.program.launch();
      await claimed;
      await replica.kill();
      expect(await account()).toEqual({ phase: 'Triggering', claims: 1, asked: 0, builds: [] });
      replica.program.launch();
      expect(await end('Succeeded')).toEqual({ phase: 'Succeeded', claims: 2, asked: 1, builds: [1] });
    });
  });

  it('C2: after the POST was sent and lost on its way: it is asked again once the grace is over', async () => {
    await inCrashWorld({}, async ({ replica, toJenkins, account, end }) => {
      const posted = toJenkins.holdRequest(trigger);
      replica.program.launch();
      await posted;
      await replica.kill();
      expect(await account()).toEqual({ phase: 'Triggering', claims: 1, asked: 0, builds: [] });
      replica.program.launch();
      expect(await end('Succeeded')).toEqual({ phase: 'Succeeded', claims: 2, asked: 1, builds: [1] });
    });
  });

  it('C2: after the POST was sent, which arrives while the next one waits out the grace: it is found, and not asked again', async () => {
    await inCrashWorld({ server: { grace: '30s' } }, async ({ replica, toJenkins, says, end }) => {
      const posted = toJenkins.holdRequest(trigger);
      replica.program.launch();
      const late = await posted;
      await replica.kill();
      replica.program.launch();
      await says('qa', /nothing of it is in Jenkins: waiting 30s in case the request still arrives/);
      await late.deliver();
      expect(await end('Succeeded')).toEqual(succeededOnce);
    });
  });

  it('C2: after Jenkins has taken the POST, before its answer: it is found, and not asked again', async () => {
    await inCrashWorld({}, async ({ replica, toJenkins, account, end }) => {
      const taken = toJenkins.holdAnswer(trigger);
      replica.program.launch();
      await taken;
      await replica.kill();
      expect(await account()).toEqual({ phase: 'Triggering', claims: 1, asked: 1, builds: [] });
      replica.program.launch();
      expect(await end('Succeeded')).toEqual(succeededOnce);
    });
  });

  it('C3: after it has read the answer, before that is durable: it is found, and not asked again', async () => {
    await inCrashWorld({}, async ({ replica, account, end }) => {
      const storing = replica.api.holdRequest(writeState('Queued'));
      replica.program.launch();
      await storing;
      await replica.kill();
      expect(await account()).toEqual({ phase: 'Triggering', claims: 1, asked: 1, builds: [] });
      replica.program.launch();
      expect(await end('Succeeded')).toEqual(succeededOnce);
    });
  });

  it('C4: after the queue id is durable: its item is followed', async () => {
    await inCrashWorld({}, async (world) => {
      await queued(world);
      await world.replica.kill();
      world.replica.program.launch();
      expect(await world.end('Succeeded')).toEqual(succeededOnce);
    });
  });

  it("C4: after the queue id is durable, which Jenkins then lost and gave to somebody else: that one's build is left alone, and it is asked again", async () => {
    await inCrashWorld({}, async (world) => {
      const { jenkins, replica } = world;
      await queued(world);
      await replica.kill();
      await jenkins.crash();
      await jenkins.start();
      const other = jenkins.userBuild(deployJob, { PRODUCT: 'books', ENVIRONMENT: 'elsewhere', VERSION: '7' }, 'admin');
      expect((await world.run(firstRun, 'Queued')).status?.jenkins?.queueId).toBe(other.id);
      replica.program.launch();
      expect(await world.end('Succeeded')).toEqual({ phase: 'Succeeded', claims: 2, asked: 2, builds: [2] });
      expect(jenkins.builds(deployJob).map(({ number, result }) => [number, result])).toEqual([
        [2, 'SUCCESS'],
        [1, 'SUCCESS'],
      ]);
    });
  });

  it('C5: while it polls the item, and that is gone when the next one comes: the build is found', async () => {
    await inCrashWorld({ jenkins: { itemExpiryMs: 20 } }, async (world) => {
      const { replica, toJenkins, jenkins } = world;
      const stored = await queued(world);
      const polling = toJenkins.holdRequest(readItem);
      await stored.pass();
      await polling;
      await replica.kill();
      await eventually(() => jenkins.builds(deployJob)[0]?.result === 'SUCCESS', 'the build has ended');
      expect(await statusOf(jenkins, '/queue/item/1/api/json')).toBe(404);
      replica.program.launch();
      expect(await world.end('Succeeded')).toEqual(succeededOnce);
    });
  });

  it('C6: while it polls the build: the build is followed', async () => {
    await inCrashWorld({}, async ({ replica, toJenkins, run, end }) => {
      const polling = toJenkins.holdRequest(readBuild);
      replica.program.launch();
      await polling;
      await replica.kill();
      await run(firstRun, 'Running');
      replica.program.launch();
      expect(await end('Succeeded')).toEqual(succeededOnce);
    });
  });
});

describe.concurrent('a Jenkins that dies', () => {
  it('J1: before it reads the POST: it is asked again, once', async () => {
    await inCrashWorld({}, async ({ replica, toJenkins, jenkins, says, end }) => {
      const posted = toJenkins.holdRequest(trigger);
      replica.program.launch();
      const request = await posted;
      await jenkins.crash();
      request.reset();
      await says('qa', /cut the connection/);
      await jenkins.start();
      expect(await end('Succeeded')).toEqual({ phase: 'Succeeded', claims: 2, asked: 1, builds: [1] });
    });
  });

  it('J2: after its 201, while the item is in its memory alone: it is asked again, once', async () => {
    await inCrashWorld({}, async (world) => {
      const { jenkins } = world;
      const stored = await queued(world);
      await jenkins.crash();
      await jenkins.start();
      await stored.pass();
      expect(await world.end('Succeeded')).toEqual({ phase: 'Succeeded', claims: 2, asked: 2, builds: [1] });
    });
  });

  it('J3: between the number of a build and its first step: nobody can know, and a person is asked', async () => {
    const clock = steppedClock(7);
    await inCrashWorld({ jenkins: { clock, raceMs: 7 } }, async (world) => {
      await dieBeforeFirstStep(world, clock);
      expect(await world.end('Unknown')).toEqual({ phase: 'Unknown', claims: 1, asked: 1, builds: [] });
      await world.says('qa', /no record of build #1 any more; it may have been this run/, 'Stalled');
    });
  });

  it('J3: between the number of a build and its first step, with a claim ledger: nobody claimed it, so it is asked again', async () => {
    const clock = steppedClock(7);
    const options = (claim: Outcomes) => {
      const outcome: Outcomes = (values, build) => (build.number === 1 ? {} : claim(values, build));
      return { jenkins: { clock, raceMs: 7, jobs: jobs({ durationMs: 300, outcome }) } };
    };
    await inClaimingWorld(options, async (world, ledger) => {
      await dieBeforeFirstStep(world, clock);
      expect(await world.end('Succeeded')).toEqual({ phase: 'Succeeded', claims: 2, asked: 2, builds: [2] });
      expect(ledger.claimed).toEqual([2]);
    });
  });

  it('J5: before it has saved that an item left the queue, with a claim ledger: the build that it repeats has no effect', async () => {
    const clock = steppedClock(11);
    clock.hold();
    const options = (outcome: Outcomes) => ({ jenkins: { clock, queueSaveMs: 11, jobs: jobs({ durationMs: 300, outcome }) } });
    await inClaimingWorld(options, async (world, ledger) => {
      world.replica.program.launch();
      await clock.step();
      expect(await world.end('Succeeded')).toEqual(succeededOnce);
      await world.jenkins.crash();
      await world.jenkins.start();
      await expectRefused(world, ledger);
    });
  });

  it('J6: by a safe restart: its queue comes back, and the item goes on under its id', async () => {
    await inCrashWorld({}, async (world) => {
      const { jenkins } = world;
      const stored = await queued(world);
      jenkins.quietDown();
      await stored.pass();
      await world.says('qa', /in the queue of Jenkins: Jenkins is about to shut down/);
      jenkins.safeRestart();
      await eventually(() => !jenkins.isUp, 'it goes down');
      expect(await world.end('Succeeded')).toEqual(succeededOnce);
      expect((await world.run(firstRun, 'Succeeded')).status?.jenkins?.queueId).toBe(1);
    });
  });
});
