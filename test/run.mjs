#!/usr/bin/env node
// Runs the tests: installs what is needed, builds, and hands over to vitest.
//   node test/run.mjs              everything; the cluster suite where a kube-apiserver is found
//   node test/run.mjs --cluster    gets a kube-apiserver first, and then fails instead of skipping
//   node test/run.mjs PROJECT …    only these projects (core, contract, e2e, faults, verify) or files
import { spawn, spawnSync } from 'node:child_process';
import { install } from './support/install.mjs';

const root = new URL('..', import.meta.url).pathname;
const cluster = process.argv.includes('--cluster');
const wanted = process.argv.slice(2).filter((argument) => argument !== '--cluster');
const projects = ['core', 'contract', 'e2e', 'faults', 'verify'];

function run(command, args, env = {}) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

install(root);
run('node', ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json']);
if (cluster) run('bash', ['test/support/get-kube-apiserver.sh']);
// The program silences the SDK's warning of Node 20 by itself; tests load the SDK without it.
const quiet = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' };
const environment = { ...quiet, ...process.env, ...(cluster ? { TOWPATH_CLUSTER: 'required' } : {}) };

/** Resolves with the exit code; what it prints is shown as it comes, or all of it at its end. */
function vitest(chosen, { shown }) {
  const args = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/vitest.config.ts', '--root', '.', ...chosen];
  const started = spawn('node', args, { cwd: root, env: environment, stdio: ['ignore', shown ? 'inherit' : 'pipe', 'inherit'] });
  const printed = [];
  started.stdout?.on('data', (chunk) => printed.push(chunk));
  return new Promise((resolve, reject) => {
    started.on('error', reject);
    started.on('close', (code) => {
      for (const chunk of printed) process.stdout.write(chunk);
      resolve(code ?? 1);
    });
  });
}

const selected = wanted.flatMap((name) => (projects.includes(name) ? ['--project', name] : [name]));
// Files that start servers run one at a time and mostly wait: two such rows beside each other take little longer than one.
const rows =
  selected.length > 0
    ? [selected]
    : [['e2e'], ['core', 'contract', 'faults']].map((row) => row.flatMap((name) => ['--project', name]));
const codes = await Promise.all(rows.map((row, at) => vitest(row, { shown: at === 0 })));
for (const [at, code] of codes.entries())
  if (code !== 0) console.error(`failed, see above: ${rows[at].filter((word) => word !== '--project').join(', ')}`);
process.exitCode = codes.find((code) => code !== 0) ?? 0;
