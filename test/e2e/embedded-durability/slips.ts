import { createHash } from 'node:crypto';

/** What a write puts into an object: whoever finds it can tell whether it is whole, and which write it comes from. */
export interface Content {
  readonly write: string;
  readonly payload: string;
  readonly digest: string;
}

export interface Slip {
  readonly metadata: { readonly name: string; readonly resourceVersion: string };
  readonly spec: Content;
  readonly status?: Content;
}

/** One write on its way; `base` is the resourceVersion that it may replace, absent for a creation. */
export interface Write {
  readonly id: string;
  readonly name: string;
  readonly kind: 'create' | 'update' | 'status' | 'delete';
  readonly base?: number;
}

/** What is in an object by the writes that put it there; undefined where there is none. */
type Inside = { readonly spec: string; readonly status?: string } | undefined;

interface Known {
  /** The last acknowledged version of it. */
  readonly version: number;
  readonly inside: Inside;
}

const digestOf = (write: string, payload: string) => createHash('sha256').update(`${write}\n${payload}`).digest('hex');
const isWhole = ({ write, payload, digest }: Content) => digest === digestOf(write, payload);

export function contentOf(write: string, payload: string): Content {
  return { write, payload, digest: digestOf(write, payload) };
}

/** What the server has acknowledged, and what is on its way; every write builds on what is known, so that there is one order for each object. */
export class Ledger {
  readonly #known = new Map<string, Known>();
  readonly #underWay = new Set<Write>();
  readonly #versions = new Set<number>();
  acknowledged = 0;
  refused = 0;
  /** Writes that were not acknowledged before a kill and are there all the same. */
  survived = 0;
  #newest = 0;

  version(name: string): number | undefined {
    const known = this.#known.get(name);
    return known?.inside === undefined ? undefined : known.version;
  }

  begin(write: Write): void {
    this.#underWay.add(write);
  }

  /** The server has refused it: somebody else was faster. */
  refuse(write: Write): void {
    this.#underWay.delete(write);
    this.refused += 1;
  }

  /** Gives what is wrong with the acknowledgement, where something is. The answer to a deletion tells of no version. */
  acknowledge(write: Write, version: number | undefined): string | undefined {
    this.#underWay.delete(write);
    this.acknowledged += 1;
    const known = this.#known.get(write.name);
    this.#known.set(write.name, { version: version ?? known?.version ?? 0, inside: after(known?.inside, write) });
    if (version === undefined) return undefined;
    const isNew = !this.#versions.has(version) && version > (known?.version ?? 0);
    this.#versions.add(version);
    this.#newest = Math.max(this.#newest, version);
    return isNew ? undefined : `${write.id}: version ${version} of ${write.name} after ${known?.version}`;
  }

  /** What a server that came back has lost, has in halves, or has that nobody wrote; from now on what it has is what is known. */
  compare(found: readonly Slip[], listVersion: number): string[] {
    const byName = new Map(found.map((slip) => [slip.metadata.name, slip]));
    const names = new Set([...byName.keys(), ...this.#known.keys(), ...[...this.#underWay].map(({ name }) => name)]);
    const problems = [...names].flatMap((name) => this.#compareOne(name, byName.get(name)));
    if (listVersion < this.#newest) problems.push(`the version went back from ${this.#newest} to ${listVersion}`);
    this.#newest = listVersion;
    this.#underWay.clear();
    return problems;
  }

  #compareOne(name: string, slip: Slip | undefined): string[] {
    const known: Known = this.#known.get(name) ?? { version: 0, inside: undefined };
    const { version, inside } = known;
    const found = slip && insideOf(slip);
    const foundVersion = Number(slip?.metadata.resourceVersion ?? version);
    this.#known.set(name, { version: foundVersion, inside: found });
    const contents = slip === undefined ? [] : [slip.spec, ...(slip.status === undefined ? [] : [slip.status])];
    if (!contents.every(isWhole)) return [`${name} is in halves`];
    if (same(found, inside)) return foundVersion === version ? [] : [`${name} is ${foundVersion} and was ${version}`];
    const possible = [...this.#underWay].filter((write) => write.name === name && isPossible(write, known));
    const survivor = possible.find((write) => same(found, after(inside, write)));
    if (survivor === undefined) return [`${name} has ${show(found)}, acknowledged was ${show(inside)} (${version})`];
    this.survived += 1;
    return slip === undefined || foundVersion > version
      ? []
      : [`${name}: ${survivor.id} has version ${foundVersion} after ${version}`];
  }
}

const isPossible = ({ base }: Write, { version, inside }: Known) => base === (inside === undefined ? undefined : version);
const same = (one: Inside, other: Inside) => one?.spec === other?.spec && one?.status === other?.status;
const show = (inside: Inside) => (inside === undefined ? 'nothing' : `${inside.spec} with ${inside.status ?? 'no status'}`);

function insideOf({ spec, status }: Slip): Inside {
  return { spec: spec.write, ...(status === undefined ? {} : { status: status.write }) };
}

function after(inside: Inside, { id, kind }: Write): Inside {
  if (kind === 'delete') return undefined;
  if (kind === 'create' || inside === undefined) return { spec: id };
  return kind === 'update' ? { ...inside, spec: id } : { ...inside, status: id };
}
