import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Invocation } from '../../controller/core/resources/deployment-run.js';
import type { ClaimReading, Lookup } from '../../controller/core/run/observation.js';
import { settleByLedger } from '../../controller/reconcile/ledger.js';
import { aProduct, at } from '../support/facts.js';
import type { Build } from '../support/memory-jenkins.js';
import { MemoryWorld } from '../support/memory-world.js';

const minute = 60_000;
const plain = aProduct();
const product = { ...plain, deployer: { ...plain.deployer, claim: { bucket: 'candidates', prefix: 'claims/' } } };
const qa = { environment: 'qa', stage: 'qa', version: '1.0.0', product };

/** What the first step of the job does, in a place that outlives Jenkins. */
class Ledger {
  readonly claims = new Map<string, { readonly build: number; readonly result?: string }>();
  /** How often each run had its effect. */
  readonly effects = new Map<string, number>();

  claim(build: Build, now: number): void {
    if (this.claims.has(build.id)) {
      build.result = 'NOT_BUILT';
      build.endsAt = now;
      return;
    }
    this.claims.set(build.id, { build: build.number });
    this.effects.set(build.id, (this.effects.get(build.id) ?? 0) + 1);
  }

  end(id: string, result: string): void {
    const claim = this.claims.get(id);
    if (claim !== undefined) this.claims.set(id, { ...claim, result });
  }

  read(id: string): ClaimReading {
    const claim = this.claims.get(id);
    if (claim === undefined) return { state: 'absent' };
    const { build, result } = claim;
    return result === undefined ? { state: 'claimed', build } : { state: 'ended', build, result };
  }
}

function started(ledger: Ledger, environments: readonly string[]): MemoryWorld {
  const world = new MemoryWorld();
  world.api.claim = (id) => ledger.read(id);
  world.commit(...environments.map((environment) => ({ ...qa, environment })));
  world.start();
  return world;
}

describe('the loop, with a claim ledger', () => {
  it('asks nobody again while the ledger cannot be read, and goes on once it can', async () => {
    const ledger = new Ledger();
    const world = started(ledger, ['qa']);
    await world.advance(3_000);
    world.jenkins.kill();
    world.api.claim = () => ({ state: 'unavailable', message: 'the bucket is down' });
    await world.advance(30 * minute);
    expect([world.jenkins.posts.length, world.ready('qa')]).toEqual([
      1,
      'Deploying: deploying 1.0.0: deploy: Jenkins has no record of build #1 any more; it may have been this run, and nobody can know how far it came; the claim ledger could say: the bucket is down',
    ]);
    world.api.claim = (id) => ledger.read(id);
    await world.advance(2 * minute);
    expect([world.jenkins.posts.length, world.ready('qa')]).toEqual([2, 'Deployed: 1.0.0 is deployed']);
  });

  it('holds each run to one effect where Jenkins is killed, repeats builds, and builds claim late; and settles all of them', async () => {
    const property = fc.asyncProperty(fc.infiniteStream(fc.nat(99)), async (dice) => {
      const roll = () => dice.next().value as number;
      const ledger = new Ledger();
      const world = started(ledger, ['qa', 'qa2']);
      const { jenkins, clock, api } = world;
      const late: Build[] = [];
      jenkins.onStart = (build) => {
        if (roll() < 70) ledger.claim(build, clock.now());
        else late.push(build);
      };
      jenkins.answer = (accepted) => (roll() < 60 ? accepted : { state: 'ambiguous', message: 'cut off' });
      api.claim = (id) => (roll() < 20 ? { state: 'unavailable', message: 'down' } : ledger.read(id));
      for (let step = 0; step < 20; step += 1) {
        await world.advance(roll() * 100);
        const happens = roll();
        if (happens < 20) jenkins.kill();
        else if (happens < 30) await world.restart();
        else if (happens < 40) repeat(world);
        for (const build of late.splice(0)) {
          if (roll() < 50) ledger.claim(build, clock.now());
          else if (jenkins.builds.includes(build) && build.endsAt > clock.now()) late.push(build);
        }
        jenkins.isDown = roll() < 20;
      }
      jenkins.isDown = false;
      jenkins.onStart = (build) => ledger.claim(build, clock.now());
      for (const build of late.splice(0)) ledger.claim(build, clock.now());
      for (const id of ledger.claims.keys()) ledger.end(id, 'SUCCESS');
      api.claim = (id) => ledger.read(id);
      await world.advance(40 * minute);

      const runs = api.runs.list().map(({ metadata, status }) => [metadata.name, status?.phase]);
      expect(runs).toEqual(runs.map(([name]) => [name, 'Succeeded']));
      expect([...ledger.effects.values()].filter((count) => count !== 1)).toEqual([]);
      expect(['qa', 'qa2'].map((name) => world.status(name)?.recorded?.version)).toEqual(['1.0.0', '1.0.0']);
    });
    await fc.assert(property, { numRuns: 80 });
  }, 60_000);
});

describe('a lookup before the run is asked for again', () => {
  const claim = { holder: 'a', at: '2026-11-22T10:00:00Z', nextBuildNumber: 41, session: 's1', posts: 1 };
  const pending: Invocation = { state: 'Pending', claim, message: 'it is asked again' };
  const unknown: Invocation = { ...pending, state: 'Unknown', message: 'no record of build #41' };
  const lookup: Lookup = { state: 'read', session: 's1', nextBuildNumber: 42, items: [], builds: [], vanished: [41] };
  const job = { server: 'main', job: 'deploy', parameters: {}, timeout: '1h' };
  const ports = { clock: { now: () => at('10:05') }, events: { record: () => undefined } };
  const settle = (reading: ClaimReading, check?: string, next = unknown) => {
    const task = { id: 'shop.qa.1.x', job, invocation: pending, ...(check === undefined ? {} : { check }) };
    const { signal } = new AbortController();
    return settleByLedger(task, { lookup, next }, { ports, signal, readClaim: async () => reading });
  };

  it('counts as not done while the ledger cannot be read, and as done where nobody has claimed the run', async () => {
    expect(await settle({ state: 'unavailable', message: 'down' })).toEqual({
      lookup: { state: 'unavailable', message: 'down' },
      next: { ...pending, message: 'no record of build #41; the claim ledger could say: down' },
    });
    expect(await settle({ state: 'absent' })).toMatchObject({ lookup, next: { state: 'Pending', claim } });
  });

  it('leaves checks alone: they are not claimed', async () => {
    expect(await settle({ state: 'absent' }, 'smoke')).toEqual({ lookup, next: unknown });
  });

  it('leaves a build alone that was started with something else: the ledger knows how it ended, and not what it deployed', async () => {
    const next = { ...unknown, differs: 'VERSION was dropped' };
    expect(await settle({ state: 'ended', result: 'SUCCESS' }, undefined, next)).toEqual({ lookup, next });
  });
});

/** Jenkins loads an item from an old copy of its queue. */
function repeat({ jenkins }: MemoryWorld): void {
  const [known] = jenkins.builds;
  if (known !== undefined) jenkins.enqueue({ job: known.job, id: known.id, parameters: known.parameters });
}
