import { createHash } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { compact } from '../core/compact.js';
import { toReconcileError } from '../core/errors.js';
import type { Snapshot } from '../core/model.js';
import type { ReleaseSourceResource } from '../core/resources/release-source.js';
import type { Key, Repositories } from '../reconcile/ports.js';
import { endedBy, failed } from './failure.js';
import { defaultLimits, type GitLimits } from './limits.js';
import { Source, type SourceSecrets } from './source.js';
import { WorkerPool } from './worker-pool.js';

export interface FetchMeasurement {
  readonly source: Key;
  /** `unchanged`, `changed`, or the reason of the error. */
  readonly result: string;
  readonly durationMs: number;
  /** Bytes that came over the network. */
  readonly bytes: number;
}

export interface RepositoriesOptions {
  /** Clones are kept here; what is lost is cloned again. */
  readonly cacheDirectory: string;
  /** The decoded values of a Secret, or undefined where there is none. */
  readonly readSecret: (namespace: string, name: string, signal: AbortSignal) => Promise<Record<string, string> | undefined>;
  readonly workerUrl?: URL;
  readonly limits?: Partial<GitLimits>;
  readonly onFetch?: (measurement: FetchMeasurement) => void;
}

interface Entry {
  readonly source: Source;
  /** The pass under way, and those before it. */
  last: Promise<unknown>;
}

/** The release repositories of all sources. What one of them does, holds or breaks disturbs no other. */
export function createRepositories(options: RepositoriesOptions): Repositories & { close(): Promise<void> } {
  const limits = { ...defaultLimits, ...options.limits };
  const pool = new WorkerPool(options.workerUrl ?? new URL('./worker.js', import.meta.url), limits);
  const entries = new Map<string, Entry>();

  function open(name: string): Entry {
    const known = entries.get(name);
    if (known !== undefined) return known;
    const cloneFolder = (url: string) => prepareFolder(options.cacheDirectory, name, url);
    const entry: Entry = { source: new Source(name, { pool, limits, cloneFolder }), last: Promise.resolve() };
    entries.set(name, entry);
    return entry;
  }

  async function latest(resource: ReleaseSourceResource, signal: AbortSignal): Promise<Snapshot> {
    const { namespace, name } = resource.metadata;
    const entry = open(folderName({ namespace, name }));
    const pass = entry.last.then(() => read(resource, entry.source, signal));
    entry.last = pass.catch(() => {});
    return unlessAborted(pass, signal);
  }

  async function read(resource: ReleaseSourceResource, source: Source, signal: AbortSignal): Promise<Snapshot> {
    const { namespace, name } = resource.metadata;
    const started = performance.now();
    const report = (result: string, bytes: number) =>
      options.onFetch?.({ source: { namespace, name }, result, durationMs: performance.now() - started, bytes });
    try {
      signal.throwIfAborted();
      const secrets = await readSecrets(resource, options, signal);
      const { snapshot, changed, received } = await source.latest(resource.spec.git, secrets, signal);
      report(changed ? 'changed' : 'unchanged', received);
      return snapshot;
    } catch (cause) {
      const error = signal.aborted ? endedBy(signal) : toReconcileError(cause);
      report(toReconcileError(error).reason, 0);
      throw error;
    }
  }

  async function forget(key: Key): Promise<void> {
    const name = folderName(key);
    const entry = entries.get(name);
    entries.delete(name);
    await pool.end(name);
    await entry?.last;
    await removeFolders(options.cacheDirectory, name);
  }

  return { latest, forget, close: () => pool.close() };
}

/** The Secrets that a source names. Throws ReconcileError where one is not there. */
export async function readSecrets(
  { metadata: { namespace }, spec: { git } }: ReleaseSourceResource,
  options: Pick<RepositoriesOptions, 'readSecret'>,
  signal: AbortSignal,
): Promise<SourceSecrets> {
  const read = async (name: string | undefined) => {
    if (name === undefined) return undefined;
    const secret = await options.readSecret(namespace, name, signal);
    if (secret === undefined) throw failed('GitSecretMissing', `There is no Secret ${name} in namespace ${namespace}.`);
    return secret;
  };
  return compact<SourceSecrets>({ access: await read(git.secretRef?.name), verify: await read(git.verify?.secretRef?.name) });
}

/** No Kubernetes name holds an underscore, so no two sources share a name here. */
export function folderName({ namespace, name }: Key): string {
  return `${encodeURIComponent(namespace)}_${encodeURIComponent(name)}_`;
}

export async function prepareFolder(root: string, name: string, url: string): Promise<string> {
  const folder = `${name}${createHash('sha256').update(url).digest('hex').slice(0, 16)}`;
  await mkdir(root, { recursive: true, mode: 0o700 });
  await removeFolders(root, name, folder);
  return join(root, folder);
}

export async function removeFolders(root: string, prefix: string, keep?: string): Promise<void> {
  const names = await readdir(root).catch(() => []);
  const gone = names.filter((name) => name.startsWith(prefix) && name !== keep);
  await Promise.all(gone.map((name) => rm(join(root, name), { recursive: true, force: true })));
}

function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(endedBy(signal));
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
    if (signal.aborted) abort();
  });
}
