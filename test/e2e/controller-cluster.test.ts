import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { invocationId } from '../../controller/core/run/identity.js';
import { type Api, createApi } from '../support/e2e/api.js';
import { applyCrds } from '../support/e2e/crds.js';
import { jobs, productFiles, promotionFiles } from '../support/e2e/documents.js';
import { eventually } from '../support/e2e/eventually.js';
import { createProgram, type Program } from '../support/e2e/program.js';
import { questions, secretAndSource } from '../support/e2e/world.js';
import { createRepository, type TestRepository } from '../support/git/repository.js';
import { type JenkinsStandIn, startJenkins } from '../support/jenkins/stand-in.js';
import { findKubeApiserver, type KubeApiserver, startKubeApiserver } from '../support/kube-apiserver.js';

const isRequired = process.env.TOWPATH_CLUSTER === 'required';

interface Cluster {
  readonly folder: string;
  readonly server: KubeApiserver;
  readonly api: Api;
  readonly jenkins: JenkinsStandIn;
  readonly repository: TestRepository;
}

async function startCluster(): Promise<Cluster> {
  const server = await startKubeApiserver();
  if (server === undefined)
    throw new Error('etcd and kube-apiserver were not found (KUBEBUILDER_ASSETS, PATH, ~/.cache/towpath)');
  const folder = await mkdtemp(join(tmpdir(), 'towpath-e2e-'));
  const api = createApi(server.kubeconfigPath);
  await applyCrds(api);
  const jenkins = await startJenkins({ jobs: jobs({ durationMs: 4_000 }), executors: 6 });
  const repository = await createRepository({ folder });
  await repository.commit({ files: productFiles('1.0.0', { verified: false }) });
  const [secret, source] = secretAndSource({}, { jenkinsUrl: jenkins.url, repositoryUrl: repository.url });
  await api.ask('POST', '/api/v1/namespaces/default/secrets', secret);
  await api.create('releasesources', source ?? {});
  return { folder, server, api, jenkins, repository };
}

function replica({ folder, server }: Cluster, name: string): Program {
  const cache = join(folder, `cache-${name}`);
  const flags = [
    '--kubeconfig',
    server.kubeconfigPath,
    '--http',
    '127.0.0.1:0',
    '--cache-directory',
    cache,
    '--log-level',
    'debug',
  ];
  return createProgram({ args: ['controller', ...flags], folder: join(folder, `logs-${name}`) });
}

const isLeading = (program: Program) => program.log().includes('"msg":"became leader"');

describe.skipIf(findKubeApiserver() === undefined && !isRequired)('two replicas in a cluster', () => {
  let cluster: Cluster;
  let first: Program;
  let second: Program;
  const holder = async () => {
    const lease = await cluster.api.ask('GET', '/apis/coordination.k8s.io/v1/namespaces/default/leases/towpath');
    return (lease as { spec: { holderIdentity?: string } }).spec.holderIdentity;
  };

  beforeAll(async () => {
    cluster = await startCluster();
    first = replica(cluster, 'first');
    second = replica(cluster, 'second');
  });
  afterAll(async () => {
    await Promise.all([first?.kill(), second?.kill()]);
    cluster?.api.close();
    await cluster?.jenkins.close();
    await cluster?.server.close();
    await rm(cluster?.folder ?? '', { recursive: true, force: true });
  });

  it('have one leader, and when it is killed the other takes over and finishes its deployment without asking twice', async () => {
    const { identity } = await first.start();
    await eventually(() => isLeading(first), 'the first replica leads');
    await second.start();
    const { run, ready, runs } = questions(cluster.api);
    await run('shop.qa.1', 'Running');
    expect([isLeading(second), await holder()]).toEqual([false, identity]);
    await first.kill();
    await eventually(() => isLeading(second), 'the second replica leads', 60_000);
    await ready('production', '1.0.0', 60_000);
    const built = cluster.jenkins.effects.map(({ parameters }) => parameters.TOWPATH_RUN);
    const wanted = await runs();
    expect(wanted.map(({ metadata }) => metadata.name)).toEqual(['shop.production.1', 'shop.qa.1', 'shop.uat.1']);
    expect(built.sort()).toEqual(wanted.map(invocationId).sort());
  });

  it('hand over at once when the leader is asked to end', async () => {
    await first.start();
    await cluster.repository.commit({ files: promotionFiles('1.1.0') });
    const { run, ready } = questions(cluster.api);
    await run('shop.qa.2', 'Running');
    const before = await holder();
    const { code, afterMs } = await second.terminate();
    expect([code, afterMs < 10_000]).toEqual([0, true]);
    const after = await eventually(
      async () => {
        const now = await holder();
        return now !== before && now !== '' ? now : undefined;
      },
      'the other replica leads',
      15_000,
    );
    expect(after).not.toBe(before);
    await ready('qa', '1.1.0');
    expect(
      cluster.jenkins.effects.filter(({ parameters }) => parameters.VERSION === '1.1.0' && parameters.ENVIRONMENT === 'qa')
        .length,
    ).toBe(1);
  });
});
