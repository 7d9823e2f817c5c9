import { beforeEach, describe, expect, it } from 'vitest';
import { loadRepository } from '../../controller/core/documents/load.js';
import { parseFile } from '../../controller/core/documents/parse.js';
import type { DescriptorReading, Snapshot } from '../../controller/core/model.js';
import type { EnvironmentResource } from '../../controller/core/resources/environment.js';
import type { ReleaseSourceResource } from '../../controller/core/resources/release-source.js';
import { CaughtUp } from '../../controller/reconcile/caught-up.js';
import { type KnownDescriptors, planProposal } from '../../controller/reconcile/forge-plan.js';
import type { Memory } from '../../controller/reconcile/gather.js';
import { JobHistories } from '../../controller/reconcile/histories.js';
import type { DescriptorRequest, Ports } from '../../controller/reconcile/ports.js';
import { PublishedStates } from '../../controller/reconcile/published.js';
import { environmentFiles, type ProductOptions, productFiles, versionFile } from '../support/e2e/documents.js';

const now = Date.parse('2026-11-22T08:00:00Z');
const key = { namespace: 'default', name: 'releases' };
const described: ProductOptions = { more: ['descriptor: {bucket: rc, key: "shop/${version}.json"}'] };

function aSnapshot(sha: string, files: Record<string, string>): Snapshot {
  const parsed = Object.entries(files).map(([path, text]) => parseFile({ path, content: Buffer.from(text) }));
  return { commit: { sha, author: 'Ada <ada@example.com>', time: now, subject: 'x' }, repository: loadRepository(parsed) };
}

const source: ReleaseSourceResource = {
  metadata: { ...key, generation: 1 },
  spec: {
    git: { url: 'https://git.example/a.git', ref: { branch: 'main' } },
    buckets: [{ name: 'rc', bucket: 'acme-rc' }],
    jenkins: [{ name: 'main', url: 'https://ci.example', jobs: ['platform/*'] }],
    firstDeployment: 'deploy',
  } as ReleaseSourceResource['spec'],
};

const anEnvironment = (stage: string): EnvironmentResource => ({
  metadata: { namespace: 'default', name: `shop.${stage}`, generation: 1 },
  spec: { product: 'shop', environment: stage, stage, source: 'releases' },
  status: {
    observedGeneration: 1,
    recorded: { version: '1.0.0', certain: true, verified: true, since: '2026-11-01T08:00:00Z' },
  },
});

let asked: DescriptorRequest[];
let readings: Record<string, DescriptorReading>;
let known: KnownDescriptors;
let ports: Ports;

const found = (version: string, components: Record<string, string>): DescriptorReading => ({
  state: 'found',
  descriptor: { key: `shop/${version}.json`, sha256: version.padEnd(64, '0'), components, content: { product: 'shop', version } },
});

beforeEach(() => {
  asked = [];
  known = new Map();
  readings = { '1.0.0': found('1.0.0', { api: '1.0.0' }), '1.1.0': found('1.1.0', { api: '2.0.0' }) };
  const environments = ['qa', 'uat', 'production'].map(anEnvironment);
  ports = {
    clock: { now: () => now },
    sources: { get: () => source, list: () => [source] },
    environments: {
      get: ({ name }: { name: string }) => environments.find(({ metadata }) => metadata.name === name),
      list: () => environments,
      ofProduct: () => environments,
    },
    runs: { get: () => undefined, list: () => [], ofEnvironment: () => [], ofProduct: () => [], quarantined: () => [] },
    holds: { list: () => [], quarantined: () => [] },
    descriptors: {
      read: async (request: DescriptorRequest) => {
        asked.push(request);
        return readings[request.version ?? ''] ?? { state: 'missing', message: 'there is no such object' };
      },
    },
  } as unknown as Ports;
});

function plan(before: Record<string, string>, after: Record<string, string>) {
  const base = aSnapshot('a'.repeat(40), before);
  const head = aSnapshot('b'.repeat(40), { ...before, ...after });
  const published = new PublishedStates();
  published.publish(key, '', base);
  const memory = { published, histories: new JobHistories(), caughtUp: new CaughtUp() } as unknown as Memory;
  const request = { number: 1, head: { ref: 'promote', sha: head.commit.sha }, base: { ref: 'main' } };
  const planning = { source, descriptors: known, signal: AbortSignal.timeout(10_000) };
  return planProposal(request, { base, head, isBaseKnown: true }, { loop: { ports, memory }, planning });
}

describe('the plan of a pull request', () => {
  it('is judged by what the cluster knows of the environment', async () => {
    const { judgedBy, environments } = await plan(productFiles('1.0.0'), versionFile('uat', '1.1.0'));
    expect(judgedBy).toBe('cluster');
    expect(environments.map(({ environment, deployed, waitingFor }) => [environment, deployed?.version, waitingFor])).toEqual([
      ['uat', '1.0.0', 'order'],
    ]);
  });

  it('is judged by the path that it proposes', async () => {
    const stages = ['{name: qa}', '{name: uat}', '{name: production, after: [uat]}'];
    const proposed = productFiles('1.0.0', { stages, verified: false });
    const { environments } = await plan(productFiles('1.0.0'), { ...proposed, ...versionFile('uat', '1.1.0') });
    expect(environments.map(({ environment, waitingFor }) => [environment, waitingFor])).toEqual([['uat', undefined]]);
  });

  it('tells which components change, by the descriptors of the bucket, each of which is read once', async () => {
    const files = productFiles('1.0.0', described);
    const [planned] = (await plan(files, versionFile('qa', '1.1.0'))).environments;
    expect(planned?.delta?.components).toEqual([{ name: 'api', change: 'upgraded', from: '1.0.0', to: '2.0.0' }]);
    expect(asked.map(({ bucket, key: at }) => [bucket.bucket, at])).toEqual([
      ['acme-rc', 'shop/1.0.0.json'],
      ['acme-rc', 'shop/1.1.0.json'],
    ]);
    await plan(files, versionFile('qa', '1.1.0'));
    expect(asked).toHaveLength(2);
  });

  it('looks again for a descriptor that was not there', async () => {
    const files = productFiles('1.0.0', described);
    const [before] = (await plan(files, versionFile('qa', '1.2.0'))).environments;
    expect([before?.delta, before?.waitingFor]).toEqual([undefined, 'descriptor']);
    readings['1.2.0'] = found('1.2.0', { api: '3' });
    const [after] = (await plan(files, versionFile('qa', '1.2.0'))).environments;
    expect(after?.delta?.components.map(({ to }) => to)).toEqual(['3']);
  });

  it('judges a hundred environments by the cluster, and says so where more change', async () => {
    const names = Array.from({ length: 101 }, (_, at) => `e${at}`);
    const many = Object.assign(
      productFiles('1.0.0'),
      ...names.map((name) => environmentFiles(name, { stage: 'qa', version: '1.0.0' })),
    );
    const changes = (count: number) => Object.assign({}, ...names.slice(0, count).map((name) => versionFile(name, '1.1.0')));
    expect((await plan(many, changes(100))).unknown).toEqual([]);
    expect((await plan(many, changes(101))).unknown).toEqual([
      'More than 100 environments change: the gates of the others are judged from git alone.',
    ]);
  });

  it('reads nothing out of the bucket that the branch does not name', async () => {
    const elsewhere = productFiles('1.0.0', { more: ['descriptor: {bucket: rc, key: "secret/${version}.json"}'] });
    const proposed = { ...elsewhere, ...versionFile('qa', '1.1.0') };
    await plan(productFiles('1.0.0', described), proposed);
    await plan(productFiles('1.0.0'), proposed);
    expect(asked).toEqual([]);
  });
});
