import { ReconcileError } from '../core/errors.js';
import type { Deployer } from '../reconcile/ports.js';

/**
 * Lets so many calls to one server go on at a time, and refuses what comes beyond: a server that answers slowly must not
 * hold the workers that other servers' environments wait for. A refused call was not sent.
 */
export function withBulkhead(deployer: Deployer, limit: number, server: string): Deployer {
  let under = 0;
  const guarded =
    <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      if (under >= limit) {
        const message = `Jenkins ${server} is slow: ${limit} requests wait for it; this one comes later`;
        throw new ReconcileError('JenkinsBusy', message, { retry: { afterMs: 5_000 } });
      }
      under += 1;
      try {
        return await call(...args);
      } finally {
        under -= 1;
      }
    };
  return {
    preflight: guarded((request, signal) => deployer.preflight(request, signal)),
    trigger: guarded((request, signal) => deployer.trigger(request, signal)),
    lookup: guarded((request, signal) => deployer.lookup(request, signal)),
    readItem: guarded((request, signal) => deployer.readItem(request, signal)),
    readBuild: guarded((request, signal) => deployer.readBuild(request, signal)),
    readLogTail: guarded((request, signal) => deployer.readLogTail(request, signal)),
    readHistory: guarded((job, signal) => deployer.readHistory(job, signal)),
    cancelItem: guarded((request, signal) => deployer.cancelItem(request, signal)),
    stopBuild: guarded((request, signal) => deployer.stopBuild(request, signal)),
  };
}
