import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Phase } from '../../../controller/core/resources/deployment-run.js';
import { invocationId } from '../../../controller/core/run/identity.js';
import type { Json } from '../../../controller/embedded/resource-type.js';
import { startEmbeddedApi } from '../../../controller/embedded/start.js';
import { type Api, createApi } from '../../support/e2e/api.js';
import { environmentFiles, jobs, productDocument, versionFile } from '../../support/e2e/documents.js';
import { eventually } from '../../support/e2e/eventually.js';
import { createProgram, type Program } from '../../support/e2e/program.js';
import { questions, secretAndSource, type World } from '../../support/e2e/world.js';
import { type Certificates, createCertificates } from '../../support/git/certificates.js';
import { createRepository, type TestRepository } from '../../support/git/repository.js';
import { type JenkinsStandIn, type StandInOptions, startJenkins } from '../../support/jenkins/stand-in.js';
import { type Gate, startGate } from './gate.js';

/** The run that a world begins with: 1.0.0 in its one environment. */
export const firstRun = 'shop.qa.1';
/** Short enough for a test, and longer than anything here takes to answer. */
const times = { delay: '1s', grace: '2s', timeout: '3s', pollInterval: '300ms', observeInterval: '500ms' };
const lease = '/apis/coordination.k8s.io/v1/namespaces/default/leases/towpath';

/** The built program as it runs in a cluster, with a gate before the API of its own. */
export interface Replica {
  readonly program: Program;
  /** What it says to the API. */
  readonly api: Gate;
  /** SIGKILL; what the gates hold of it is never delivered. The lease is free at once, so that nobody has to wait for its end. */
  kill(): Promise<void>;
  /** Takes the lease away, as if it had expired. */
  freeLease(): Promise<void>;
}

/** What a run has come to, counted where it cannot be wrong: in Jenkins. */
export interface Account {
  readonly phase: Phase | undefined;
  /** How often the run has claimed to ask. */
  readonly claims: number | undefined;
  /** How often Jenkins was asked. */
  readonly asked: number;
  /** The builds that had an effect. */
  readonly builds: readonly number[];
}

export interface CrashWorld extends Pick<World, 'ready' | 'condition' | 'says' | 'runs' | 'run'> {
  readonly api: Api;
  readonly jenkins: JenkinsStandIn;
  /** What everybody says to Jenkins. */
  readonly toJenkins: Gate;
  readonly repository: TestRepository;
  readonly replica: Replica;
  /** One more, not started. */
  another(): Promise<Replica>;
  /** Git asks for another version. */
  promote(version: string): Promise<void>;
  id(name?: string): Promise<string>;
  account(name?: string): Promise<Account>;
  /** Waits for the end of the run, and gives what it has come to. */
  end(phase: Phase, name?: string): Promise<Account>;
}

export interface CrashOptions {
  readonly jenkins?: Partial<StandInOptions>;
  /** Changes of `spec.jenkins[0]` of the ReleaseSource. */
  readonly server?: object;
  /** Changes of `spec` of the ReleaseSource. */
  readonly source?: object;
  /** Lines under `deployer.jenkins` of the product. */
  readonly deployer?: readonly string[];
  readonly objects?: readonly object[];
  /** Changes of `spec.git` of the ReleaseSource. */
  readonly git?: object;
  /** What the repository says first; one environment of one product where absent. */
  readonly files?: Readonly<Record<string, string>>;
  /** What the API serves; the shipped definitions where absent. */
  readonly crds?: readonly Json[];
  /** How long the job may take, from the claim on. */
  readonly jobTimeout?: string;
}

/** Everything but the program, which the test starts; closed when the test is over. */
export async function inCrashWorld(options: CrashOptions, test: (world: CrashWorld) => Promise<void>): Promise<void> {
  const closing: (() => Promise<unknown>)[] = [];
  try {
    await test(await createCrashWorld(options, closing));
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

async function createCrashWorld(options: CrashOptions, closing: (() => Promise<unknown>)[]): Promise<CrashWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'towpath-crash-'));
  if (process.env.TOWPATH_KEEP === undefined) closing.push(() => rm(folder, { recursive: true, force: true }));
  const opened = async <T extends { close(): Promise<unknown> }>(opening: Promise<T>): Promise<T> => {
    const one = await opening;
    closing.push(() => one.close());
    return one;
  };
  const jenkins = await opened(startJenkins({ jobs: jobs({ durationMs: 300 }), executors: 6, ...options.jenkins }));
  const toJenkins = await opened(startGate({ url: jenkins.url }));
  const repository = await createRepository({ folder });
  await repository.commit({ files: options.files ?? filesOf(options) });
  const embedded = await opened(startEmbeddedApi({ directory: join(folder, 'api'), crds: options.crds ?? (await readCrds()) }));
  const api = createApi(embedded.kubeconfigPath);
  closing.push(async () => api.close());
  await applyAll(api, [
    ...secretAndSource(
      { server: { ...times, ...options.server }, source: options.source ?? {}, git: options.git ?? {} },
      { jenkinsUrl: toJenkins.url, repositoryUrl: repository.url },
    ),
    ...(options.objects ?? []),
  ]);
  const certificates = await createCertificates();
  let replicas = 0;
  const another = async (): Promise<Replica> => {
    replicas += 1;
    const gate = await opened(startGate({ url: embedded.url, ca: embedded.caPem }, certificates));
    const kubeconfig = join(folder, `kubeconfig-${replicas}`);
    await writeFile(kubeconfig, kubeconfigOf(gate.url, certificates, embedded.token), { mode: 0o600 });
    const program = createProgram({ args: flags(folder, kubeconfig, replicas), folder: join(folder, `logs-${replicas}`) });
    closing.push(() => program.kill());
    const freeLease = async () => void (await api.ask('DELETE', lease));
    const kill = async () => {
      await program.kill();
      await freeLease();
    };
    return { program, api: gate, kill, freeLease };
  };
  const replica = await another();
  const promote = async (version: string) => void (await repository.commit({ files: versionFile('qa', version) }));
  return { api, jenkins, toJenkins, repository, replica, another, promote, ...questions(api), ...accounts(api, jenkins) };
}

const filesOf = ({ deployer = [], jobTimeout = '10m' }: CrashOptions): Record<string, string> => ({
  'products/shop/product.yaml': productDocument({ verified: false, deployer }).replace('timeout: 10m', `timeout: ${jobTimeout}`),
  ...environmentFiles('qa', { version: '1.0.0' }),
});

async function readCrds(): Promise<Json[]> {
  const files = (await readdir('crds')).filter((file) => file.startsWith('towpath.dev_'));
  return Promise.all(files.map(async (file) => parse(await readFile(join('crds', file), 'utf8')) as Json));
}

async function applyAll(api: Api, objects: readonly object[]): Promise<void> {
  for (const object of objects) {
    if ((object as { kind: string }).kind === 'ReleaseSource') await api.create('releasesources', object);
    else await api.ask('POST', `/api/v1/namespaces/default/${(object as { kind: string }).kind.toLowerCase()}s`, object);
  }
}

function kubeconfigOf(server: string, { ca }: Certificates, token: string): string {
  const cluster = { server, 'certificate-authority-data': Buffer.from(ca).toString('base64') };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'gate', cluster }],
    users: [{ name: 'gate', user: { token } }],
    contexts: [{ name: 'gate', context: { cluster: 'gate', user: 'gate', namespace: 'default' } }],
    'current-context': 'gate',
  });
}

function flags(folder: string, kubeconfig: string, number: number): string[] {
  const cache = join(folder, `cache-${number}`);
  const options = ['--kubeconfig', kubeconfig, '--http', '127.0.0.1:0', '--cache-directory', cache, '--log-level', 'debug'];
  return ['controller', ...options];
}

function accounts(api: Api, jenkins: JenkinsStandIn): Pick<CrashWorld, 'id' | 'account' | 'end'> {
  const id: CrashWorld['id'] = async (name = firstRun) => invocationId(await api.get('deploymentruns', name));
  const account: CrashWorld['account'] = async (name = firstRun) => {
    const { status } = await api.get('deploymentruns', name);
    const own = await id(name);
    const posts = jenkins.requests.filter(({ method, path }) => method === 'POST' && path.endsWith('/buildWithParameters'));
    return {
      phase: status?.phase,
      claims: status?.jenkins?.claim?.posts,
      asked: posts.filter(({ body }) => new URLSearchParams(body.toString()).get('TOWPATH_RUN') === own).length,
      builds: jenkins.effects.filter(({ parameters }) => parameters.TOWPATH_RUN === own).map(({ number }) => number),
    };
  };
  const end: CrashWorld['end'] = async (phase, name = firstRun) => {
    await eventually(
      async () => {
        const { status } = await api.get('deploymentruns', name);
        if (status?.phase === phase) return true;
        throw new Error(`${status?.phase}: ${status?.message}`);
      },
      `${name} ends as ${phase}`,
      120_000,
    );
    return account(name);
  };
  return { id, account, end };
}
