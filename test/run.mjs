#!/usr/bin/env node
// Runs the tests: installs what is needed, builds, and hands over to vitest.
//   node test/run.mjs              everything; the cluster suite where a kube-apiserver is found
//   node test/run.mjs --cluster    gets a kube-apiserver first, and then fails instead of skipping
//   node test/run.mjs PROJECT …    only these projects (core, contract, e2e, verify) or files
import { spawnSync } from 'node:child_process';
import { install } from './support/install.mjs';

const root = new URL('..', import.meta.url).pathname;
const cluster = process.argv.includes('--cluster');
const wanted = process.argv.slice(2).filter((argument) => argument !== '--cluster');
const projects = ['core', 'contract', 'e2e', 'verify'];

function run(command, args, env = {}) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

install(root);
run('node', ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json']);
if (cluster) run('bash', ['test/support/get-kube-apiserver.sh']);
const selected = wanted.flatMap((name) => (projects.includes(name) ? ['--project', name] : [name]));
const all = ['--project', 'core', '--project', 'contract', '--project', 'e2e'];
run(
  'node',
  [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--config',
    'test/vitest.config.ts',
    '--root',
    '.',
    ...(selected.length > 0 ? selected : all),
  ],
  {
    ...(cluster ? { TOWPATH_CLUSTER: 'required' } : {}),
  },
);
