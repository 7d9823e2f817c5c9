import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { keepCase } from './corpus.js';
import { InputBoard, type Message, type WorkerData } from './messages.js';
import { targets } from './targets/all.js';

/**
 * Coverage-guided fuzzing of everything that strangers can write to:
 *   npm run fuzz -- --seconds N [--target NAME]… [--seed S] [--corpus FOLDER]
 * Each target runs in a thread of its own, with a limit on its memory; a second one watches that every input comes back.
 */

/** No input may take longer; far more than any takes on a busy machine. */
const hangMs = 30_000;
const heapMib = 768;
const residentBytes = 3 * 1024 * 1024 * 1024;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    target: { type: 'string', multiple: true },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    corpus: { type: 'string', default: 'test/fuzz/corpus' },
  },
});

interface Result {
  executions: number;
  kept: number;
  branches: number;
  readonly found: Map<string, string>;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Findings that are the same: by the first line and the first places of our own in the stack. */
function signature(error: string): string {
  const [first = '', ...stack] = error.split('\n');
  const places = stack.filter((line) => line.includes('/dist/') || line.includes('/controller/')).slice(0, 2);
  return [first.replaceAll(/[0-9]+/g, 'N').slice(0, 120), ...places.map((line) => line.trim())].join(' | ');
}

function note(name: string, result: Result, found: { input: Uint8Array; error: string }): void {
  const known = signature(found.error);
  if (result.found.has(known) || result.found.size >= 50) return;
  const path = keepCase(values.corpus, name, found.input);
  result.found.set(known, path);
  print(`${name}: FOUND, kept as ${path}\n${found.error.slice(0, 3_000)}`);
}

/** One life of the thread; resolves when it ends, however. */
function live(name: string, seconds: number, { seed, result }: { seed: number; result: Result }): Promise<void> {
  const board = new SharedArrayBuffer(8 + InputBoard.bytes);
  const words = new InputBoard(board);
  const workerData: WorkerData = { target: name, seed, seconds, corpus: values.corpus, board };
  const worker = new Worker(new URL('./worker.js', import.meta.url), {
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: heapMib },
  });
  const before = result.executions;
  let seen = { count: 0, at: performance.now() };
  const stop = (error: string) => {
    note(name, result, { input: words.input, error });
    void worker.terminate();
  };
  const watch = setInterval(() => {
    if (words.count !== seen.count) seen = { count: words.count, at: performance.now() };
    else if (performance.now() - seen.at > hangMs && words.count > 0) stop('HANG: an input does not come back');
    if (process.memoryUsage.rss() > residentBytes) stop('MEMORY: the process has grown too large');
  }, 500);
  return new Promise((resolve) => {
    worker.on('message', (message: Message) => {
      if (message.type === 'found') note(name, result, message);
      else Object.assign(result, { ...message, executions: before + message.executions });
    });
    worker.on('error', (error) => stop(`CRASH: ${error.stack ?? error.message}`));
    worker.on('exit', () => {
      clearInterval(watch);
      resolve();
    });
  });
}

async function run(name: string, seconds: number): Promise<Result> {
  const result: Result = { executions: 0, kept: 0, branches: 0, found: new Map() };
  const end = performance.now() + seconds * 1_000;
  for (let life = 0; performance.now() < end - 500 && life < 20; life++) {
    await live(name, (end - performance.now()) / 1_000, { seed: Number(values.seed) + life, result });
  }
  return result;
}

const wanted = values.target ?? targets.map(({ name }) => name);
const unknown = wanted.filter((name) => !targets.some((target) => target.name === name));
if (unknown.length > 0) {
  print(`there is no target ${unknown.join(', ')}; there are ${targets.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}
let failed = false;
print(`seed ${values.seed}`);
for (const name of wanted) {
  const { executions, kept, branches, found } = await run(name, Number(values.seconds));
  failed ||= found.size > 0;
  print(`${name}: ${executions} executions, ${branches} branches reached, ${kept} inputs kept, ${found.size} findings`);
}
process.exit(failed ? 1 : 0);
