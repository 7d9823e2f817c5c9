import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtUrl } from '../support/built.js';
import { jobs, productFiles, versionFile } from '../support/e2e/documents.js';
import { startWorld, type World } from '../support/e2e/world.js';

const main = fileURLToPath(builtUrl('controller/main.js'));

interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

describe('operating by the terminal alone', () => {
  let world: World;
  const towpath = (...args: string[]) =>
    new Promise<Answer>((resolve) => {
      const env = { ...process.env, KUBECONFIG: world.kubeconfigPath };
      execFile(process.execPath, [main, ...args], { env, timeout: 90_000 }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code ?? 99), stdout, stderr });
      });
    });
  const last = ({ stdout }: Answer) =>
    stdout
      .trimEnd()
      .split('\n')
      .at(-1)
      ?.replace(/^\S+Z /, '');

  beforeAll(async () => {
    world = await startWorld({
      files: productFiles('1.0.0', { verified: false }),
      jenkins: { jobs: jobs({ durationMs: 1_500, result: 'FAILURE' }) },
      source: { firstDeployment: 'confirm' },
    });
    await world.says('production', /nothing is recorded/);
  });
  afterAll(() => world.close());

  it('confirms a first deployment, follows it to its failure, and tries again', async () => {
    expect(await towpath('confirm', 'qa', '1.0.0')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^confirmed the first deployment of 1\.0\.0 to shop\.qa\nshop\.qa: /),
    });
    const failed = await towpath('watch', 'qa');
    expect([failed.code, last(failed)]).toEqual([
      1,
      'shop.qa 1.0.0 DeploymentFailed: deployment of 1.0.0 ended Failed (platform/deploy ended with FAILURE); change git, or annotate towpath.dev/retryRequestedAt to try again',
    ]);
    expect((await towpath('logs', 'qa')).stdout).toContain('\n  Finished: FAILURE\n');
    expect(await towpath('retry', 'qa')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^asked for another attempt to deploy 1\.0\.0 to shop\.qa\nshop\.qa: deploying 1\.0\.0/),
    });
    expect((await towpath('retry', 'qa')).stderr).toMatch(/shop\.qa\.2 is under way|nothing/);
    expect((await towpath('watch', 'shop.qa.2')).code).toBe(1);
    expect(
      (await towpath('history', 'qa')).stdout
        .split('\n')
        .slice(1, 3)
        .map((line) => line.split(/ {2,}/).slice(1, 3)),
    ).toEqual([
      ['1.0.0', 'Failed'],
      ['1.0.0', 'Failed'],
    ]);
  });

  it('adopts the same version a second time', async () => {
    for (const version of ['0.9.0', '0.9.1', '0.9.0'])
      expect(last(await towpath('adopt', 'production', version))).toBe(
        'shop.production: 1.0.0: waiting for 1.0.0 to be verified in uat',
      );
  });

  it('suspends and holds what is promoted, and lets it go on', async () => {
    await towpath('adopt', 'uat', '1.0.0');
    expect(last(await towpath('suspend', 'uat', 'moving the database'))).toBe('shop.uat: 1.0.0 is deployed (adopted)');
    await world.repository.commit({ files: versionFile('uat', '1.1.0') });
    const suspended = await towpath('watch', 'uat', '--for', '1.1.0', '--timeout', '6s');
    expect([suspended.code, last(suspended)]).toEqual([
      124,
      expect.stringMatching(/^shop\.uat 1\.1\.0 Suspended: 1\.1\.0: suspended: moving the database/),
    ]);
    expect(last(await towpath('resume', 'uat'))).toMatch(/^shop\.uat: 1\.1\.0: waiting for 1\.1\.0 to be verified in qa/);
  });
});
