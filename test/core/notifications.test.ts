import { describe, expect, it } from 'vitest';
import { aProduct, aStage } from '../support/facts.js';
import { MemorySink } from '../support/memory-telling.js';
import { aTellingWorld, TellingWorld } from '../support/telling-world.js';

const hour = 3_600_000;
const qa = { environment: 'qa', stage: 'qa', product: aProduct({ stages: [aStage()] }) };
const deployed = (number: number) => [`shop.qa.${number} DeploymentStarted`, `shop.qa.${number} DeploymentSucceeded`];
const inProduction = (version: string) => `shop.${version} ReleaseInProduction`;

/** Places are told each in its order, and of several none waits for another. */
const ofQa = (told: readonly string[]) => told.filter((one) => one.startsWith('shop.qa.'));

async function deploy({ world }: TellingWorld, ...versions: readonly string[]): Promise<void> {
  for (const version of versions) {
    world.commit({ ...qa, version });
    await world.advance(180_000);
  }
}

describe('notifications', () => {
  it('tell a start and an end for each deployment, and when a release is everywhere', async () => {
    const telling = aTellingWorld();
    telling.world.start();
    await deploy(telling, '1.0.0', '1.1.0');
    expect(telling.told('team')).toEqual([...deployed(1), inProduction('1.0.0'), ...deployed(2), inProduction('1.1.0')]);
  });

  it('begin with what happens after the sink and the rule are there', async () => {
    const telling = new TellingWorld({ team: new MemorySink('key') });
    telling.world.start();
    await deploy(telling, '1.0.0');
    await telling.world.advance(2 * hour);
    telling.configure({ team: {} });
    telling.policy({ sinks: ['team'] });
    await deploy(telling, '1.1.0');
    expect(telling.told('team')).toEqual([...deployed(2), inProduction('1.1.0')]);
  });

  it('go only where a rule leads, and once where several lead', async () => {
    const telling = new TellingWorld({
      failures: new MemorySink('key'),
      uat: new MemorySink('key'),
      twice: new MemorySink('key'),
    });
    telling.configure({ failures: {}, uat: {}, twice: {} });
    telling.policy(
      { sinks: ['failures'], events: ['DeploymentFailed'] },
      { sinks: ['uat'], selector: { stages: ['uat'] } },
      { sinks: ['twice'], selector: { products: ['shop'] }, events: ['DeploymentStarted'] },
      { sinks: ['twice'], events: ['DeploymentStarted'] },
    );
    telling.world.start();
    await deploy(telling, '1.0.0');
    telling.world.jenkins.result = 'FAILURE';
    await deploy(telling, '1.1.0');
    expect(['failures', 'uat', 'twice'].map((sink) => telling.told(sink))).toEqual([
      ['shop.qa.2 DeploymentFailed'],
      [],
      ['shop.qa.1 DeploymentStarted', 'shop.qa.2 DeploymentStarted'],
    ]);
  });

  it('ask for a person once for each gate that waits for one, and again when it closes again', async () => {
    const telling = aTellingWorld();
    telling.configure({ team: {} }, { firstDeployment: 'confirm' });
    telling.world.start();
    await deploy(telling, '1.0.0');
    await telling.world.advance(hour);
    expect(telling.told('team')).toEqual(['shop.qa GateClosed']);
    telling.world.annotate('qa', { confirm: '1.0.0' });
    await telling.world.advance(180_000);
    expect(telling.told('team').slice(1)).toEqual([...deployed(1), inProduction('1.0.0')]);
  });

  it('tell of a hold, and of the next one again', async () => {
    const telling = aTellingWorld();
    const { world } = telling;
    world.start();
    await deploy(telling, '1.0.0');
    const hold = { namespace: 'default', name: 'incident' };
    world.api.holds.apply(hold, { spec: { reason: 'payments fail' } });
    await deploy(telling, '1.1.0');
    await world.api.holds.remove(hold);
    await world.advance(180_000);
    world.api.holds.apply(hold, { spec: { reason: 'payments fail again' } });
    await deploy(telling, '1.2.0');
    expect(telling.told('team').slice(3)).toEqual(['shop.qa Held', ...deployed(2), inProduction('1.1.0'), 'shop.qa Held']);
  });

  it('wait for a sink that is away, in order, while others are told at once', async () => {
    const away = new MemorySink('key');
    const telling = new TellingWorld({ away, team: new MemorySink('lookup') });
    telling.configure({ away: {}, team: {} });
    telling.policy({ sinks: ['away', 'team'] });
    away.answer = () => ({ state: 'failed', message: 'away answered 503', isSent: false });
    telling.world.start();
    await deploy(telling, '1.0.0', '1.1.0');
    const all = [...deployed(1), inProduction('1.0.0'), ...deployed(2), inProduction('1.1.0')];
    expect([telling.told('away'), telling.told('team')]).toEqual([[], all]);
    expect(telling.statusOf('away')).toMatchObject({ problem: 'away answered 503', undelivered: 5 });
    away.answer = undefined;
    await telling.world.advance(hour);
    expect(ofQa(telling.told('away'))).toEqual([...deployed(1), ...deployed(2)]);
    // 1.0.0 is in production no more: of a state that is over nobody is told.
    expect(telling.told('away').filter((one) => one.endsWith('InProduction'))).toEqual([inProduction('1.1.0')]);
    expect(telling.statusOf('away')?.problem).toBeUndefined();
  });

  it('of one sink that hangs delay no deployment and no other sink', async () => {
    const hung = new MemorySink('key');
    const telling = new TellingWorld({ hung, team: new MemorySink('key') });
    telling.configure({ hung: {}, team: {} });
    telling.policy({ sinks: ['hung', 'team'] });
    hung.isHung = true;
    telling.world.start();
    await deploy(telling, '1.0.0', '1.1.0');
    expect(telling.world.phases).toEqual({ 'shop.qa.1': 'Succeeded', 'shop.qa.2': 'Succeeded' });
    expect(telling.told('team').length).toBe(6);
  });

  it('drop what nobody needs any more, tell so, and go on with what is new', async () => {
    const away = new MemorySink('key');
    const telling = new TellingWorld({ away });
    telling.configure({ away: { maxAge: '2h' } });
    telling.policy({ sinks: ['away'] });
    away.answer = () => ({ state: 'failed', message: 'away answered 503', isSent: false });
    telling.world.start();
    await deploy(telling, '1.0.0');
    await telling.world.advance(3 * hour);
    away.answer = undefined;
    await deploy(telling, '1.1.0');
    expect(telling.told('away')).toEqual([...deployed(2), inProduction('1.1.0')]);
    expect(telling.statusOf('away')?.dropped).toBe(3);
    const events = telling.world.api.events.filter(({ reason }) => reason === 'NotificationDropped');
    expect(events[0]?.message).toBe(
      'away: a message of shop.qa (DeploymentStarted) was dropped: it could not be delivered in time',
    );
  });

  it('drop what is too old for a sink that cannot even be opened, and let its runs go', async () => {
    const telling = new TellingWorld({});
    telling.configure({ missing: { maxAge: '2h' } }, { historyLimit: 2 });
    telling.policy({ sinks: ['missing'] });
    telling.world.start();
    await deploy(telling, '1.0.0', '1.1.0', '1.2.0');
    expect(telling.statusOf('missing')).toMatchObject({ problem: 'sink missing: there is none', undelivered: 7 });
    await telling.world.advance(3 * hour);
    await deploy(telling, '1.3.0');
    expect(telling.statusOf('missing')?.dropped).toBe(7);
    expect(Object.keys(telling.world.phases)).toEqual(['shop.qa.3', 'shop.qa.4']);
  });

  it('tell other places where one cannot be told', async () => {
    const team = new MemorySink('key');
    const telling = new TellingWorld({ team });
    telling.configure({ team: {} });
    telling.policy({ sinks: ['team'] });
    const bad = ['a', 'b', 'c', 'd'];
    team.answer = ({ environment = '' }) =>
      bad.includes(environment) ? { state: 'failed', message: 'team answered 500', isSent: true } : undefined;
    telling.world.start();
    const environments = [...bad, 'qa'].map((environment) => ({ ...qa, environment, version: '1.0.0' }));
    telling.world.commit(...environments);
    await telling.world.advance(hour);
    expect(ofQa(telling.told('team'))).toEqual(deployed(1));
  });

  it('go on behind a message that the sink will never take, and tell of it', async () => {
    const team = new MemorySink('key');
    const telling = new TellingWorld({ team });
    telling.configure({ team: {} });
    telling.policy({ sinks: ['team'] });
    team.answer = ({ event }) => (event === 'DeploymentStarted' ? { state: 'refused', message: 'team answered 400' } : undefined);
    telling.world.start();
    await deploy(telling, '1.0.0');
    expect(telling.told('team')).toEqual(['shop.qa.1 DeploymentSucceeded', inProduction('1.0.0')]);
    expect(telling.statusOf('team')).toMatchObject({ dropped: 1 });
  });

  it('wait as long as a sink asks for, whatever happens meanwhile', async () => {
    const team = new MemorySink('key');
    const telling = new TellingWorld({ team });
    telling.configure({ team: {} });
    telling.policy({ sinks: ['team'] });
    let asked = 0;
    team.answer = () => {
      asked += 1;
      return { state: 'failed', message: 'team answered 429', isSent: false, afterMs: 600_000 };
    };
    telling.world.start();
    await deploy(telling, '1.0.0', '1.1.0');
    expect(asked).toBe(1);
    team.answer = undefined;
    await telling.world.advance(600_000);
    expect(ofQa(telling.told('team'))).toEqual([...deployed(1), ...deployed(2)]);
  });

  it('keep the runs that somebody still has to be told of, beyond the limit', async () => {
    const away = new MemorySink('key');
    const telling = new TellingWorld({ away });
    telling.configure({ away: {} }, { historyLimit: 2 });
    telling.policy({ sinks: ['away'] });
    away.answer = () => ({ state: 'failed', message: 'away answered 503', isSent: false });
    telling.world.start();
    await deploy(telling, '1.0.0', '1.1.0', '1.2.0', '1.3.0');
    expect(Object.keys(telling.world.phases).length).toBe(4);
    away.answer = undefined;
    await telling.world.advance(hour);
    expect(ofQa(telling.told('away')).length).toBe(8);
    expect(Object.keys(telling.world.phases)).toEqual(['shop.qa.3', 'shop.qa.4']);
  });

  it('write and send nothing while there is nothing to tell', async () => {
    const telling = aTellingWorld();
    telling.world.start();
    await deploy(telling, '1.0.0');
    await telling.world.advance(hour);
    const effects: string[] = [];
    telling.telling.onEffect = (what) => effects.push(what);
    const { length } = telling.world.api.writes;
    await telling.world.advance(6 * hour);
    expect([effects, telling.world.api.writes.slice(length)]).toEqual([[], []]);
  });

  it('tell nothing twice after a restart', async () => {
    const telling = aTellingWorld();
    telling.world.start();
    await deploy(telling, '1.0.0');
    const before = telling.told('team');
    telling.world.kill();
    await telling.world.advance(hour);
    expect(telling.told('team')).toEqual(before);
  });

  it('tell after a restart that a drift is over which they told of before', async () => {
    const telling = aTellingWorld();
    const { world } = telling;
    world.start();
    await deploy(telling, '1.0.0');
    const [ours] = world.jenkins.builds;
    if (ours === undefined) throw new Error('nothing was built');
    const startedAt = world.clock.now();
    const parameters = { ...ours.parameters, VERSION: '0.9.0' };
    world.jenkins.builds.push({ ...ours, id: '', parameters, number: 2, queueId: 77, startedAt, endsAt: startedAt + 5_000 });
    world.jenkins.nextBuildNumber = 3;
    await world.advance(300_000);
    world.kill();
    world.annotate('qa', { adopt: '1.0.0' });
    await world.advance(300_000);
    expect(telling.told('team').filter((one) => one.includes('Drift'))).toEqual([
      'shop.qa DriftDetected',
      'shop.qa DriftResolved',
    ]);
  });

  it('keep records small, and forget those of places that are gone', async () => {
    const telling = aTellingWorld();
    telling.configure({ team: {} }, { historyLimit: 2 });
    telling.world.start();
    await deploy(telling, ...Array.from({ length: 12 }, (_, index) => `1.${index}.0`));
    const [name, record] = [...telling.telling.records].find(([key]) => key.includes('shop.qa')) ?? [];
    expect(name).toBe('default/towpath-told-shop.qa.team');
    expect(record?.text.length).toBeLessThan(400);
    for (const run of telling.world.api.runs.list()) await telling.world.api.runs.remove(run.metadata);
    telling.world.commit({ ...qa, environment: 'other', version: '2.0.0' });
    await telling.world.advance(25 * hour);
    telling.world.commit({ ...qa, environment: 'other', version: '2.1.0' });
    await telling.world.advance(hour);
    expect([...telling.telling.records.keys()].sort()).toEqual([
      'default/towpath-sinks-releases',
      'default/towpath-told-shop.other.team',
      'default/towpath-told-shop.team',
    ]);
  });
});
