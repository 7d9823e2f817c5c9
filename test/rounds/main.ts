import { parseArgs } from 'node:util';
import { type FaultKind, faultKinds } from './plan.js';
import { playRounds } from './rounds.js';
import { summarise } from './telling.js';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    fault: { type: 'string', multiple: true, default: [] },
  },
});

const count = (name: 'rounds' | 'seed'): number => {
  const number = Number(values[name]);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  process.stderr.write(`--${name} ${values[name]} is no number\n`);
  process.exit(2);
};

const isKind = (text: string): text is FaultKind => (faultKinds as readonly string[]).includes(text);
const odd = values.fault.find((text) => !isKind(text));
if (odd !== undefined) {
  process.stderr.write(`--fault ${odd} is none of: ${faultKinds.join(', ')}\n`);
  process.exit(2);
}

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    if (stop.signal.aborted) process.exit(130);
    process.stdout.write('stopping; once more to stop at once\n');
    stop.abort();
  });

try {
  const kinds = values.fault.filter(isKind);
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  const chosen = kinds.length === 0 ? {} : { kinds };
  const rounds = count('rounds');
  const results = await playRounds({ rounds, seed: count('seed'), ...chosen, say, signal: stop.signal });
  say(summarise(results));
  if (results.some(({ doubles, losses }) => doubles.length + losses.length > 0)) process.exit(1);
  process.exit(stop.signal.aborted ? 130 : 0);
} catch (error) {
  if (stop.signal.aborted) process.exit(130);
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
}
