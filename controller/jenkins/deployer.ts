import { leaseMarginMs } from '../core/lease-times.js';
import type { Deployer } from '../reconcile/ports.js';
import { Connection, type ConnectionOptions } from './connection.js';
import { cancelItem, stopBuild } from './control.js';
import { lookup } from './lookup.js';
import { createPost } from './posting.js';
import { preflight } from './preflight.js';
import { readBuild, readHistory, readItem, readLogTail } from './tracking.js';
import { trigger } from './trigger.js';

export interface DeployerOptions extends ConnectionOptions {
  /** How long a triggered build waits in the queue, in which doubles are found and cancelled; whole seconds, rounded up. */
  readonly delayMs: number;
  /** A trigger that is not on its way by then is not sent; what is left of the lease when it is asked for, where absent. */
  readonly sendWithinMs?: number;
}

/**
 * One Jenkins server as a Deployer. Throws ReconcileError where the options cannot be used: not https (or http to this host), or
 * credentials in the URL. `close` ends the reused connections.
 */
export function createDeployer(options: DeployerOptions): Deployer & { close(): void } {
  const connection = new Connection(options);
  const { delayMs, sendWithinMs = leaseMarginMs } = options;
  const context = { connection, post: createPost(connection), delayMs, sendWithinMs };
  return {
    preflight: (request, signal) => preflight(connection, request, signal),
    trigger: (request, signal) => trigger(context, request, signal),
    lookup: (request, signal) => lookup(connection, request, signal),
    readItem: (request, signal) => readItem(connection, request, signal),
    readBuild: (request, signal) => readBuild(connection, request, signal),
    readLogTail: (request, signal) => readLogTail(connection, request, signal),
    readHistory: (job, signal) => readHistory(connection, job, signal),
    cancelItem: (request, signal) => cancelItem(context, request, signal),
    stopBuild: (request, signal) => stopBuild(context, request, signal),
    close: () => connection.close(),
  };
}
