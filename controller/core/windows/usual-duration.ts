import type { DeploymentRunResource } from '../resources/deployment-run.js';
import { finishedAt, phaseOf } from '../run/run.js';
import { fromTime } from '../time.js';
import type { Millis } from '../units.js';

const mostRuns = 10;

/**
 * How long a deployment usually takes, from asking Jenkins to the end of the verification: the median of the last ten that
 * succeeded; undefined where none has. Of an even number the longer of the two in the middle, so that it is not promised too much.
 */
export function usualDuration(runs: readonly DeploymentRunResource[]): Millis | undefined {
  const ended = runs.flatMap((run) => {
    const took = durationOf(run);
    const at = finishedAt(run);
    return took === undefined || at === undefined ? [] : [{ took, at }];
  });
  const last = ended.sort((a, b) => b.at - a.at).slice(0, mostRuns);
  return last.map(({ took }) => took).sort((a, b) => a - b)[Math.floor(last.length / 2)];
}

function durationOf(run: DeploymentRunResource): Millis | undefined {
  if (run.spec.action !== 'deploy' || phaseOf(run) !== 'Succeeded') return undefined;
  const asked = fromTime(run.status?.jenkins?.requestedAt) ?? fromTime(run.status?.timestamps?.Triggering);
  const finished = finishedAt(run);
  return asked === undefined || finished === undefined || finished < asked ? undefined : finished - asked;
}
