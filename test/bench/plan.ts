import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createRepository, runGit } from '../support/git/repository.js';
import { planChange, planWorld } from './plan-world.js';

/**
 * How long `towpath plan` takes on 10,000 environments of which 100 change, against `git diff --stat` on the same two sides: two commits,
 * and a commit with the working copy. Time on the clock and of the processor, the least and the median of some runs; what `node` alone
 * takes to start is told beside it.
 */

const size = { products: 5, clients: 1_000, releases: 20 };
const changed = 100;
const main = resolve('dist/controller/main.js');

interface Times {
  readonly wall: readonly number[];
  readonly cpu: readonly number[];
}

/** Each run's time on the clock, and user and system time of the process, in milliseconds. */
function run(times: number, folder: string, command: readonly string[]): Times {
  const [wall, cpu]: [number[], number[]] = [[], []];
  // bash alone tells the processor time of a process without another one around it.
  const timed = ['-c', 'TIMEFORMAT="%3R %3U %3S"; time "$@" >/dev/null', 'bash', ...command];
  for (let count = 0; count < times; count += 1) {
    const { status, stderr } = spawnSync('bash', timed, { cwd: folder, encoding: 'utf8' });
    if (status !== 0) throw new Error(`${command.join(' ')} ended with ${status}: ${stderr}`);
    const [real = 0, user = 0, system = 0] = stderr.trim().split(/\s+/).map(Number);
    wall.push(real * 1000);
    cpu.push((user + system) * 1000);
  }
  return { wall, cpu };
}

const sorted = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);
const least = (values: readonly number[]): number => sorted(values)[0] ?? 0;
const median = (values: readonly number[]): number => sorted(values)[Math.floor(values.length / 2)] ?? 0;

const row = (what: string, { wall, cpu }: Times, against?: Times): string => {
  const ratio = (of: (values: readonly number[]) => number, own: readonly number[], other: readonly number[] | undefined) =>
    other === undefined ? '' : ` (${(of(own) / of(other)).toFixed(1)} ×)`;
  const cell = (of: (values: readonly number[]) => number, own: readonly number[], other: readonly number[] | undefined) =>
    `${Math.round(of(own))} ms${ratio(of, own, other)}`;
  return `| ${what} | ${cell(least, wall, against?.wall)} | ${cell(median, wall, against?.wall)} | ${cell(median, cpu, against?.cpu)} |`;
};

async function build(root: string): Promise<string> {
  const repository = await createRepository({ folder: root });
  await repository.commit({ files: planWorld(size) });
  await repository.git('tag', 'before');
  await repository.commit({ files: planChange(size, changed) });
  await repository.git('gc', '--quiet');
  const folder = join(root, 'clone');
  await runGit(['clone', '--quiet', repository.folder, folder]);
  // So that no file is as young as the index: git looks into those again each time.
  await new Promise((done) => setTimeout(done, 1_100));
  await runGit(['-C', folder, 'update-index', '--refresh']);
  return folder;
}

const root = mkdtempSync(join(tmpdir(), 'towpath-bench-'));
try {
  const folder = await build(root);
  const empty = join(root, 'empty.mjs');
  writeFileSync(empty, '');
  const times = Number(process.argv[2] ?? 15);
  const start = run(times, folder, [process.execPath, empty]);
  const commits = run(times, folder, ['git', 'diff', '--stat', 'before', 'HEAD']);
  const plan = run(times, folder, [process.execPath, main, 'plan', '--base', 'before', '--head', 'HEAD']);
  const copy = run(times, folder, ['git', 'diff', '--stat', 'before']);
  const status = run(times, folder, ['git', 'status', '--short']);
  const planCopy = run(times, folder, [process.execPath, main, 'plan', '--base', 'before']);
  const environments = size.products * (2 * size.clients + 1);
  const lines = [
    `${environments} environments, ${changed} changed; ${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}, load ${loadavg()[0]?.toFixed(1)}`,
    '',
    '| | least | median | processor, median |',
    '| --- | --- | --- | --- |',
    row('`node` with an empty module', start),
    row('`git diff --stat before HEAD`', commits),
    row('`towpath plan --base before --head HEAD`', plan, commits),
    row('`git diff --stat before` (working copy)', copy),
    row('`git status --short` (looks for new files, too)', status),
    row('`towpath plan --base before` (working copy)', planCopy, copy),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
} finally {
  rmSync(root, { recursive: true, force: true });
}
