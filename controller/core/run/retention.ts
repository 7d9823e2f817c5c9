import type { DeploymentRunResource } from '../resources/deployment-run.js';
import { deployed, isTerminal } from './run.js';

/**
 * The runs of one environment that may go: beyond the newest `limit`, but never one that is not terminal, never the newest,
 * never the last that deployed something (what is recorded rests on it), and never the retries in a row that the newest
 * belongs to, with what they repeat (the limit of retries counts them).
 */
export function expiredRuns(runs: readonly DeploymentRunResource[], limit: number): DeploymentRunResource[] {
  const newestFirst = [...runs].sort((a, b) => b.spec.number - a.spec.number);
  const lastGood = newestFirst.find(deployed);
  const deployments = newestFirst.filter((run) => run.spec.action === 'deploy');
  const firstAttempt = deployments.findIndex((run) => run.spec.cause.type !== 'retry');
  const counted = new Set(firstAttempt < 0 ? deployments : deployments.slice(0, firstAttempt + 1));
  return newestFirst.slice(Math.max(1, limit)).filter((run) => isTerminal(run) && run !== lastGood && !counted.has(run));
}
