import { evaluate, type JudgedGate } from '../gates/evaluate.js';
import type { GateInput } from '../gates/verdict.js';
import { seenFrom } from '../jump/items.js';
import type { JudgementRecord } from '../resources/deployment-run.js';
import { toTime } from '../time.js';
import { recordReads } from './record-reads.js';

/** Judges the gates, and gives the record from which the same judgement follows again: what the gates looked at, and no more. */
export function judgeForRecord(input: GateInput): { readonly gates: readonly JudgedGate[]; readonly record: JudgementRecord } {
  const { found: gates, record } = recordReads(fromHere(input), evaluate);
  const { now, commit } = input.facts;
  return { gates, record: { at: toTime(now), commit: commit?.sha ?? '', inputs: JSON.stringify(record) } };
}

/** Releases tell of every client; what they tell of others would fill the record and changes nothing. */
function fromHere(input: GateInput): GateInput {
  const { wanted, facts } = input;
  if (wanted === undefined) return input;
  const releases = Object.entries(facts.governance.releases).map(([version, release]) => [version, seenFrom(release, wanted)]);
  return { ...input, facts: { ...facts, governance: { ...facts.governance, releases: Object.fromEntries(releases) } } };
}

/** The judgement again, from its record alone. Throws SyntaxError where the record is no JSON. */
export function replay({ inputs }: JudgementRecord): JudgedGate[] {
  return evaluate(JSON.parse(inputs) as GateInput);
}
