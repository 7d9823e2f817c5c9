import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Product } from '../../controller/core/model.js';
import { aProduct, aStage } from '../support/facts.js';
import { MemoryJenkins } from '../support/memory-jenkins.js';
import { MemoryWorld, type Wanted } from '../support/memory-world.js';

const minute = 60_000;
const qa = { environment: 'qa', stage: 'qa', version: '1.0.0' };
const uat = { environment: 'uat', stage: 'uat', version: '1.0.0' };
const key = (name: string) => ({ namespace: 'default', name });

function started(...wanted: readonly Wanted[]): MemoryWorld {
  const world = new MemoryWorld();
  world.commit(...wanted);
  world.start();
  return world;
}

function checkedBy(server: string): Product {
  const jenkins = { server, job: 'smoke', parameters: {}, timeoutMs: 30 * minute };
  return aProduct({ stages: [aStage({ verification: [{ name: 'smoke', jenkins }] })] });
}

describe('a leader that has just taken over', () => {
  it('starts nothing beside a run that its cache has not heard of yet', async () => {
    const world = started(qa);
    await world.advance(minute);
    world.jenkins.delayMs = 30 * minute;
    world.commit({ ...qa, version: '1.1.0' });
    await world.advance(3 * minute);
    expect(world.phases).toMatchObject({ 'shop.qa.2': 'Queued' });
    world.api.unheardOf.add('shop.qa.2');
    world.commit({ ...qa, version: '1.2.0' });
    await world.restart();
    await world.advance(5 * minute);
    expect(world.phases).toEqual({ 'shop.qa.1': 'Succeeded', 'shop.qa.2': 'Queued' });
    world.api.unheardOf.clear();
    await world.advance(90 * minute);
    expect(world.status('qa')?.recorded?.version).toBe('1.2.0');
  });

  it('nor beside one that its cache hears of while the API is asked', async () => {
    const world = started(qa);
    await world.advance(minute);
    world.jenkins.delayMs = 30 * minute;
    world.commit({ ...qa, version: '1.1.0' });
    await world.advance(3 * minute);
    world.api.unheardOf.add('shop.qa.2');
    world.api.onAskedForNewest = () => world.api.unheardOf.clear();
    world.commit({ ...qa, version: '1.2.0' });
    await world.restart();
    await world.advance(5 * minute);
    expect(world.phases).toEqual({ 'shop.qa.1': 'Succeeded', 'shop.qa.2': 'Queued' });
  });
});

describe('a leader that takes over beside a run that its cache has not heard of', () => {
  it('claims nothing before it knows of it', async () => {
    const product = aProduct({ concurrency: 1 });
    const world = started({ ...qa, product }, { ...qa, environment: 'qa2', product });
    world.jenkins.buildMs = 100 * minute;
    await world.advance(minute);
    world.api.unheardOf.add('shop.qa.1');
    await world.restart();
    await world.advance(10 * minute);
    expect([world.jenkins.posts, world.status('qa2')?.waitingFor]).toEqual([
      [expect.stringContaining('shop.qa.1.')],
      'concurrency',
    ]);
  });
});

describe('a status that a deposed leader has written over', () => {
  it('is put right within seconds, and not at once: two whose clocks differ would write against each other without a pause', async () => {
    const world = started(qa);
    await world.advance(2 * minute);
    const before = world.status('qa');
    const key = { namespace: 'default', name: 'shop.qa' };
    const environment = world.api.environments.get(key);
    if (environment === undefined || before === undefined) throw new Error('qa is there');
    await world.api
      .ports()
      .environments.writeStatus(environment, { ...before, waitingFor: 'held' }, new AbortController().signal);
    expect(world.status('qa')?.waitingFor).toBe('held');
    world.controller.notice({ kind: 'Environment', key, byOthers: true });
    await world.advance(2_000);
    expect(world.status('qa')?.waitingFor).toBe('held');
    await world.advance(4_000);
    expect(world.status('qa')).toEqual(before);
  });
});

describe('a suspended source', () => {
  it('has its jobs looked at: what somebody deploys by hand is told of', async () => {
    const world = started(qa);
    await world.advance(2 * minute);
    world.suspend();
    const parameters = { ENVIRONMENT: 'qa', VERSION: '0.9.0' };
    world.jenkins.enqueue({ job: 'deploy', id: 'by hand', parameters });
    await world.advance(2 * minute);
    expect([world.status('qa')?.observed?.version, world.ready('qa').split(':')[0]]).toEqual(['0.9.0', 'Drifted']);
    expect(world.jenkins.posts).toHaveLength(1);
  });
});

describe('a promotion', () => {
  it('goes along its path, asks Jenkins once a run, and then nothing is written any more', async () => {
    const world = started(qa, uat);
    await world.advance(2 * minute);
    expect(world.phases).toEqual({ 'shop.qa.1': 'Succeeded', 'shop.uat.1': 'Succeeded' });
    expect(world.jenkins.posts).toHaveLength(2);
    const written = world.api.writes.length;
    await world.advance(60 * minute);
    expect(world.api.writes.slice(written)).toEqual([]);
  });

  it('changes nothing in any status when the process is started anew', async () => {
    const world = started(qa, uat);
    await world.advance(2 * minute);
    const written = world.api.writes.length;
    await world.restart();
    await world.advance(2 * minute);
    expect(world.api.writes.slice(written)).toEqual([]);
  });

  it('is not lost where an environment cannot be brought up to date for the moment', async () => {
    const world = started(qa);
    await world.advance(minute);
    world.commit({ ...qa, version: '1.1.0' });
    let conflicts = 1;
    world.api.fault = (operation) => (operation === 'ensure' && conflicts-- > 0 ? 'conflict' : undefined);
    await world.advance(3 * minute);
    expect(world.status('qa')?.recorded?.version).toBe('1.1.0');
  });

  it.each(['Environment', 'DeploymentRun'] as const)('goes on where the answer to a write of an %s is lost', async (kind) => {
    const world = started(qa, uat);
    const lost = new Set<string>();
    world.api.fault = (operation, of, { name }) => {
      const status = JSON.stringify([world.run('shop.qa.1')?.status?.phase, lost.size]);
      if (operation !== 'writeStatus' || of !== kind || lost.has(`${name} ${status}`)) return undefined;
      lost.add(`${name} ${status}`);
      return lost.size < 12 ? 'lost' : undefined;
    };
    await world.advance(15 * minute);
    expect(world.phases).toEqual({ 'shop.qa.1': 'Succeeded', 'shop.uat.1': 'Succeeded' });
    expect(world.jenkins.posts).toHaveLength(2);
  });

  it('goes on when the environment upstream that it waits for leaves git', async () => {
    const product = aProduct({ stages: [aStage(), aStage({ name: 'uat', after: [{ stage: 'qa', require: 'all' }] })] });
    const first = { ...qa, product };
    const last = { ...uat, product };
    const world = started(first, { ...qa, environment: 'qa2', product }, last);
    world.api.environments.apply(key('shop.qa2'), {
      spec: { product: 'shop', environment: 'qa2', stage: 'qa', source: 'releases' },
      annotations: { 'towpath.dev/suspend': 'broken' },
    });
    await world.advance(2 * minute);
    expect(world.status('uat')?.waitingFor).toBe('order');
    world.commit(first, last);
    await world.advance(3 * minute);
    expect(world.status('uat')?.recorded?.version).toBe('1.0.0');
  });
});

describe('a run', () => {
  it('that a person deletes makes room for others', async () => {
    const product = aProduct({ concurrency: 1 });
    const world = started({ ...qa, product }, { ...qa, environment: 'qa2', product });
    world.jenkins.buildMs = 100 * minute;
    await world.advance(minute);
    expect([world.phases, world.status('qa2')?.waitingFor]).toEqual([{ 'shop.qa.1': 'Running' }, 'concurrency']);
    world.annotate('qa', { suspend: 'replaced' });
    await world.api.runs.remove(key('shop.qa.1'));
    await world.advance(minute);
    expect(world.phases).toEqual({ 'shop.qa2.1': 'Running' });
  });

  it('is verified on the server that the check names', async () => {
    const world = new MemoryWorld();
    const checks = new MemoryJenkins(world.clock);
    world.api.servers.set('checks', checks);
    world.commit({ ...qa, product: checkedBy('checks') });
    world.start();
    await world.advance(2 * minute);
    expect([world.phases, world.jenkins.posts.length, checks.posts]).toEqual([
      { 'shop.qa.1': 'Succeeded' },
      1,
      [`${world.jenkins.posts[0]}.smoke`],
    ]);
  });

  it('of a verification that has no checks any more comes to its end', async () => {
    const world = started({ ...qa, product: checkedBy('main') });
    world.jenkins.result = 'SUCCESS';
    await world.advance(3_000);
    world.jenkins.result = 'FAILURE';
    await world.advance(2 * minute);
    expect(world.phases).toEqual({ 'shop.qa.1': 'VerificationFailed' });
    world.commit({ ...qa, product: aProduct() });
    await world.advance(2 * minute);
    world.annotate('qa', { verifyRequestedAt: '1' });
    await world.advance(minute);
    expect([world.phases, world.ready('qa')]).toEqual([
      { 'shop.qa.1': 'VerificationFailed', 'shop.qa.2': 'Succeeded' },
      'Deployed: 1.0.0 is deployed',
    ]);
  });

  it('that cannot be driven says why from the start, and no longer than it is so', async () => {
    const world = new MemoryWorld();
    world.commit(qa);
    world.api.servers.clear();
    world.start();
    await world.advance(10_000);
    expect(world.ready('qa')).toBe('Deploying: deploying 1.0.0: Jenkins server main: there is no Secret');
    world.api.servers.set('main', world.jenkins);
    world.jenkins.buildMs = 10 * minute;
    await world.advance(minute);
    world.api.servers.clear();
    await world.advance(minute);
    expect(world.ready('qa')).toBe('Deploying: deploying 1.0.0: Jenkins server main: there is no Secret');
    world.api.servers.set('main', world.jenkins);
    await world.advance(4 * minute);
    expect(world.ready('qa')).toBe('Deploying: deploying 1.0.0: deploy: running');
  });

  it('is looked for before it is asked for again, however long gates kept it waiting', async () => {
    const world = started(qa);
    world.jenkins.answer = () => ({ state: 'unsent', message: 'nobody listens' });
    world.jenkins.enqueue = () => 1;
    await world.advance(3_000);
    expect(world.run('shop.qa.1')?.status?.jenkins?.state).toBe('Pending');
    const id = world.jenkins.posts[0] ?? '';
    world.jenkins.items.push({ job: 'deploy', id, parameters: {}, queueId: 1, startsAt: world.clock.now() });
    await world.advance(5 * minute);
    expect([world.jenkins.posts.length, world.jenkins.builds.length, world.phases]).toEqual([1, 1, { 'shop.qa.1': 'Succeeded' }]);
  });

  it('is not doubled by an item that could not be cancelled at first', async () => {
    const world = started(qa);
    world.jenkins.delayMs = 5 * minute;
    world.jenkins.answer = () => {
      const id = world.jenkins.posts[0] ?? '';
      world.jenkins.enqueue({ job: 'deploy', id, parameters: {} });
      return { state: 'ambiguous', message: 'cut off' };
    };
    let refusals = 1;
    world.jenkins.onCancel = () => {
      if (refusals-- > 0) throw new Error('Jenkins is busy');
    };
    await world.advance(15 * minute);
    expect([world.jenkins.builds.length, world.phases]).toEqual([1, { 'shop.qa.1': 'Succeeded' }]);
  });

  it('of an environment that has left git can be settled by a person', async () => {
    const world = started(qa);
    await world.advance(4_000);
    world.jenkins.builds = [];
    await world.advance(minute);
    expect(world.phases).toEqual({ 'shop.qa.1': 'Unknown' });
    world.commit();
    await world.advance(2 * minute);
    world.api.runs.apply(key('shop.qa.1'), { annotations: { 'towpath.dev/resolve': 'failed' } });
    await world.advance(1_000);
    expect(world.phases).toEqual({ 'shop.qa.1': 'Failed' });
  });
});

describe('a ReleaseSource', () => {
  it('that is deleted starts nothing any more, whatever it said', async () => {
    const world = started(qa);
    await world.advance(minute);
    await world.api.sources.remove(key('releases'));
    world.annotate('qa', { retryRequestedAt: '1' });
    await world.advance(minute);
    expect([world.phases, world.status('qa')?.waitingFor]).toEqual([{ 'shop.qa.1': 'Succeeded' }, 'valid']);
  });

  it('whose repository was down for hours is read within its interval', async () => {
    const world = new MemoryWorld();
    world.start();
    await world.advance(300 * minute);
    world.commit(qa);
    await world.advance(minute + 10_000);
    expect(world.phases).toEqual({ 'shop.qa.1': 'Succeeded' });
  });
});

describe('a descriptor', () => {
  it('that is published later is found', async () => {
    const product = aProduct({ descriptor: { bucket: 'candidates', key: '${product}/${version}.json' } });
    const world = started({ ...qa, product });
    await world.advance(10 * minute);
    expect(world.status('qa')?.waitingFor).toBe('descriptor');
    const components = { cart: '1.0.0' };
    world.api.descriptor = (path) => ({
      state: 'found',
      descriptor: { key: path, sha256: 'a'.repeat(64), components, content: { components } },
    });
    await world.advance(2 * minute);
    expect(world.phases).toEqual({ 'shop.qa.1': 'Succeeded' });
  });
});

describe('a build that Jenkins repeats by itself', () => {
  it('is stopped, and while it cannot be stopped that is no reason to say nothing', async () => {
    const world = started(qa);
    await world.advance(2 * minute);
    const id = world.jenkins.posts[0] ?? '';
    const parameters = { ENVIRONMENT: 'qa', VERSION: '1.0.0' };
    world.jenkins.buildMs = 60 * minute;
    world.jenkins.enqueue({ job: 'deploy', id, parameters });
    world.jenkins.stopBuild = async () => {
      throw new Error('Jenkins is down');
    };
    await world.advance(5 * minute);
    world.annotate('qa', { suspend: 'look at it' });
    await world.advance(minute);
    expect(world.ready('qa')).toContain('a second time');
  });
});

describe('whatever goes wrong with writes, answers and processes', () => {
  it('every environment gets its version, by one build', async () => {
    const property = fc.asyncProperty(fc.infiniteStream(fc.nat(99)), async (dice) => {
      const roll = () => dice.next().value as number;
      const world = started(qa, { ...qa, environment: 'qa2' }, uat);
      let calm = false;
      world.api.fault = (operation) => {
        if (calm || operation === 'remove') return undefined;
        const number = roll();
        return number < 8 ? 'lost' : number < 14 ? 'failed' : number < 20 ? 'conflict' : undefined;
      };
      world.jenkins.answer = (accepted) => (calm || roll() < 70 ? accepted : { state: 'ambiguous', message: 'cut off' });
      for (let step = 0; step < 30; step += 1) {
        await world.advance(roll() * 300);
        if (roll() < 10) await world.restart();
      }
      calm = true;
      await world.advance(40 * minute);
      const deployed = ['qa', 'qa2', 'uat'].map((name) => world.status(name)?.recorded?.version);
      const ids = world.jenkins.builds.map(({ id }) => id);
      expect([deployed, new Set(ids).size, ids.length]).toEqual([['1.0.0', '1.0.0', '1.0.0'], 3, 3]);
      const written = world.api.writes.length;
      await world.advance(60 * minute);
      expect(world.api.writes.slice(written)).toEqual([]);
    });
    await fc.assert(property, { numRuns: 40 });
  }, 60_000);

  it('no run has its effect twice where Jenkins is killed again and again, and what cannot be known waits for a person', async () => {
    const property = fc.asyncProperty(fc.infiniteStream(fc.nat(99)), async (dice) => {
      const roll = () => dice.next().value as number;
      const world = started(qa, { ...qa, environment: 'qa2' });
      world.jenkins.answer = (accepted) => (roll() < 60 ? accepted : { state: 'ambiguous', message: 'cut off' });
      for (let step = 0; step < 20; step += 1) {
        await world.advance(roll() * 100);
        const happens = roll();
        if (happens < 20) world.jenkins.kill();
        else if (happens < 30) await world.restart();
        world.jenkins.isDown = roll() < 20;
      }
      world.jenkins.isDown = false;
      await world.advance(60 * minute);
      expect(world.jenkins.effects).toEqual([...new Set(world.jenkins.effects)]);
      for (const { status, metadata } of world.api.runs.list())
        expect([metadata.name, status?.phase]).toEqual([metadata.name, expect.stringMatching(/^(Succeeded|Unknown)$/)]);
    });
    await fc.assert(property, { numRuns: 60 });
  }, 60_000);
});
