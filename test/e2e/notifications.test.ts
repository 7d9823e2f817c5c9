import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { productFiles, promotionFiles } from '../support/e2e/documents.js';
import { eventually } from '../support/e2e/eventually.js';
import { startWorld, type World } from '../support/e2e/world.js';
import { policyFile, secretObject } from '../support/sinks/policy.js';
import { startWebhookSink, type WebhookSink } from '../support/sinks/webhook.js';

const secret = `whsec_${Buffer.from('a secret of 24 characters').toString('base64')}`;

describe('notifications of a standalone controller', () => {
  let world: World;
  let sink: WebhookSink;
  const told = () => sink.events.map(({ type, subject, data }) => [subject, type.replace('dev.towpath.', ''), data.version]);
  const statusOf = async (name: string) =>
    (await world.api.get('releasesources', 'releases')).status?.sinks?.find((one) => one.name === name);

  beforeAll(async () => {
    sink = await startWebhookSink(secret);
    world = await startWorld({
      files: { ...productFiles('1.0.0'), ...policyFile(['hook', 'pager']) },
      source: { sinks: [{ name: 'hook', kind: 'webhook', url: `${sink.url}/events`, secretRef: { name: 'hook' } }] },
      objects: [secretObject('hook', { secret })],
    });
    for (const stage of ['qa', 'uat', 'production']) await world.ready(stage, '1.0.0', 30_000);
  });
  afterAll(async () => {
    await world?.close();
    await sink?.close();
  });

  it('bring a policy in git to a signed event at the sink, once for each start and end of a deployment, in order', async () => {
    await eventually(() => sink.events.length >= 6, 'everything is told');
    const ofStage = (stage: string) => told().filter(([subject]) => subject === `shop/${stage}`);
    expect(['qa', 'uat', 'production'].map(ofStage)).toEqual(
      ['qa', 'uat', 'production'].map((stage) => [
        [`shop/${stage}`, 'DeploymentStarted', '1.0.0'],
        [`shop/${stage}`, 'DeploymentSucceeded', '1.0.0'],
      ]),
    );
    expect([sink.forged, sink.repeated]).toEqual([0, []]);
  });

  it('say what, where, by whom and why, with the build', async () => {
    const { run, stage, title, who, why, links } = sink.events.find(({ subject }) => subject === 'shop/qa')?.data ?? {};
    expect({ run, stage, title, why }).toEqual({
      run: 'shop.qa.1',
      stage: 'qa',
      title: 'shop 1.0.0 is being deployed to qa',
      why: 'git asks for 1.0.0; nothing is recorded',
    });
    expect(who).toMatch(/<.*@.*>$/);
    expect(links).toEqual([{ label: 'Build', url: expect.stringMatching(/\/job\/platform\/job\/deploy\/\d+\/$/) }]);
  });

  it('tell of a sink that is not configured where documents are told of, and hold nothing back for it', async () => {
    const { status } = await world.api.get('releasesources', 'releases');
    expect(status?.errors).toEqual([
      {
        file: 'notifications.yaml',
        line: 7,
        column: 21,
        message: 'the ReleaseSource has no sink "pager" (it has hook); nobody is told by it',
      },
    ]);
  });

  it('wait for a sink that is away, are shown as waiting, and come in order when it is back', async () => {
    const before = sink.events.length;
    sink.answer(() => ({ status: 503, headers: { 'retry-after': '1' } }));
    await world.repository.commit({ files: promotionFiles('1.1.0'), message: 'Promote 1.1.0' });
    for (const stage of ['qa', 'uat', 'production']) await world.ready(stage, '1.1.0', 30_000);
    await eventually(async () => (await statusOf('hook'))?.problem === 'hook answered 503', 'the problem is shown');
    expect((await statusOf('hook'))?.undelivered).toBeGreaterThan(0);
    expect(sink.events.length).toBe(before);
    sink.recover();
    await eventually(() => sink.events.length >= before + 6, 'what waited is told', 30_000);
    expect(
      told()
        .slice(before)
        .filter(([subject]) => subject === 'shop/uat'),
    ).toEqual([
      ['shop/uat', 'DeploymentStarted', '1.1.0'],
      ['shop/uat', 'DeploymentSucceeded', '1.1.0'],
    ]);
    await eventually(async () => (await statusOf('hook'))?.undelivered === undefined, 'nothing waits any more');
    expect(await statusOf('hook')).toEqual({ name: 'hook', lastDelivered: expect.stringMatching(/Z$/) });
  });
});
