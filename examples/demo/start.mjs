#!/usr/bin/env node
// npm run demo: installs what is missing, builds, and tells the story. Needs Node.js, npm and git alone.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { install } from '../../test/support/install.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const quiet = process.argv.includes('--json');

if (spawnSync('git', ['--version']).status !== 0) {
  console.error('The demo needs git: its release repository is a real one.');
  process.exit(1);
}
if (quiet) installQuietly();
else install(root);
if (!quiet) console.log('Building …');
const build = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json'], {
  cwd: root,
  stdio: ['ignore', 'pipe', 'inherit'],
  encoding: 'utf8',
});
if (build.status !== 0) {
  process.stderr.write(build.stdout ?? '');
  process.exit(1);
}

/** Its output must not come between the events. */
function installQuietly() {
  const module = JSON.stringify(new URL('../../test/support/install.mjs', import.meta.url).href);
  const program = `import(${module}).then(({ install }) => install(${JSON.stringify(root)}))`;
  const { status } = spawnSync(process.execPath, ['-e', program], { stdio: ['ignore', 2, 2] });
  if (status !== 0) process.exit(status ?? 1);
}

const { main } = await import('../../dist/examples/demo/main.js');
await main(process.argv.slice(2));
