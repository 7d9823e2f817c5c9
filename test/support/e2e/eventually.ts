import { setTimeout as sleep } from 'node:timers/promises';

const pollMs = 100;

/**
 * Waits until the condition gives something other than undefined or false, and gives that. What it throws counts as "not yet": the
 * program may be down. Fails with the sentence and what was seen last.
 */
export async function eventually<T>(
  condition: () => Promise<T | undefined | false> | T | undefined | false,
  sentence: string,
  withinMs = 60_000,
): Promise<T> {
  const deadline = performance.now() + withinMs;
  let last: unknown;
  for (;;) {
    try {
      const found = await condition();
      if (found !== undefined && found !== false) return found;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (performance.now() > deadline) {
      const seen = last instanceof Error ? ` (${last.message})` : '';
      throw new Error(`not within ${withinMs / 1000} s: ${sentence}${seen}`, { cause: last });
    }
    await sleep(pollMs);
  }
}
