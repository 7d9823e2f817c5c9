import { compact } from '../compact.js';
import type { EnvironmentResource } from '../resources/environment.js';
import type { StatusReport } from './status.js';

/** How far an environment is with what a commit asked of it. */
export interface EnvironmentReport extends Pick<StatusReport, 'state' | 'description' | 'url'> {
  readonly name: string;
  /** The commit that asked. */
  readonly commit: string;
  /** In a word or two, for a list: `deployed`, `waiting for signoffs`. */
  readonly short: string;
}

/** Reasons of Ready that do not go away by waiting. */
const failures = new Set([
  'DeploymentFailed',
  'VerificationFailed',
  'DeploymentUnknown',
  'Drifted',
  'ForeignDeployment',
  'Quarantined',
  'Invalid',
]);

const words: Readonly<Record<string, string>> = {
  Deployed: 'deployed',
  Deploying: 'deploying',
  Verifying: 'verifying',
  DeploymentFailed: 'failed',
  VerificationFailed: 'failed its verification',
  DeploymentUnknown: 'unknown',
  Drifted: 'drifted',
  Held: 'held',
  Suspended: 'suspended',
};

/** Undefined while it is not known what git asks of it. `buildUrl`: where its last run can be watched. */
export function reportEnvironment({ metadata, status }: EnvironmentResource, buildUrl?: string): EnvironmentReport | undefined {
  const condition = (type: string) => status?.conditions?.find((one) => one.type === type);
  const ready = condition('Ready');
  if (status?.desired === undefined || ready === undefined) return undefined;
  const { version, commit } = status.desired;
  const isMoving = condition('Reconciling')?.status === 'True';
  const state = ready.status === 'True' ? 'success' : failures.has(ready.reason) && !isMoving ? 'failure' : 'pending';
  const waits = status.waitingFor === undefined ? undefined : `waiting for ${status.waitingFor}`;
  const isUnderWay = ready.reason === 'Deploying' || ready.reason === 'Verifying';
  return compact<EnvironmentReport>({
    name: metadata.name,
    commit,
    state,
    // How far a build is changes all the time: the page of the build shows that.
    description: isUnderWay ? `${words[ready.reason]} ${version}` : ready.message,
    short: words[ready.reason] ?? waits ?? (state === 'pending' ? 'waiting' : 'failed'),
    url: state === 'success' || buildUrl === undefined || !/^https?:\/\//.test(buildUrl) ? undefined : buildUrl,
  });
}
