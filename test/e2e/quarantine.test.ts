import { Agent, request } from 'node:https';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEmbeddedApi } from '../../controller/embedded/start.js';
import { path, productFiles, promotionFiles } from '../support/e2e/documents.js';
import { eventually } from '../support/e2e/eventually.js';
import { loosenedCrds } from '../support/e2e/loosened-crds.js';
import { startWorld, type World } from '../support/e2e/world.js';

const group = '/apis/towpath.dev/v1alpha1/namespaces/default';

type Change = readonly [method: string, path: string, body: object];

/** Writes what the API of today would refuse, while the program does not run. */
async function poison(world: World, changes: readonly Change[]): Promise<void> {
  await world.program.terminate();
  const api = await startEmbeddedApi({ directory: join(world.folder, 'data'), crds: await loosenedCrds() });
  const agent = new Agent({ ca: api.caPem });
  try {
    for (const [method, url, body] of changes) {
      const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
      const headers = { authorization: `Bearer ${api.token}`, 'content-type': type };
      const status = await new Promise((resolve, reject) => {
        const sent = request(`${api.url}${group}/${url}`, { method, headers, agent }, (response) => {
          response.resume().on('end', () => resolve(response.statusCode));
        });
        sent.on('error', reject).end(JSON.stringify(body));
      });
      expect([200, 201]).toContain(status);
    }
  } finally {
    agent.destroy();
    await api.close();
  }
}

const ofKind = (kind: string, name: string, spec: object) => ({
  apiVersion: 'towpath.dev/v1alpha1',
  kind,
  metadata: { name },
  spec,
});

describe('objects that no longer fit their schema', () => {
  let world: World;
  let http = '';
  const metric = async (kind: string) => {
    const text = await (await fetch(`${http}/metrics`)).text();
    return new RegExp(`^towpath_quarantined_objects\\{kind="${kind}"\\} (\\d+)$`, 'm').exec(text)?.[1];
  };
  const eventsOf = async (kind: string, name: string) => {
    const { items } = (await world.api.ask('GET', '/api/v1/namespaces/default/events')) as {
      items: { involvedObject: { kind: string; name: string }; reason: string; message: string }[];
    };
    return items
      .filter(
        ({ involvedObject: regarding, reason }) => regarding.kind === kind && regarding.name === name && reason === 'Quarantined',
      )
      .map(({ message }) => message);
  };
  const runsOf = async (name: string) =>
    (await world.api.list('deploymentruns')).map(({ metadata }) => metadata.name).filter((each) => each.startsWith(`${name}.`));

  beforeAll(async () => {
    const files = { ...productFiles('1.0.0'), ...productFiles('1.0.0', { name: 'books' }) };
    world = await startWorld({ files });
    for (const stage of path) await world.ready(stage, '1.0.0');
    for (const stage of path) await world.ready(`books.${stage}`, '1.0.0');
    await poison(world, [
      ['PATCH', 'deploymentruns/shop.qa.1', { spec: { number: 'one' }, status: { phase: 'Dreaming' } }],
      ['PATCH', 'environments/shop.uat', { spec: { stage: null } }],
      ['POST', 'releasesources', ofKind('ReleaseSource', 'broken', { git: 7 })],
    ]);
    ({ http = '' } = await world.program.start());
    await world.repository.commit({ files: { ...promotionFiles('1.1.0'), ...promotionFiles('1.1.0', 'books') } });
  });
  afterAll(() => world?.close());

  it('are told of by a metric, in the log, and by an event that kubectl describe shows', async () => {
    expect([
      await metric('ReleaseSource'),
      await metric('Environment'),
      await metric('DeploymentRun'),
      await metric('Hold'),
    ]).toEqual(['1', '1', '1', '0']);
    const expected = [
      ['DeploymentRun', 'shop.qa.1', 'spec.number is not a number'],
      ['Environment', 'shop.uat', 'spec.stage is missing'],
      ['ReleaseSource', 'broken', 'spec.git is not an object'],
    ] as const;
    for (const [kind, name, problem] of expected) {
      await eventually(async () => (await eventsOf(kind, name))[0]?.includes(problem), `there is an event about ${kind} ${name}`);
      const line = world.program
        .log()
        .split('\n')
        .find((each) => each.includes('object quarantined') && each.includes(`"name":"${name}"`));
      expect(JSON.parse(line ?? '{}')).toMatchObject({ level: 'warn', kind, name, problem });
    }
  });

  it('disturb no other: what git asks for arrives everywhere else', async () => {
    for (const stage of path) await world.ready(`books.${stage}`, '1.1.0');
    const { status } = await world.api.get('releasesources', 'releases');
    expect(status?.commit?.sha, JSON.stringify(status)).toBe(await world.repository.git('rev-parse', 'main'));
    expect(JSON.stringify(status)).toContain('Environment default/shop.uat does not fit its schema: spec.stage is missing');
  });

  it('are never taken for absent: beside a run that cannot be read, none is started, and the environment says so', async () => {
    const message = await world.says('qa', /shop\.qa\.1/, 'Stalled');
    expect(message).toBe(
      'the record of run shop.qa.1 does not fit its schema (spec.number is not a number), so nobody knows whether it is under way; repair it, or delete it once that is known',
    );
    expect((await world.condition('qa', 'Ready'))?.reason).toBe('Quarantined');
    expect(await runsOf('shop.qa')).toEqual(['shop.qa.1']);
    expect(
      world.jenkins.effects.filter(({ parameters }) => parameters.PRODUCT === 'shop' && parameters.VERSION === '1.1.0'),
    ).toEqual([]);
  });

  it('are taken up again where they are mended, without anything done twice', async () => {
    await world.api.patch('deploymentruns', 'shop.qa.1', { spec: { number: 1 }, status: { phase: 'Succeeded' } });
    await world.api.patch('environments', 'shop.uat', { spec: { stage: 'uat' } });
    await world.api.remove('releasesources', 'broken');
    for (const stage of path) await world.ready(stage, '1.1.0');
    expect(await runsOf('shop.qa')).toEqual(['shop.qa.1', 'shop.qa.2']);
    await eventually(async () => (await metric('DeploymentRun')) === '0', 'nothing is quarantined any more');
    expect([await metric('ReleaseSource'), await metric('Environment')]).toEqual(['0', '0']);
  });

  it('close the gates where they are Holds: one that nobody understands holds everything, until it is gone', async () => {
    await poison(world, [['POST', 'holds', ofKind('Hold', 'riddle', {})]]);
    ({ http = '' } = await world.program.start());
    await world.repository.commit({ files: promotionFiles('1.2.0') });
    await world.says('qa', /^1\.2\.0: the hold riddle cannot be read, so nobody knows what it stops: spec\.reason is missing/);
    expect(await runsOf('shop.qa')).toEqual(['shop.qa.1', 'shop.qa.2']);
    expect(await metric('Hold')).toBe('1');
    await world.api.remove('holds', 'riddle');
    for (const stage of path) await world.ready(stage, '1.2.0');
  });
});
