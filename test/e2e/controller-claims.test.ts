import { describe, expect, it } from 'vitest';
import { invocationId } from '../../controller/core/run/identity.js';
import { deployJob, jobs, productFiles, promotionFiles } from '../support/e2e/documents.js';
import { eventually } from '../support/e2e/eventually.js';
import { startWorld, type World } from '../support/e2e/world.js';
import type { Outcome } from '../support/jenkins/definition.js';
import { type ConditionalStore, startConditionalStore } from '../support/s3/conditional-store.js';

interface ClaimWorld extends World {
  readonly store: ConditionalStore;
}

/** What a build does about its claim; each job claims like `examples/jenkins/claim.sh`, unless the test says otherwise. */
type Claiming = (
  build: { readonly id: string; readonly number: number },
  store: ConditionalStore,
) => Partial<Outcome> | undefined;

function claim(store: ConditionalStore, id: string, build: number): boolean {
  if (store.objects.has(`claims/${id}`)) return false;
  store.put(`claims/${id}`, JSON.stringify({ towpathRun: id, build, at: '2026-11-22T10:01:00Z' }));
  return true;
}

const end = (store: ConditionalStore, id: string, result: string) => store.put(`claims/${id}.end`, JSON.stringify({ result }));

async function inClaimWorld(test: (world: ClaimWorld) => Promise<void>, special: Claiming = () => undefined): Promise<void> {
  const store = await startConditionalStore();
  const outcome = (
    { TOWPATH_RUN: id = '' }: Readonly<Record<string, string>>,
    { number }: { number: number },
  ): Partial<Outcome> => {
    const said = special({ id, number }, store);
    if (said !== undefined) return said;
    return claim(store, id, number) ? {} : { durationMs: 50, result: 'NOT_BUILT', log: ['REFUSED'] };
  };
  const bucket = { bucket: 'ledger', endpoint: store.endpoint, forcePathStyle: true, secretRef: { name: 's3' } };
  const world = await startWorld({
    files: productFiles('1.0.0', { verified: false, deployer: ['claim: {bucket: claims}'] }),
    jenkins: { jobs: jobs({ durationMs: 1_500, outcome }) },
    source: { buckets: [{ name: 'claims', ...bucket }] },
    objects: [
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 's3' },
        stringData: { accessKeyId: 'any', secretAccessKey: 'any' },
      },
    ],
  });
  try {
    await world.ready('production', '1.0.0');
    await test({ ...world, store });
  } finally {
    await world.close();
    await store.close();
  }
}

/** Jenkins dies while build #4 deploys 1.1.0 to QA, and comes back without it. */
async function crashInBuild(world: ClaimWorld, meanwhile: (id: string) => void = () => undefined): Promise<string> {
  world.jenkins.define(deployJob, { durationMs: 600_000 });
  await world.repository.commit({ files: promotionFiles('1.1.0') });
  const id = invocationId(await world.run('shop.qa.2', 'Running'));
  await world.jenkins.crash();
  world.jenkins.define(deployJob, { durationMs: 400 });
  meanwhile(id);
  await world.jenkins.start();
  return id;
}

const buildsOf = ({ jenkins }: World, id: string) => jenkins.effects.filter(({ parameters }) => parameters.TOWPATH_RUN === id);
const lookAgain = (world: World) => world.api.annotate('environments', 'shop.qa', { 'towpath.dev/requestedAt': `${Date.now()}` });

async function eventsOf(world: World, reason: string): Promise<{ note: string }[]> {
  const { items } = (await world.api.ask('GET', '/apis/events.k8s.io/v1/namespaces/default/events')) as {
    items: { reason: string; note: string }[];
  };
  return items.filter((event) => event.reason === reason);
}

describe.concurrent('a build that Jenkins lost in a crash, of a run', () => {
  it('J4: whose end stands in the claim ledger, ended as it says there', async () => {
    await inClaimWorld(async (world) => {
      const id = await crashInBuild(world, (lost) => end(world.store, lost, 'SUCCESS'));
      const { status } = await world.run('shop.qa.2', 'Succeeded');
      expect(status?.message).toBe(`${deployJob} ended with SUCCESS: so says the claim ledger, where build #4 recorded it`);
      await world.ready('production', '1.1.0');
      expect(buildsOf(world, id).length).toBe(1);
    });
  });

  it('J4: that it had claimed is Unknown, until its end appears', async () => {
    await inClaimWorld(async (world) => {
      const id = await crashInBuild(world);
      const unknown = await world.run('shop.qa.2', 'Unknown');
      expect(unknown.status?.message).toBe(
        `${deployJob}: build #4 claimed the run at 2026-11-22 10:01 UTC and has not recorded its end; Jenkins has no record of it, and nobody can know how far it came`,
      );
      await lookAgain(world);
      await eventually(async () => {
        const { status } = await world.api.get('environments', 'shop.qa');
        return status?.lastHandledReconcileAt !== undefined;
      }, 'the environment was looked at again');
      expect((await world.run('shop.qa.2', 'Unknown')).status).toEqual(unknown.status);
      end(world.store, id, 'SUCCESS');
      await lookAgain(world);
      await world.ready('production', '1.1.0');
      expect(buildsOf(world, id).length).toBe(1);
    });
  });

  it('J4: whose recorded end is a failure, has failed', async () => {
    await inClaimWorld(async (world) => {
      await crashInBuild(world, (lost) => end(world.store, lost, 'FAILURE'));
      await world.run('shop.qa.2', 'Failed');
      await world.says('qa', /nobody knows what runs there/, 'Drifted');
    });
  });

  it('J3: that it had not claimed yet is built again', async () => {
    const unclaimed: Claiming = ({ number }) => (number === 4 ? {} : undefined);
    await inClaimWorld(async (world) => {
      const id = await crashInBuild(world);
      await world.ready('production', '1.1.0');
      expect(buildsOf(world, id).map(({ number }) => number)).toEqual([4, 5]);
      expect((await world.run('shop.qa.2', 'Succeeded')).status?.jenkins).toMatchObject({ buildNumber: 5, result: 'SUCCESS' });
    }, unclaimed);
  });

  it('J4: that it claims late, after it was built again: the second build is refused, and the first is followed to its end', async () => {
    const late: Claiming = ({ id, number }, store) => {
      if (number === 5) claim(store, id, 4);
      return number === 4 ? {} : undefined;
    };
    await inClaimWorld(async (world) => {
      const id = await crashInBuild(world);
      const { status } = await world.run('shop.qa.2', 'Unknown');
      expect(status?.jenkins).toMatchObject({ buildNumber: 4, refused: [5], ledger: { build: 4 } });
      await eventually(async () => (await eventsOf(world, 'DuplicateRefused')).length > 0, 'the refused build is told of');
      end(world.store, id, 'SUCCESS');
      await lookAgain(world);
      expect((await world.run('shop.qa.2', 'Succeeded')).status?.jenkins).toMatchObject({ buildNumber: 4, result: 'SUCCESS' });
      expect(buildsOf(world, id).map(({ number }) => number)).toEqual([4, 5]);
    }, late);
  });
});

describe.concurrent('a job', () => {
  it('that the product says claims its runs, and does not, is told of', async () => {
    await inClaimWorld(
      async (world) => {
        const [event] = await eventually(async () => {
          const events = await eventsOf(world, 'ClaimMissing');
          return events.length === 3 ? events : undefined;
        }, 'an event for each run');
        expect(event?.note).toMatch(/succeeded without having claimed shop\./);
      },
      () => ({}),
    );
  });

  it('without the parameter TOWPATH_RUN is refused before anything is started, told of once, and used once it has it', async () => {
    await inClaimWorld(async (world) => {
      const strings = (...names: string[]) => names.map((name) => ({ name }));
      world.jenkins.define(deployJob, { parameters: strings('PRODUCT', 'ENVIRONMENT', 'VERSION') });
      await world.repository.commit({ files: promotionFiles('1.1.0') });
      await world.says('qa', /does not define the parameter TOWPATH_RUN; add a string parameter of that name/);
      await eventually(async () => (await eventsOf(world, 'JobRefused')).length > 0, 'it is told of');
      await lookAgain(world);
      world.jenkins.define(deployJob, { parameters: strings('PRODUCT', 'ENVIRONMENT', 'VERSION', 'TOWPATH_RUN') });
      await world.ready('production', '1.1.0');
      expect((await eventsOf(world, 'JobRefused')).map(({ note }) => note.includes('TOWPATH_RUN'))).toEqual([true]);
    });
  });
});
