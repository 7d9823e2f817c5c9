import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Api, createApi } from '../support/e2e/api.js';
import { applyCrds } from '../support/e2e/crds.js';
import { lastingPort } from '../support/e2e/lasting-port.js';
import { secretAndSource } from '../support/e2e/world.js';
import { createRepository, type TestRepository } from '../support/git/repository.js';
import { type GitServer, startGitServer } from '../support/git/server.js';
import { type JenkinsStandIn, startJenkins } from '../support/jenkins/stand-in.js';
import { type KillableServer, type KubeApiserver, startKubeApiserver } from '../support/kube-apiserver.js';
import { allFiles, jobsOf, nameOf, type Place } from './places.js';
import { createReplica, type Replica } from './replica.js';

/** All servers and both controllers; one site stays up over all rounds. */
export interface Site {
  readonly folder: string;
  readonly api: Api;
  readonly kube: KubeApiserver;
  readonly jenkins: JenkinsStandIn;
  readonly git: KillableServer;
  readonly repository: TestRepository;
  readonly replicas: readonly Replica[];
  /** How many of the next builds fail, by the name of the environment. */
  readonly failures: Map<string, number>;
  readonly lease: LeaseTimes;
  /** Fires when it closes: nothing is started any more. */
  readonly closing: AbortSignal;
  /** Leaves nothing behind; with `keepLogs` the logs of the controllers. */
  close(how?: { readonly keepLogs: boolean }): Promise<void>;
}

export interface LeaseTimes {
  readonly leaseMs: number;
  readonly flags: readonly string[];
}

/** Short, so that a round need not wait for 35 s when a leader is lost. */
const lease: LeaseTimes = {
  leaseMs: 6_000,
  flags: ['--lease-duration', '6s', '--lease-renew-deadline', '4s', '--lease-retry-period', '500ms'],
};

export const firstVersion = '1.0.0';

export async function startSite(): Promise<Site> {
  const closing: (() => Promise<void>)[] = [];
  const closeAll = async () => {
    for (const close of closing.splice(0).reverse()) await close();
  };
  const folder = await mkdtemp(join(tmpdir(), 'towpath-rounds-'));
  let keepLogs = false;
  const end = new AbortController();
  closing.push(() => removeBut(folder, keepLogs));
  try {
    const parts = await startServers(folder, closing);
    const replicas = ['a', 'b'].map((name) => controller(name, { folder, kubeconfig: parts.kube.kubeconfigPath }));
    closing.push(async () => void (await Promise.all(replicas.map((replica) => replica.stop()))));
    for (const replica of replicas) replica.start();
    return {
      ...parts,
      folder,
      replicas,
      lease,
      closing: end.signal,
      close: (how) => {
        end.abort();
        keepLogs = how?.keepLogs ?? false;
        return closeAll();
      },
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

type Servers = Pick<Site, 'api' | 'kube' | 'jenkins' | 'git' | 'repository' | 'failures'>;

async function startServers(folder: string, closing: (() => Promise<void>)[]): Promise<Servers> {
  const kube = await startKubeApiserver({ isDurable: true, port: lastingPort });
  if (kube === undefined) throw new Error('etcd and kube-apiserver were not found (KUBEBUILDER_ASSETS, PATH, ~/.cache/towpath)');
  closing.push(() => kube.close());
  const api = createApi(kube.kubeconfigPath);
  closing.push(async () => api.close());
  await applyCrds(api);
  const failures = new Map<string, number>();
  const jenkins = await startJenkins({
    jobs: jobsOf((place) => failsNow(failures, place)),
    executors: 6,
    port: await lastingPort(),
    startupMs: 400,
    // Now and then, so that a crash loses what was accepted, and now and then brings back what has run.
    queueSaveMs: 600,
    raceMs: 2,
  });
  closing.push(() => jenkins.close());
  const repository = await createRepository({ folder });
  await repository.commit({ files: allFiles(firstVersion), message: 'All environments as they are' });
  const git = gitServer(folder, await lastingPort());
  await git.start();
  closing.push(() => git.kill());
  const repositoryUrl = `${git.url}/repository.git`;
  const [secret, source] = secretAndSource({}, { jenkinsUrl: jenkins.url, repositoryUrl });
  await api.ask('POST', '/api/v1/namespaces/default/secrets', secret);
  await api.create('releasesources', source ?? {});
  return { api, kube, jenkins, git, repository, failures };
}

function failsNow(failures: Map<string, number>, place: Place): boolean {
  const left = failures.get(nameOf(place)) ?? 0;
  failures.set(nameOf(place), left - 1);
  return left > 0;
}

function gitServer(root: string, port: number): KillableServer & { readonly url: string } {
  let server: GitServer | undefined;
  return {
    url: `http://127.0.0.1:${port}`,
    async kill() {
      await server?.close();
      server = undefined;
    },
    async start() {
      server = await startGitServer({ root, port });
    },
  };
}

function controller(name: string, { folder, kubeconfig }: { folder: string; kubeconfig: string }): Replica {
  const args = ['controller', '--kubeconfig', kubeconfig, '--http', '127.0.0.1:0', '--log-level', 'debug', ...lease.flags];
  const cache = join(folder, `cache-${name}`);
  return createReplica(name, { args: [...args, '--cache-directory', cache], folder: join(folder, 'logs', name) });
}

async function removeBut(folder: string, keepLogs: boolean): Promise<void> {
  const removed = keepLogs ? ['repository.git', 'cache-a', 'cache-b'].map((name) => join(folder, name)) : [folder];
  for (const path of removed) await rm(path, { recursive: true, force: true });
}
