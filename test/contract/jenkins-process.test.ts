import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { createDeployer } from '../../controller/jenkins/deployer.js';
import type { Deployer } from '../../controller/reconcile/ports.js';
import { builtUrl } from '../support/built.js';
import { directoryDisk } from '../support/jenkins/disk.js';
import { aRequest, deployJob, noAbort, token } from '../support/jenkins/scene.js';

/** The stand-in as a process of its own, killed as a real server is. */

const children: ChildProcess[] = [];
const folders: string[] = [];
const deployers: { close(): void }[] = [];

afterEach(async () => {
  for (const deployer of deployers.splice(0)) deployer.close();
  for (const child of children.splice(0)) await end(child, 'SIGKILL');
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}

interface Started {
  readonly child: ChildProcess;
  readonly deployer: Deployer;
}

async function aFolder(queueSaveMs: number, durationMs: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'towpath-jenkins-'));
  folders.push(folder);
  const definition = { jobs: [{ ...deployJob, durationMs }], dataDirectory: join(folder, 'data'), queueSaveMs };
  await writeFile(join(folder, 'definition.json'), JSON.stringify(definition));
  return folder;
}

async function start(folder: string): Promise<Started> {
  const main = fileURLToPath(builtUrl('test/support/jenkins/main.js'));
  const child = spawn(process.execPath, [main, '0', join(folder, 'definition.json')], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const { url } = JSON.parse(line) as { url: string };
  const credentials = { username: 'controller', secret: token, kind: 'token' } as const;
  const deployer = createDeployer({ url, credentials, delayMs: 1000, requestTimeoutMs: 5000 });
  deployers.push(deployer);
  return { child, deployer };
}

const effects = (folder: string) =>
  directoryDisk(join(folder, 'data'))
    .effects()
    .map(({ number, queueId }) => [number, queueId]);
const lookup = ({ deployer }: Started) => deployer.lookup({ ...aRequest(), since: 1 }, noAbort);

it('loses an accepted trigger to kill -9, and counts queue ids from 1 again', async () => {
  const folder = await aFolder(60_000, 60_000);
  const first = await start(folder);
  expect(await first.deployer.trigger(aRequest(), noAbort)).toMatchObject({ state: 'accepted', queueId: 1 });
  await end(first.child, 'SIGKILL');
  const second = await start(folder);
  expect(await lookup(second)).toMatchObject({ state: 'read', nextBuildNumber: 1, items: [], builds: [], vanished: [] });
  expect(await second.deployer.trigger(aRequest(), noAbort)).toMatchObject({ state: 'accepted', queueId: 1 });
});

it('keeps finished builds, and leaves a gap where one was running', async () => {
  const folder = await aFolder(60_000, 60_000);
  const first = await start(folder);
  await first.deployer.trigger(aRequest(), noAbort);
  await expect.poll(() => effects(folder), { timeout: 5000 }).toEqual([[1, 1]]);
  await first.deployer.stopBuild({ ...aRequest(), number: 1 }, noAbort);
  await expect.poll(() => lookup(first)).toMatchObject({ builds: [{ result: 'ABORTED' }] });
  await first.deployer.trigger(aRequest({ id: 'second' }), noAbort);
  await expect.poll(() => effects(folder), { timeout: 5000 }).toHaveLength(2);
  await end(first.child, 'SIGKILL');
  const second = await start(folder);
  expect(await second.deployer.lookup({ ...aRequest({ id: 'second' }), since: 1 }, noAbort)).toMatchObject({
    nextBuildNumber: 3,
    builds: [],
    vanished: [2],
  });
  expect(await lookup(second)).toMatchObject({ builds: [{ number: 1, result: 'ABORTED' }] });
});

it('keeps the queue over SIGTERM, ids included', async () => {
  const folder = await aFolder(60_000, 10);
  const first = await start(folder);
  await first.deployer.trigger(aRequest(), noAbort);
  await end(first.child, 'SIGTERM');
  const second = await start(folder);
  await expect.poll(() => lookup(second), { timeout: 5000 }).toMatchObject({ builds: [{ number: 1, result: 'SUCCESS' }] });
  expect(effects(folder)).toEqual([[1, 1]]);
});
