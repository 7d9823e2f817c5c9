import { describe, expect, it } from 'vitest';
import type { EnvironmentResource } from '../../controller/core/resources/environment.js';
import { PublishedStates } from '../../controller/reconcile/published.js';
import { ReleaseWakes } from '../../controller/reconcile/release-wakes.js';
import { at } from '../support/facts.js';
import { ManualClock } from '../support/manual-clock.js';
import { MemoryPorts } from '../support/memory-ports.js';
import { aPlace } from '../support/release-worlds.js';

/** What is woken by each of these versions of an environment, one after the other. */
function wokenBy(...versions: readonly (EnvironmentResource | undefined)[]): string[][] {
  const api = new MemoryPorts(new ManualClock(at('10:00')));
  const key = { namespace: 'default', name: 'shop.qa' };
  let woken: string[] = [];
  let now: EnvironmentResource | undefined;
  const ports = { ...api.ports(), environments: { ...api.ports().environments, get: () => now } };
  const wakes = new ReleaseWakes({ ports, published: new PublishedStates(), wake: (one) => void woken.push(one) });
  return versions.map((version) => {
    now = version;
    woken = [];
    wakes.environment(key);
    return [...new Set(woken)].sort();
  });
}

const { status: _, ...unseen } = aPlace('qa');

describe('a change of an environment', () => {
  it('wakes every release of the product where it comes, goes, moves, or tells for the first time what it has', () => {
    const known = aPlace('qa', { deployed: ['1.0.0', '09:00'] });
    const moved = { ...known, spec: { ...known.spec, client: 'acme' } };
    expect(wokenBy(unseen, known, moved, undefined)).toEqual(Array(4).fill(['default/shop']));
  });

  it('wakes the releases that it leaves and takes', () => {
    expect(wokenBy(aPlace('qa', { deployed: ['1.0.0', '09:00'] }), aPlace('qa', { deployed: ['1.1.0', '10:00'] }))[1]).toEqual([
      'default/shop.1.0.0',
      'default/shop.1.1.0',
    ]);
  });

  it('wakes none where nothing changed that releases tell of', () => {
    const known = aPlace('qa', { deployed: ['1.0.0', '09:00'] });
    const noted = { ...known, metadata: { ...known.metadata, resourceVersion: '2', annotations: { note: 'x' } } };
    expect(wokenBy(known, structuredClone(known), noted)).toEqual([['default/shop'], [], []]);
  });

  it('wakes its release where it waits, drifts, or fails', () => {
    const known = aPlace('qa', { deployed: ['1.0.0', '09:00'] });
    const observed = { version: '0.9.0', by: 'bob', at: '2026-11-22T09:30:00Z', url: 'https://jenkins/1/' };
    const waiting = { ...known, status: { observedGeneration: 1, ...known.status, waitingFor: 'window' } };
    const drifted = { ...known, status: { observedGeneration: 1, ...known.status, observed } };
    expect(wokenBy(known, waiting, drifted).slice(1)).toEqual([['default/shop.1.0.0'], ['default/shop.1.0.0']]);
  });
});
