import { annotations } from '../facts.js';
import type { DeploymentRunResource } from '../resources/deployment-run.js';
import type { EnvironmentResource } from '../resources/environment.js';
import { isTerminal, phaseOf } from '../run/run.js';
import { readyOf } from './listing.js';

/** What people ask the controller for by annotations: what would be refused or come to nothing is said before it is asked. */
export type Ask =
  | { readonly refused: string }
  | {
      readonly annotations: Readonly<Record<string, string | null>>;
      readonly said: string;
      readonly notes: readonly string[];
    };

export interface Asked {
  readonly environment: EnvironmentResource;
  /** The run that is under way, where there is one. */
  readonly active: DeploymentRunResource | undefined;
}

const version = /^[0-9A-Za-z][0-9A-Za-z._+-]{0,62}$/;

function busy({ active }: Asked): string | undefined {
  if (active === undefined) return undefined;
  const { name } = active.metadata;
  if (phaseOf(active) === 'Unknown')
    return `${name} is Unknown: settle it first, with towpath resolve ${name} succeeded, failed or retry`;
  return `${name} is under way (${phaseOf(active)}): ask again when it has ended`;
}

/** Another attempt, after one that failed or that somebody deployed over. `token` tells one request from another. */
export function askRetry(asked: Asked, token: string): Ask {
  const { metadata, status } = asked.environment;
  const ready = readyOf(asked.environment);
  const isBusy = busy(asked);
  if (isBusy !== undefined) return { refused: isBusy };
  if (ready?.status === 'True') return { refused: `nothing to try again: ${ready.message}` };
  if (!['DeploymentFailed', 'VerificationFailed', 'Drifted'].includes(ready?.reason ?? ''))
    return { refused: `nothing has failed there: ${ready?.message ?? 'nothing is known of it yet'}` };
  const what = status?.desired?.version ?? 'what git asks for';
  return {
    annotations: { [annotations.retryRequestedAt]: token },
    said: `asked for another attempt to deploy ${what} to ${metadata.name}`,
    notes: [],
  };
}

/** The verification alone, once more. */
export function askVerify(asked: Asked, token: string): Ask {
  const { metadata, status } = asked.environment;
  const isBusy = busy(asked);
  if (isBusy !== undefined) return { refused: isBusy };
  const ready = readyOf(asked.environment);
  if (status?.recorded === undefined) return { refused: 'nothing is recorded there that could be verified' };
  if (ready?.reason !== 'VerificationFailed')
    return { refused: `there is no verification that failed: ${ready?.message ?? 'nothing is known of it yet'}` };
  return {
    annotations: { [annotations.verifyRequestedAt]: token },
    said: `asked to verify ${status.recorded.version} in ${metadata.name} again`,
    notes: [],
  };
}

export function askSuspend({ environment, active }: Asked, reason: string): Ask {
  const { name, annotations: present = {} } = environment.metadata;
  if (reason.trim() === '') return { refused: 'a reason is needed: it is shown wherever the environment waits' };
  if (present[annotations.suspend] === reason) return { refused: `${name} is suspended already, for that reason` };
  const goesOn = active === undefined ? [] : [`${active.metadata.name} is under way and goes on to its end`];
  return {
    annotations: { [annotations.suspend]: reason },
    said: `suspended ${name}: nothing is deployed there until it is resumed`,
    notes: goesOn,
  };
}

export function askResume({ environment }: Asked): Ask {
  const { name, annotations: present = {} } = environment.metadata;
  if (present[annotations.suspend] === undefined) return { refused: `${name} is not suspended` };
  return { annotations: { [annotations.suspend]: null }, said: `resumed ${name}`, notes: [] };
}

/** To record what runs there, without deploying it. */
export function askAdopt(asked: Asked, wanted: string): Ask {
  const { metadata, status } = asked.environment;
  if (!version.test(wanted)) return { refused: `${JSON.stringify(wanted)} is no version` };
  const isBusy = busy(asked);
  if (isBusy !== undefined) return { refused: isBusy };
  const { recorded, desired } = status ?? {};
  if (recorded?.version === wanted && recorded.certain) return { refused: `${wanted} is recorded there already` };
  const next =
    desired === undefined || desired.version === wanted
      ? []
      : [`git asks for ${desired.version}: that is deployed next, when its gates open`];
  return {
    annotations: { [annotations.adopt]: wanted },
    said: `asked to record that ${wanted} runs in ${metadata.name}`,
    notes: next,
  };
}

/** To allow the first deployment. */
export function askConfirm({ environment }: Asked, wanted: string): Ask {
  const { metadata, status } = environment;
  const { recorded, desired, gates = [] } = status ?? {};
  if (recorded !== undefined)
    return { refused: `${recorded.version} is recorded there: only a first deployment has to be confirmed` };
  if (desired === undefined) return { refused: 'git asks for nothing valid there yet' };
  if (desired.version !== wanted) return { refused: `git asks for ${desired.version} there, not for ${wanted}` };
  if (gates.some(({ name, state }) => name === 'first-deployment' && state === 'Passed'))
    return { refused: 'nothing to confirm: the first deployment is allowed' };
  return {
    annotations: { [annotations.confirm]: wanted },
    said: `confirmed the first deployment of ${wanted} to ${metadata.name}`,
    notes: [],
  };
}

export const resolutions = ['succeeded', 'failed', 'retry'] as const;

/** The reason stands beside the word, and goes into the audit trail with the run. */
export const resolveReason = 'towpath.dev/resolveReason';

/** To settle a run that nobody can know the end of. */
export function askResolve(run: DeploymentRunResource, { word, reason }: { word: string; reason: string }): Ask {
  const { name } = run.metadata;
  if (reason.trim() === '') return { refused: 'a reason is needed: how do you know?' };
  if (isTerminal(run)) return { refused: `${name} has ended ${phaseOf(run)}: what has ended never changes` };
  if (phaseOf(run) !== 'Unknown')
    return { refused: `${name} is ${phaseOf(run)}: only a run that is Unknown is settled by a person` };
  return {
    annotations: { [annotations.resolve]: word, [resolveReason]: reason },
    said: `settled ${name} as ${word}`,
    notes: [],
  };
}
