import type { Millis } from '../model.js';
import type { DeploymentRunStatus, Phase } from '../resources/deployment-run.js';
import type { Condition } from '../resources/environment.js';
import { toTime } from '../time.js';

const underWay: ReadonlySet<Phase> = new Set(['Pending', 'Triggering', 'Queued', 'Running', 'Verifying']);

/** kstatus-compatible: Ready once the run has succeeded; Reconciling while it goes on; Stalled where it will not succeed any more by itself. */
export function runConditions(status: DeploymentRunStatus, now: Millis): Condition[] {
  const { phase } = status;
  const message = status.message ?? phase;
  const abnormal = underWay.has(phase) ? 'Reconciling' : phase === 'Succeeded' ? undefined : 'Stalled';
  const types = abnormal === undefined ? ['Ready'] : ['Ready', abnormal];
  return types.map((type) => {
    const value = type === 'Ready' && phase !== 'Succeeded' ? 'False' : 'True';
    const before = status.conditions?.find((one) => one.type === type && one.status === value);
    return {
      type,
      status: value,
      reason: phase,
      message,
      lastTransitionTime: before?.lastTransitionTime ?? toTime(now),
      observedGeneration: status.observedGeneration,
    };
  });
}
