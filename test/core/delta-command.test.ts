import { describe, expect, it } from 'vitest';
import { type DeltaArguments, runDelta } from '../../controller/commands/delta.js';
import type { DescriptorReading } from '../../controller/core/model.js';

const places: Record<string, Record<string, string>> = {
  'old.json': { crm: '1.9.0', web: '2.0.0', gone: '1.0.0', api: '3.1.0' },
  'new.json': { crm: '1.10.0', web: '1.0.0', fresh: '0.1.0', api: '3.1.0' },
  'hostile.json': { 'a|b\u001b[2J<img>': '1', '[x](y)': '@everyone' },
};

async function read(place: string): Promise<DescriptorReading> {
  const components = places[place];
  if (components === undefined) return { state: 'missing', message: `there is no file "${place}"` };
  return { state: 'found', descriptor: { key: place, sha256: '0'.repeat(64), components, content: { components } } };
}

async function run(differences: Partial<DeltaArguments>) {
  const output = { stdout: '', stderr: '' };
  const args = {
    from: 'old.json',
    to: 'new.json',
    format: 'table' as const,
    color: false,
    exitCode: false,
    read,
    ...differences,
  };
  const status = await runDelta(args, {
    stdout: (text) => {
      output.stdout += text;
    },
    stderr: (text) => {
      output.stderr += text;
    },
  });
  return { status, ...output };
}

describe('towpath delta', () => {
  it('prints a table that can be cut at its columns, and the sum of it', async () => {
    const stdout = [
      'COMPONENT   CHANGE       FROM    TO',
      'crm         upgraded     1.9.0   1.10.0',
      'fresh       added        -       0.1.0',
      'gone        removed      1.0.0   -',
      'web         downgraded   2.0.0   1.0.0',
      '',
      '1 upgraded, 1 downgraded, 1 added, 1 removed',
      '',
    ].join('\n');
    expect(await run({})).toEqual({ status: 0, stdout, stderr: '' });
  });

  it('prints Markdown for a pull request', async () => {
    const stdout = [
      '**1 upgraded, 1 downgraded, 1 added, 1 removed** from old.json to new.json',
      '',
      '| Component | Change | From | To |',
      '| --- | --- | --- | --- |',
      '| crm | upgraded | 1.9.0 | 1.10.0 |',
      '| fresh | added | – | 0.1.0 |',
      '| gone | removed | 1.0.0 | – |',
      '| web | downgraded | 2.0.0 | 1.0.0 |',
      '',
    ].join('\n');
    expect(await run({ format: 'markdown' })).toEqual({ status: 0, stdout, stderr: '' });
  });

  it('prints JSON with both sides and the delta', async () => {
    const { stdout } = await run({ from: 'old.json', to: 'old.json', format: 'json' });
    expect(JSON.parse(stdout)).toEqual({
      from: { location: 'old.json', sha256: '0'.repeat(64) },
      to: { location: 'old.json', sha256: '0'.repeat(64) },
      added: 0,
      removed: 0,
      upgraded: 0,
      downgraded: 0,
      changed: 0,
      components: [],
      summary: 'no component changes',
    });
  });

  it.each(['table', 'markdown'] as const)('says in one line of a %s that nothing changes', async (format) => {
    const { stdout } = await run({ to: 'old.json', format });
    expect(stdout).toMatch(/^[^\n]*no component changes[^\n]*\n$/);
  });

  it('colours changes only where it shall', async () => {
    expect((await run({ color: true })).stdout).toContain('\u001b[36mupgraded\u001b[39m');
    expect((await run({ color: false })).stdout).not.toContain('\u001b');
  });

  it.each([
    ['new.json', false, 0],
    ['new.json', true, 1],
    ['old.json', true, 0],
    ['absent.json', true, 2],
    ['absent.json', false, 2],
  ])('against %s with --exit-code %s ends with %i', async (to, exitCode, status) => {
    expect((await run({ to, exitCode })).status).toBe(status);
  });

  it('names everything that cannot be read, and prints nothing else', async () => {
    expect(await run({ from: 'a.json', to: 'b.json' })).toEqual({
      status: 2,
      stdout: '',
      stderr: 'towpath: there is no file "a.json"\ntowpath: there is no file "b.json"\n',
    });
  });

  it('lets no descriptor drive the terminal or the page', async () => {
    const table = await run({ to: 'hostile.json' });
    expect(table.stdout).not.toContain('\u001b');
    expect(table.stdout).toContain('a|b\\u{1b}[2J<img>');
    const markdown = await run({ from: 'hostile.json', to: 'hostile.json', format: 'markdown' });
    expect(markdown.stdout).toContain('no component changes');
    const page = (await run({ from: 'old.json', to: 'hostile.json', format: 'markdown' })).stdout;
    expect(page).toContain('| a\\|b\\\\u{1b}\\[2J\\<img\\> | added | – | 1 |');
    expect(page).toContain('| \\[x\\](y) | added | – | &#64;everyone |');
  });
});
