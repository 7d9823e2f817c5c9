import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Mutant, mutants } from './mutant-list.js';

const { values } = parseArgs({
  options: { seeds: { type: 'string', default: '5000' }, jobs: { type: 'string', default: '2' }, only: { type: 'string' } },
});
const root = fileURLToPath(new URL('../../..', import.meta.url));

/** A copy of the built program with the bug in it. Throws where the place of the bug is not found exactly once. */
function apply(mutant: Mutant): string {
  const folder = mkdtempSync(join(tmpdir(), 'towpath-mutant-'));
  for (const part of ['controller', 'test/sim', 'examples'])
    cpSync(join(root, 'dist', part), join(folder, 'dist', part), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  for (const { file, search, replace } of mutant.patches) {
    const path = join(folder, 'dist/controller', file);
    const text = readFileSync(path, 'utf8');
    if (text.split(search).length !== 2)
      throw new Error(`${mutant.name}: its place in ${file} is not there any more, or not once`);
    writeFileSync(
      path,
      text.replace(search, () => replace),
    );
  }
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
    [program, '--seeds', mutant.expect === 'harmless' ? '200' : values.seeds, '--jobs', values.jobs, '--until-failure'],
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

let missed = 0;
for (const mutant of mutants.filter(({ name }) => values.only === undefined || name === values.only)) {
  const folder = apply(mutant);
  try {
    const { seeds, violation } = await hunt(mutant, folder);
    const isRight = mutant.expect === 'rare' || (violation !== undefined) === (mutant.expect === 'found');
    if (!isRight) missed += 1;
    const outcome =
      violation === undefined ? `not found in ${seeds} seeds` : `found in ${seeds} seeds: ${violation.slice(0, 110)}`;
    process.stdout.write(`${isRight ? 'ok  ' : 'BAD '} ${mutant.name.padEnd(34)} ${outcome}\n`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
process.exitCode = missed === 0 ? 0 : 1;
