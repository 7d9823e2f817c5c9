import { describe, expect, it } from 'vitest';
import { noGovernance, type ReleaseDocument } from '../../controller/core/governance.js';
import type { JsonObject } from '../../controller/core/model.js';
import { aProduct, aStage } from '../support/facts.js';
import { MemoryWorld, type Wanted } from '../support/memory-world.js';
import { anItem, aRelease, doneItem } from '../support/releases.js';

const minute = 60_000;

function started(releases: readonly ReleaseDocument[], ...wanted: readonly Wanted[]): MemoryWorld {
  const world = new MemoryWorld();
  world.governance = { ...noGovernance, releases };
  world.commit(...wanted);
  world.start();
  return world;
}

describe('a release that needs another product', () => {
  const analytics = (version: string, client = 'acme'): Wanted => {
    return { product: aProduct({ name: 'analytics' }), environment: `an-${client}`, stage: 'qa', client, version };
  };
  const shop: Wanted = { environment: 'qa', stage: 'qa', client: 'acme', version: '2.9.3' };
  const releases = [aRelease('2.9.3', { dependencies: { analytics: '>=5.1' } })];
  const waiting = (world: MemoryWorld) => world.ready('qa');

  it('waits for it, and goes on once it is recorded, without another look at anything', async () => {
    const world = started(releases, shop, analytics('5.0.0'));
    await world.advance(3 * minute);
    expect(waiting(world)).toBe('Blocked: 2.9.3: needs analytics >=5.1: an-acme has 5.0.0');
    world.commit(shop, analytics('5.1.0'));
    await world.advance(5 * minute);
    expect(world.status('qa')?.recorded?.version).toBe('2.9.3');
    expect(world.phases).toEqual({
      'analytics.an-acme.1': 'Succeeded',
      'analytics.an-acme.2': 'Succeeded',
      'shop.qa.1': 'Succeeded',
    });
  });

  it('waits for an environment that git names and that has no record yet', async () => {
    const world = started(releases, shop);
    await world.advance(minute);
    expect(waiting(world)).toBe('Blocked: 2.9.3: needs analytics >=5.1, and analytics has no environment for acme at stage qa');
    world.jenkins.delayMs = 10 * minute;
    world.commit(shop, analytics('5.1.0'));
    await world.advance(2 * minute);
    expect(waiting(world)).toBe('Blocked: 2.9.3: needs analytics >=5.1: nothing is recorded of an-acme');
    await world.advance(20 * minute);
    expect(world.status('qa')?.recorded?.version).toBe('2.9.3');
  });

  it('waits while nobody knows what runs there, and goes on once that version is there again', async () => {
    const world = started(releases, analytics('5.1.0'));
    await world.advance(3 * minute);
    world.jenkins.result = 'FAILURE';
    world.commit(analytics('5.2.0'));
    await world.advance(3 * minute);
    world.jenkins.result = 'SUCCESS';
    world.commit(analytics('5.2.0'), shop);
    await world.advance(3 * minute);
    expect(waiting(world)).toContain('an-acme had 5.1.0, and a later deployment did not succeed');
    world.commit(analytics('5.1.0'), shop);
    await world.advance(5 * minute);
    expect(world.status('qa')?.recorded?.version).toBe('2.9.3');
  });

  it('takes no notice of what other clients have', async () => {
    const world = started(releases, shop, analytics('5.0.0', 'globex'), analytics('5.1.0'));
    await world.advance(5 * minute);
    expect(world.status('qa')?.recorded?.version).toBe('2.9.3');
  });
});

describe('settings that have to be tested elsewhere', () => {
  const product = aProduct({ stages: [aStage(), aStage({ name: 'production', parity: { with: 'qa', allow: [] } })] });
  const at = (stage: string, on: boolean, client = 'acme'): Wanted => {
    const settings: JsonObject = { featureToggles: { genai: on } };
    return {
      product,
      environment: `${stage}-${client}`,
      stage,
      client,
      version: '1.0.0',
      settings,
      settingsDigest: `sha256:${on}`,
    };
  };

  it('hold a deployment until the other environment has them too', async () => {
    const world = started([], at('qa', false), at('production', true), at('qa', true, 'globex'));
    await world.advance(3 * minute);
    expect(world.ready('production-acme')).toBe(
      'Blocked: 1.0.0: 1 setting was not tested in qa-acme: featureToggles.genai (switched otherwise in qa-acme)',
    );
    // Nothing is deployed there meanwhile: what git says is enough to look again.
    world.jenkins.delayMs = 30 * minute;
    world.commit(at('qa', true), at('production', true), at('qa', true, 'globex'));
    await world.advance(3 * minute);
    expect(world.phases['shop.production-acme.1']).toBe('Queued');
  });

  it('are looked for where all clients are served, if the client has nothing of its own', async () => {
    const { client: _, ...shared } = at('qa', true, 'shared');
    const world = started([], shared, at('production', true));
    await world.advance(3 * minute);
    expect(world.status('production-acme')?.recorded?.version).toBe('1.0.0');
  });
});

describe('a checklist that is not done', () => {
  const product = aProduct({ stages: [aStage({ checklist: 'required' })] });
  const qa = (version: string): Wanted => ({ product, environment: 'qa', stage: 'qa', version });
  const releases = (item: typeof anItem) => [
    aRelease('1.0.0'),
    aRelease('1.1.0', { previous: '1.0.0', checklist: [item('rotate', { kind: 'secret' })] }),
    aRelease('1.2.0', { previous: '1.1.0' }),
  ];

  it('holds a jump over its release until a commit says that it is done, and the status tells of the way until it is gone', async () => {
    const world = started(releases(anItem), qa('1.0.0'));
    await world.advance(2 * minute);
    world.commit(qa('1.2.0'));
    await world.advance(2 * minute);
    expect(world.ready('qa')).toBe('Blocked: 1.2.0: 1 of 1 item open: rotate (1.1.0, secret)');
    expect(world.status('qa')?.jump).toMatchObject({ from: '1.0.0', to: '1.2.0', over: ['1.1.0', '1.2.0'], items: { open: 1 } });
    world.governance = { ...noGovernance, releases: releases(doneItem) };
    world.commit(qa('1.2.0'));
    await world.advance(3 * minute);
    expect([world.status('qa')?.recorded?.version, world.status('qa')?.jump]).toEqual(['1.2.0', undefined]);
  });
});
