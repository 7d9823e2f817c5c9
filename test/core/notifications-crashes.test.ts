import { describe, expect, it } from 'vitest';
import { milestonesOf } from '../../controller/core/notify/due.js';
import { invocationId } from '../../controller/core/run/identity.js';
import { sequence } from '../support/e2e/sequence.js';
import { aProduct, aStage } from '../support/facts.js';
import type { MemoryTelling } from '../support/memory-telling.js';
import type { MemoryWorld } from '../support/memory-world.js';
import { mortal, mortalSinks } from '../support/mortal-telling.js';

const product = aProduct({ stages: [aStage(), aStage({ name: 'uat', after: [{ stage: 'qa', require: 'any' }] })] });
const both = (version: string) => ['qa', 'uat'].map((stage) => ({ environment: stage, stage, product, version }));

interface Told {
  readonly world: MemoryWorld;
  readonly telling: MemoryTelling;
  readonly kills: number;
  readonly versions: readonly string[];
}

/** Two environments and some releases. */
async function hour(kills: (effect: number, what: string) => boolean, versions = ['1.0.0', '1.1.0']): Promise<Told> {
  const { world, telling, killed } = mortal(kills);
  for (const version of versions) {
    world.commit(...both(version));
    await world.advance(120_000);
  }
  await world.advance(420_000);
  return { world, telling, kills: killed(), versions };
}

/** What everybody has to hear, from the runs and what was asked for alone. */
function expected({ world, versions }: Told, sink: string): string[] {
  const runs = world.api.runs.list().flatMap((run) => milestonesOf(run).map(({ event }) => `${invocationId(run)}/${event}`));
  const releases = versions.map((version) => `shop.${version}/ReleaseInProduction`);
  return [...runs, ...releases].map((what) => `default/${what}/${sink}`).sort();
}

/** The keys that a sink has; of a release without its uid: one without a document is forgotten once nothing asks for it. */
const sorted = ({ telling }: Told, sink: string) =>
  (telling.sinks[sink]?.keys ?? []).map((key) => key.replace(/\.\d+\/ReleaseIn/, '/ReleaseIn')).sort();
const distinct = (keys: readonly string[]) => [...new Set(keys)];

/** Every sink has what its kind promises; gives what is wrong. */
function broken(told: Told, at: string): string[] {
  const problems: string[] = [];
  const check = (sink: string, found: string[], wanted: string[]) => {
    if (JSON.stringify(found) !== JSON.stringify(wanted))
      problems.push(`${at}: ${sink} has ${found.length}, wants ${wanted.length}`);
  };
  for (const sink of ['keyed', 'repeating']) check(sink, distinct(sorted(told, sink)), expected(told, sink));
  check('looked', sorted(told, 'looked'), expected(told, 'looked'));
  const skipping = sorted(told, 'skipping');
  check('skipping, none twice', skipping, distinct(skipping));
  const missing = expected(told, 'skipping').length - skipping.length;
  if (missing < 0 || missing > told.kills) problems.push(`${at}: skipping misses ${missing} after ${told.kills} kills`);
  for (const sink of mortalSinks) if (!isInOrder(told, sink)) problems.push(`${at}: ${sink} was told out of order`);
  return problems;
}

/** Of one environment nothing later is told for the first time before something earlier. */
function isInOrder({ telling }: Told, sink: string): boolean {
  return ['qa', 'uat'].every((stage) => {
    const own = distinct(telling.sinks[sink]?.keys ?? []).filter((key) => key.includes(`/shop.${stage}.`));
    const places = own.map((key) => {
      const [, , , number = '0'] = /\/(shop)\.(\w+)\.(\d+)\./.exec(key) ?? [];
      return Number(number) * 10 + (key.includes('/DeploymentStarted/') ? 0 : 1);
    });
    return places.every((place, index) => index === 0 || place > (places[index - 1] ?? 0));
  });
}

describe('notifications', () => {
  it('reach every sink once where nothing goes wrong', async () => {
    const told = await hour(() => false);
    for (const sink of mortalSinks) expect(sorted(told, sink)).toEqual(expected(told, sink));
    expect(expected(told, 'keyed').length).toBe(10);
    expect(broken(told, 'no kill')).toEqual([]);
  });

  it('keep what each kind of sink promises, whichever effect outside the process is killed before or after', async () => {
    let effects = 0;
    await hour((effect) => {
      effects = effect;
      return false;
    });
    expect(effects).toBeGreaterThan(100);
    const problems: string[] = [];
    for (let killAt = 1; killAt <= effects; killAt += 1) {
      let what = '';
      const told = await hour((effect, name) => {
        if (effect === killAt) what = name;
        return effect === killAt;
      });
      if (told.kills !== 1) problems.push(`effect ${killAt}: nobody was killed`);
      problems.push(...broken(told, `killed ${what}`));
    }
    expect(problems).toEqual([]);
  }, 240_000);

  it('keep it through many kills in a row', async () => {
    const problems: string[] = [];
    let kills = 0;
    for (let seed = 1; seed <= 30; seed += 1) {
      const random = sequence(seed);
      const told = await hour(() => random() < 0.08, ['1.0.0', '1.1.0', '1.2.0']);
      kills += told.kills;
      problems.push(...broken(told, `seed ${seed}`));
    }
    expect(problems).toEqual([]);
    expect(kills).toBeGreaterThan(300);
  }, 240_000);
});
