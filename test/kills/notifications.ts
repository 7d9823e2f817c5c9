import { isDeepStrictEqual } from 'node:util';
import { killWhileTelling } from '../support/e2e/notification-kills.js';

/** `npm run kills:notifications [-- KILLS [SEED]]`: kills the program again and again while it tells people, and says what came of it. */

const kills = Number(process.argv[2] ?? 100);
const seed = Number(process.argv[3] ?? Date.now() % 1_000_000);
if (!Number.isSafeInteger(kills) || !Number.isSafeInteger(seed) || kills < 1) {
  process.stderr.write('usage: npm run kills:notifications -- [KILLS [SEED]], both whole numbers\n');
  process.exit(2);
}
const say = (line: string) => process.stdout.write(`${line}\n`);

say(`seed ${seed}, ${kills} kills`);
const { expected, webhook, slack, twice, repeated } = await killWhileTelling({ kills, seed, say });
const missing = (told: readonly string[]) => expected.filter((one) => !told.includes(one));
const surplus = (told: readonly string[]) => told.filter((one, index) => !expected.includes(one) || told.indexOf(one) !== index);
for (const [name, told] of [
  ['webhook', webhook],
  ['Slack', slack],
] as const) {
  say(`${name}: ${told.length} of ${expected.length} messages, missing ${missing(told).length}, twice ${surplus(told).length}`);
  for (const one of [...missing(told), ...surplus(told)]) say(`  ${one}`);
}
say(`sent again with an id that the receiver had: ${repeated}; builds that Jenkins was asked for twice: ${twice.length}`);
process.exitCode = isDeepStrictEqual([webhook, slack, twice], [expected, expected, []]) ? 0 : 1;
