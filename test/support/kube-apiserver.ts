import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request as requestHttp } from 'node:http';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface KubeApiserver {
  readonly url: string;
  readonly caPem: string;
  readonly token: string;
  readonly kubeconfigPath: string;
  readonly etcd: KillableServer;
  readonly apiserver: KillableServer;
  close(): Promise<void>;
}

/** A server that can die by SIGKILL and be started again on what it left behind, at the same address. */
export interface KillableServer {
  kill(): Promise<void>;
  /** Resolves once it answers. */
  start(): Promise<void>;
}

export interface KubeApiserverOptions {
  /** Whether etcd brings every write to the disk before it answers; slower, and not needed where it is never killed. */
  readonly isDurable?: boolean;
  /** A port for each server; any free one where absent. */
  readonly port?: () => Promise<number>;
}

interface Binaries {
  readonly etcd: string;
  readonly apiserver: string;
}

/** Where etcd and kube-apiserver are: KUBEBUILDER_ASSETS, then the PATH, then ~/.cache/towpath; undefined when they are nowhere. */
export function findKubeApiserver(): Binaries | undefined {
  const { KUBEBUILDER_ASSETS, PATH } = process.env;
  const folders = [KUBEBUILDER_ASSETS ?? '', ...(PATH ?? '').split(delimiter), join(homedir(), '.cache', 'towpath')].filter(
    Boolean,
  );
  const find = (name: string) => folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
  const etcd = find('etcd');
  const apiserver = find('kube-apiserver');
  return etcd === undefined || apiserver === undefined ? undefined : { etcd, apiserver };
}

/** Starts a real kube-apiserver over an etcd of its own, both in a temporary folder; undefined where there are none. */
export async function startKubeApiserver(options: KubeApiserverOptions = {}): Promise<KubeApiserver | undefined> {
  const binaries = findKubeApiserver();
  if (binaries === undefined) return undefined;
  const { isDurable = false, port = freePort } = options;
  const folder = await mkdtemp(join(tmpdir(), 'towpath-kube-'));
  const etcdUrl = `http://127.0.0.1:${await port()}`;
  const etcd = etcdServer({ binary: binaries.etcd, folder, url: etcdUrl, peer: `http://127.0.0.1:${await port()}`, isDurable });
  const url = `https://127.0.0.1:${await port()}`;
  const token = randomBytes(16).toString('hex');
  const apiserver = apiServer({ binary: binaries.apiserver, folder, etcdUrl, url, token });
  const close = async () => {
    await apiserver.kill();
    await etcd.kill();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await etcd.start();
    await writeSecrets(folder, token);
    await apiserver.start();
    // The server writes its self-signed certificate together with the authority that signed it.
    const caPem = await readFile(certificateOf(folder), 'utf8');
    const kubeconfigPath = join(folder, 'kubeconfig');
    await writeFile(kubeconfigPath, kubeconfig({ url, caPem, token }), { mode: 0o600 });
    return { url, caPem, token, kubeconfigPath, etcd, apiserver, close };
  } catch (error) {
    await close();
    throw error;
  }
}

interface EtcdInput {
  readonly binary: string;
  readonly folder: string;
  readonly url: string;
  readonly peer: string;
  readonly isDurable: boolean;
}

function etcdServer({ binary, folder, url, peer, isDurable }: EtcdInput): KillableServer {
  const flags = [
    `--data-dir=${join(folder, 'etcd')}`,
    '--log-level=error',
    `--listen-client-urls=${url}`,
    `--advertise-client-urls=${url}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    ...(isDurable ? [] : ['--unsafe-no-fsync']),
  ];
  return killable('etcd', { binary, flags, isReady: () => isHealthy(url) });
}

function isHealthy(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = requestHttp(`${url}/health`, { agent: false, timeout: 2_000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    probe.on('timeout', () => probe.destroy());
    probe.on('error', () => resolve(false));
    probe.end();
  });
}

interface ApiInput {
  readonly binary: string;
  readonly folder: string;
  readonly etcdUrl: string;
  readonly url: string;
  readonly token: string;
}

const keyOf = (folder: string) => join(folder, 'service-account.key');
const tokensOf = (folder: string) => join(folder, 'tokens.csv');
const certificateOf = (folder: string) => join(folder, 'certificates', 'apiserver.crt');

async function writeSecrets(folder: string, token: string): Promise<void> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  await writeFile(keyOf(folder), privateKey.export({ type: 'pkcs1', format: 'pem' }), { mode: 0o600 });
  await writeFile(tokensOf(folder), `${token},admin,admin,"system:masters"\n`, { mode: 0o600 });
}

function apiServer({ binary, folder, etcdUrl, url, token }: ApiInput): KillableServer {
  const flags = [
    `--etcd-servers=${etcdUrl}`,
    `--secure-port=${new URL(url).port}`,
    '--bind-address=127.0.0.1',
    `--cert-dir=${join(folder, 'certificates')}`,
    `--service-account-key-file=${keyOf(folder)}`,
    `--service-account-signing-key-file=${keyOf(folder)}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--token-auth-file=${tokensOf(folder)}`,
    '--authorization-mode=RBAC',
    '--service-cluster-ip-range=10.0.0.0/24',
    '--disable-admission-plugins=ServiceAccount',
  ];
  const isUp = async () =>
    existsSync(certificateOf(folder)) && isReady({ url, token, caPem: await readFile(certificateOf(folder), 'utf8') });
  return killable('kube-apiserver', { binary, flags, isReady: isUp });
}

interface ServerCommand {
  readonly binary: string;
  readonly flags: readonly string[];
  isReady(): Promise<boolean>;
}

function killable(name: string, { binary, flags, isReady }: ServerCommand): KillableServer {
  let child: ChildProcess | undefined;
  return {
    async kill() {
      if (child !== undefined) await stop(child);
    },
    async start() {
      const life = start(binary, flags);
      child = life;
      for (let attempt = 0; attempt < 600; attempt += 1) {
        if (life.exitCode !== null) throw new Error(`${name} ended with ${life.exitCode}`);
        if (life.signalCode !== null) throw new Error(`${name} was ended by ${life.signalCode}`);
        if (await isReady()) return;
        await sleep(100);
      }
      throw new Error(`${name} did not become ready within a minute`);
    },
  };
}

/** A child that does not outlive this process. */
function start(binary: string, flags: readonly string[]): ChildProcess {
  const child = spawn(binary, flags, { stdio: 'ignore' });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  return child;
}

function isReady({ url, token, caPem }: { url: string; token: string; caPem: string }): Promise<boolean> {
  return new Promise((resolve) => {
    const headers = { authorization: `Bearer ${token}` };
    const probe = request(
      `${url}/api/v1/namespaces/default`,
      { ca: caPem, headers, agent: false, timeout: 5_000 },
      (response) => {
        response.resume();
        resolve(response.statusCode === 200);
      },
    );
    probe.on('timeout', () => probe.destroy());
    probe.on('error', () => resolve(false));
    probe.end();
  });
}

function kubeconfig({ url, caPem, token }: { url: string; caPem: string; token: string }): string {
  const cluster = { server: url, 'certificate-authority-data': Buffer.from(caPem).toString('base64') };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster }],
    users: [{ name: 'test', user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    'current-context': 'test',
  });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGKILL');
  await ended;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}
