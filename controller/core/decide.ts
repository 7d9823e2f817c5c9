import { compact } from './compact.js';
import { descriptorKey, resolveDesired } from './desired.js';
import { foreignBuild, stillForeign, toObserved } from './drift.js';
import { annotation, annotations, type EnvironmentFacts } from './facts.js';
import type { Findings } from './findings.js';
import { evaluate, firstClosed, gatesBefore, nextChangeOf, toGateStatuses } from './gates/evaluate.js';
import type { GateInput } from './gates/verdict.js';
import { judgeForRecord } from './judgement/judgement.js';
import { jumpStatus } from './jump/status.js';
import type { Millis } from './model.js';
import { isAnswered, need, unanswered } from './need.js';
import { newRun } from './new-run.js';
import { type Adoption, history, recordedState, verifiedReleases } from './recorded.js';
import type { DeploymentRunResource, DeploymentRunSpec } from './resources/deployment-run.js';
import type { Condition, DesiredStatus, EnvironmentStatus, ObservedState, RecordedState } from './resources/environment.js';
import { isClaimed, isTerminal, phaseOf, type Resolution } from './run/run.js';
import { conditionsOf } from './status/conditions.js';
import { deltaStatus } from './status/delta.js';

/** What happens next. Only `start` and `advance` with `mayClaim` can lead to a build. */
export type Decision =
  | { readonly do: 'idle' }
  | { readonly do: 'start'; readonly run: DeploymentRunSpec }
  | { readonly do: 'supersede'; readonly run: DeploymentRunResource; readonly message: string }
  | { readonly do: 'resolve'; readonly run: DeploymentRunResource; readonly resolution: Resolution }
  | {
      readonly do: 'advance';
      readonly run: DeploymentRunResource;
      /** Whether the gates are open for exactly what the run deploys. */
      readonly mayClaim: boolean;
      readonly waitingFor?: string;
      /** Git has moved on and the product says to abort. */
      readonly stop: boolean;
    };

/** One decision, and the status that follows from the same facts. */
export interface Judgement {
  readonly decision: Decision;
  readonly status: EnvironmentStatus;
  /** When time alone can change the decision. */
  readonly recheckAt?: Millis;
}

/** Everything known about one environment → one decision. Pure: the time is among the facts. */
export function decide(facts: EnvironmentFacts): Judgement {
  const findings = find(facts);
  const decision = toDecision(findings);
  const { need: needed, adopting } = findings;
  const times = [
    adopting ? facts.now : undefined,
    needed.kind === 'wait' ? needed.until : undefined,
    nextChangeOf(findings.gates),
    descriptorDueAt(findings),
  ].filter((time) => time !== undefined);
  return compact<Judgement>({
    decision,
    status: facts.unread ? untilRead(findings) : toStatus(findings),
    recheckAt: times.length === 0 ? undefined : Math.min(...times),
  });
}

const descriptorRecheckMs: Millis = 30_000;

/** A descriptor is published, or its bucket comes back, without a word: it is looked at again. */
function descriptorDueAt({ facts, gates }: Findings): Millis | undefined {
  const closed = gates.some(({ name, state }) => name === 'descriptor' && state !== 'Passed');
  return closed ? facts.now + descriptorRecheckMs : undefined;
}

function find(facts: EnvironmentFacts): Findings {
  const desired = resolveDesired(facts);
  const adopted = adoption(facts, desired);
  const recorded = recordedState(facts.environment.status?.recorded, facts.runs, adopted);
  const observed = observedState(facts, recorded);
  const active = facts.runs.findLast((run) => !isTerminal(run));
  const foreign = observed !== undefined && recorded !== undefined && active === undefined;
  const needed = need({ facts, desired, recorded, observed, foreign, active });
  const unclaimed = active !== undefined && !isClaimed(active) && active.spec.action === 'deploy';
  const judged = needed.kind === 'deploy' || needed.kind === 'wait' || unclaimed || facts.desired === undefined;
  const gates = judged ? evaluate(gateInput({ facts, desired, recorded })) : [];
  return { facts, desired, recorded, observed, foreign, active, need: needed, gates, adopting: adopted !== undefined };
}

function gateInput({ facts, desired, recorded }: Pick<Findings, 'facts' | 'desired' | 'recorded'>): GateInput {
  return compact<GateInput>({ facts, wanted: facts.desired, desired, recorded });
}

/** How the gates stand for these facts, whether or not anything hangs on them, and the record from which that follows again. */
export function judge(facts: EnvironmentFacts): ReturnType<typeof judgeForRecord> {
  return judgeForRecord(gateInput(find(facts)));
}

/** An adoption that was asked for and not yet carried out; not while a run is under way. */
function adoption(facts: EnvironmentFacts, desired: DesiredStatus | undefined): Adoption | undefined {
  const version = annotation(facts, 'adopt');
  if (version === undefined || version === '' || version === facts.environment.status?.lastHandledAdopt) return undefined;
  if (facts.runs.some((run) => !isTerminal(run))) return undefined;
  const same = desired?.version === version ? desired : undefined;
  return compact<Adoption>({ version, digest: same?.digest, releaseDigest: same?.releaseDigest, at: facts.now });
}

function observedState(facts: EnvironmentFacts, recorded: RecordedState | undefined): ObservedState | undefined {
  const before = facts.environment.status?.observed;
  if (facts.history === undefined || facts.desired === undefined) {
    return stillForeign(before, facts.runs, recorded) ? before : undefined;
  }
  const build = foreignBuild(facts.history, facts.runs, recorded);
  const isRead = facts.history.some(({ url }) => url === before?.url);
  // Only the newest builds of a job are read: what has left them is still there.
  if (build === undefined && !isRead && stillForeign(before, facts.runs, recorded)) return before;
  return build && toObserved(build, facts.desired.product, facts.runs);
}

function toDecision(findings: Findings): Decision {
  const { active, need: needed, gates, facts } = findings;
  if (active !== undefined) return decideActive(active, findings);
  if (facts.unreadableRun !== undefined) return { do: 'idle' };
  // An adoption stands in the status alone: it has to be durable before there is a run that hangs on it.
  if (findings.adopting) return { do: 'idle' };
  if (needed.kind === 'verify') return { do: 'start', run: newRun(findings, 'verify', needed.cause) };
  if (needed.kind !== 'deploy' || firstClosed(gates) !== undefined || facts.desired === undefined) return { do: 'idle' };
  return { do: 'start', run: newRun(findings, 'deploy', needed.cause) };
}

const resolutions: ReadonlySet<string> = new Set(['succeeded', 'failed', 'retry']);

/** What a person says of a run that nobody can know the end of; undefined where nobody has, or it is known. */
export function requestedResolution(run: DeploymentRunResource): Resolution | undefined {
  const asked = run.metadata.annotations?.[annotations.resolve];
  return phaseOf(run) === 'Unknown' && asked !== undefined && resolutions.has(asked) ? (asked as Resolution) : undefined;
}

function decideActive(run: DeploymentRunResource, { facts, desired, gates }: Findings): Decision {
  const resolution = requestedResolution(run);
  if (resolution !== undefined) return { do: 'resolve', run, resolution };
  if (run.spec.action === 'verify') return { do: 'advance', run, mayClaim: true, stop: false };
  const known = facts.desired !== undefined && desired?.digest !== undefined;
  const movedOn = known && desired?.digest !== run.spec.digest;
  if (movedOn && !isClaimed(run)) return { do: 'supersede', run, message: `git asks for ${desired?.version} now` };
  const stop = movedOn && facts.desired?.product.deployer.onNewVersion === 'abort';
  const closed = firstClosed(gates);
  const mayClaim = known && !movedOn && closed === undefined;
  return compact<Extract<Decision, { do: 'advance' }>>({ do: 'advance', run, mayClaim, waitingFor: closed?.message, stop });
}

function toStatus(findings: Findings): EnvironmentStatus {
  const { facts, desired, recorded, observed, gates } = findings;
  const before = facts.environment.status;
  const closed = firstClosed(gates);
  const runs = facts.runs;
  return compact<EnvironmentStatus>({
    observedGeneration: facts.environment.metadata.generation ?? 1,
    desired,
    recorded,
    observed,
    delta: deltaStatus(findings, before),
    jump: jumpStatus(findings),
    gates: toGateStatuses(gates, gatesBefore(before, desired?.digest), facts.now),
    waitingFor: closed?.name,
    run: facts.unreadableRun?.name ?? runs.at(-1)?.metadata.name,
    history: history(before?.history ?? [], runs, recorded),
    verified: verifiedReleases(before?.verified ?? [], runs, recorded),
    ...handled(findings),
    conditions: conditionsOf(findings),
  });
}

/** Until the repository is read for the first time nothing is known of git, and what was said of it before stands. */
function untilRead(findings: Findings): EnvironmentStatus {
  const { facts, active, desired } = findings;
  const status = toStatus(findings);
  const before = facts.environment.status;
  const last = facts.runs.at(-1);
  const isTold = last === undefined || phaseOf(last) === 'Superseded' || before?.history?.some(({ run }) => run === status.run);
  if (before?.conditions === undefined || active !== undefined || !isTold || adoption(facts, desired) !== undefined)
    return status;
  if (facts.source.suspended && awaitsSomething(before.conditions, facts)) return status;
  const { gates, waitingFor, conditions } = before;
  return compact<EnvironmentStatus>({ ...status, gates, waitingFor, conditions });
}

/** What was to come of itself, or was asked for, does not come while nobody reads the repository. */
function awaitsSomething(conditions: readonly Condition[], facts: EnvironmentFacts): boolean {
  const is = (type: string) => conditions.some((condition) => condition.type === type && condition.status === 'True');
  return is('Reconciling') || (!is('Ready') && unanswered(facts, 'retryRequestedAt') !== undefined);
}

type Handled = Pick<
  EnvironmentStatus,
  'lastHandledReconcileAt' | 'lastHandledRetryAt' | 'lastHandledVerifyAt' | 'lastHandledAdopt'
>;

/** Which requests have been answered: a retry that nothing needed counts as answered, so that it never fires later. */
function handled({ facts, active, need: needed }: Findings): Handled {
  const before = facts.environment.status;
  const settled = active === undefined && needed.kind === 'none' && facts.desired !== undefined;
  const token = (name: 'retryRequestedAt' | 'verifyRequestedAt', previous: string | undefined) => {
    const asked = annotation(facts, name);
    return asked !== undefined && (settled || isAnswered(facts, name, asked)) ? asked : previous;
  };
  const adopt = annotation(facts, 'adopt');
  return compact<Handled>({
    lastHandledReconcileAt: annotation(facts, 'requestedAt') ?? before?.lastHandledReconcileAt,
    lastHandledRetryAt: token('retryRequestedAt', before?.lastHandledRetryAt),
    lastHandledVerifyAt: token('verifyRequestedAt', before?.lastHandledVerifyAt),
    // Forgotten with the annotation, so that the same version can be adopted again.
    lastHandledAdopt: active === undefined || adopt === undefined ? adopt : before?.lastHandledAdopt,
  });
}

/** Whether the descriptor has to be read for this environment now: only where a decision hangs on it. */
export function needsDescriptor(facts: EnvironmentFacts): boolean {
  const { desired: wanted } = facts;
  if (wanted?.product.descriptor === undefined) return false;
  const { active, need: needed, desired } = find(facts);
  if (desired?.digest === undefined || desired.descriptorKey !== descriptorKey(wanted)) return true;
  return (
    (active !== undefined && !isClaimed(active)) ||
    (active === undefined && (needed.kind === 'deploy' || needed.kind === 'verify'))
  );
}
