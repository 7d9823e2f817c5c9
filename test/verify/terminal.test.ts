import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { towpath } from '../support/terminal-world.js';

const commands = async (...words: string[]) =>
  (await towpath(['__complete', '--', ...words, ''])).stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split('\t')[0] ?? '');

async function helpOf(...words: string[]): Promise<string> {
  const write = process.stdout.write;
  let said = '';
  process.stdout.write = ((text: string) => {
    said += text;
    return true;
  }) as typeof write;
  try {
    await towpath([...words, '--help']);
    return said;
  } finally {
    process.stdout.write = write;
  }
}

describe('the command line', () => {
  it('has examples and exit statuses in the help of every command', async () => {
    const silent: string[] = [];
    for (const command of await commands()) {
      const help = await helpOf(command);
      const isTold = /\nExamples:\n {2}\S*towpath|\nExamples:\n {2}source/.test(help) && /Exit status: 0|completion/.test(help);
      if (!isTold) silent.push(command);
    }
    expect(silent).toEqual([]);
  });

  it('is described in docs/terminal.md, command by command', async () => {
    const page = readFileSync('docs/terminal.md', 'utf8');
    const all = [...(await commands()), ...(await commands('hold')).map((name) => `hold ${name}`)];
    expect(all.length).toBeGreaterThan(20);
    expect(all.filter((name) => !page.includes(`towpath ${name}`))).toEqual([]);
  });
});
