import { type Profiler, Session } from 'node:inspector';

/** The branches of the modules under test that no input has reached before, by V8's block coverage. */
export class Coverage {
  readonly #session = new Session();
  readonly #seen = new Set<string>();

  constructor() {
    this.#session.connect();
    this.#session.post('Profiler.enable');
    this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  get branches(): number {
    return this.#seen.size;
  }

  /** How many branches were reached for the first time since the last call. */
  takeNew(guide: RegExp): number {
    const before = this.#seen.size;
    // The answer of this call is there when it returns.
    this.#session.post('Profiler.takePreciseCoverage', (_error, { result }) => {
      for (const script of result) if (guide.test(script.url)) this.#add(script);
    });
    return this.#seen.size - before;
  }

  close(): void {
    this.#session.disconnect();
  }

  #add({ scriptId, functions }: Profiler.ScriptCoverage): void {
    for (const { ranges } of functions) {
      for (const { startOffset, endOffset, count } of ranges) {
        if (count > 0) this.#seen.add(`${scriptId}:${startOffset}:${endOffset}`);
      }
    }
  }
}
