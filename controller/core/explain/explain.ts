import { compact } from '../compact.js';
import { judge } from '../decide.js';
import type { EnvironmentFacts } from '../facts.js';
import { firstClosed, type JudgedGate, nextChangeOf } from '../gates/evaluate.js';
import { replay } from '../judgement/judgement.js';
import type { DesiredEnvironment, Millis } from '../model.js';
import type { DeploymentRunResource } from '../resources/deployment-run.js';
import type { DesiredStatus, GateStatus } from '../resources/environment.js';
import { toTime } from '../time.js';

/** Why something is, or is not, deployed: every gate in the order of judging. */
export interface Explanation {
  readonly environment: string;
  readonly product: string;
  readonly stage: string;
  readonly client?: string;
  /** The version that the gates were judged for. */
  readonly version?: string;
  readonly deployed?: string;
  /** When the gates were, or would be, judged. */
  readonly at: string;
  /** The commit whose documents they were judged by. */
  readonly commit?: string;
  /** The run whose record this is from. */
  readonly run?: string;
  readonly gates: readonly GateStatus[];
  /** The first closed gate; absent where all are open. */
  readonly waitingFor?: string;
  /** When it could start by time alone, if nothing else changes. */
  readonly opensAt?: string;
}

export interface WhatIf {
  readonly version?: string;
  /** Of that version, where some environment of the product is known to have it. */
  readonly known?: Partial<Pick<DesiredStatus, 'releaseDigest' | 'descriptorKey' | 'descriptorSha256' | 'descriptorVersionId'>>;
  readonly release?: { readonly class: string };
}

/** How the gates stand for these facts; `facts.now` is the time that is asked about. */
export function explain(facts: EnvironmentFacts, whatIf: WhatIf = {}): Explanation {
  const asked = suppose(facts, whatIf);
  const { gates } = judge(asked);
  const { environment, product, stage, client } = facts.environment.spec;
  const opensAt = firstClosed(gates) === undefined ? undefined : forecast(asked, gates);
  return compact<Explanation>({
    environment,
    product,
    stage,
    client,
    version: asked.desired?.version ?? facts.environment.status?.desired?.version,
    deployed: facts.environment.status?.recorded?.version,
    at: toTime(facts.now),
    commit: facts.commit?.sha,
    gates: told(gates, facts.environment.status?.gates ?? []),
    waitingFor: firstClosed(gates)?.name,
    opensAt: opensAt === undefined ? undefined : toTime(opensAt),
  });
}

/** The judgement that a run was started by, again, from its record alone; undefined for a run that was never claimed. */
export function explainRun({ metadata, spec, status }: DeploymentRunResource): Explanation | undefined {
  const record = status?.judgement;
  if (record === undefined) return undefined;
  const gates = replay(record);
  const { environment, product, stage, client, version } = spec;
  return compact<Explanation>({
    environment,
    product,
    stage,
    client,
    version,
    at: record.at,
    commit: record.commit,
    run: metadata.name,
    gates: told(gates, []),
    waitingFor: firstClosed(gates)?.name,
  });
}

function told(gates: readonly JudgedGate[], before: readonly GateStatus[]): GateStatus[] {
  return gates.map(({ nextChange, ...gate }) => {
    const since = before.find(({ name, state }) => name === gate.name && state === gate.state)?.since;
    return compact<GateStatus>({ ...gate, since, nextChange: nextChange === undefined ? undefined : toTime(nextChange) });
  });
}

function suppose(facts: EnvironmentFacts, { version, known = {}, release }: WhatIf): EnvironmentFacts {
  const { desired, environment } = facts;
  if (version === undefined || desired === undefined || desired.version === version) return facts;
  const { release: _, ...rest } = desired;
  const wanted = compact<DesiredEnvironment>({ ...rest, version, release });
  // What is known of the version that git asks for is not known of this one.
  const { desired: __, ...status } = environment.status ?? { observedGeneration: 1 };
  const told: DesiredStatus | undefined =
    known.releaseDigest === undefined
      ? undefined
      : compact<DesiredStatus>({
          version,
          settingsDigest: desired.settingsDigest,
          commit: facts.commit?.sha ?? '',
          since: toTime(facts.now),
          ...known,
        });
  const { descriptor: ___, ...others } = facts;
  return { ...others, desired: wanted, environment: { ...environment, status: compact({ ...status, desired: told }) } };
}

/** Times that are looked at: windows and soak times open in few steps. */
const mostSteps = 64;

/** When all gates are open, going from one change to the next; undefined where time alone does not open them. */
function forecast(facts: EnvironmentFacts, judged: readonly JudgedGate[]): Millis | undefined {
  let gates = judged;
  let now = facts.now;
  for (let step = 0; step < mostSteps; step += 1) {
    if (firstClosed(gates) === undefined) return now;
    const next = nextChangeOf(gates);
    if (next === undefined || next <= now) return undefined;
    now = next;
    gates = judge({ ...facts, now }).gates;
  }
  return undefined;
}
