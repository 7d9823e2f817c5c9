import { describe, expect, it } from 'vitest';
import type { DeploymentWindow, Governance } from '../../controller/core/governance.js';
import { noGovernance } from '../../controller/core/governance.js';
import { at } from '../support/facts.js';
import { MemoryWorld } from '../support/memory-world.js';
import { aWindow, minute } from './windows-fixture.js';

const qa = (version: string) => ({ environment: 'qa', stage: 'qa', version });

/** Commits what an environment shall run, together with windows. */
function commit(world: MemoryWorld, version: string, windows: readonly DeploymentWindow[]): void {
  world.commit(qa(version));
  const snapshot = world.api.snapshots.get('releases');
  if (snapshot === undefined) throw new Error('nothing is committed');
  const governance: Governance = { ...noGovernance, windows };
  world.api.snapshots.set('releases', { ...snapshot, repository: { ...snapshot.repository, governance } });
}

const freeze = (from: string, to: string) =>
  aWindow({ timeZone: 'UTC', when: { from: `2026-11-22T${from}:00`, to: `2026-11-22T${to}:00` } });

describe('windows, in the loop', () => {
  it('keep a deployment from starting, and it starts by itself when they open', async () => {
    const world = new MemoryWorld();
    commit(world, '1.1.0', [freeze('09:00', '10:30')]);
    world.start();
    await world.advance(29 * minute);
    expect(world.phases).toEqual({});
    expect(world.ready('qa')).toBe('Blocked: 1.1.0: frozen by freeze; next opening 2026-11-22 10:30 UTC');
    await world.advance(2 * minute);
    expect(Object.keys(world.phases)).toEqual(['shop.qa.1']);
    await world.controller.stop();
  });

  it('let what runs go on to its end when they close', async () => {
    const world = new MemoryWorld();
    world.jenkins.buildMs = 20 * minute;
    commit(world, '1.1.0', [freeze('10:01', '18:00')]);
    world.start();
    await world.advance(30_000);
    expect(world.phases).toEqual({ 'shop.qa.1': 'Running' });
    await world.advance(30 * minute);
    expect(world.phases).toEqual({ 'shop.qa.1': 'Succeeded' });
    commit(world, '1.2.0', [freeze('10:01', '18:00')]);
    await world.advance(5 * minute);
    expect(world.phases).toEqual({ 'shop.qa.1': 'Succeeded' });
    await world.controller.stop();
  });

  it('keep a deployment from starting that usually takes longer than they stay open', async () => {
    const world = new MemoryWorld();
    world.jenkins.buildMs = 20 * minute;
    commit(world, '1.1.0', []);
    world.start();
    await world.advance(25 * minute);
    expect(world.phases).toEqual({ 'shop.qa.1': 'Succeeded' });
    const allow = (name: string, schedule: string, minutes: number) =>
      aWindow({ name, effect: 'allow', timeZone: 'UTC', when: { schedule, durationMs: minutes * minute } });
    commit(world, '1.2.0', [allow('short', '20 10 * * *', 15), allow('long', '50 10 * * *', 40)]);
    await world.advance(5 * minute);
    expect(world.ready('qa')).toBe(
      'Blocked: 1.2.0: takes about 21m, and short closes at 2026-11-22 10:35 UTC; next opening 2026-11-22 10:50 UTC',
    );
    await world.advance(at('10:49:50') - world.clock.now());
    expect(Object.keys(world.phases)).toEqual(['shop.qa.1']);
    await world.advance(minute);
    expect(world.phases).toEqual({ 'shop.qa.1': 'Succeeded', 'shop.qa.2': 'Running' });
    await world.controller.stop();
  });
});
