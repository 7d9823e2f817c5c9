import { describe, expect, it } from 'vitest';
import type { PlannedStep, ReleaseDocument } from '../../controller/core/governance.js';
import { aProduct, aStage, at } from '../support/facts.js';
import { aRelease } from '../support/releases.js';
import { aTellingWorld, type TellingWorld } from '../support/telling-world.js';

const hour = 3_600_000;
const product = aProduct({ stages: [aStage()] });
const qa = { environment: 'qa', stage: 'qa', product };
const uat = { ...qa, environment: 'uat' };
const atEight: PlannedStep = { stage: 'qa', planned: at('20:00') };
const planned = (...schedule: readonly PlannedStep[]): ReleaseDocument => aRelease('2.0.0', { schedule });

/** What the next commits say of releases, beside who is told. */
function document({ world }: TellingWorld, ...releases: readonly ReleaseDocument[]): void {
  world.governance = { ...world.governance, releases };
}

/** What a sink was told of plans, without what is the same for all: `qa/2.0.0/planned/20:00`. */
const plans = ({ telling }: TellingWorld, sink = 'team') =>
  (telling.sinks[sink]?.keys ?? [])
    .filter((key) => key.includes('/planned/'))
    .map((key) =>
      key
        .replace(/^default\/shop\./, '')
        .replace(`/${sink}`, '')
        .replace(/2026-11-22T(\d\d:\d\d):00Z/, '$1'),
    );

/** 1.0.0 is in two environments, and 2.0.0 is planned for both. */
async function aPlan(telling = aTellingWorld()): Promise<TellingWorld> {
  document(telling, planned(atEight));
  telling.world.start();
  telling.world.commit({ ...qa, version: '1.0.0' }, { ...uat, version: '1.0.0' });
  await telling.world.advance(600_000);
  return telling;
}

const told = ['qa/2.0.0/planned/20:00', 'uat/2.0.0/planned/20:00'];
const bothWithdrawn = ['qa/2.0.0/planned/withdrawn/2', 'uat/2.0.0/planned/withdrawn/2'];

describe('a plan that was told', () => {
  it.each<[string, readonly ReleaseDocument[]]>([
    ['the planned time is removed', [planned({ stage: 'qa' })]],
    ['the entry is removed', [planned()]],
    ['the release is removed', []],
  ])('is withdrawn, once in each place, where %s', async (_what, releases) => {
    const telling = await aPlan();
    document(telling, ...releases);
    telling.world.commit({ ...qa, version: '1.0.0' }, { ...uat, version: '1.0.0' });
    await telling.world.advance(2 * hour);
    expect(plans(telling)).toEqual([...told, ...bothWithdrawn]);
  });

  it('is withdrawn where the environment goes, and where it wants a later version', async () => {
    const telling = await aPlan();
    telling.world.commit({ ...qa, version: '1.0.0' });
    await telling.world.advance(hour);
    expect(plans(telling)).toEqual([...told, bothWithdrawn[1]]);
    telling.world.commit({ ...qa, version: '3.0.0' });
    await telling.world.advance(hour);
    expect(plans(telling)).toEqual([...told, bothWithdrawn[1], bothWithdrawn[0]]);
  });
});
