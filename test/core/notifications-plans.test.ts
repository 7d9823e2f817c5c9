import { describe, expect, it } from 'vitest';
import type { PlannedStep, ReleaseDocument } from '../../controller/core/governance.js';
import type { Due } from '../../controller/core/notify/due.js';
import { type Lane, type LaneLoop, tellLane } from '../../controller/reconcile/notification-lane.js';
import { NotificationRecords } from '../../controller/reconcile/notification-records.js';
import { aProduct, aStage, at } from '../support/facts.js';
import { ManualClock } from '../support/manual-clock.js';
import { MemoryPorts } from '../support/memory-ports.js';
import { MemorySink, MemoryTelling } from '../support/memory-telling.js';
import { aRelease } from '../support/releases.js';
import { aMessage } from '../support/sinks/messages.js';
import { aSink } from '../support/sinks/opened.js';
import { aTellingWorld, TellingWorld } from '../support/telling-world.js';

const hour = 3_600_000;
const product = aProduct({ stages: [aStage()] });
const qa = { environment: 'qa', stage: 'qa', product };
const uat = { ...qa, environment: 'uat' };
const atEight: PlannedStep = { stage: 'qa', planned: at('20:00') };
const planned = (...schedule: readonly PlannedStep[]): ReleaseDocument => aRelease('2.0.0', { schedule });

/** What the next commits say of releases, beside who is told. */
function document({ world }: TellingWorld, ...releases: readonly ReleaseDocument[]): void {
  world.governance = { ...world.governance, releases };
}

/** What a sink was told of plans, without what is the same for all: `qa/2.0.0/planned/20:00`. */
const plans = ({ telling }: TellingWorld, sink = 'team') =>
  (telling.sinks[sink]?.keys ?? [])
    .filter((key) => key.includes('/planned/'))
    .map((key) =>
      key
        .replace(/^default\/shop\./, '')
        .replace(`/${sink}`, '')
        .replace(/2026-11-22T(\d\d:\d\d):00Z/, '$1'),
    );

/** 1.0.0 is in two environments, and 2.0.0 is planned for both. */
async function aPlan(telling = aTellingWorld()): Promise<TellingWorld> {
  document(telling, planned(atEight));
  telling.world.start();
  telling.world.commit({ ...qa, version: '1.0.0' }, { ...uat, version: '1.0.0' });
  await telling.world.advance(600_000);
  return telling;
}

const told = ['qa/2.0.0/planned/20:00', 'uat/2.0.0/planned/20:00'];
const bothWithdrawn = ['qa/2.0.0/planned/withdrawn/2', 'uat/2.0.0/planned/withdrawn/2'];

describe('a plan that was told', () => {
  it.each<[string, readonly ReleaseDocument[]]>([
    ['the planned time is removed', [planned({ stage: 'qa' })]],
    ['the entry is removed', [planned()]],
    ['the release is removed', []],
  ])('is withdrawn, once in each place, where %s', async (_what, releases) => {
    const telling = await aPlan();
    document(telling, ...releases);
    telling.world.commit({ ...qa, version: '1.0.0' }, { ...uat, version: '1.0.0' });
    await telling.world.advance(2 * hour);
    expect(plans(telling)).toEqual([...told, ...bothWithdrawn]);
  });

  it('is withdrawn where the environment goes, and where it wants a later version', async () => {
    const telling = await aPlan();
    telling.world.commit({ ...qa, version: '1.0.0' });
    await telling.world.advance(hour);
    expect(plans(telling)).toEqual([...told, bothWithdrawn[1]]);
    telling.world.commit({ ...qa, version: '3.0.0' });
    await telling.world.advance(hour);
    expect(plans(telling)).toEqual([...told, bothWithdrawn[1], bothWithdrawn[0]]);
  });

  it('is moved, and not withdrawn, where another time is planned, and withdrawn once after that', async () => {
    const telling = await aPlan();
    const places = [
      { ...qa, version: '1.0.0' },
      { ...uat, version: '1.0.0' },
    ];
    document(telling, planned({ stage: 'qa', planned: at('21:00') }));
    telling.world.commit(...places);
    await telling.world.advance(hour);
    const moved = ['qa/2.0.0/planned/21:00/2', 'uat/2.0.0/planned/21:00/2'];
    expect(plans(telling)).toEqual([...told, ...moved]);
    document(telling, planned());
    telling.world.commit(...places);
    await telling.world.advance(hour);
    expect(plans(telling)).toEqual([...told, ...moved, 'qa/2.0.0/planned/withdrawn/3', 'uat/2.0.0/planned/withdrawn/3']);
  });

  it('is told again where it was withdrawn and is made again for the same time', async () => {
    const telling = await aPlan();
    for (const schedule of [[], [atEight]]) {
      document(telling, planned(...schedule));
      telling.world.commit({ ...qa, version: '1.0.0' }, { ...uat, version: '1.0.0' });
      await telling.world.advance(hour);
    }
    const again = ['qa/2.0.0/planned/20:00/3', 'uat/2.0.0/planned/20:00/3'];
    expect(plans(telling)).toEqual([...told, ...bothWithdrawn, ...again]);
  });

  it.each(['SUCCESS', 'FAILURE'] as const)('is not withdrawn once a build of it has ended in %s', async (result) => {
    const telling = await aPlan();
    telling.world.jenkins.result = result;
    telling.world.commit({ ...qa, version: '2.0.0' }, { ...uat, version: '1.0.0' });
    await telling.world.advance(hour);
    document(telling);
    telling.world.commit({ ...qa, version: '1.0.0' });
    await telling.world.advance(hour);
    expect(plans(telling)).toEqual([...told, bothWithdrawn[1]]);
  });

  it('is not withdrawn while a build of it may yet start, but is once that never will', async () => {
    const telling = await aPlan();
    const { world } = telling;
    world.jenkins.delayMs = 24 * hour;
    world.commit({ ...qa, version: '2.0.0' });
    await world.advance(hour / 6);
    document(telling);
    world.commit({ ...qa, version: '1.0.0' });
    await world.advance(hour / 6);
    expect(plans(telling)).toEqual([...told, bothWithdrawn[1]]);
    world.jenkins.items = [];
    await world.advance(2 * hour);
    expect([world.jenkins.builds.length, world.phases['shop.qa.2']]).toEqual([2, 'Aborted']);
    expect(plans(telling)).toEqual([...told, bothWithdrawn[1], bothWithdrawn[0]]);
  });

  it('is withdrawn after its time where it has not begun', async () => {
    const telling = await aPlan();
    await telling.world.advance(12 * hour);
    expect(plans(telling)).toEqual(told);
    document(telling);
    telling.world.commit({ ...qa, version: '1.0.0' }, { ...uat, version: '1.0.0' });
    await telling.world.advance(hour);
    expect(plans(telling)).toEqual([...told, ...bothWithdrawn]);
  });

  it('stands while its document is broken, and is withdrawn once that is gone', async () => {
    const telling = await aPlan();
    const { world } = telling;
    const another = { kind: 'Release' as const, name: '1.9.0', product: 'shop', message: 'releases/1.9.0.yaml:6:10 is wrong' };
    const broken = [
      another,
      { kind: 'Release' as const, name: '2.0.0', product: 'shop', message: 'releases/2.0.0.yaml:6:10 is wrong' },
    ];
    world.governance = { ...world.governance, releases: [], broken };
    world.commit({ ...qa, version: '1.0.0' }, { ...uat, version: '1.0.0' });
    await world.advance(hour);
    expect(plans(telling)).toEqual(told);
    world.governance = { ...world.governance, broken: [another] };
    world.commit({ ...qa, version: '1.0.0' }, { ...uat, version: '1.0.0' });
    await world.advance(hour);
    expect(plans(telling)).toEqual([...told, ...bothWithdrawn]);
  });

  it('stands where a person deletes the Release, or the Environment', async () => {
    const telling = await aPlan();
    const { api } = telling.world;
    await api.releases.remove({ namespace: 'default', name: 'shop.2.0.0' });
    await telling.world.advance(hour);
    await api.environments.remove({ namespace: 'default', name: 'shop.qa' });
    await telling.world.advance(hour);
    expect(plans(telling)).toEqual(told);
  });

  it('stands where there are more places than a Release lists, until git withdraws it', async () => {
    const telling = aTellingWorld();
    const names = Array.from({ length: 203 }, (_, number) => `e${String(number).padStart(3, '0')}`);
    const all = (version: (name: string) => string) =>
      names.map((environment) => ({ ...qa, environment, version: version(environment) }));
    telling.world.start();
    telling.world.commit(...all(() => '1.0.0'));
    await telling.world.advance(hour);
    document(telling, planned(atEight));
    telling.world.commit(...all(() => '1.0.0'));
    await telling.world.advance(hour);
    expect(plans(telling).length).toBe(200);
    // What has the release is listed first: three that wait for it are listed no more.
    telling.world.commit(...all((name) => (name > 'e199' ? '2.0.0' : '1.0.0')));
    await telling.world.advance(hour);
    expect(plans(telling).length).toBe(200);
    document(telling, planned());
    telling.world.commit(...all((name) => (name > 'e199' ? '2.0.0' : '1.0.0')));
    await telling.world.advance(hour);
    expect(plans(telling).slice(200).sort()).toEqual(names.slice(0, 200).map((name) => `${name}/2.0.0/planned/withdrawn/2`));
  });
});

describe('of a plan that is withdrawn', () => {
  const away = { state: 'failed', message: 'team answered 503', isSent: false } as const;
  const withdraw = async (telling: TellingWorld) => {
    document(telling);
    telling.world.commit({ ...qa, environment: 'other', product: { ...product, name: 'mail' }, version: '1.0.0' });
    await telling.world.advance(hour);
  };

  it('a sink that was away hears nothing, where it had not heard of the plan', async () => {
    const team = new MemorySink('key');
    const telling = new TellingWorld({ team });
    telling.configure({ team: {} });
    telling.policy({ sinks: ['team'] });
    team.answer = ({ event }) => (event === 'DeploymentPlanned' ? away : undefined);
    await aPlan(telling);
    await withdraw(telling);
    team.answer = undefined;
    await telling.world.advance(hour);
    expect(plans(telling)).toEqual([]);
  });

  it('a sink that refused the plan hears nothing', async () => {
    const team = new MemorySink('key');
    const telling = new TellingWorld({ team });
    telling.configure({ team: {} });
    telling.policy({ sinks: ['team'] });
    team.answer = ({ event }) => (event === 'DeploymentPlanned' ? { state: 'refused', message: 'team answered 400' } : undefined);
    await withdraw(await aPlan(telling));
    expect(plans(telling)).toEqual([]);
  });

  it('a sink hears where nobody knows whether it had heard of the plan', async () => {
    const team = new MemorySink('key');
    const telling = new TellingWorld({ team });
    telling.configure({ team: {} });
    telling.policy({ sinks: ['team'] });
    team.answer = ({ event }) => (event === 'DeploymentPlanned' ? { ...away, isSent: true } : undefined);
    await withdraw(await aPlan(telling));
    expect(plans(telling)).toEqual(['qa/2.0.0/planned/withdrawn/2']);
  });

  it('nobody hears to whom no rule leads that', async () => {
    const telling = aTellingWorld();
    telling.policy({ sinks: ['team'], events: ['DeploymentPlanned'] });
    await withdraw(await aPlan(telling));
    expect(plans(telling)).toEqual(told);
  });

  it('a sink hears days later, after restarts, when nothing is left of product, release and environment', async () => {
    const telling = aTellingWorld();
    const { world } = telling;
    await aPlan(telling);
    const team = telling.telling.sinks.team ?? new MemorySink('key');
    team.answer = () => away;
    await withdraw(telling);
    for (const { metadata } of world.api.runs.list()) await world.api.runs.remove(metadata);
    for (let day = 1; day <= 3; day += 1) {
      world.kill();
      await world.advance(25 * hour);
    }
    const left = [...world.api.releases.list(), ...world.api.environments.list()].map(({ spec }) => spec.product);
    expect([left.includes('shop'), plans(telling)]).toEqual([false, told]);
    team.answer = undefined;
    await world.advance(hour);
    expect(plans(telling)).toEqual([...told, ...bothWithdrawn]);
    world.kill();
    await world.advance(25 * hour);
    expect([...telling.telling.records.keys()].filter((name) => name.includes('shop'))).toEqual([]);
  });

  it('nobody hears while a message of the plan may still be on its way from a process that was killed', async () => {
    const clock = new ManualClock(at('12:00'));
    const ports = new MemoryPorts(clock).ports();
    const telling = new MemoryTelling({ team: new MemorySink('key') });
    const { records, sinks } = telling.ports();
    const signal = new AbortController().signal;
    const sink = await sinks.open('default', aSink({ name: 'team', kind: 'webhook' }), signal);
    const plan = { state: 'over', number: 2, at: '', until: '', source: 'releases', stage: 'qa' } as const;
    const withdrawal: Due = {
      event: 'PlanWithdrawn',
      at: at('12:00'),
      follows: at('12:00') - 1_000,
      subject: { kind: 'plan', plan: '2.0.0/qa', telling: plan, told: plan },
    };
    const lane: Lane = {
      place: 'shop',
      record: { namespace: 'default', name: 'towpath-told-shop.team' },
      look: (record) => ({ due: record.plans === undefined ? [withdrawal] : [], record }),
      compose: () => aMessage({ key: 'withdrawal' }),
    };
    const loop: LaneLoop = {
      ports,
      records: new NotificationRecords(records, ports.log),
      sink,
      timeoutMs: 10_000,
      maxAgeMs: 24 * hour,
      whenInDoubt: 'repeat',
      note: () => undefined,
      waits: () => undefined,
    };
    expect([await tellLane(lane, loop, signal), telling.sinks.team?.keys]).toEqual([{ afterMs: 4_000 }, []]);
    await clock.advance(4_000);
    expect([await tellLane(lane, loop, signal), telling.sinks.team?.keys]).toEqual([undefined, ['withdrawal']]);
  });
});
