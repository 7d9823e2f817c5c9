import type { DeploymentRunResource } from '../resources/deployment-run.js';
import { deployed, isTerminal } from './run.js';

/**
 * The runs of one environment that may go: beyond the newest `limit`, but never one that is not terminal, never the newest,
 * and never the last that deployed something (what is recorded rests on it).
 */
export function expiredRuns(runs: readonly DeploymentRunResource[], limit: number): DeploymentRunResource[] {
  const newestFirst = [...runs].sort((a, b) => b.spec.number - a.spec.number);
  const lastGood = newestFirst.find(deployed);
  return newestFirst.slice(Math.max(1, limit)).filter((run) => isTerminal(run) && run !== lastGood);
}
