import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runRecord } from '../../controller/core/audit/records.js';
import type { DeploymentRunResource } from '../../controller/core/resources/deployment-run.js';
import type { Kube } from '../../controller/kube/kube.js';
import { rebuild } from '../../controller/operate/rebuild.js';
import { aRun } from '../support/facts.js';
import { MemoryWorld } from '../support/memory-world.js';

const namespace = 'default';

describe('starting again from the audit trail', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'towpath-trail-'));
    await addToTrail(aRun({ number: 1, spec: { version: '1.0.0' } }));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const addToTrail = async (run: DeploymentRunResource) => {
    const { key, body } = runRecord(run);
    const path = join(folder, 'audit', key);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, JSON.stringify(body));
    return path;
  };
  const work = ({ api }: MemoryWorld, dryRun = false) => {
    const kube = Object.assign(api.ports(), { readSecret: async () => '' }) as unknown as Kube;
    const options = { folder, lease: { namespace, name: 'towpath' }, alone: true, dryRun, signal: new AbortController().signal };
    return rebuild(kube, options);
  };
  const recorded = ({ api }: MemoryWorld) => api.environments.get({ namespace, name: 'shop.qa' })?.status?.recorded?.version;

  it('gives back what was recorded, once', async () => {
    const world = new MemoryWorld();
    expect(await work(world)).toEqual({ environments: [{ name: 'default/shop.qa', version: '1.0.0', runs: 1 }] });
    expect([recorded(world), (await work(world)).environments[0]?.skipped]).toEqual(['1.0.0', '1.0.0 is recorded there']);
  });

  it('goes on where it was broken off', async () => {
    const world = new MemoryWorld();
    world.api.fault = (operation, kind) => (operation === 'writeStatus' && kind === 'DeploymentRun' ? 'failed' : undefined);
    await expect(work(world)).rejects.toThrow('could not be reached');
    world.api.fault = () => undefined;
    await work(world);
    expect([recorded(world), world.phases]).toEqual(['1.0.0', { 'shop.qa.1': 'Succeeded' }]);
  });

  it('stops where a controller begins to lead, and goes on from there when it is asked again', async () => {
    const run = aRun({ number: 1, spec: { environment: 'qa2', version: '2.0.0' } });
    const path = await addToTrail({ ...run, metadata: { ...run.metadata, name: 'shop.qa2.1', uid: 'of-qa2' } });
    const { api } = new MemoryWorld();
    let holderIdentity = '';
    const lease = () => ({
      metadata: { namespace, name: 'towpath' },
      spec: { holderIdentity, renewTime: new Date(api.ports().clock.now()).toISOString(), leaseDurationSeconds: 35 },
    });
    const ports = api.ports();
    const kube = Object.assign(ports, {
      readSecret: async () => '',
      now: () => ports.clock.now(),
      client: { find: async () => lease() },
    });
    api.fault = (operation, kind) => {
      if (operation === 'writeStatus' && kind === 'Environment') holderIdentity = 'towpath-0';
      return undefined;
    };
    const options = { folder, lease: { namespace, name: 'towpath' }, dryRun: false, signal: new AbortController().signal };
    await expect(rebuild(kube as unknown as Kube, options)).rejects.toThrow('towpath-0 leads (lease default/towpath)');
    const versions = () =>
      ['qa', 'qa2'].map((name) => api.environments.get({ namespace, name: `shop.${name}` })?.status?.recorded?.version);
    expect(versions()).toEqual(['1.0.0', undefined]);
    holderIdentity = '';
    api.fault = () => undefined;
    await rebuild(kube as unknown as Kube, options);
    expect(versions()).toEqual(['1.0.0', '2.0.0']);
    await rm(path);
  });

  it.each([true, false])(
    'never tells of a run that a controller made since what became of one of the trail (only looking: %s)',
    async (dryRun) => {
      const world = new MemoryWorld();
      const { spec } = aRun({ number: 1, phase: 'Pending', spec: { version: '9.9.9' } });
      await world.api.runs.create({ namespace, name: 'shop.qa.1' }, spec, {});
      expect((await work(world, dryRun)).environments).toEqual([
        {
          name: 'default/shop.qa',
          version: '1.0.0',
          runs: 0,
          skipped: 'the run shop.qa.1 is there, which is not of the trail: delete it first',
        },
      ]);
      expect([recorded(world), world.api.runs.get({ namespace, name: 'shop.qa.1' })?.status]).toEqual([undefined, undefined]);
    },
  );
});
