import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createProgram } from '../support/e2e/program.js';
import { all, leaksIn, marks } from '../support/secrets/marks.js';

describe('a configuration that cannot be used', () => {
  const { value } = marks.jenkinsToken;
  const header = 'apiVersion: v1\nkind: Secret\nmetadata: {name: jenkins}\n';

  it.each([
    ['is no YAML', `${header}stringData:\n  token: "${value}\n`],
    ['is refused by the API', `${header}stringData:\n  token: [${value}]\n`],
    ['is no object', `${header.replace('kind', 'kin')}stringData:\n  token: ${value}\n`],
  ])('and %s is told of without what it says', async (_, text) => {
    const folder = await mkdtemp(join(tmpdir(), 'towpath-secrets-'));
    try {
      const configuration = join(folder, 'standalone.yaml');
      await writeFile(configuration, text);
      const flags = ['--data', join(folder, 'data'), '--config', configuration, '--http', '127.0.0.1:0', '--log-level', 'trace'];
      const program = createProgram({ args: ['standalone', ...flags], folder: join(folder, 'logs') });
      program.launch();
      expect((await program.ended()).code).toBe(1);
      expect(program.log()).toMatch(/towpath: .+/);
      expect(leaksIn(program.log(), all)).toEqual([]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
