import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtUrl } from '../support/built.js';
import * as objects from '../support/terminal-objects.js';
import { createTerminalWorld, type TerminalWorld } from '../support/terminal-world.js';

const hasScript = existsSync('/usr/bin/script');
const main = fileURLToPath(builtUrl('controller/main.js'));

/** The built program on a pseudo-terminal, which util-linux's script opens. */
describe.skipIf(!hasScript)('the program on a terminal', () => {
  let world: TerminalWorld;

  beforeAll(async () => {
    world = await createTerminalWorld();
    await world.put('environments', objects.atRest('qa', '2.9.3'), objects.blocked('production-acme', ['2.9.2', '2.9.3'], {}));
  });
  afterAll(() => world.close());

  const onTerminal = async (columns: number, command: string, env: object = {}) => {
    const line = `export KUBECONFIG='${world.kubeconfig}'; stty cols ${columns} rows 24; '${process.execPath}' '${main}' ${command}; echo "exit $?"`;
    const { stdout } = await promisify(execFile)('script', ['-qec', line, '/dev/null'], {
      env: { ...process.env, TERM: 'xterm-256color', ...env },
    });
    return stdout.replaceAll('\r\n', '\n');
  };

  it('fits its width and has colour', async () => {
    expect(await onTerminal(50, 'get')).toBe(`NAME                      DEPLOYED   STATUS
loyalty.production-acme   2.9.2      \u001b[31mBlocked\u001b[39m
loyalty.qa                2.9.3      \u001b[32mDeployed\u001b[39m
exit 0
`);
  });

  it('has no colour with NO_COLOR', async () => {
    expect(await onTerminal(50, 'get', { NO_COLOR: '1' })).not.toContain('\u001b');
  });

  it('neither colours nor writes over on a dumb terminal', async () => {
    const said = await onTerminal(50, 'watch production-acme', { TERM: 'dumb' });
    expect([said.includes('\u001b'), said.split('\n').at(-2)]).toEqual([false, 'exit 3']);
  });

  it('writes over what it shows, and ends with the result', async () => {
    const said = await onTerminal(50, 'watch production-acme');
    expect(said.split('\n').slice(-5)).toEqual([
      '\u001b[1mloyalty.production-acme  2.9.2 → 2.9.3\u001b[22m',
      '\u001b[31mBlocked\u001b[39m',
      '2.9.3: waiting for sign-off by client (acme) of 2…',
      'exit 3',
      '',
    ]);
  });

  it('is as wide as it is in a pipe, without colour', async () => {
    expect(await onTerminal(50, 'get | cat', {})).toContain('WAITING-FOR');
  });
});
