import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Mutant, mutants } from './mutant-list.js';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '5000' },
    jobs: { type: 'string', default: '2' },
    only: { type: 'string' },
    check: { type: 'boolean', default: false },
  },
});
const root = fileURLToPath(new URL('../../..', import.meta.url));

/** The built file with the bug in it. Throws where the place of the bug is not found exactly once. */
function patched(dist: string, { file, search, replace }: Mutant['patches'][number], name: string): string {
  const text = readFileSync(join(dist, 'controller', file), 'utf8');
  if (text.split(search).length !== 2) throw new Error(`${name}: its place in ${file} is not there any more, or not once`);
  return text.replace(search, () => replace);
}

/** A copy of the built program with the bug in it. */
function apply(mutant: Mutant): string {
  const folder = mkdtempSync(join(tmpdir(), 'towpath-mutant-'));
  const dist = join(folder, 'dist');
  for (const part of ['controller', 'test/sim', 'examples'])
    cpSync(join(root, 'dist', part), join(dist, part), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  for (const patch of mutant.patches) writeFileSync(join(dist, 'controller', patch.file), patched(dist, patch, mutant.name));
  return folder;
}

interface Found {
  readonly seeds: number;
  readonly violation: string | undefined;
}

/** Runs seeds until one fails. */
function hunt(mutant: Mutant, folder: string): Promise<Found> {
  const program = join(folder, 'dist/test/sim/main.js');
  const process_ = spawn(
    process.execPath,
    [
      ...[program, '--seeds', mutant.expect === 'harmless' ? '200' : values.seeds, '--jobs', values.jobs, '--until-failure'],
      ...['--having', mutant.having?.join(',') ?? ''],
      ...(mutant.isGoverned ? ['--governed'] : []),
    ],
    {
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  let output = '';
  process_.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString('utf8');
  });
  return new Promise((resolve, reject) => {
    process_.on('error', reject);
    process_.on('close', () => {
      const seeds = Number(/^(\d+) seeds in /m.exec(output)?.[1] ?? Number.NaN);
      resolve({ seeds, violation: /violated after [\d.]+ min: (.*)/.exec(output)?.[1] });
    });
  });
}

/** Whether each bug can still be put in, without running any. */
function check(): void {
  for (const { name, patches } of mutants) for (const patch of patches) patched(join(root, 'dist'), patch, name);
  process.stdout.write(`${mutants.length} bugs have their places\n`);
}

async function huntAll(wanted: readonly Mutant[]): Promise<number> {
  let missed = 0;
  for (const mutant of wanted) {
    const folder = apply(mutant);
    try {
      const { seeds, violation } = await hunt(mutant, folder);
      const isRight = (violation !== undefined) === (mutant.expect === 'found');
      if (!isRight) missed += 1;
      const kind = mutant.having === undefined ? '' : ` with ${mutant.having.join(' and ')}`;
      const outcome =
        violation === undefined
          ? `not found in ${seeds} seeds${kind}`
          : `found in ${seeds} seeds${kind}: ${violation.slice(0, 110)}`;
      process.stdout.write(`${isRight ? 'ok  ' : 'BAD '} ${mutant.name.padEnd(44)} ${outcome}\n`);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
  return missed;
}

if (values.check) check();
else process.exitCode = (await huntAll(mutants.filter(({ name }) => (values.only ?? name) === name))) === 0 ? 0 : 1;
