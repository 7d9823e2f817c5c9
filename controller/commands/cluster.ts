import type { ClusterFlags } from '../cli/registration.js';
import { usualKubeconfig } from '../config.js';
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
