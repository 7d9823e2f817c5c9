import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { accessSync, constants } from 'node:fs';
import { mkdir, mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

export interface S3Account {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** A Ceph RADOS Gateway on loopback, with two users that see nothing of each other. */
export interface RadosGateway {
  readonly endpoint: string;
  readonly owner: S3Account;
  readonly stranger: S3Account;
  /** Hangs: connections are taken and nothing is answered. Resolves when it stands still. */
  pause(): Promise<void>;
  resume(): void;
  close(): Promise<void>;
}

const programs = ['ceph', 'ceph-authtool', 'ceph-mon', 'ceph-osd', 'monmaptool', 'radosgw', 'radosgw-admin'];
const run = promisify(execFile);

/** Whether to run against it: `TOWPATH_S3=required` says yes whatever is installed, so that its absence fails. */
export function isRadosGatewayWanted(): boolean {
  return process.env.TOWPATH_S3 === 'required' || programs.every(isInstalled);
}

function isInstalled(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Debian: radosgw, ceph-mon and ceph-osd. One monitor, one OSD in memory, one gateway: ready after about ten seconds. */
export async function startRadosGateway(): Promise<RadosGateway> {
  const absent = programs.filter((program) => !isInstalled(program));
  if (absent.length > 0) throw new Error(`not installed: ${absent.join(', ')} (Debian packages radosgw, ceph-mon, ceph-osd)`);
  const folder = await mkdtemp(join(tmpdir(), 'towpath-rgw-'));
  const cluster = new Cluster(folder);
  try {
    const port = await cluster.start();
    const [owner, stranger] = [await cluster.createUser('owner'), await cluster.createUser('stranger')];
    return {
      endpoint: `http://127.0.0.1:${port}`,
      owner,
      stranger,
      pause: () => cluster.stopGateway(),
      resume: () => cluster.signalGateway('SIGCONT'),
      close: () => cluster.close(),
    };
  } catch (error) {
    const log = await cluster.readLog();
    await cluster.close();
    throw new Error(`the RADOS Gateway did not start: ${log}`, { cause: error });
  }
}

class Cluster {
  readonly #folder: string;
  readonly #daemons: ChildProcess[] = [];

  constructor(folder: string) {
    this.#folder = folder;
  }

  async start(): Promise<number> {
    const [gatewayPort, monitorPort, oldMonitorPort] = await findFreePorts(3);
    if (gatewayPort === undefined || monitorPort === undefined || oldMonitorPort === undefined) throw new Error('no ports');
    const monitor = `[v2:127.0.0.1:${monitorPort},v1:127.0.0.1:${oldMonitorPort}]`;
    const cluster = randomUUID();
    for (const name of ['mon', 'osd', 'run']) await mkdir(join(this.#folder, name));
    await writeFile(this.#path('ceph.conf'), toConfiguration({ folder: this.#folder, cluster, monitor, gatewayPort }));
    await this.#createKeys();
    await run('monmaptool', ['--create', '--fsid', cluster, '--addv', 'a', monitor, this.#path('monmap')]);
    await this.#call('ceph-mon', '-i', 'a', '--mkfs', '--monmap', this.#path('monmap'), '--keyring', this.#path('keyring'));
    await this.#spawn('ceph-mon', '-i', 'a', '-f');
    await this.#startOsd();
    await this.#spawn('radosgw', '-n', 'client.admin', '-f');
    await retry(async () => {
      await fetch(`http://127.0.0.1:${gatewayPort}/`);
    });
    return gatewayPort;
  }

  async createUser(name: string): Promise<S3Account> {
    const account = { accessKeyId: `${name}-key`, secretAccessKey: `${name}-secret-${randomUUID()}` };
    const keys = ['--access-key', account.accessKeyId, '--secret', account.secretAccessKey];
    await this.#call('radosgw-admin', 'user', 'create', '--uid', name, '--display-name', name, ...keys);
    return account;
  }

  /** A signal takes its time: what is asked meanwhile would still be answered. */
  async stopGateway(): Promise<void> {
    this.signalGateway('SIGSTOP');
    const pid = this.#daemons.at(-1)?.pid;
    for (let standing = false; !standing; await sleep(5)) {
      const threads = await readdir(`/proc/${pid}/task`);
      const states = await Promise.all(threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/stat`, 'utf8')));
      standing = states.every((stat) => /^\d+ \(.*\) T /.test(stat));
    }
  }

  /** The gateway is the daemon that was started last. */
  signalGateway(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#daemons.at(-1)?.kill(signal);
  }

  async readLog(): Promise<string> {
    return readFile(this.#path('output.log'), 'utf8').then(
      (text) => text.slice(-2_000),
      () => '',
    );
  }

  /** By SIGKILL: on SIGTERM the gateway takes seconds, and for ever once the OSD is gone. Nothing of it is kept. */
  async close(): Promise<void> {
    await Promise.all(
      this.#daemons.map(async (daemon) => {
        if (daemon.exitCode !== null || daemon.signalCode !== null) return;
        const ended = new Promise((resolve) => daemon.once('exit', resolve));
        daemon.kill('SIGKILL');
        await ended;
      }),
    );
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #createKeys(): Promise<void> {
    const keyring = this.#path('keyring');
    await run('ceph-authtool', [keyring, '--create-keyring', '--gen-key', '-n', 'mon.', '--cap', 'mon', 'allow *']);
    const all = ['--cap', 'mon', 'allow *', '--cap', 'osd', 'allow *', '--cap', 'mgr', 'allow *'];
    await run('ceph-authtool', [keyring, '--gen-key', '-n', 'client.admin', ...all]);
    const osd = ['--cap', 'mon', 'allow profile osd', '--cap', 'osd', 'allow *'];
    await run('ceph-authtool', [keyring, '--gen-key', '-n', 'osd.0', ...osd]);
  }

  async #startOsd(): Promise<void> {
    const id = randomUUID();
    await retry(() => this.#call('ceph', '--connect-timeout', '2', 'osd', 'new', id));
    await this.#call('ceph-osd', '-i', '0', '--mkfs', '--osd-uuid', id, '--keyring', this.#path('keyring'));
    await this.#spawn('ceph-osd', '-i', '0', '-f');
  }

  async #call(program: string, ...args: string[]): Promise<void> {
    await run(program, ['-c', this.#path('ceph.conf'), ...args], { timeout: 60_000 });
  }

  async #spawn(program: string, ...args: string[]): Promise<void> {
    const log = await open(this.#path('output.log'), 'a');
    try {
      this.#daemons.push(spawn(program, ['-c', this.#path('ceph.conf'), ...args], { stdio: ['ignore', log.fd, log.fd] }));
    } finally {
      await log.close();
    }
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }
}

async function retry(attempt: () => Promise<void>): Promise<void> {
  for (let left = 300; ; left -= 1) {
    try {
      return await attempt();
    } catch (error) {
      if (left === 0) throw error;
      await sleep(100);
    }
  }
}

async function findFreePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, () => {
      const server = createServer();
      return new Promise<typeof server>((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
    }),
  );
  return Promise.all(
    servers.map((server) => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      return new Promise<number>((resolve) => server.close(() => resolve(port)));
    }),
  );
}

function toConfiguration(options: { folder: string; cluster: string; monitor: string; gatewayPort: number }): string {
  const { folder, cluster, monitor, gatewayPort } = options;
  return `[global]
fsid = ${cluster}
mon host = ${monitor}
public network = 127.0.0.0/8
cluster network = 127.0.0.0/8
# The gateway does not get past its start without cephx.
auth cluster required = cephx
auth service required = cephx
auth client required = cephx
keyring = ${folder}/keyring
auth allow insecure global id reclaim = true
osd pool default size = 1
osd pool default min size = 1
mon allow pool size one = true
osd pool default pg num = 8
osd crush chooseleaf type = 0
mon max pg per osd = 1000
osd objectstore = memstore
memstore device bytes = 1073741824
osd max object name len = 256
osd class default list = *
osd class load list = *
log file = ${folder}/$name.log
admin socket = ${folder}/run/$name.asok
pid file = ${folder}/run/$name.pid
run dir = ${folder}/run
mon cluster log file = ${folder}/cluster.log
ms bind ipv6 = false
debug mon = 0/0
debug osd = 0/0
debug rgw = 1/1
[mon.a]
mon data = ${folder}/mon
[osd.0]
osd data = ${folder}/osd
[client.admin]
rgw frontends = beast endpoint=127.0.0.1:${gatewayPort}
rgw thread pool size = 32
`;
}
