import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
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
  close(): Promise<void>;
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
export async function startKubeApiserver(): Promise<KubeApiserver | undefined> {
  const binaries = findKubeApiserver();
  if (binaries === undefined) return undefined;
  const folder = await mkdtemp(join(tmpdir(), 'towpath-kube-'));
  const children: ChildProcess[] = [];
  const close = async () => {
    for (const child of children.toReversed()) await stop(child);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const etcdUrl = await startEtcd(binaries.etcd, folder, children);
    const server = await startServer({ apiserver: binaries.apiserver, folder, etcdUrl, children });
    return { ...server, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startEtcd(binary: string, folder: string, children: ChildProcess[]): Promise<string> {
  const [client, peer] = [await freePort(), await freePort()].map((port) => `http://127.0.0.1:${port}`) as [string, string];
  const flags = [`--data-dir=${join(folder, 'etcd')}`, '--unsafe-no-fsync', '--log-level=error'];
  const listen = [`--listen-client-urls=${client}`, `--advertise-client-urls=${client}`, `--listen-peer-urls=${peer}`];
  const cluster = [`--initial-advertise-peer-urls=${peer}`, `--initial-cluster=default=${peer}`];
  children.push(start(binary, [...flags, ...listen, ...cluster]));
  return client;
}

/** A child that does not outlive this process. */
function start(binary: string, flags: readonly string[]): ChildProcess {
  const child = spawn(binary, flags, { stdio: 'ignore' });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  return child;
}

interface ServerInput {
  readonly apiserver: string;
  readonly folder: string;
  readonly etcdUrl: string;
  readonly children: ChildProcess[];
}

async function startServer({ apiserver, folder, etcdUrl, children }: ServerInput): Promise<Omit<KubeApiserver, 'close'>> {
  const port = await freePort();
  const url = `https://127.0.0.1:${port}`;
  const token = randomBytes(16).toString('hex');
  const keyFile = join(folder, 'service-account.key');
  const tokenFile = join(folder, 'tokens.csv');
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  await writeFile(keyFile, privateKey.export({ type: 'pkcs1', format: 'pem' }), { mode: 0o600 });
  await writeFile(tokenFile, `${token},admin,admin,"system:masters"\n`, { mode: 0o600 });
  const flags = [
    `--etcd-servers=${etcdUrl}`,
    `--secure-port=${port}`,
    '--bind-address=127.0.0.1',
    `--cert-dir=${join(folder, 'certificates')}`,
    `--service-account-key-file=${keyFile}`,
    `--service-account-signing-key-file=${keyFile}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--token-auth-file=${tokenFile}`,
    '--authorization-mode=RBAC',
    '--service-cluster-ip-range=10.0.0.0/24',
    '--disable-admission-plugins=ServiceAccount',
  ];
  const child = start(apiserver, flags);
  children.push(child);
  // The server writes its self-signed certificate together with the authority that signed it.
  const caPem = await untilReady(child, { url, token, certificate: join(folder, 'certificates', 'apiserver.crt') });
  const kubeconfigPath = join(folder, 'kubeconfig');
  await writeFile(kubeconfigPath, kubeconfig({ url, caPem, token }), { mode: 0o600 });
  return { url, caPem, token, kubeconfigPath };
}

async function untilReady(child: ChildProcess, server: { url: string; token: string; certificate: string }): Promise<string> {
  for (let attempt = 0; attempt < 600; attempt += 1) {
    if (child.exitCode !== null) throw new Error(`kube-apiserver ended with ${child.exitCode}`);
    if (existsSync(server.certificate)) {
      const caPem = await readFile(server.certificate, 'utf8');
      if (await isReady({ ...server, caPem })) return caPem;
    }
    await sleep(100);
  }
  throw new Error('kube-apiserver did not become ready within a minute');
}

function isReady({ url, token, caPem }: { url: string; token: string; caPem: string }): Promise<boolean> {
  return new Promise((resolve) => {
    const headers = { authorization: `Bearer ${token}` };
    const probe = request(`${url}/api/v1/namespaces/default`, { ca: caPem, headers, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
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
