import { sha256 } from '../digest.js';
import { evaluate, type JudgedGate } from '../gates/evaluate.js';
import type { GateInput } from '../gates/verdict.js';
import type { Brought, CommitSignature, Person, Signoff } from '../governance.js';
import { seenFrom } from '../jump/items.js';
import type { JudgementRecord } from '../resources/deployment-run.js';
import { toTime } from '../time.js';
import type { Digest } from '../units.js';
import { recordReads } from './record-reads.js';

/** An object of the cluster is refused beyond 1.5 MB; the run has to be written, whatever it takes to judge it. */
const mostInputs = 400_000;

/** Whether a run can hold the record. */
export const isKept = ({ inputs }: JudgementRecord): boolean => inputs.length <= mostInputs;

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
  const { governance } = facts;
  const releases = Object.fromEntries(
    Object.entries(governance.releases).map(([version, release]) => [version, seenFrom(release, wanted)]),
  );
  const signatures = [
    wanted.asked?.version,
    wanted.asked?.settings,
    ...(releases[wanted.version]?.signoffs ?? []).map(broughtOf),
  ];
  const used = new Set(signatures.flatMap((brought) => keysOf(brought?.signature)));
  const roles = governance.roles.map((role) => ({ ...role, people: role.people.map((person) => withKeys(person, used)) }));
  return { ...input, facts: { ...facts, governance: { ...governance, releases, roles } } };
}

const broughtOf = ({ brought }: Signoff): Brought | undefined => brought;

const keysOf = (signature: CommitSignature | undefined): readonly Digest[] =>
  signature === undefined || 'problem' in signature ? [] : signature.keys;

/** A key that nothing was signed with tells nothing, and is long. */
function withKeys(person: Person, used: ReadonlySet<Digest>): Person {
  if (person.keys.length === 0) return person;
  return { ...person, keys: used.size === 0 ? [] : person.keys.filter((key) => used.has(sha256(key.trim()))) };
}

/** The judgement again, from its record alone. Throws an Error that says so where the record is none. */
export function replay(record: JudgementRecord): JudgedGate[] {
  try {
    return evaluate(JSON.parse(record.inputs) as GateInput);
  } catch (error) {
    throw new Error('its judgement cannot be judged again: what the gates looked at is not there as it was written', {
      cause: error,
    });
  }
}
