/** One boundary that strangers can write to. */
export interface Target {
  readonly name: string;
  /** Modules whose newly reached branches make an input worth keeping. */
  readonly guide: RegExp;
  /** Words that the mutator puts in. */
  readonly words: readonly string[];
  /** Makes what the inputs are given to. */
  open(): Promise<OpenTarget>;
}

export interface OpenTarget {
  /** Well-formed inputs, from which all others are made. */
  readonly seeds: readonly Uint8Array[];
  /** Throws where the code under test broke a promise; whatever it answers to hostile input is no failure. */
  run(input: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** Stands between the parts of an input, for instance between the answers of a server. */
export const partMark = '\n%%%\n';

export function bytesOf(...parts: readonly (string | Uint8Array)[]): Uint8Array {
  return Buffer.concat(
    parts.flatMap((part, index) => (index === 0 ? [Buffer.from(part)] : [Buffer.from(partMark), Buffer.from(part)])),
  );
}

export function partsOf(input: Uint8Array): Buffer[] {
  const rest = Buffer.from(input);
  const parts: Buffer[] = [];
  let from = 0;
  for (let at = rest.indexOf(partMark); at >= 0; at = rest.indexOf(partMark, from)) {
    parts.push(rest.subarray(from, at));
    from = at + partMark.length;
  }
  return [...parts, rest.subarray(from)];
}

/** Throws with the value where it is not as promised. */
export function promise(kept: boolean, what: string, value: unknown): void {
  if (!kept) throw new Error(`${what}: ${JSON.stringify(value)?.slice(0, 2_000)}`);
}
