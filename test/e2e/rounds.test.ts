import { describe, expect, it } from 'vitest';
import { faultKinds } from '../rounds/plan.js';
import { playRounds } from '../rounds/rounds.js';
import { summarise } from '../rounds/telling.js';
import { findKubeApiserver } from '../support/kube-apiserver.js';

const isRequired = process.env.TOWPATH_CLUSTER === 'required';
/** Rounds that have every fault among them, and builds that fail. */
const seed = 20_161;
const rounds = 5;

describe.skipIf(findKubeApiserver() === undefined && !isRequired)('rounds of promotions on real servers that are killed', () => {
  it('build nothing twice and lose nothing, whatever dies, stalls or goes away', { timeout: 600_000 }, async () => {
    const told: string[] = [];
    const results = await playRounds({ rounds, seed, say: (line) => void told.push(line) });
    console.log([...told, summarise(results)].join('\n'));
    const wrong = results.flatMap(({ doubles, losses }) => [...doubles, ...losses]);
    expect(wrong, told.join('\n')).toEqual([]);
    expect(results.length).toBe(rounds);
    const struck = new Set(results.flatMap(({ plan: { faults } }) => faults.map(({ kind }) => kind)));
    expect([...struck].sort()).toEqual([...faultKinds].sort());
  });
});
