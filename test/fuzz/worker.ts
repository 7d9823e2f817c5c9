import { parentPort, workerData } from 'node:worker_threads';
import { readCorpus } from './corpus.js';
import { Coverage } from './coverage.js';
import { fuzz } from './loop.js';
import { InputBoard, type Message, type WorkerData } from './messages.js';

const { target: name, seed, seconds, corpus, board } = workerData as WorkerData;
// Before anything else is loaded: what V8 has compiled by then has no counters in its branches.
const coverage = new Coverage();
const { targets } = await import('./targets/all.js');
const target = targets.find((each) => each.name === name);
if (target === undefined) throw new Error(`there is no target ${name}`);
const say = (message: Message) => parentPort?.postMessage(message);
const words = new InputBoard(board);
const end = performance.now() + seconds * 1_000;
let told = 0;

await fuzz(target, {
  seed,
  coverage,
  corpus: readCorpus(corpus, name).map(({ input }) => input),
  until: () => performance.now() > end,
  begin: (input) => words.begin(input),
  found: (input, error) =>
    say({ type: 'found', input, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  progress: (state) => {
    if (performance.now() - told < 1_000) return;
    told = performance.now();
    say({ type: 'progress', ...state });
  },
});
process.exit(0);
