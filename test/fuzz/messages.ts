/** What the thread that fuzzes is given, and what it says. */
export interface WorkerData {
  readonly target: string;
  readonly seed: number;
  readonly seconds: number;
  readonly corpus: string;
  readonly board: SharedArrayBuffer;
}

export type Message =
  | { readonly type: 'progress'; readonly executions: number; readonly kept: number; readonly branches: number }
  | { readonly type: 'found'; readonly input: Uint8Array; readonly error: string };

/** Where the thread writes what it is about to try, so that it can be had when the thread never comes back. */
export class InputBoard {
  static readonly bytes = 512 * 1024;
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;

  constructor(buffer: SharedArrayBuffer) {
    this.#words = new Int32Array(buffer, 0, 2);
    this.#bytes = new Uint8Array(buffer, 8);
  }

  begin(input: Uint8Array): void {
    const length = Math.min(input.length, this.#bytes.length);
    this.#bytes.set(input.subarray(0, length));
    Atomics.store(this.#words, 1, length);
    Atomics.add(this.#words, 0, 1);
  }

  /** How many inputs were begun. */
  get count(): number {
    return Atomics.load(this.#words, 0);
  }

  get input(): Uint8Array {
    return Uint8Array.from(this.#bytes.subarray(0, Atomics.load(this.#words, 1)));
  }
}
