import { describe, expect, it, vi } from 'vitest';
import { towpath } from '../support/terminal-world.js';

/** What the command line prints by itself, and the exit status. */
async function said(...words: string[]): Promise<{ code: number; text: string }> {
  let text = '';
  const write = (chunk: string | Uint8Array) => {
    text += String(chunk);
    return true;
  };
  const spies = [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, 'write').mockImplementation(write));
  try {
    const { code } = await towpath(words);
    return { code, text };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

describe('wrong usage', () => {
  it('is told with the command whose help tells more', async () => {
    expect(await said('gett')).toEqual({
      code: 2,
      text: "error: unknown command 'gett'\n(Did you mean get?)\n(see towpath --help)\n",
    });
    expect(await said('get', '--foo')).toEqual({ code: 2, text: "error: unknown option '--foo'\n(see towpath get --help)\n" });
    expect(await said('hold', 'release')).toEqual({
      code: 2,
      text: "error: missing required argument 'hold'\n(see towpath hold release --help)\n",
    });
  });

  it('is a misspelt command of hold, and one that help is asked for', async () => {
    expect(await said('hold', 'relase', 'incident')).toEqual({
      code: 2,
      text: "error: unknown command 'hold relase' (hold list, hold release)\n(see towpath hold --help)\n",
    });
    expect(await said('help', 'nope')).toEqual({ code: 2, text: "error: unknown command 'nope'\n(see towpath --help)\n" });
    expect((await said('help', 'get')).text).toContain('Usage: towpath get ');
  });
});

describe('the help', () => {
  it('fits into 80 columns, but for its examples', async () => {
    const { text } = await said('--help');
    const [commands = ''] = text.split('\nExamples:');
    expect(commands.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(commands).toMatch(/\n {2}plan {12}say what a change of the release repository would do/);
  });

  it('names what is taken where an option that may be repeated is not given, once', async () => {
    expect((await said('hold', '--help')).text).toMatch(/--stage <name> +hold this stage; may be repeated \(default: any\)\n/);
    const { text } = await said('init', '--help');
    expect(text.replace(/\s+/g, ' ')).toContain('repeat it, in their order (default: qa, uat, production) --client');
    expect(text).not.toContain('[]');
  });
});
