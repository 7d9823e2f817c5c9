/**
 * What a worker is parsing, readable from outside while it is too busy to say: a count that is odd during a file, and the file's blob.
 * The host looks at it, and ends a worker whose count stands still.
 */
export class Board {
  readonly shared: SharedArrayBuffer;
  readonly #count: Int32Array;
  readonly #blob: Uint8Array;

  constructor(shared: SharedArrayBuffer = new SharedArrayBuffer(24)) {
    this.shared = shared;
    this.#count = new Int32Array(shared, 0, 1);
    this.#blob = new Uint8Array(shared, 4, 20);
  }

  begin(oid: string): void {
    this.#blob.set(Buffer.from(oid, 'hex'));
    Atomics.add(this.#count, 0, 1);
  }

  end(): void {
    Atomics.add(this.#count, 0, 1);
  }

  /** The blob that is being parsed, and a number that is another one for every parse. */
  read(): { readonly oid: string; readonly count: number } | undefined {
    const count = Atomics.load(this.#count, 0);
    return count % 2 === 0 ? undefined : { oid: Buffer.from(this.#blob).toString('hex'), count };
  }
}
