import { describe, expect, it } from 'vitest';
import { ReconcileError } from '../../controller/core/errors.js';
import type { EnvironmentFacts } from '../../controller/core/facts.js';
import { held } from '../../controller/core/gates/held.js';
import { type HoldResource, hold } from '../../controller/core/resources/hold.js';
import { toTime } from '../../controller/core/time.js';
import { createHoldRecords } from '../../controller/kube/records.js';
import { ResourceCache } from '../../controller/kube/resource-cache.js';
import { Controller } from '../../controller/reconcile/controller.js';
import { aDesired, at, someFacts } from '../support/facts.js';
import { MemoryWorld } from '../support/memory-world.js';

function aHold(name: string, over: Partial<HoldResource['spec']> = {}, created: string | undefined = '09:30'): HoldResource {
  const metadata = { name, namespace: 'default', creationTimestamp: toTime(at(created)) };
  return { metadata, spec: { reason: 'database outage', ...over } };
}

const judge = (facts: Partial<EnvironmentFacts>) => held({ facts: someFacts(facts) });
const unreadableHolds = [{ name: 'broken', message: 'spec.reason is not a text' }];

describe('held', () => {
  it('opens where no hold selects the environment', () => {
    const open = { state: 'Passed', reason: 'NotHeld', message: 'no hold' };
    expect(judge({})).toEqual(open);
    expect(judge({ holds: [aHold('a', { selector: { stages: ['production'] } })] })).toEqual(open);
    expect(judge({ holds: [aHold('a', { selector: { products: ['shop'], clients: ['acme'] } })] })).toEqual(open);
  });

  it('closes by what git says of the environment now, also before its record says so', () => {
    const facts = someFacts({ holds: [aHold('a', { selector: { stages: ['production'] } })] });
    expect(held({ facts, wanted: aDesired({ stage: 'production' }) })?.state).toBe('Blocked');
  });

  it('closes where every list of the selector contains it, an empty one standing for none', () => {
    const selectors = [{}, { stages: ['qa', 'uat'] }, { products: ['shop'], environments: ['qa'] }, { clients: [] }];
    expect(selectors.map((selector) => judge({ holds: [aHold('a', { selector })] })?.state)).toEqual(
      selectors.map(() => 'Blocked'),
    );
  });

  it('explains who stops it since when and why, and who can let it go on', () => {
    expect(judge({ holds: [aHold('outage', { by: 'ops' })] })).toEqual({
      state: 'Blocked',
      reason: 'Held',
      message: 'held by outage since 2026-11-22 09:30 UTC (ops): database outage',
      who: 'an operator, by deleting the hold outage',
    });
  });

  it('explains several holds, and counts those that are too many to be told', () => {
    const holds = ['a', 'b', 'c', 'd', 'e'].map((name) => aHold(name, { reason: `reason ${name}` }));
    expect(judge({ holds })).toMatchObject({
      message:
        'held by a since 2026-11-22 09:30 UTC: reason a; b since 2026-11-22 09:30 UTC: reason b; c since 2026-11-22 09:30 UTC: reason c; and 2 more',
      who: 'an operator, by deleting the hold a, b, c, d, e',
    });
  });

  it('next change comes with no time: a hold is deleted by a person', () => {
    expect(judge({ holds: [aHold('outage')] })).not.toHaveProperty('nextChange');
    expect(judge({ unreadableHolds })).not.toHaveProperty('nextChange');
  });

  it('fails closed where a hold cannot be read: nobody knows what it stops', () => {
    expect(judge({ unreadableHolds })).toEqual({
      state: 'Blocked',
      reason: 'HoldUnreadable',
      message: 'the hold broken cannot be read, so nobody knows what it stops: spec.reason is not a text',
      who: 'an operator, by repairing or deleting the hold broken',
    });
    expect(judge({ unreadableHolds: [...unreadableHolds, { name: 'other', message: 'x' }] })).toMatchObject({
      message: 'the hold broken cannot be read, so nobody knows what it stops: spec.reason is not a text (and 1 more)',
      who: 'an operator, by repairing or deleting the hold broken, other',
    });
  });
});

describe('a hold that does not fit its type', () => {
  it('is told of with what is wrong, in its namespace alone, until it fits or is gone', () => {
    const cache = new ResourceCache<HoldResource>({ definition: hold, onChange: () => undefined });
    const records = createHoldRecords(cache);
    const object = (resourceVersion: string, spec: unknown) => ({
      metadata: { name: 'broken', namespace: 'default', resourceVersion },
      spec,
    });
    cache.observe(object('1', { reason: 7 }));
    expect([records.list(), records.quarantined('other')]).toEqual([[], []]);
    expect(records.quarantined('default')).toEqual([{ name: 'broken', message: expect.stringContaining('spec.reason') }]);
    cache.observe(object('2', { reason: 'database outage' }));
    expect([records.list().length, records.quarantined('default')]).toEqual([1, []]);
  });
});

describe('a hold, in the loop', () => {
  const qa = { environment: 'qa', stage: 'qa', version: '1.1.0' };
  const key = { namespace: 'default', name: 'outage' };

  it('stops the line until it is deleted', async () => {
    const world = new MemoryWorld();
    world.api.holds.apply(key, { spec: { reason: 'database outage', by: 'ops' } });
    world.commit(qa);
    world.start();
    await world.advance(60_000);
    expect(world.ready('qa')).toBe('Held: 1.1.0: held by outage since 2026-11-22 10:00 UTC (ops): database outage');
    expect(world.phases).toEqual({});
    await world.api.holds.remove(key);
    await world.advance(60_000);
    expect(Object.keys(world.phases)).toEqual(['shop.qa.1']);
    await world.controller.stop();
  });

  it('that cannot be read stops everything of its namespace', async () => {
    const world = new MemoryWorld();
    world.api.quarantinedHolds = unreadableHolds;
    world.commit(qa);
    world.start();
    await world.advance(60_000);
    expect(world.ready('qa')).toContain('Held: 1.1.0: the hold broken cannot be read');
    expect(world.phases).toEqual({});
    world.api.quarantinedHolds = [];
    world.controller.notice({ kind: 'Hold', key: { namespace: 'default', name: 'broken' } });
    await world.advance(60_000);
    expect(Object.keys(world.phases)).toEqual(['shop.qa.1']);
    await world.controller.stop();
  });

  it('that nobody can read right before the trigger stops the trigger', async () => {
    const world = new MemoryWorld();
    let problem: ReconcileError | undefined = new ReconcileError('Unreachable', 'the API server could not be reached');
    const ports = world.api.ports();
    const fresh: typeof ports.fresh = {
      ...ports.fresh,
      holds: async (namespace, signal) => {
        if (problem !== undefined) throw problem;
        return ports.fresh.holds(namespace, signal);
      },
    };
    world.controller = new Controller({ ports: { ...ports, fresh }, timers: world.clock, random: () => 0.5 });
    world.commit(qa);
    world.start();
    await world.advance(120_000);
    expect(world.phases).toEqual({ 'shop.qa.1': 'Pending' });
    expect(world.jenkins.builds).toEqual([]);
    problem = undefined;
    await world.advance(600_000);
    expect(world.phases).toEqual({ 'shop.qa.1': 'Succeeded' });
    await world.controller.stop();
  });
});
