import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const folder = new URL('../../dist/test/sim/', import.meta.url);
const seeds = process.env.TOWPATH_SIM_SEEDS ?? '2000';

interface Ended {
  readonly code: number;
  readonly output: string;
}

const simulate = (...options: string[]): Promise<Ended> => run('main.js', ...options);

function run(program: string, ...options: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [fileURLToPath(new URL(program, folder)), ...options],
      { maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => resolve({ code: error === null ? 0 : 1, output: error === null ? stdout : stdout + stderr }),
    );
  });
}

describe('the simulation', () => {
  it('tells the same story of a seed each time, byte for byte', async () => {
    // One with most kinds of trouble, three replicas, and both kinds of claim ledger.
    const [first, second] = [await simulate('--seed', '4897', '--trace'), await simulate('--seed', '4897', '--trace')];
    expect(first.code).toBe(0);
    expect(first.output.length).toBeGreaterThan(2_000);
    expect(second).toEqual(first);
  });

  it(`violates no invariant in ${seeds} seeds`, { timeout: 900_000 }, async () => {
    const { code, output } = await simulate('--seeds', seeds);
    expect(output).toContain(`${seeds} seeds in `);
    expect(output).not.toContain('violated');
    expect(code).toBe(0);
  });

  it('knows where each deliberate bug goes', async () => {
    expect(await run('mutants.js', '--check')).toEqual({
      code: 0,
      output: expect.stringMatching(/^\d+ bugs have their places\n$/),
    });
  });

  it('survives a kill at every effect', { timeout: 900_000 }, async () => {
    const { code, output } = await simulate('--sweep', '--shallow');
    expect(code, output).toBe(0);
    const table = output
      .split('\n\n')[0]
      ?.split('\n')
      .map((line) => line.split(/ {2,}/));
    // A new effect makes these numbers other ones: then look whether it is safe to repeat, and say so here.
    expect(table).toEqual([
      ['scenario', 'effects', 'points', 'in recovery', 'result'],
      ['deployment', '12', '24', '0', 'ok'],
      ['retry', '22', '44', '0', 'ok'],
      ['supersede', '23', '46', '0', 'ok'],
      ['adoption', '4', '8', '0', 'ok'],
      ['claimed and lost', '17', '34', '0', 'ok'],
      ['two-product promotion', '47', '94', '0', 'ok'],
      ['all', '125', '250', '0', 'ok'],
    ]);
  });
});
