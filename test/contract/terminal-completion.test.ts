import { execFile } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtUrl } from '../support/built.js';
import * as objects from '../support/terminal-objects.js';
import { createTerminalWorld, type TerminalWorld, towpath } from '../support/terminal-world.js';

describe('completion in shells', () => {
  let world: TerminalWorld;

  beforeAll(async () => {
    world = await createTerminalWorld();
    await world.put('releasesources', objects.source);
    await world.put('releases', objects.release('2.9.3'), objects.release('2.10.0'));
    await world.put(
      'environments',
      objects.atRest('qa', '2.9.3'),
      objects.atRest('qa', '5.1.0', { product: 'insights' }),
      objects.atRest('uat-acme', '2.9.3', { client: 'acme' }),
    );
    await world.put(
      'deploymentruns',
      ...[2, 10].map((number) => objects.run('qa', number, { version: '2.9.3', status: { phase: 'Failed' } })),
    );
  });
  afterAll(() => world.close());

  const complete = async (...words: string[]) => {
    const { stdout } = await towpath(['__complete', '--', ...words]);
    return stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => line.split('\t')[0]);
  };
  const there = () => ['--kubeconfig', world.kubeconfig];

  it('completes commands, kinds, options and their choices', async () => {
    expect(await complete('wa')).toEqual(['watch']);
    expect(await complete('get', 're')).toEqual(['releases']);
    expect(await complete('get', '--st')).toEqual(['--stage']);
    expect(await complete('get', '-o', '')).toEqual(['json', 'yaml', 'wide', 'name']);
    expect(await complete('schema', '')).toEqual([]);
    expect(await complete('hold', '')).toEqual(['list', 'release']);
    expect(await complete('completion', 'z')).toEqual(['zsh']);
    expect(await complete('validate', '--format', 'json', '')).toEqual([':files']);
  });

  it('completes names of the cluster, the short ones where one product alone has them', async () => {
    expect(await complete('describe', ...there(), '')).toEqual(['insights.qa', 'loyalty.qa', 'loyalty.uat-acme']);
    expect(await complete('suspend', ...there(), 'uat')).toEqual(['uat-acme']);
    expect(await complete('suspend', ...there(), 'q')).toEqual([]);
    expect(await complete('logs', ...there(), 'loyalty.qa.')).toEqual(['loyalty.qa.2', 'loyalty.qa.10']);
    expect(await complete('get', `--kubeconfig=${world.kubeconfig}`, 'sources', '')).toEqual(['releases']);
    expect(await complete('get', ...there(), '--client', '')).toEqual(['acme']);
  });

  it('completes what a promotion is told: product, version, environments', async () => {
    const promote = (...words: string[]) => complete('promote', ...there(), ...words);
    expect(await promote('')).toEqual(['insights', 'loyalty']);
    expect(await promote('loyalty', '')).toEqual(['2.9.3', '2.10.0']);
    expect(await promote('loyalty', '2.10.0', '')).toEqual(['qa', 'uat-acme']);
    expect(await promote('loyalty', '2.10.0', 'qa', 'u')).toEqual(['uat-acme']);
    expect(await promote('--from', '')).toEqual(['qa', 'uat']);
  });

  it('completes nothing, and says nothing, where no cluster answers', async () => {
    expect(await towpath(['__complete', '--', 'suspend', '--kubeconfig', join(world.folder, 'none'), ''])).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
  });

  it('works in bash', async () => {
    const program = join(world.folder, 'towpath');
    writeFileSync(program, `#!/bin/sh\nexec "${process.execPath}" "${fileURLToPath(builtUrl('controller/main.js'))}" "$@"\n`);
    chmodSync(program, 0o755);
    const { stdout } = await towpath(['completion', 'bash']);
    const line = (...words: string[]) =>
      `COMP_WORDS=(towpath ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}; _towpath; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const script = `PATH='${world.folder}':$PATH\n${stdout}\n${line('susp')}\n${line('suspend', ...there(), 'loyalty.u')}\ncomplete -p towpath\n`;
    const answer = await promisify(execFile)('bash', ['--norc', '-c', script]);
    expect(answer.stdout).toBe('suspend\nloyalty.uat-acme\ncomplete -F _towpath towpath\n');
  });

  it('prints scripts for zsh and fish that ask the same question', async () => {
    for (const shell of ['zsh', 'fish'] as const) {
      const { code, stdout } = await towpath(['completion', shell]);
      expect([code, stdout]).toEqual([0, expect.stringContaining('__complete -- ')]);
    }
    expect((await towpath(['completion', 'tcsh'])).code).toBe(2);
  });
});
