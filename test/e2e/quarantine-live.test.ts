import { describe, expect, it } from 'vitest';
import { deployJob, environmentFiles, jobs, productDocument, versionFile } from '../support/e2e/documents.js';
import { eventually } from '../support/e2e/eventually.js';
import { loosenedCrds } from '../support/e2e/loosened-crds.js';
import { type CrashWorld, inCrashWorld } from './crash-points/world.js';

interface LiveWorld extends CrashWorld {
  /** Until the kind has an object in quarantine, and an event says of which and why. */
  quarantined(kind: string, name: string, problem: string, namespace?: string): Promise<void>;
  noneQuarantined(): Promise<void>;
  /** Git asks for a version of one of the products. */
  ask(product: string, version: string): Promise<void>;
}

const inFolder = (folder: string, files: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(files).map(([path, text]) => [`${folder}/${path}`, text]));

/** A product with one environment, in a folder of its own. */
const filesOf = (product: string) =>
  inFolder(product, {
    [`products/${product}/product.yaml`]: productDocument({ name: product, verified: false }),
    ...environmentFiles('qa', { product, version: '1.0.0' }),
  });

/** Two products of two sources, deployed; an API that lets everything in, as one whose schema was another once. */
async function inLiveWorld(test: (world: LiveWorld) => Promise<void>): Promise<void> {
  const options = {
    files: { ...filesOf('shop'), ...filesOf('books') },
    git: { path: 'shop' },
    jenkins: { jobs: jobs({ durationMs: 600 }) },
    crds: await loosenedCrds(),
  };
  await inCrashWorld(options, async (world) => {
    const { api, replica, repository, ready } = world;
    const { spec } = await api.get('releasesources', 'releases');
    const second = { metadata: { name: 'second' }, spec: { ...spec, git: { ...spec.git, path: 'books' } } };
    await api.create('releasesources', { apiVersion: 'towpath.dev/v1alpha1', kind: 'ReleaseSource', ...second });
    const { http = '' } = await replica.program.start();
    const ask: LiveWorld['ask'] = async (product, version) =>
      void (await repository.commit({ files: inFolder(product, versionFile('qa', version, product)) }));
    await ready('shop.qa', '1.0.0');
    await ready('books.qa', '1.0.0');
    await test({ ...world, ask, ...quarantineOf(world, http) });
  });
}

function quarantineOf({ api }: CrashWorld, http: string): Pick<LiveWorld, 'quarantined' | 'noneQuarantined'> {
  const counts = async () => {
    const text = await (await fetch(`${http}/metrics`)).text();
    const found = [...text.matchAll(/^towpath_quarantined_objects\{kind="(\w+)"\} ([1-9]\d*)$/gm)];
    return Object.fromEntries(found.map(([, kind, count]) => [kind, Number(count)]));
  };
  return {
    async quarantined(kind, name, problem, namespace = 'default') {
      await eventually(async () => {
        const { items } = (await api.ask('GET', `/api/v1/namespaces/${namespace}/events`)) as {
          items: { involvedObject: { kind: string; name: string }; reason: string; message: string }[];
        };
        return items.some(
          ({ involvedObject: regarding, reason, message }) =>
            reason === 'Quarantined' && regarding.kind === kind && regarding.name === name && message.includes(problem),
        );
      }, `an event says that ${kind} ${name} does not fit: ${problem}`);
      expect(await counts()).toEqual({ [kind]: 1 });
    },
    noneQuarantined: async () =>
      void (await eventually(async () => Object.keys(await counts()).length === 0, 'nothing is quarantined any more')),
  };
}

describe.concurrent('an object that stops fitting its schema while Towpath works', () => {
  it('and is the record of a run under way stops its environment and no other; the run goes on once it is mended', async () => {
    await inLiveWorld(async ({ api, jenkins, run, ask, says, ready, quarantined, noneQuarantined, account }) => {
      jenkins.define(deployJob, { durationMs: 2_000 });
      await ask('shop', '1.1.0');
      await run('shop.qa.2', 'Running');
      await api.patch('deploymentruns', 'shop.qa.2', { spec: { number: 'one' } });
      await quarantined('DeploymentRun', 'shop.qa.2', 'spec.number is not a number');
      await says('shop.qa', /the record of run shop\.qa\.2 does not fit its schema/, 'Stalled');
      await ask('books', '1.1.0');
      await ready('books.qa', '1.1.0');
      expect((await api.list('deploymentruns')).map(({ metadata }) => metadata.name).sort()).toEqual([
        'books.qa.1',
        'books.qa.2',
        'shop.qa.1',
        'shop.qa.2',
      ]);
      await api.patch('deploymentruns', 'shop.qa.2', { spec: { number: 2 } });
      await ready('shop.qa', '1.1.0');
      await noneQuarantined();
      const { builds, ...rest } = await account('shop.qa.2');
      expect({ ...rest, builds: builds.length }).toEqual({ phase: 'Succeeded', claims: 1, asked: 1, builds: 1 });
    });
  });

  it('and is an Environment stops that one and no other; what git asks for is deployed once it is mended', async () => {
    await inLiveWorld(async ({ api, ask, ready, quarantined, noneQuarantined, account }) => {
      await api.patch('environments', 'shop.qa', { spec: { stage: null } });
      await quarantined('Environment', 'shop.qa', 'spec.stage is missing');
      await ask('shop', '1.1.0');
      await ask('books', '1.1.0');
      await ready('books.qa', '1.1.0');
      await eventually(
        async () =>
          JSON.stringify((await api.get('releasesources', 'releases')).status).includes('shop.qa does not fit its schema'),
        'the source says so',
      );
      expect((await api.list('deploymentruns')).some(({ metadata }) => metadata.name === 'shop.qa.2')).toBe(false);
      await api.patch('environments', 'shop.qa', { spec: { stage: 'qa' } });
      await ready('shop.qa', '1.1.0');
      await noneQuarantined();
      expect(await account('shop.qa.2')).toMatchObject({ phase: 'Succeeded', claims: 1, asked: 1 });
    });
  });

  it('and is a ReleaseSource stops what comes from it and nothing else; its run under way waits, and goes on once it is mended', async () => {
    await inLiveWorld(async ({ api, run, jenkins, ask, ready, says, quarantined, noneQuarantined, account }) => {
      const { spec } = await api.get('releasesources', 'releases');
      jenkins.define(deployJob, { durationMs: 2_000 });
      await ask('shop', '1.1.0');
      await run('shop.qa.2', 'Running');
      await api.patch('releasesources', 'releases', { spec: { git: 7 } });
      await quarantined('ReleaseSource', 'releases', 'spec.git is not an object');
      await says('shop.qa', /ReleaseSource/);
      await ask('books', '1.1.0');
      await ready('books.qa', '1.1.0');
      await api.patch('releasesources', 'releases', { spec });
      await ready('shop.qa', '1.1.0');
      await noneQuarantined();
      const { builds, ...rest } = await account('shop.qa.2');
      expect({ ...rest, builds: builds.length }).toEqual({ phase: 'Succeeded', claims: 1, asked: 1, builds: 1 });
    });
  });

  it('and is a Hold holds its own namespace, where nobody can know what it is to hold, and no other', async () => {
    await inLiveWorld(async ({ api, ask, ready, says, quarantined, noneQuarantined }) => {
      await api.ask('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'elsewhere' } });
      const riddle = { apiVersion: 'towpath.dev/v1alpha1', kind: 'Hold', metadata: { name: 'riddle' }, spec: {} };
      const holds = '/apis/towpath.dev/v1alpha1/namespaces/elsewhere/holds';
      await api.ask('POST', holds, riddle);
      await quarantined('Hold', 'riddle', 'spec.reason is missing', 'elsewhere');
      await ask('shop', '1.1.0');
      await ready('shop.qa', '1.1.0');
      await api.ask('DELETE', `${holds}/riddle`);
      await noneQuarantined();
      await api.create('holds', riddle);
      await quarantined('Hold', 'riddle', 'spec.reason is missing');
      await ask('shop', '1.2.0');
      await says('shop.qa', /the hold riddle cannot be read, so nobody knows what it stops: spec\.reason is missing/);
      await api.remove('holds', 'riddle');
      await ready('shop.qa', '1.2.0');
    });
  });
});
