import type { EventRecord } from '../events.js';
import type { DeploymentRunResource, Phase } from '../resources/deployment-run.js';
import { environmentName } from '../run/identity.js';
import { phaseOf } from '../run/run.js';

type Transition = { readonly type: EventRecord['type']; readonly reason: string };

const transitions: Partial<Record<Phase, Transition>> = {
  Succeeded: { type: 'Normal', reason: 'DeploymentSucceeded' },
  Failed: { type: 'Warning', reason: 'DeploymentFailed' },
  TimedOut: { type: 'Warning', reason: 'DeploymentFailed' },
  Aborted: { type: 'Warning', reason: 'DeploymentFailed' },
  VerificationFailed: { type: 'Warning', reason: 'VerificationFailed' },
  Unknown: { type: 'Warning', reason: 'DeploymentUnknown' },
  Superseded: { type: 'Normal', reason: 'DeploymentSuperseded' },
};

/** Events of one transition of a run, on the run and on its Environment: at most one per phase, and one when Jenkins first has it. */
export function runEvents(before: DeploymentRunResource, after: DeploymentRunResource): EventRecord[] {
  const transition = transitionOf(before, after);
  if (transition === undefined) return [];
  const { namespace, name, uid } = after.metadata;
  const message = messageOf(after);
  const environment = { namespace, name: environmentName(after.spec.product, after.spec.environment) };
  return [
    {
      regarding: { kind: 'DeploymentRun', key: { namespace, name }, ...(uid === undefined ? {} : { uid }) },
      ...transition,
      message,
    },
    { regarding: { kind: 'Environment', key: environment }, ...transition, message },
  ];
}

function transitionOf(before: DeploymentRunResource, after: DeploymentRunResource): Transition | undefined {
  const phase = phaseOf(after);
  if (phase !== phaseOf(before)) {
    const transition = transitions[phase];
    if (transition !== undefined) return transition;
  }
  const refused = (run: DeploymentRunResource) => run.status?.jenkins?.refused?.length ?? 0;
  if (refused(after) > refused(before)) return { type: 'Warning', reason: 'DuplicateRefused' };
  const started = (run: DeploymentRunResource) => run.status?.jenkins?.buildNumber !== undefined;
  return started(after) && !started(before) ? { type: 'Normal', reason: 'DeploymentStarted' } : undefined;
}

function messageOf(run: DeploymentRunResource): string {
  const { version, cause } = run.spec;
  const build = run.status?.jenkins?.buildUrl;
  const where = build === undefined ? '' : ` (${build})`;
  const phase = phaseOf(run);
  switch (phase) {
    case 'Succeeded':
      return `${version} is ${run.spec.action === 'deploy' ? 'deployed' : 'verified'}${where}`;
    case 'Running':
      return `${run.metadata.name} deploys ${version}${where}: ${cause.message}`;
    default:
      return `${run.metadata.name} of ${version} is ${phase}${run.status?.message === undefined ? '' : `: ${run.status.message}`}${where}`;
  }
}
