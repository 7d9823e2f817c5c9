import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JsonObject } from '../../../controller/core/model.js';
import { type CustomResourceDefinition, toCrd } from '../../../controller/core/resources/crd.js';
import { deploymentRun } from '../../../controller/core/resources/deployment-run.js';
import { environment } from '../../../controller/core/resources/environment.js';
import { hold } from '../../../controller/core/resources/hold.js';
import { release } from '../../../controller/core/resources/release.js';
import { releaseSource } from '../../../controller/core/resources/release-source.js';
import { startEmbeddedApi } from '../../../controller/embedded/start.js';
import { createKube, type Kube } from '../../../controller/kube/kube.js';
import { findKubeApiserver, startKubeApiserver } from '../../support/kube-apiserver.js';

/** One server that the suites run against. */
export interface TestServer {
  readonly url: string;
  readonly caPem: string;
  readonly token: string;
  /** Ends it as roughly as possible and starts it again over the same data. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export type StartServer = () => Promise<TestServer>;

/** Every server that can be had here; with TOWPATH_CLUSTER=required the real one must be among them. */
export function serversToTest(): readonly (readonly [string, StartServer])[] {
  const isThere = findKubeApiserver() !== undefined;
  if (!isThere && process.env.TOWPATH_CLUSTER === 'required') throw new Error('no kube-apiserver was found');
  const embedded = ['embedded API', startEmbedded] as const;
  return isThere ? [embedded, ['kube-apiserver', startReal] as const] : [embedded];
}

/**
 * What `npm run generate` writes, but that a Hold needs no reason: stands for objects of an older version,
 * which the server still has and which do not fit the types of this one.
 */
export function looseCrds(): CustomResourceDefinition[] {
  const loose = toCrd(hold);
  const { spec } = schemaOf(loose).properties as Record<string, JsonObject>;
  delete spec?.required;
  return [toCrd(releaseSource), toCrd(environment), toCrd(deploymentRun), toCrd(release), loose];
}

export function schemaOf(crd: CustomResourceDefinition): JsonObject {
  const [version] = crd.spec.versions as { schema: { openAPIV3Schema: JsonObject } }[];
  return version?.schema.openAPIV3Schema ?? {};
}

async function startEmbedded(): Promise<TestServer> {
  const directory = await mkdtemp(join(tmpdir(), 'towpath-kube-'));
  const crds = JSON.parse(JSON.stringify(looseCrds()));
  let api = await startEmbeddedApi({ directory, crds });
  const port = Number(new URL(api.url).port);
  return {
    url: api.url,
    caPem: api.caPem,
    token: api.token,
    restart: async () => {
      await api.close();
      api = await startEmbeddedApi({ directory, crds, port });
    },
    close: async () => {
      await api.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function startReal(): Promise<TestServer> {
  const api = await startKubeApiserver();
  if (api === undefined) throw new Error('no kube-apiserver was found');
  const kube = await createKube({ kubeconfig: api, now: Date.now });
  for (const body of looseCrds()) await installCrd(kube, body);
  await kube.close();
  const stops: (() => void)[] = [];
  return {
    url: api.url,
    caPem: api.caPem,
    token: api.token,
    restart: async () => {
      const { pid, command } = await findProcess(`--secure-port=${new URL(api.url).port}`);
      process.kill(pid, 'SIGKILL');
      await sleep(500);
      const child = spawn(command[0] ?? '', command.slice(1), { stdio: 'ignore' });
      stops.push(() => child.kill('SIGKILL'));
    },
    close: async () => {
      for (const stop of stops) stop();
      await api.close();
    },
  };
}

/** Creates it and waits until its kind is served. */
export async function installCrd(kube: Kube, body: CustomResourceDefinition): Promise<void> {
  const { signal } = new AbortController();
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  await kube.client.request({ method: 'POST', path, body, what: 'install a CRD', signal });
  for (;;) {
    const { name } = body.metadata;
    const plural = name.split('.')[0];
    const found = await kube.client.find({ method: 'GET', path: `/apis/towpath.dev/v1alpha1/${plural}`, what: 'look', signal });
    if (found !== undefined) return;
    await sleep(50);
  }
}

/** The kube-apiserver of this test, by an argument that only it has. */
async function findProcess(argument: string): Promise<{ pid: number; command: string[] }> {
  for (const pid of (await readdir('/proc')).filter((name) => /^[0-9]+$/.test(name))) {
    const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0').filter((part) => part !== '');
    if (command.includes(argument)) return { pid: Number(pid), command };
  }
  throw new Error(`no process with ${argument}`);
}
