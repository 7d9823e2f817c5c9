import { stat } from 'node:fs/promises';
import type { ClusterFlags } from '../cli/registration.js';
import { UsageError, usualKubeconfig } from '../config.js';
import type { OperateOptions } from '../operate/cluster.js';

/** The options of a command that works with a cluster, from its flags; `repository` is a checkout that stands for the repository of the source. */
export function operateOptions(flags: ClusterFlags & { readonly repository?: string }, deadlineMs: number): OperateOptions {
  const { kubeconfig, context, namespace, repository } = flags;
  const path = kubeconfig ?? usualKubeconfig();
  const target = {
    ...(path === undefined ? {} : { path }),
    ...(context === undefined ? {} : { context }),
  };
  return {
    signal: AbortSignal.timeout(deadlineMs),
    ...(Object.keys(target).length === 0 ? {} : { kubeconfig: target }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(repository === undefined
      ? {}
      : { files: async () => (await import('../cli/repository-folder.js')).readFolder(repository) }),
  };
}

/**
 * Fails at once, and says why, where the API cannot be reached or does not let the user in. What reads a cluster by watches
 * goes on trying, as a controller has to; whoever types a command shall not wait for it.
 */
export async function mustAnswer(options: OperateOptions): Promise<void> {
  const { withApi } = await import('../operate/api.js');
  await withApi(options, (api) => api.list('sources'));
}

/** Throws UsageError where a flag names no folder: what is read from there would be nothing, and look like an answer. */
export async function mustBeFolder(path: string | undefined, flag: string): Promise<void> {
  if (path === undefined) return;
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder) throw new UsageError(`${flag} ${path} is no folder`);
}
