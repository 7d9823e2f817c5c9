import { describe, expect, it } from 'vitest';
import { noGovernance, type ReleaseDocument } from '../../controller/core/governance.js';
import { aProduct, aStage } from '../support/facts.js';
import { MemoryWorld, type Wanted } from '../support/memory-world.js';
import { aClass, aDocument, aPath } from '../support/release-worlds.js';

const minute = 60_000;
const product = aPath(
  { name: 'minor' },
  { name: 'hotfix', skips: [{ stage: 'uat', owner: 'quality-analyst', withinMs: 60 * minute }] },
);
const environment = (stage: string, version: string, over: Partial<Wanted> = {}): Wanted => ({
  environment: stage,
  stage,
  version,
  product,
  ...over,
});
/** A time that never comes in a test. */
const never = Date.parse('2030-01-01T00:00:00Z');

const everywhere = (version: string) => ['qa', 'uat', 'production'].map((stage) => environment(stage, version));

function commit(world: MemoryWorld, documents: readonly ReleaseDocument[], ...wanted: readonly Wanted[]): void {
  world.governance = { ...noGovernance, releases: documents };
  const classOf = ({ version }: Wanted) => documents.find((document) => document.version === version)?.class;
  world.commit(
    ...wanted.map((one) => ({ ...one, ...(classOf(one) === undefined ? {} : { release: { class: classOf(one) ?? '' } }) })),
  );
}

function started(documents: readonly ReleaseDocument[], ...wanted: readonly Wanted[]): MemoryWorld {
  const world = new MemoryWorld();
  commit(world, documents, ...wanted);
  world.start();
  return world;
}

const told = ({ api }: MemoryWorld) =>
  Object.fromEntries(api.releases.list().map(({ spec, status }) => [spec.version, [status?.progress, status?.open ?? '']]));
const release = ({ api }: MemoryWorld, version: string) => api.releases.get({ namespace: 'default', name: `shop.${version}` });

describe('releases', () => {
  it('are told of from documents and from what runs, and then nothing is written any more', async () => {
    const world = started([aDocument({ previous: '1.0.0' })], ...everywhere('1.0.0'));
    await world.advance(5 * minute);
    expect(told(world)).toEqual({
      '1.0.0': ['qa 1/1, uat 1/1, production 1/1', ''],
      '1.1.0': ['qa 0/1, uat 0/1, production 0/1', 'still to come: qa 1, uat 1, production 1'],
    });
    expect(release(world, '1.1.0')?.metadata.labels).toEqual({
      'towpath.dev/source': 'releases',
      'towpath.dev/product': 'shop',
      'towpath.dev/version': '1.1.0',
    });
    const written = world.api.releaseWrites.length;
    await world.advance(60 * minute);
    await world.restart();
    await world.advance(60 * minute);
    expect(world.api.releaseWrites.slice(written)).toEqual([]);
  });

  it('are written only where a change touches them', async () => {
    const documents = ['1.0.0', '1.1.0', '1.2.0', '1.3.0'].map((version, at, all) =>
      aDocument({ version, ...(all[at - 1] === undefined ? {} : { previous: all[at - 1] ?? '' }) }),
    );
    const world = started(documents, ...everywhere('1.0.0'));
    await world.advance(5 * minute);
    const written = world.api.releaseWrites.length;
    commit(world, documents, environment('qa', '1.2.0'), environment('uat', '1.0.0'), environment('production', '1.0.0'));
    await world.advance(5 * minute);
    const touched = new Set(world.api.releaseWrites.slice(written).map((write) => write.split(' ')[1]));
    // What was jumped over is not to come there any more; 1.3.0 is to come as before.
    expect([...touched].sort()).toEqual(['shop.1.0.0', 'shop.1.1.0', 'shop.1.2.0']);
    expect(told(world)['1.1.0']).toEqual(['qa 0/1, uat 0/1, production 0/1', 'still to come: uat 1, production 1']);
  });

  it('stay without their document while they run somewhere, and go when nothing refers to them', async () => {
    const world = started([aDocument()], ...everywhere('1.1.0'));
    await world.advance(5 * minute);
    commit(world, [], ...everywhere('1.1.0'));
    await world.advance(5 * minute);
    expect(release(world, '1.1.0')?.spec).toEqual({ product: 'shop', version: '1.1.0', documented: false, source: 'releases' });
    commit(world, [], ...everywhere('1.2.0'));
    await world.advance(5 * minute);
    expect(Object.keys(told(world))).toEqual(['1.2.0']);
  });

  it('stay as they are while the repository cannot be read', async () => {
    const world = started([aDocument()], ...everywhere('1.0.0'));
    await world.advance(5 * minute);
    world.api.snapshots.clear();
    const written = world.api.releaseWrites.length;
    await world.restart();
    await world.advance(30 * minute);
    expect([world.api.releaseWrites.slice(written), Object.keys(told(world)).sort()]).toEqual([[], ['1.0.0', '1.1.0']]);
  });

  it('go with their source where nothing runs of them', async () => {
    const world = started([aDocument()], ...everywhere('1.0.0'));
    await world.advance(5 * minute);
    await world.api.sources.remove({ namespace: 'default', name: 'releases' });
    await world.advance(5 * minute);
    expect(Object.keys(told(world))).toEqual(['1.0.0']);
  });

  it('tell of a skipped stage until it is made up for, and once when that is overdue', async () => {
    const hotfix = aDocument({ version: '1.0.1', class: 'hotfix', previous: '1.0.0' });
    const world = started([hotfix], ...everywhere('1.0.0'));
    await world.advance(5 * minute);
    commit(world, [hotfix], environment('qa', '1.0.1'), environment('uat', '1.0.0'), environment('production', '1.0.1'));
    await world.advance(5 * minute);
    expect(told(world)['1.0.1']).toEqual(['qa 1/1, uat skipped, production 1/1', '1 obligation']);
    await world.advance(60 * minute);
    expect(told(world)['1.0.1']?.[1]).toBe('1 obligation overdue');
    await world.advance(60 * minute);
    const overdue = world.api.events.filter(({ reason }) => reason === 'ObligationOverdue');
    expect(overdue.map(({ regarding }) => [regarding.kind, regarding.key.name])).toEqual([['Release', 'shop.1.0.1']]);
    commit(world, [hotfix], ...everywhere('1.0.1'));
    await world.advance(5 * minute);
    expect([told(world)['1.0.1'], release(world, '1.0.1')?.status?.obligations?.[0]?.state]).toEqual([
      ['qa 1/1, uat 1/1, production 1/1', ''],
      'met',
    ]);
  });

  it('are made good again where somebody has meddled with their record', async () => {
    const world = started([aDocument()], ...everywhere('1.1.0'));
    await world.advance(5 * minute);
    const spec = release(world, '1.1.0')?.spec;
    await world.api.releases.remove({ namespace: 'default', name: 'shop.1.1.0' });
    await world.advance(minute);
    expect([release(world, '1.1.0')?.spec, told(world)['1.1.0']]).toEqual([spec, ['qa 1/1, uat 1/1, production 1/1', '']]);
  });
});

describe('the path', () => {
  it('is closed again while something else runs where the release was verified', async () => {
    const world = started([], environment('qa', '1.1.0'), environment('uat', '1.0.0', { notBefore: never }));
    await world.advance(5 * minute);
    expect(world.status('qa')?.verified?.[0]).toMatchObject({ version: '1.1.0', result: 'Passed' });
    world.jenkins.enqueue({ job: 'deploy', id: 'by hand', parameters: { ENVIRONMENT: 'qa', VERSION: '0.9.0' } });
    await world.advance(5 * minute);
    commit(world, [], environment('qa', '1.1.0'), environment('uat', '1.1.0'));
    await world.advance(5 * minute);
    expect(world.ready('uat')).toMatch(/over it in qa: it counts again once that is put right/);
    world.annotate('qa', { retryRequestedAt: '1' });
    await world.advance(10 * minute);
    expect(world.status('uat')?.recorded?.version).toBe('1.1.0');
  });
});

describe('a more urgent class', () => {
  const crowded = aProduct({
    concurrency: 1,
    stages: [aStage()],
    classes: [aClass({ name: 'minor' }), aClass({ name: 'hotfix', priority: 10 })],
  });
  const at = (name: string, version: string): Wanted => ({ environment: name, stage: 'qa', version, product: crowded });

  it('goes first where deployments wait for room, whoever came first', async () => {
    const documents = [aDocument({ version: '1.1.0' }), aDocument({ version: '1.0.1', class: 'hotfix' })];
    const world = started(documents, at('a', '1.1.0'), at('b', '1.1.0'), at('c', '1.1.0'));
    world.jenkins.delayMs = 5 * minute;
    await world.advance(2 * minute);
    commit(world, documents, at('a', '1.1.0'), at('b', '1.1.0'), at('c', '1.1.0'), at('z', '1.0.1'));
    await world.advance(60 * minute);
    const order = world.api.runs
      .list()
      .map(({ metadata, status }) => [status?.jenkins?.requestedAt ?? '', metadata.name])
      .sort()
      .map(([, name]) => name);
    expect(order.slice(0, 2)).toEqual(['shop.a.1', 'shop.z.1']);
    expect(order).toHaveLength(4);
  });
});
