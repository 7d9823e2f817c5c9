import type { Coverage } from './coverage.js';
import { mutate } from './mutate.js';
import { Random } from './random.js';
import type { OpenTarget, Target } from './target.js';

export interface LoopOptions {
  readonly seed: number;
  readonly coverage: Coverage;
  readonly corpus: readonly Uint8Array[];
  readonly until: () => boolean;
  /** Told before each input, so that somebody else can say which one never came back. */
  readonly begin: (input: Uint8Array) => void;
  readonly found: (input: Uint8Array, error: unknown) => void;
  readonly progress: (state: { executions: number; kept: number; branches: number }) => void;
}

/** What a look at the coverage takes; where an input takes less, several share one, and what is new is said of all of them. */
const lookMs = 1;

/** Mutates what has been found so far, keeps every input that reaches something new, and tells of every failure. */
export async function fuzz(target: Target, options: LoopOptions): Promise<void> {
  const random = new Random(options.seed);
  const opened = await target.open();
  const { coverage } = options;
  const pool: Uint8Array[] = [...opened.seeds, ...options.corpus];
  let executions = 0;
  let meanMs = lookMs;
  /** Tried since the last look at the coverage. */
  const untold: Uint8Array[] = [];
  try {
    for (const input of pool) await execute(opened, input, options);
    coverage.takeNew(target.guide);
    while (!options.until()) {
      const began = performance.now();
      const input = mutate(choose(pool, random), pool, { random, words: target.words });
      await execute(opened, input, options);
      executions += 1;
      meanMs = meanMs * 0.99 + (performance.now() - began) * 0.01;
      untold.push(input);
      if (untold.length < (meanMs < lookMs ? 16 : 1)) continue;
      if (coverage.takeNew(target.guide) > 0) pool.push(...untold.filter(({ length }) => length < 64 * 1024));
      untold.length = 0;
      if (pool.length > 5_000) pool.splice(random.below(pool.length - 500), 250);
      options.progress({ executions, kept: pool.length, branches: coverage.branches });
      await new Promise((resume) => setImmediate(resume));
    }
  } finally {
    coverage.close();
    await opened.close();
  }
}

/** Later ones more often: they are where the news came from. */
function choose(pool: readonly Uint8Array[], random: Random): Uint8Array {
  const at = random.below(2) === 0 ? random.below(pool.length) : pool.length - 1 - Math.floor(random.next() ** 2 * pool.length);
  return pool[at] ?? new Uint8Array();
}

async function execute(opened: OpenTarget, input: Uint8Array, options: LoopOptions): Promise<void> {
  options.begin(input);
  try {
    await opened.run(input);
  } catch (error) {
    options.found(input, error);
  }
}
