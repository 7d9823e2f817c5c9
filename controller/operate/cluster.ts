import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadRepository } from '../core/documents/load.js';
import type { ParsedFile } from '../core/documents/parsed.js';
import type { Commit, Snapshot } from '../core/model.js';
import type { ReleaseSourceResource } from '../core/resources/release-source.js';
import { createRepositories } from '../git/repositories.js';
import type { KubeTarget } from '../kube/connection.js';
import { createKube, type Kube } from '../kube/kube.js';

/** What commands of people work with: the cluster as it is now, and the documents of its sources. */

export interface OperateOptions {
  readonly kubeconfig?: KubeTarget;
  readonly namespace?: string;
  /** The documents of a checkout; absent: they are fetched from the repository of the ReleaseSource. */
  readonly files?: () => Promise<readonly ParsedFile[]>;
  readonly signal: AbortSignal;
}

/** Runs `use` with the cluster, every kind read once. Nothing is open when it returns. */
export async function withKube<T>(options: OperateOptions, use: (kube: Kube) => Promise<T>): Promise<T> {
  const { kubeconfig, namespace, signal } = options;
  const kube = await createKube({
    now: Date.now,
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(namespace === undefined ? {} : { namespace }),
  });
  try {
    await kube.start(signal);
    return await use(kube);
  } finally {
    await kube.close();
  }
}

/** What git says for a source: its newest commit, or the checkout. */
export async function readSnapshot(
  source: ReleaseSourceResource,
  kube: Kube,
  { files, signal }: OperateOptions,
): Promise<Snapshot> {
  if (files !== undefined) return { commit: lastCommit(source), repository: loadRepository(await files()) };
  const cacheDirectory = await mkdtemp(join(tmpdir(), 'towpath-explain-'));
  const repositories = createRepositories({ cacheDirectory, readSecret: kube.readSecret.bind(kube) });
  try {
    return await repositories.latest(source, signal);
  } finally {
    await repositories.close();
    await rm(cacheDirectory, { recursive: true, force: true });
  }
}

function lastCommit({ status }: ReleaseSourceResource): Commit {
  const { sha = '', author = '', time = '', subject = '' } = status?.commit ?? {};
  return { sha, author, time: Date.parse(time) || 0, subject };
}
