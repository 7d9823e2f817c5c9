import { compact } from '../compact.js';
import { annotations } from '../facts.js';
import type { Findings } from '../findings.js';
import { firstClosed } from '../gates/evaluate.js';
import type { Need } from '../need.js';
import type { Condition } from '../resources/environment.js';
import { phaseOf } from '../run/run.js';
import { readableTime, toTime } from '../time.js';

/** How the environment stands, in one word and one sentence; `moving` and `stalled` become the abnormal-true conditions. */
interface Summary {
  readonly ready: boolean;
  readonly reason: string;
  readonly message: string;
  readonly moving?: boolean;
  readonly stalled?: boolean;
}

/** Ready always; Reconciling, Stalled and Drifted only while True. The time of a condition stays while its status does. */
export function conditionsOf(findings: Findings): Condition[] {
  const { facts } = findings;
  const summary = summarise(findings);
  const [finding] = facts.findings;
  const wanted: Omit<Condition, 'lastTransitionTime' | 'observedGeneration'>[] = [
    { type: 'Ready', status: summary.ready ? 'True' : 'False', reason: summary.reason, message: summary.message },
  ];
  if (summary.moving) wanted.push({ type: 'Reconciling', status: 'True', reason: summary.reason, message: summary.message });
  if (summary.stalled) wanted.push({ type: 'Stalled', status: 'True', reason: summary.reason, message: summary.message });
  wanted.push(
    finding === undefined
      ? { type: 'Valid', status: 'True', reason: 'Valid', message: 'the documents are valid' }
      : {
          type: 'Valid',
          status: 'False',
          reason: 'Invalid',
          message: `${finding.file}:${finding.line}:${finding.column} ${finding.path === '' ? '' : `${finding.path}: `}${finding.message}`,
        },
  );
  const drift = driftOf(findings);
  if (drift !== undefined) wanted.push({ type: 'Drifted', status: 'True', ...drift });
  const before = facts.environment.status?.conditions ?? [];
  return wanted.map((condition) => {
    const same = before.find(({ type, status }) => type === condition.type && status === condition.status);
    return {
      ...condition,
      lastTransitionTime: same?.lastTransitionTime ?? toTime(facts.now),
      observedGeneration: facts.environment.metadata.generation ?? 1,
    };
  });
}

function driftOf({
  facts,
  foreign,
  observed,
  recorded,
  desired,
  active,
}: Findings): { reason: string; message: string } | undefined {
  if (foreign && observed !== undefined) {
    const what = observed.version === undefined ? 'something' : observed.version;
    return {
      reason: 'ForeignDeployment',
      message: `${observed.by} deployed ${what} here at ${observed.at}; Towpath did not start it`,
    };
  }
  if (active !== undefined || recorded === undefined || facts.desired === undefined) return undefined;
  if (!recorded.certain)
    return {
      reason: 'Uncertain',
      message: `${recorded.version} is recorded, but a later run did not succeed: nobody knows what runs there`,
    };
  if (recorded.digest === desired?.digest) return undefined;
  return { reason: 'NotDeployed', message: `${recorded.version} is deployed, git asks for ${desired?.version}` };
}

function summarise(findings: Findings): Summary {
  const { active, need, desired, recorded, facts, observed } = findings;
  if (active !== undefined) return summariseRun(findings);
  if (facts.unreadableRun !== undefined) return unreadable(facts.unreadableRun);
  const closed = firstClosed(findings.gates);
  if (closed !== undefined && need.kind !== 'wait') return summariseGates(findings);
  const version = desired?.version ?? 'nothing';
  switch (need.kind) {
    case 'deploy':
    case 'verify':
      return {
        ready: false,
        reason: need.kind === 'deploy' ? 'Deploying' : 'Verifying',
        message: `${version}: ${need.cause.message}`,
        moving: true,
      };
    case 'wait':
      return {
        ready: false,
        reason: 'DeploymentFailed',
        message: `${failureOf(findings)}; retry ${need.attempt} of ${need.of} at ${readableTime(need.until)}`,
        moving: true,
      };
    case 'stuck':
      return { ready: false, ...stuck(findings, need), stalled: true };
    case 'none':
      return {
        ready: true,
        reason: 'Deployed',
        message: `${recorded?.version ?? version} is deployed${checked(findings)}${observedNote(facts, observed)}`,
      };
  }
}

function checked({ facts, recorded }: Findings): string {
  if (recorded !== undefined && recorded.run === undefined) return ' (adopted)';
  const stage = facts.desired?.product.stages.find(({ name }) => name === facts.desired?.stage);
  return (stage?.verification.length ?? 0) > 0 ? ' and verified' : '';
}

function observedNote(_facts: Findings['facts'], observed: Findings['observed']): string {
  return observed?.version === undefined ? '' : `; ${observed.version} was seen there`;
}

function unreadable({ name, message }: { name: string; message: string }): Summary {
  const what = `the record of run ${name} does not fit its schema (${message}), so nobody knows whether it is under way`;
  return { ready: false, reason: 'Quarantined', message: `${what}; repair it, or delete it once that is known`, stalled: true };
}

function summariseRun({ active, desired }: Findings): Summary {
  const phase = active === undefined ? 'Pending' : phaseOf(active);
  const version = active?.spec.version ?? desired?.version ?? '';
  const detail = active?.status?.message === undefined ? '' : `: ${active.status.message}`;
  if (phase === 'Unknown') {
    return {
      ready: false,
      reason: 'DeploymentUnknown',
      message: `${version}${detail}; annotate drun ${active?.metadata.name} with ${annotations.resolve}=succeeded, failed or retry`,
      stalled: true,
    };
  }
  const verifying = phase === 'Verifying' || active?.spec.action === 'verify';
  return {
    ready: false,
    reason: verifying ? 'Verifying' : 'Deploying',
    message: `${verifying ? 'verifying' : 'deploying'} ${version}${detail}`,
    moving: true,
  };
}

const gateReasons: Readonly<Record<string, string>> = { suspended: 'Suspended', held: 'Held', valid: 'Invalid' };

/** Waiting gates open by themselves; one that is Blocked or Failed needs somebody. */
function summariseGates({ gates, desired }: Findings): Summary {
  const closed = gates.filter(({ state }) => state !== 'Passed');
  const [first] = closed;
  const stalled = closed.some(({ state }) => state !== 'Waiting');
  const more =
    closed.length > 1
      ? ` (then: ${closed
          .slice(1)
          .map(({ name }) => name)
          .join(', ')})`
      : '';
  const subject = desired === undefined || first?.name === 'valid' ? '' : `${desired.version}: `;
  return compact<Summary>({
    ready: false,
    reason: gateReasons[first?.name ?? ''] ?? 'Blocked',
    message: `${subject}${first?.message ?? ''}${more}`,
    moving: stalled ? undefined : true,
    stalled: stalled ? true : undefined,
  });
}

function stuck(findings: Findings, need: Extract<Need, { kind: 'stuck' }>): { reason: string; message: string } {
  const { desired, observed, recorded } = findings;
  const version = desired?.version ?? '';
  switch (need.why) {
    case 'failed':
      return {
        reason: 'DeploymentFailed',
        message: `${failureOf(findings)}; change git, or annotate ${annotations.retryRequestedAt} to try again`,
      };
    case 'unverified':
      return {
        reason: 'VerificationFailed',
        message: `${version} is deployed, but its verification failed; annotate ${annotations.verifyRequestedAt} to run it again`,
      };
    case 'drifted':
      return {
        reason: 'Drifted',
        message: `${observed?.by ?? 'somebody'} deployed ${observed?.version ?? 'something'} over ${recorded?.version}; annotate ${annotations.retryRequestedAt} to deploy ${version} again; to keep what is there, ask for it in git and annotate ${annotations.adopt}`,
      };
  }
}

function failureOf({ facts, desired }: Findings): string {
  const last = facts.runs.findLast((run) => run.spec.action === 'deploy' && phaseOf(run) !== 'Superseded');
  const detail = last?.status?.message === undefined ? '' : ` (${last.status.message})`;
  return `deployment of ${desired?.version} ended ${last === undefined ? '' : phaseOf(last)}${detail}`;
}
