/** A commit as it was signed: what the signature is over, and the signature itself, armored. */
export interface SignedCommit {
  readonly payload: Buffer;
  readonly signature: string;
}

/**
 * Takes the signature out of a commit object (gitformat-signature(5)): what was signed is the object without its `gpgsig` header and the
 * lines that continue it. Undefined where it has none; `several` where it has more than one, which no program writes.
 */
export function splitSignedCommit(raw: Buffer): SignedCommit | 'several' | undefined {
  const blank = raw.indexOf('\n\n');
  const end = blank < 0 ? raw.length : blank + 1;
  const payload: Buffer[] = [];
  const signatures: string[][] = [];
  let into: string[] | undefined;
  for (let at = 0; at < end; ) {
    const next = raw.indexOf(10, at) + 1 || raw.length;
    const line = raw.subarray(at, next);
    const text = line.toString('latin1');
    if (text.startsWith(' ') && into !== undefined) into.push(text.slice(1));
    else if (/^gpgsig(-sha256)? /.test(text)) {
      into = [text.slice(text.indexOf(' ') + 1)];
      if (text.startsWith('gpgsig ')) signatures.push(into);
    } else {
      into = undefined;
      payload.push(line);
    }
    at = next;
  }
  const [signature] = signatures;
  if (signature === undefined) return undefined;
  return signatures.length > 1
    ? 'several'
    : { payload: Buffer.concat([...payload, raw.subarray(end)]), signature: signature.join('') };
}
