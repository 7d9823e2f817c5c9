import { describe, expect, it } from 'vitest';
import { playRounds } from '../rounds/rounds.js';
import { summarise } from '../rounds/telling.js';
import { findKubeApiserver } from '../support/kube-apiserver.js';

const isRequired = process.env.TOWPATH_CLUSTER === 'required';

describe.skipIf(findKubeApiserver() === undefined && !isRequired)('rounds of promotions on real servers that are killed', () => {
  it('build nothing twice and lose nothing, whatever dies, stalls or goes away', { timeout: 600_000 }, async () => {
    const told: string[] = [];
    const results = await playRounds({ rounds: 5, seed: 1, say: (line) => void told.push(line) });
    console.log([...told, summarise(results)].join('\n'));
    const wrong = results.flatMap(({ plan: { seed }, doubles, losses }) =>
      [...doubles, ...losses].map((line) => `seed ${seed}: ${line}`),
    );
    expect(wrong, told.join('\n')).toEqual([]);
    expect(results.map(({ plan }) => plan.seed)).toEqual([1, 2, 3, 4, 5]);
  });
});
