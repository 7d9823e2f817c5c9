import { expect, it } from 'vitest';
import { environmentFiles, jobs, productDocument, versionFile } from '../support/e2e/documents.js';
import { eventually } from '../support/e2e/eventually.js';
import { startWorld, type World } from '../support/e2e/world.js';

const count = 50;
const names = Array.from({ length: count }, (_, index) => `qa-${String(index).padStart(2, '0')}`);

/** Every object with its version, and what Jenkins was asked so far. */
async function fingerprint({ api, jenkins }: World): Promise<{ versions: Record<string, string | undefined>; requests: number }> {
  const plurals = ['releasesources', 'environments', 'deploymentruns', 'holds'] as const;
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

it('with nothing to do, a pass over everything writes nothing and asks Jenkins nothing', async () => {
  const environments = names.map((name) => environmentFiles(name, { stage: 'qa', version: '1.0.0' }));
  const world = await startWorld({
    files: Object.assign({ 'product.yaml': productDocument({ verified: false }) }, ...environments) as Record<string, string>,
    jenkins: { jobs: jobs({ durationMs: 200 }), executors: count },
    server: { observeInterval: '1h' },
  });
  try {
    await Promise.all(names.map((name) => world.ready(name, '1.0.0', 90_000)));
    const passes = () => world.program.log().split('"queue":"environment"').length;
    const settled = await eventually(async () => {
      const before = await fingerprint(world);
      const fetches = fetchesOf(world);
      await eventually(() => fetchesOf(world) > fetches + 1, 'the repository was looked at again');
      const after = await fingerprint(world);
      return JSON.stringify(before) === JSON.stringify(after) ? after : undefined;
    }, 'what the deployments left to write is written');

    const before = passes();
    await Promise.all(names.map((name) => world.api.annotate('environments', `shop.${name}`, { 'example.com/touched': '1' })));
    world.program.log();
    const touched = await fingerprint(world);
    await world.repository.commit({ files: { 'README.md': 'Nothing that matters' } });
    await eventually(async () => {
      const { status } = await world.api.get('releasesources', 'releases');
      return status?.commit?.sha === (await world.repository.git('rev-parse', 'main'));
    }, 'the commit was read');
    expect(before).toBeGreaterThan(count);
    const { versions, requests } = await fingerprint(world);
    expect(requests).toBe(settled.requests);
    const changed = Object.keys(versions).filter((name) => versions[name] !== touched.versions[name]);
    expect(changed.filter((name) => !name.startsWith('releasesources/') && !name.startsWith('events/'))).toEqual([]);
    await world.repository.commit({ files: versionFile('qa-00', '1.1.0') });
    await world.ready('qa-00', '1.1.0');
  } finally {
    await world.close();
  }
});

const fetchesOf = ({ program }: World) => program.log().split('"queue":"releasesource"').length;
