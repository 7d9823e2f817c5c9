import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Terminal } from '../../controller/cli/terminal.js';
import { runExplain } from '../../controller/commands/explain.js';
import { runPlan } from '../../controller/commands/plan.js';
import { runRebuild } from '../../controller/commands/rebuild.js';
import { runReport } from '../../controller/commands/report.js';
import { UsageError } from '../../controller/config.js';

const unreachable = 'the API server could not be reached to list';
const silent: Terminal = {
  stdout: () => undefined,
  stderr: () => undefined,
  color: false,
  interactive: false,
  width: 120,
  height: 40,
  now: Date.now,
};
const month = { from: '2026-10-01', to: '2026-11-01', format: 'json' } as const;

describe('a command that reads all of a cluster', () => {
  let folder: string;
  let kubeconfig: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'towpath-unreachable-'));
    kubeconfig = join(folder, 'kubeconfig');
    const config = {
      clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
      users: [{ name: 'u', user: { token: 'x' } }],
      contexts: [{ name: 'usual', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'usual',
    };
    await writeFile(kubeconfig, JSON.stringify(config));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('says that it cannot be reached, and does not go on trying', async () => {
    await expect(runExplain('qa', { kubeconfig, output: 'text' }, silent)).rejects.toThrow(`${unreachable} environments`);
    await expect(runExplain(undefined, { kubeconfig, run: 'shop.qa.1', output: 'text' }, silent)).rejects.toThrow(
      `${unreachable} deploymentruns`,
    );
    await expect(runReport({ ...month, kubeconfig }, silent.stdout)).rejects.toThrow(`${unreachable} releasesources`);
    await expect(runRebuild({ kubeconfig, dryRun: true }, silent.stdout)).rejects.toThrow(`${unreachable} releasesources`);
    await expect(runPlan('.', { kubeconfig, format: 'text' }, silent)).rejects.toThrow(`${unreachable} releasesources`);
  });

  it('refuses a folder that is none, whose emptiness would look like an answer', async () => {
    const nowhere = join(folder, 'nowhere');
    const refusal = (flag: string) => new UsageError(`${flag} ${nowhere} is no folder`);
    await expect(runReport({ ...month, kubeconfig, trail: nowhere }, silent.stdout)).rejects.toThrow(refusal('--trail'));
    await expect(runRebuild({ kubeconfig, trail: nowhere }, silent.stdout)).rejects.toThrow(refusal('--trail'));
    await expect(runPlan('.', { descriptors: nowhere, format: 'text' }, silent)).rejects.toThrow(refusal('--descriptors'));
  });

  it('names the file of a record that cannot be explained, in one line', async () => {
    const [notes, other] = [join(folder, 'notes.md'), join(folder, 'other.yaml')];
    await writeFile(notes, '# Notes\n\nWhat: is this: about\n\nnothing\n');
    await writeFile(other, 'kind: Environment\n');
    const explain = (file: string) => runExplain(undefined, { file, output: 'text' }, silent);
    await expect(explain(join(folder, 'gone.yaml'))).rejects.toThrow(`there is no file ${join(folder, 'gone.yaml')}`);
    await expect(explain(folder)).rejects.toThrow(`${folder} cannot be read (EISDIR)`);
    await expect(explain(notes)).rejects.toThrow(/notes\.md is neither YAML nor JSON: .+ at line 3, column 7$/);
    await expect(explain(other)).rejects.toThrow(`${other} holds no DeploymentRun`);
  });
});
