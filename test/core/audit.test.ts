import { describe, expect, it } from 'vitest';
import { runRecord } from '../../controller/core/audit/records.js';
import { restoredEnvironments } from '../../controller/core/audit/restore.js';
import type { JsonObject } from '../../controller/core/model.js';
import { toTime } from '../../controller/core/time.js';
import { aProduct, aRun, aStage, at } from '../support/facts.js';
import { MemoryWorld } from '../support/memory-world.js';

const qa = { environment: 'qa', stage: 'qa', product: aProduct({ stages: [aStage()] }) };
const namespace = 'default';

function aWorld(): MemoryWorld {
  const world = new MemoryWorld();
  const source = world.api.sources.get({ namespace, name: 'releases' });
  if (source === undefined) throw new Error('the world has a source');
  world.api.sources.apply(source.metadata, { spec: { ...source.spec, audit: { bucket: 'candidates', prefix: 'audit/' } } });
  return world;
}

async function deploy(world: MemoryWorld, ...versions: readonly string[]): Promise<void> {
  for (const version of versions) {
    world.commit({ ...qa, version });
    await world.advance(180_000);
  }
}

const keys = ({ api }: MemoryWorld) => [...api.audit.objects.keys()].map((key) => key.replace(/-[^-/]*\.json$/, '.json'));

describe('the audit trail', () => {
  it('holds every run that ended, whole, once', async () => {
    const world = aWorld();
    world.start();
    await deploy(world, '1.0.0', '1.1.0');
    expect(keys(world)).toEqual(['default/shop/qa/runs/00000001.json', 'default/shop/qa/runs/00000002.json']);
    const [first] = [...world.api.audit.objects.values()] as JsonObject[];
    expect(first).toMatchObject({
      kind: 'AuditRecord',
      type: 'run',
      run: { metadata: { name: 'shop.qa.1' }, spec: { version: '1.0.0' }, status: { phase: 'Succeeded', judgement: {} } },
    });
  });

  it('is not asked for anything while nothing ends', async () => {
    const world = aWorld();
    world.start();
    await deploy(world, '1.0.0');
    const { length } = world.api.audit.asked;
    await world.advance(3_600_000);
    expect(world.api.audit.asked.slice(length)).toEqual([]);
  });

  it('gets what ended while the bucket was away, in order, and runs are kept for it beyond the limit', async () => {
    const world = aWorld();
    const source = world.api.sources.get({ namespace, name: 'releases' });
    if (source !== undefined) world.api.sources.apply(source.metadata, { spec: { ...source.spec, historyLimit: 2 } });
    world.start();
    world.api.audit.isDown = true;
    await deploy(world, '1.0.0', '1.1.0', '1.2.0', '1.3.0');
    expect([keys(world), Object.keys(world.phases).length]).toEqual([[], 4]);
    world.api.audit.isDown = false;
    await world.advance(20 * 60_000);
    expect([keys(world), Object.keys(world.phases)]).toEqual([
      [1, 2, 3, 4].map((number) => `default/shop/qa/runs/0000000${number}.json`),
      ['shop.qa.3', 'shop.qa.4'],
    ]);
  });

  it('is looked at once for an environment after a restart, and not written again', async () => {
    const world = aWorld();
    world.start();
    await deploy(world, '1.0.0', '1.1.0');
    const { length } = world.api.audit.asked;
    await world.restart();
    world.controller.notice({ kind: 'ReleaseSource', key: { namespace, name: 'releases' } });
    await world.advance(60_000);
    const asked = world.api.audit.asked.slice(length).filter((what) => !what.startsWith('*'));
    expect(asked.map((what) => what.replace(/-[^-/]*\.json$/, ''))).toEqual(['?default/shop/qa/runs/00000002']);
  });

  it('holds who stopped the line, why, since when, and when it went on, also where that happened unseen', async () => {
    const world = aWorld();
    world.start();
    const hold = { namespace, name: 'incident' };
    world.api.holds.apply(hold, { spec: { reason: 'payments fail', by: 'Ann' } });
    await world.advance(1_000);
    await world.controller.stop();
    await world.api.holds.remove(hold);
    await world.restart();
    world.controller.notice({ kind: 'ReleaseSource', key: { namespace, name: 'releases' } });
    await world.advance(1_000);
    const records = [...world.api.audit.objects.values()] as JsonObject[];
    expect(records.map(({ type }) => type)).toEqual(['hold', 'hold-removed']);
    expect(records[0]).toMatchObject({ hold: { metadata: { name: 'incident' }, spec: { reason: 'payments fail', by: 'Ann' } } });
  });

  it('holds what an operator has adopted', async () => {
    const world = aWorld();
    world.start();
    await deploy(world, '1.0.0');
    world.annotate('qa', { adopt: '0.9.0' });
    await world.advance(60_000);
    const adoptions = ([...world.api.audit.objects.values()] as JsonObject[]).filter(({ type }) => type === 'adoption');
    expect(adoptions).toMatchObject([{ recorded: { version: '0.9.0' }, environment: { spec: { environment: 'qa' } } }]);
  });

  it('holds what was adopted while the bucket was away, also where something was deployed over it since', async () => {
    const world = aWorld();
    world.start();
    await deploy(world, '1.0.0');
    world.api.audit.isDown = true;
    world.annotate('qa', { adopt: '0.9.0' });
    await world.advance(60_000);
    await deploy(world, '1.1.0');
    world.api.audit.isDown = false;
    await world.advance(20 * 60_000);
    expect(([...world.api.audit.objects.values()] as JsonObject[]).map(({ type }) => type)).toEqual([
      'run',
      'adoption',
      'run',
      'run',
    ]);
    expect([...world.api.audit.objects.values()][1]).toMatchObject({ recorded: { version: '0.9.0', certain: true } });
  });

  it('begins anew, with all that there is, where it is moved', async () => {
    const world = aWorld();
    world.start();
    await deploy(world, '1.0.0', '1.1.0');
    world.api.audit.objects.clear();
    const source = world.api.sources.get({ namespace, name: 'releases' });
    if (source === undefined) throw new Error('the world has a source');
    world.api.sources.apply(source.metadata, { spec: { ...source.spec, audit: { bucket: 'candidates', prefix: 'elsewhere/' } } });
    await deploy(world, '1.2.0');
    expect(keys(world)).toEqual([1, 2, 3].map((number) => `default/shop/qa/runs/0000000${number}.json`));
  });
});

describe('what a trail gives back', () => {
  const told = (number: number, version: string, created: string, uid: string) => {
    const run = aRun({ number, at: at(created), spec: { version } });
    return runRecord({ ...run, metadata: { ...run.metadata, uid, creationTimestamp: toTime(at(created)) } }).body;
  };

  it('is the newest line, where numbers began anew because records were lost and nothing was restored', () => {
    const records = [
      told(1, '1.0.0', '08:00', 'old-1'),
      told(2, '1.1.0', '08:10', 'old-2'),
      told(3, '1.2.0', '08:20', 'old-3'),
      told(1, '2.0.0', '09:00', 'new-1'),
      told(2, '2.1.0', '09:10', 'new-2'),
    ];
    const [one] = restoredEnvironments(records, 20);
    expect([one?.status.recorded?.version, one?.runs.map(({ metadata }) => metadata.uid)]).toEqual(['2.1.0', ['new-1', 'new-2']]);
  });

  it('follows the numbers, whatever the clock said', () => {
    const records = [told(1, '1.0.0', '09:00', 'a'), told(2, '1.1.0', '08:59', 'b')];
    expect(restoredEnvironments(records, 20)[0]?.status.recorded?.version).toBe('1.1.0');
  });
});
