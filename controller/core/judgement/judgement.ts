import { evaluate, type JudgedGate } from '../gates/evaluate.js';
import type { GateInput } from '../gates/verdict.js';
import type { JudgementRecord } from '../resources/deployment-run.js';
import { toTime } from '../time.js';
import { recordReads } from './record-reads.js';

/** Judges the gates, and gives the record from which the same judgement follows again: what the gates looked at, and no more. */
export function judgeForRecord(input: GateInput): { readonly gates: readonly JudgedGate[]; readonly record: JudgementRecord } {
  const { found: gates, record } = recordReads(input, evaluate);
  const { now, commit } = input.facts;
  return { gates, record: { at: toTime(now), commit: commit?.sha ?? '', inputs: JSON.stringify(record) } };
}

/** The judgement again, from its record alone. Throws SyntaxError where the record is no JSON. */
export function replay({ inputs }: JudgementRecord): JudgedGate[] {
  return evaluate(JSON.parse(inputs) as GateInput);
}
