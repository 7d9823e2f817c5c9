import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Explanation } from '../../controller/core/explain/explain.js';
import { builtUrl } from '../support/built.js';
import { productFiles, promotionFiles } from '../support/e2e/documents.js';
import { startWorld, type World } from '../support/e2e/world.js';

const main = fileURLToPath(builtUrl('controller/main.js'));

interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

describe('towpath explain', () => {
  let world: World;
  const explain = async (...args: string[]): Promise<Answer> => {
    const call = promisify(execFile)(process.execPath, [main, 'explain', ...args, '--kubeconfig', world.kubeconfigPath]);
    return call.then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      (error: Answer) => ({ code: error.code, stdout: error.stdout, stderr: error.stderr }),
    );
  };
  const json = async (...args: string[]) => JSON.parse((await explain(...args, '-o', 'json')).stdout) as Explanation;
  const states = ({ gates }: Explanation) => Object.fromEntries(gates.map(({ name, state }) => [name, state]));

  beforeAll(async () => {
    const stages = ['{name: qa}', '{name: uat, after: [qa], soak: 48h}'];
    const only = (files: Record<string, string>) =>
      Object.fromEntries(Object.entries(files).filter(([path]) => !path.includes('production')));
    world = await startWorld({ files: only(productFiles('1.0.0', { stages })), source: { firstDeployment: 'deploy' } });
    await world.ready('qa', '1.0.0');
    await world.says('uat', /soaks for/);
  });
  afterAll(() => world.close());

  it('prints every gate in order, who can open it, and when it starts by time alone', async () => {
    const { code, stdout } = await explain('shop.uat');
    const lines = stdout.split('\n');
    expect([code, lines[0]]).toEqual([
      0,
      expect.stringMatching(/^shop in uat: 1\.0\.0 wanted, nothing deployed; judged at .*, by commit [0-9a-f]{12}$/),
    ]);
    expect(lines.filter((line) => /^ {2}[+~x] /.test(line)).map((line) => line.slice(2).split(/\s+/)[1])).toEqual([
      'suspended',
      'held',
      'valid',
      'first-deployment',
      'order',
      'soak',
    ]);
    expect(lines.at(-2)).toMatch(/^Waits for soak\. If nothing else changes it can start at \S+Z\.$/);
  });

  it('answers what would be at another time', async () => {
    const later = new Date(Date.now() + 72 * 3_600_000).toISOString();
    expect([states(await json('uat')).soak, states(await json('uat', '--at', later)).soak]).toEqual(['Waiting', 'Passed']);
  });

  it('answers what would be with another version, or with the documents of a checkout', async () => {
    const { version, gates } = await json('uat', '--version', '9.9.9');
    expect([version, gates.find(({ name }) => name === 'order')?.message]).toEqual(['9.9.9', expect.stringContaining('9.9.9')]);
    const files = { ...productFiles('1.0.0'), ...promotionFiles('2.0.0') };
    await writeFile(
      join(world.folder, 'all.yaml'),
      Object.values(files)
        .filter((text) => text.includes('towpath.dev'))
        .join('---\n'),
    );
    const told = await json('uat', '--repository', world.folder);
    expect([told.version, told.waitingFor]).toEqual(['2.0.0', 'order']);
  });

  it('judges a run again from its record alone, also from a file', async () => {
    const told = await json('--run', 'shop.qa.1');
    expect([told.run, told.version, told.waitingFor, new Set(Object.values(states(told)))]).toEqual([
      'shop.qa.1',
      '1.0.0',
      undefined,
      new Set(['Passed']),
    ]);
    const [run] = await world.runs('qa');
    const file = join(world.folder, 'record.json');
    await writeFile(file, JSON.stringify(run));
    expect(await json('--file', file)).toEqual(told);
  });

  it('says what is wrong with a question', async () => {
    expect(await explain('nowhere')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('there is no environment nowhere'),
    });
    expect(await explain('uat', '--at', 'tomorrow')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no time with an offset'),
    });
    expect(await explain()).toMatchObject({ code: 2, stderr: expect.stringContaining('name one of') });
  });
});
