import { expect, it } from 'vitest';
import { killWhileTelling } from '../support/e2e/notification-kills.js';

it('kill -9 fifteen times while people are told: every message is at every sink once, none is missing', async () => {
  const seed = Number(process.env.TOWPATH_SEED ?? Date.now() % 1_000_000);
  console.log(`TOWPATH_SEED=${seed}`);
  const { expected, webhook, slack, twice } = await killWhileTelling({ kills: 15, seed });
  expect(webhook, `seed ${seed}`).toEqual(expected);
  expect(slack, `seed ${seed}`).toEqual(expected);
  expect([twice, expected.length > 20], `seed ${seed}`).toEqual([[], true]);
}, 240_000);
