import { compact } from '../compact.js';
import { descriptorKey, resolveDesired } from '../desired.js';
import { formatDuration } from '../duration.js';
import type { EnvironmentFacts } from '../facts.js';
import { evaluate, type JudgedGate, nextChangeOf } from '../gates/evaluate.js';
import { stageOf } from '../gates/order.js';
import type { GateInput } from '../gates/verdict.js';
import { releaseOf } from '../jump/chain.js';
import type { DesiredEnvironment, Millis } from '../model.js';
import { recordedState } from '../recorded.js';
import { stageFor } from '../release/path.js';
import type { DesiredStatus, RecordedState } from '../resources/environment.js';
import { toTime } from '../time.js';
import type { PlannedGate } from './plan.js';

export interface Judged {
  readonly gates: readonly PlannedGate[];
  readonly waitingFor?: string;
  readonly opensAt?: string;
  readonly desired: DesiredStatus | undefined;
  readonly recorded: RecordedState | undefined;
}

/** Times that are looked at: windows and soak times open in few steps. */
const mostSteps = 64;

/** How the gates stand for these facts, and when all that can be told of would be open by time alone. */
export function judgeGates(facts: EnvironmentFacts, by: 'git' | 'cluster'): Judged {
  const desired = resolveDesired(facts);
  const recorded = recordedState(facts.environment.status?.recorded, facts.runs, undefined);
  const judge = (now: Millis): readonly Known[] => {
    const input = compact<GateInput>({ facts: { ...facts, now }, wanted: facts.desired, desired, recorded });
    return evaluate(input).flatMap((gate) => (by === 'git' ? fromGit(gate, input) : [{ ...gate }]));
  };
  const gates = judge(facts.now);
  const closed = gates.find(isClosed);
  return compact<Judged>({
    gates: gates.map(({ nextChange, ...gate }) =>
      compact<PlannedGate>({ ...gate, nextChange: nextChange === undefined ? undefined : toTime(nextChange) }),
    ),
    waitingFor: closed?.name,
    opensAt: closed === undefined ? undefined : forecast(facts.now, gates, judge),
    desired,
    recorded,
  });
}

type Known = Omit<PlannedGate, 'nextChange'> & { readonly nextChange?: Millis };

const isClosed = ({ state }: Known): boolean => state !== 'Passed' && state !== 'Unknown';

/** Goes from one change to the next; undefined where time alone does not open what is closed. */
function forecast(from: Millis, judged: readonly Known[], judge: (now: Millis) => readonly Known[]): string | undefined {
  let gates = judged;
  let now = from;
  for (let step = 0; step < mostSteps; step += 1) {
    const closed = gates.filter(isClosed);
    if (closed.length === 0) return toTime(now);
    if (closed.some(({ nextChange }) => nextChange === undefined)) return undefined;
    const next = nextChangeOf(gates as readonly JudgedGate[]);
    if (next === undefined || next <= now) return undefined;
    now = next;
    gates = judge(now);
  }
  return undefined;
}

/** Gates that git says nothing of; that they are not looked at is told once, and not for each environment. */
const ofTheCluster: ReadonlySet<string> = new Set(['suspended', 'held', 'concurrency']);

/** What a gate comes to where only git was looked at: what hangs on a cluster is not known, and what would be needed is said. */
function fromGit(gate: JudgedGate, { facts, wanted }: GateInput): Known[] {
  if (ofTheCluster.has(gate.name) || wanted === undefined) return [];
  const unknown = (reason: string, message: string): Known[] => [{ name: gate.name, state: 'Unknown', reason, message }];
  if (gate.state === 'Passed') return gate.name === 'first-deployment' || gate.name === 'valid' ? [] : [gate];
  switch (gate.name) {
    case 'first-deployment':
      return unknown('FirstDeployment', 'nothing is deployed by Towpath without an operator who adopts or confirms it first');
    case 'descriptor':
      return facts.descriptor === undefined ? unknown('DescriptorUnread', `${descriptorKey(wanted)} was not read`) : [gate];
    case 'order':
      return unknown('NotVerifiedUpstream', `${wanted.version} has to be verified first in ${stagesBefore(wanted)}`);
    case 'soak':
      return unknown('NotSoaking', `it has to stand verified for ${soakOf(wanted)} in ${stagesBefore(wanted)}`);
    case 'dependencies':
      return gate.reason === 'DependenciesUnknown' ? [gate] : unknown('DependencyUnknown', `needs ${needs(facts, wanted)}`);
    case 'class':
      return gate.reason === 'ChangesUnknown' && gate.state === 'Waiting' ? unknown(gate.reason, gate.message) : [gate];
    case 'signoffs':
      return gate.reason === 'DigestUnknown' ? unknown(gate.reason, `sign-off by ${roles(wanted)}`) : [gate];
    default:
      return [gate];
  }
}

const stagesBefore = (wanted: DesiredEnvironment): string => {
  const stages = stageFor(wanted)?.after.map(({ stage, require }) => (require === 'all' ? `all of ${stage}` : stage)) ?? [];
  return `${stages.join(' and ')}${wanted.client === undefined ? '' : `, of ${wanted.client} or of all clients`}`;
};

const soakOf = (wanted: DesiredEnvironment): string => formatDuration(stageFor(wanted)?.soakMs ?? 0);

function needs({ governance }: EnvironmentFacts, wanted: DesiredEnvironment): string {
  const dependencies = Object.entries(releaseOf(governance, wanted.version)?.dependencies ?? {});
  const where = wanted.client === undefined ? `at stage ${wanted.stage}` : `for ${wanted.client} at stage ${wanted.stage}`;
  return `${dependencies.map(([product, range]) => `${product} ${range}`).join(', ')} ${where}`;
}

const roles = (wanted: DesiredEnvironment): string =>
  (stageOf(wanted)?.signoffs ?? []).map(({ role, quorum }) => (quorum === undefined ? role : `${quorum} of ${role}`)).join(', ');
