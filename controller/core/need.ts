import { annotation, type EnvironmentFacts } from './facts.js';
import type { Millis } from './model.js';
import type { DeploymentRunResource, DeploymentRunSpec } from './resources/deployment-run.js';
import type { DesiredStatus, ObservedState, RecordedState } from './resources/environment.js';
import { deployed, finishedAt, phaseOf } from './run/run.js';

export type Cause = DeploymentRunSpec['cause'];

/** What the environment needs, gates aside. `wait`: a retry is due later. `stuck`: somebody has to act. */
export type Need =
  | { readonly kind: 'none' }
  | { readonly kind: 'deploy' | 'verify'; readonly cause: Cause }
  | { readonly kind: 'wait'; readonly until: Millis; readonly attempt: number; readonly of: number }
  | { readonly kind: 'stuck'; readonly why: 'failed' | 'unverified' | 'drifted'; readonly run?: DeploymentRunResource };

export interface NeedInput {
  readonly facts: EnvironmentFacts;
  readonly desired: DesiredStatus | undefined;
  readonly recorded: RecordedState | undefined;
  readonly observed: ObservedState | undefined;
  readonly foreign: boolean;
  readonly active: DeploymentRunResource | undefined;
}

export function need(input: NeedInput): Need {
  const { facts, desired, recorded, active } = input;
  if (active !== undefined || facts.desired === undefined || desired === undefined) return { kind: 'none' };
  if (recorded?.certain && desired.digest !== undefined && recorded.digest === desired.digest) return needInSync(input, recorded);
  const last = lastDeployment(facts.runs);
  if (last === undefined || last.spec.digest !== desired.digest || deployed(last))
    return { kind: 'deploy', cause: desiredCause(input) };
  return needAfterFailure(input, last);
}

function lastDeployment(runs: readonly DeploymentRunResource[]): DeploymentRunResource | undefined {
  return runs.findLast((run) => run.spec.action === 'deploy' && phaseOf(run) !== 'Superseded');
}

function desiredCause({ desired, recorded }: NeedInput): Cause {
  const from =
    recorded === undefined
      ? 'nothing is recorded'
      : recorded.certain
        ? `${recorded.version} is recorded`
        : `${recorded.version} is recorded, but not certain`;
  return { type: 'desired', message: `git asks for ${desired?.version}; ${from}` };
}

/** Nothing to deploy, unless what is there was touched by others or did not pass its verification. */
function needInSync(input: NeedInput, recorded: RecordedState): Need {
  const { facts, foreign, observed, desired } = input;
  const retry = unanswered(facts, 'retryRequestedAt');
  if (foreign) {
    const last = lastDeployment(facts.runs);
    // A run that was to put it right has ended before it started: that is not tried again for ever.
    if (last !== undefined && last.spec.digest === desired?.digest && !deployed(last)) return needAfterFailure(input, last);
    if (facts.desired?.product.driftPolicy === 'reconcile') {
      return {
        kind: 'deploy',
        cause: {
          type: 'drift',
          message: `${observed?.by ?? 'somebody'} deployed ${observed?.version ?? 'something'} over ${desired?.version}`,
        },
      };
    }
    return retry === undefined ? { kind: 'stuck', why: 'drifted' } : { kind: 'deploy', cause: requested(retry) };
  }
  if (recorded.verified) return { kind: 'none' };
  if (retry !== undefined) return { kind: 'deploy', cause: requested(retry) };
  const verify = unanswered(facts, 'verifyRequestedAt');
  if (verify === undefined) return { kind: 'stuck', why: 'unverified' };
  return { kind: 'verify', cause: { type: 'verify', message: 'the verification was asked for again', token: verify } };
}

/** After a run of the desired digest that did not succeed: the retries of the product, then a person. */
function needAfterFailure({ facts }: NeedInput, last: DeploymentRunResource): Need {
  const retry = unanswered(facts, 'retryRequestedAt');
  if (retry !== undefined) return { kind: 'deploy', cause: requested(retry) };
  if (last.status?.resolvedBy === 'retry') {
    return {
      kind: 'deploy',
      cause: { type: 'requested', message: `${last.metadata.name} was settled by asking for another attempt` },
    };
  }
  const { limit, backoffMs } = facts.desired?.product.deployer.retry ?? { limit: 0, backoffMs: 0 };
  const attempts = automaticAttempts(facts.runs, last.spec.digest);
  const mayRetry = (phaseOf(last) === 'Failed' || phaseOf(last) === 'TimedOut') && last.status?.resolvedBy === undefined;
  if (!mayRetry || attempts > limit) return { kind: 'stuck', why: 'failed', run: last };
  const until = (finishedAt(last) ?? facts.now) + backoffMs;
  if (facts.now < until) return { kind: 'wait', until, attempt: attempts, of: limit };
  return { kind: 'deploy', cause: { type: 'retry', message: `retry ${attempts} of ${limit}` } };
}

/** The deployments of this digest in a row since something other than a retry asked for it. */
function automaticAttempts(runs: readonly DeploymentRunResource[], digest: string): number {
  let count = 0;
  for (const run of [...runs].reverse()) {
    if (run.spec.action !== 'deploy' || phaseOf(run) === 'Superseded') continue;
    if (run.spec.digest !== digest) break;
    count += 1;
    if (run.spec.cause.type !== 'retry') break;
  }
  return count;
}

function requested(token: string): Cause {
  return { type: 'requested', message: 'an operator asked for another attempt', token };
}

/** The value of a request that no run and no status has answered yet. */
export function unanswered(facts: EnvironmentFacts, name: 'retryRequestedAt' | 'verifyRequestedAt'): string | undefined {
  const token = annotation(facts, name);
  const { lastHandledRetryAt, lastHandledVerifyAt } = facts.environment.status ?? {};
  const before = name === 'retryRequestedAt' ? lastHandledRetryAt : lastHandledVerifyAt;
  if (token === undefined || token === before || isAnswered(facts, name, token)) return undefined;
  return token;
}

/** Whether a run was made for this request: the values of the two annotations have nothing to do with each other. */
export function isAnswered({ runs }: EnvironmentFacts, name: 'retryRequestedAt' | 'verifyRequestedAt', token: string): boolean {
  const type = name === 'retryRequestedAt' ? 'requested' : 'verify';
  return runs.some(({ spec: { cause } }) => cause.type === type && cause.token === token);
}

/** How many attempts of this digest come right before the next one. */
export function attemptsSoFar(runs: readonly DeploymentRunResource[], digest: string): number {
  const deployments = runs.filter((run) => run.spec.action === 'deploy' && phaseOf(run) !== 'Superseded');
  const other = deployments.findLastIndex((run) => run.spec.digest !== digest);
  return deployments.slice(other + 1).length;
}
