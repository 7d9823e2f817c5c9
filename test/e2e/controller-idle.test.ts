import { expect, it } from 'vitest';
import { environmentFiles, jobs, productDocument } from '../support/e2e/documents.js';
import { eventually } from '../support/e2e/eventually.js';
import { startWorld, type World } from '../support/e2e/world.js';

const count = 50;
const names = Array.from({ length: count }, (_, index) => `qa-${String(index).padStart(2, '0')}`);

/** Every object with its version, and what Jenkins was asked so far. */
async function fingerprint({ api, jenkins }: World): Promise<{ versions: Record<string, string | undefined>; requests: number }> {
  const plurals = ['releasesources', 'environments', 'deploymentruns', 'releases', 'holds'] as const;
  const versions: Record<string, string | undefined> = {};
  for (const plural of plurals) {
    for (const { metadata } of await api.list(plural)) {
      versions[`${plural}/${metadata.name}`] = (metadata as { resourceVersion?: string }).resourceVersion;
    }
  }
  const events = (await api.ask('GET', '/apis/events.k8s.io/v1/namespaces/default/events')) as { items: never[] };
  for (const { metadata } of events.items as { metadata: { name: string; resourceVersion: string } }[])
    versions[`events/${metadata.name}`] = metadata.resourceVersion;
  return { versions, requests: jenkins.requests.length };
}

const passesOf = ({ program }: World, queue: string) => program.log().split(`"queue":"${queue}"`).length - 1;

/** Waits until every environment was looked at once more. */
async function lookedAtAll(world: World, act: () => Promise<void>): Promise<void> {
  const before = world.program.log().length;
  await act();
  await eventually(() => {
    const lines = world.program.log().slice(before).split('\n');
    const seen = names.filter((name) =>
      lines.some((line) => line.includes('"environment"') && line.includes(`"default/shop.${name}"`)),
    );
    return seen.length === count;
  }, 'every environment was looked at');
}

it('with nothing to do, a pass over everything writes nothing and asks Jenkins nothing', async () => {
  const environments = names.map((name) => environmentFiles(name, { stage: 'qa', version: '1.0.0' }));
  const world = await startWorld({
    files: Object.assign({ 'product.yaml': productDocument({ verified: false }) }, ...environments) as Record<string, string>,
    jenkins: { jobs: jobs({ durationMs: 200 }), executors: count },
    server: { observeInterval: '1h' },
  });
  try {
    await Promise.all(names.map((name) => world.ready(name, '1.0.0', 90_000)));
    const settled = await eventually(async () => {
      const before = await fingerprint(world);
      const fetches = passesOf(world, 'releasesource');
      await eventually(() => passesOf(world, 'releasesource') > fetches + 1, 'the repository was looked at again');
      const after = await fingerprint(world);
      return JSON.stringify(before) === JSON.stringify(after) ? after : undefined;
    }, 'what the deployments left to write is written');

    const spec = { reason: 'selects nothing', selector: { products: ['nothing'] } };
    const hold = { apiVersion: 'towpath.dev/v1alpha1', kind: 'Hold', metadata: { name: 'nothing' }, spec };
    await lookedAtAll(world, () => world.api.create('holds', hold));
    await world.api.remove('holds', 'nothing');
    expect(await fingerprint(world)).toEqual(settled);

    await lookedAtAll(world, async () => {
      await world.program.terminate();
      await world.program.start();
    });
    await eventually(() => world.jenkins.requests.length > settled.requests, 'the history of the job was read');
    const { versions, requests } = await fingerprint(world);
    expect(versions).toEqual(settled.versions);
    const asked = world.jenkins.requests.slice(settled.requests).map(({ method, path }) => `${method} ${path}`);
    expect([requests - settled.requests, [...new Set(asked)]]).toEqual([1, ['GET /job/platform/job/deploy/api/json']]);
  } finally {
    await world.close();
  }
});
