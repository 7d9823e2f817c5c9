import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Installs the packages of the lock file, unless they are there already. Also the first thing that the demo does. */
export function install(root) {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    console.error(`Towpath needs Node.js 20.19 or newer; this is ${process.versions.node}.`);
    process.exit(1);
  }
  const lock = join(root, 'package-lock.json');
  const installed = join(root, 'node_modules', '.package-lock.json');
  if (existsSync(installed) && isSame(lock, installed)) return;
  console.log('Installing packages (once) …');
  const npm = process.env.npm_execpath;
  const [command, args] = npm === undefined ? ['npm', []] : [process.execPath, [npm]];
  const { status } = spawnSync(command, [...args, 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) process.exit(status ?? 1);
}

/** Whether what is installed is what the lock file says; npm keeps a copy of it in node_modules. */
function isSame(lock, installed) {
  if (statSync(installed).mtimeMs < statSync(lock).mtimeMs - 1_000) {
    const versions = (file) =>
      JSON.stringify(
        Object.entries(JSON.parse(readFileSync(file, 'utf8')).packages)
          .flatMap(([name, { version, optional }]) => (name === '' || optional ? [] : [[name, version]]))
          .sort(),
      );
    return versions(lock) === versions(installed);
  }
  return true;
}
