import { describe, expect, it } from 'vitest';
import { aProduct, aStage, at } from '../support/facts.js';
import type { MemoryWorld } from '../support/memory-world.js';
import { type Mortal, mortal, mortalSinks } from '../support/mortal-telling.js';
import { aRelease } from '../support/releases.js';

const product = aProduct({ stages: [aStage(), aStage({ name: 'uat', after: [{ stage: 'qa', require: 'any' }] })] });
const planEvents = ['DeploymentPlanned', 'PlanWithdrawn'] as const;
const distinct = (keys: readonly string[]) => [...new Set(keys)];

/** What git says, one after the other: 2.0.0 is planned, moved, withdrawn, planned again, begun in one place, and withdrawn. */
const story: readonly { readonly at?: string; readonly qa: string }[] = [
  { qa: '1.0.0' },
  { at: '20:00', qa: '1.0.0' },
  { at: '21:00', qa: '1.0.0' },
  { qa: '1.0.0' },
  { at: '20:00', qa: '1.0.0' },
  { at: '20:00', qa: '2.0.0' },
  { qa: '2.0.0' },
];

/** Git goes on to the next step of the story. */
function step(world: MemoryWorld, number: number): void {
  const { at: time, qa = '' } = story[number] ?? {};
  const schedule = time === undefined ? [] : ['qa', 'uat'].map((stage) => ({ stage, planned: at(time) }));
  world.governance = { ...world.governance, releases: time === undefined ? [] : [aRelease('2.0.0', { schedule })] };
  world.commit({ ...wanted('qa'), version: qa }, { ...wanted('uat'), version: '1.0.0' });
}

const wanted = (stage: string) => ({ environment: stage, stage, product });

/** The messages of plans that a sink has, each once: `uat/20:00`, `uat/withdrawn/3`. */
function plansAt({ telling }: Pick<Mortal, 'telling'>, sink: string): string[] {
  const own = (telling.sinks[sink]?.keys ?? []).filter((key) => key.includes('/planned/'));
  return own.map((key) =>
    key
      .replace(/^default\/shop\./, '')
      .replace(`/2.0.0/planned/${sink}`, '')
      .replace(/2026-11-22T(\d\d:\d\d):00Z/, '$1'),
  );
}

async function told(kills: (effect: number, what: string) => boolean): Promise<Mortal> {
  const life = mortal(kills, planEvents);
  for (const number of story.keys()) {
    step(life.world, number);
    await life.world.advance(120_000);
  }
  return life;
}

describe('notifications of plans', () => {
  const perPlace = (place: string, all: readonly string[]) => distinct(all).filter((one) => one.startsWith(`${place}/`));
  const wholeStory: Readonly<Record<string, readonly string[]>> = {
    qa: ['qa/20:00', 'qa/21:00/2', 'qa/withdrawn/3', 'qa/20:00/4'],
    uat: ['uat/20:00', 'uat/21:00/2', 'uat/withdrawn/3', 'uat/20:00/4', 'uat/withdrawn/5'],
  };

  it('are the same, and each is there once, whichever effect outside the process is killed before or after', async () => {
    let effects = 0;
    await told((effect) => {
      effects = effect;
      return false;
    });
    expect(effects).toBeGreaterThan(150);
    const problems: string[] = [];
    for (let killAt = 0; killAt <= effects; killAt += 1) {
      let what = 'nothing';
      const life = await told((effect, name) => {
        if (effect === killAt) what = name;
        return effect === killAt;
      });
      for (const sink of mortalSinks) {
        const all = plansAt(life, sink);
        const isOnce = sink === 'keyed' || sink === 'repeating' || all.length === distinct(all).length;
        if (!isOnce) problems.push(`killed ${what}: ${sink} has something twice`);
        for (const place of ['qa', 'uat']) {
          const missing = (wholeStory[place] ?? []).filter((one) => !perPlace(place, all).includes(one));
          const known = (wholeStory[place] ?? []).filter((one) => !missing.includes(one));
          if (missing.length > (sink === 'skipping' ? life.killed() : 0))
            problems.push(`killed ${what}: ${sink} misses ${missing}`);
          if (perPlace(place, all).join() !== known.join()) problems.push(`killed ${what}: ${sink} has ${perPlace(place, all)}`);
        }
      }
    }
    expect(problems).toEqual([]);
  }, 240_000);

  it.each([
    ['withdrawn', [0, 1], 3],
    ['withdrawn', [0, 1, 2], 3],
    ['planned', [0, 1, 3], 4],
  ] as const)(
    'end as %s where git says so, after %j, when the process that tells it otherwise is killed',
    async (end, before, to) => {
      const problems: string[] = [];
      let hits = 0;
      for (let what = 'all'; what !== ''; ) {
        what = '';
        let effects = -1;
        const life: Mortal = mortal((_effect, name) => {
          if (effects < 0 || what !== '') return false;
          effects += 1;
          if (effects <= hits) return false;
          what = name;
          // Before anybody looks again.
          step(life.world, to);
          return true;
        });
        for (const number of before) {
          if (number === before.at(-1)) effects = 0;
          step(life.world, number);
          await life.world.advance(120_000);
        }
        if (what === '') break;
        await life.world.advance(600_000);
        hits += 1;
        for (const sink of ['keyed', 'looked', 'repeating'])
          for (const place of ['qa', 'uat']) {
            const last = perPlace(place, plansAt(life, sink)).at(-1);
            if (last === undefined ? end === 'planned' : last.includes('withdrawn') !== (end === 'withdrawn'))
              problems.push(`killed ${what}: ${sink} has ${last} last`);
          }
      }
      expect(problems).toEqual([]);
      expect(hits).toBeGreaterThan(20);
    },
    240_000,
  );
});
