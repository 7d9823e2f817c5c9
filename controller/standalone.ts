import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { type App, startApp } from './app.js';
import { type StandaloneConfig, UsageError } from './config.js';
import { defaultLeaseTimes } from './core/lease-times.js';
import type { Json } from './embedded/resource-type.js';
import { type EmbeddedApi, startEmbeddedApi } from './embedded/start.js';
import { applyDocuments, parseDocuments } from './kube/documents.js';
import { createKube } from './kube/kube.js';
import type { Logger } from './telemetry/logger.js';

/**
 * The holder of the lease: the same in every life, so that the next one goes on at once after a crash. Only one process at a time can
 * have the folder of the store open, and what a killed one had in flight is covered by the claim of its run.
 */
const identity = 'standalone';

export interface Standalone {
  readonly api: EmbeddedApi;
  readonly app: App;
  stop(): Promise<void>;
}

/** One process with everything: the embedded API, the documents of the configuration file, and the controller that works against it. */
export async function startStandalone(config: StandaloneConfig, logger: Logger): Promise<Standalone> {
  const file = resolve(config.configurationFile);
  const documents = await readDocuments(file, config.configurationFile);
  const api = await startEmbeddedApi({
    directory: resolve(config.directory),
    port: config.apiPort,
    crds: await readCrds(),
    onFault: (error) => logger.error({ err: error }, 'fault in the embedded API'),
  });
  try {
    const app = await startApp({
      kubeconfig: { url: api.url, caPem: api.caPem, token: api.token },
      lease: { namespace: 'default', name: 'towpath', ...defaultLeaseTimes },
      identity,
      http: config.http,
      cacheDirectory: join(resolve(config.directory), 'git'),
      directoriesRelativeTo: dirname(file),
      logger,
    });
    await applyDocuments(app.kube.client, documents, AbortSignal.timeout(30_000));
    return {
      api,
      app,
      stop: async () => {
        await app.stop();
        await api.close();
      },
    };
  } catch (error) {
    await api.close();
    throw error;
  }
}

async function readDocuments(file: string, name: string) {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`--config ${name} cannot be read (${error.code})`);
  });
  return parseDocuments(text, name);
}

/** The embedded API alone, with the documents of the configuration file, for as long as `use` takes: no controller is at work. */
export async function withStoppedStandalone<T>(
  config: Pick<StandaloneConfig, 'directory' | 'configurationFile'>,
  use: (target: { readonly url: string; readonly caPem: string; readonly token: string }) => Promise<T>,
): Promise<T> {
  const documents = await readDocuments(resolve(config.configurationFile), config.configurationFile);
  const api = await startEmbeddedApi({ directory: resolve(config.directory), crds: await readCrds() });
  try {
    const target = { url: api.url, caPem: api.caPem, token: api.token };
    const kube = await createKube({ now: Date.now, kubeconfig: target });
    await applyDocuments(kube.client, documents, AbortSignal.timeout(30_000)).finally(() => kube.close());
    return await use(target);
  } finally {
    await api.close();
  }
}

/** The CRDs that were shipped with the program: in `crds/`, beside `dist/`. */
async function readCrds(): Promise<Json[]> {
  const folder = new URL('../../crds/', import.meta.url);
  const files = (await readdir(folder)).filter((file) => file.startsWith('towpath.dev_')).sort();
  return Promise.all(files.map(async (file) => parse(await readFile(new URL(file, folder), 'utf8')) as Json));
}
