import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCorpus } from '../fuzz/corpus.js';
import { mutate } from '../fuzz/mutate.js';
import { Random } from '../fuzz/random.js';
import type { OpenTarget } from '../fuzz/target.js';
import { targets } from '../fuzz/targets/all.js';

const corpus = 'test/fuzz/corpus';

// What `npm run fuzz` looks at for hours; here what it has found, and a look at the neighbourhood.
describe.each(targets)('strangers that write to $name', { timeout: 120_000 }, (target) => {
  let opened: OpenTarget;
  beforeAll(async () => {
    opened = await target.open();
  });
  afterAll(() => opened.close());

  it('are answered where all is well', async () => {
    for (const seed of opened.seeds) await opened.run(seed);
    expect(opened.seeds.length).toBeGreaterThan(0);
  });

  it.each(readCorpus(corpus, target.name))('are answered where they once were not: $name', async ({ input }) => {
    await expect(opened.run(input)).resolves.toBeUndefined();
  });

  it('are answered whatever they write', async () => {
    const property = fc.asyncProperty(fc.noShrink(fc.integer({ min: 0 })), async (seed) => {
      const random = new Random(seed);
      const input = mutate(random.pick(opened.seeds) ?? new Uint8Array(), opened.seeds, { random, words: target.words });
      await opened.run(input);
    });
    await fc.assert(property, { numRuns: 60 });
  });
});
