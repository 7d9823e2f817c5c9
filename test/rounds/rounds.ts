import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nameOf, places } from './places.js';
import { drawRound, type FaultKind } from './plan.js';
import { type Desires, playRound, type RoundResult } from './round.js';
import { firstVersion, type Site, startSite } from './site.js';
import { describeResult } from './telling.js';

export interface RoundsOptions {
  readonly rounds: number;
  /** Of the first round; each next one has the next seed, so that one of them can be played alone. */
  readonly seed: number;
  /** Which faults are drawn from; all where absent. */
  readonly kinds?: readonly FaultKind[];
  readonly say: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** Plays the rounds on one site. Where one shows a fault, it is the last one, and the logs are kept. Aborted, it gives those that are over. */
export async function playRounds({ rounds, seed, kinds, say, signal }: RoundsOptions): Promise<RoundResult[]> {
  const results: RoundResult[] = [];
  const aborted = abortion(signal);
  const site = await startSite();
  let keepLogs = false;
  try {
    const desires: Desires = { wanted: new Map(places.map((place) => [nameOf(place), firstVersion])), promotions: 0 };
    await Promise.race([begin(site, desires, say), aborted]);
    for (let round = 1; round <= rounds; round += 1) {
      const result = await Promise.race([playRound(site, drawRound(seed + round - 1, kinds), desires), aborted]);
      results.push(result);
      for (const line of describeResult(round, result)) say(line);
      keepLogs = result.doubles.length + result.losses.length > 0;
      if (keepLogs) break;
    }
    if (keepLogs) await dump(site, results);
    if (keepLogs) say(`the logs are kept in ${site.folder}`);
    return results;
  } catch (error) {
    if (signal?.aborted === true) return results;
    keepLogs = true;
    say(`the logs are kept in ${site.folder}`);
    throw error;
  } finally {
    await site.close({ keepLogs });
  }
}

/** The first deployment of everything, undisturbed. */
async function begin(site: Site, desires: Desires, say: (line: string) => void): Promise<void> {
  const { seconds, doubles, losses } = await playRound(site, { seed: 0, promotions: [], faults: [] }, desires);
  say(`everything is deployed once, undisturbed, in ${seconds.toFixed(1)} s`);
  const [wrong] = [...doubles, ...losses];
  if (wrong !== undefined) throw new Error(wrong);
}

/** Rejects when the signal fires; whoever races against it need not wait for what cannot be stopped. */
function abortion(signal: AbortSignal | undefined): Promise<never> {
  const aborted = new Promise<never>((_, reject) => {
    if (signal?.aborted) reject(signal.reason);
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  aborted.catch(() => undefined);
  return aborted;
}

async function dump(site: Site, results: readonly RoundResult[]): Promise<void> {
  const { api, jenkins, folder } = site;
  const records = await Promise.all([api.list('environments'), api.list('deploymentruns')]).catch(String);
  await writeFile(join(folder, 'story.json'), JSON.stringify({ results, records, effects: jenkins.effects }, undefined, 2));
}
