import { execFile } from 'node:child_process';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../controller/core/report/report.js';
import { builtUrl } from '../support/built.js';
import { productFiles, promotionFiles } from '../support/e2e/documents.js';
import { eventually } from '../support/e2e/eventually.js';
import { startWorld, type World } from '../support/e2e/world.js';

const main = fileURLToPath(builtUrl('controller/main.js'));
const stages = ['qa', 'uat', 'production'];

async function towpath(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [main, ...args]);
  return stdout;
}

describe('the audit trail of a standalone controller', () => {
  let world: World;
  const trail = () => join(world.folder, 'trail');
  const records = () =>
    readdir(join(trail(), 'audit'), { recursive: true }).then((names) => names.filter((name) => name.endsWith('.json')));
  const allReady = async (version: string) => {
    for (const stage of stages) await world.ready(stage, version, 30_000);
  };

  beforeAll(async () => {
    const source = { buckets: [{ name: 'trail', directory: 'trail' }], audit: { bucket: 'trail' } };
    world = await startWorld({ files: productFiles('1.0.0'), source });
    await allReady('1.0.0');
    await world.repository.commit({ files: promotionFiles('1.1.0'), message: 'Promote 1.1.0' });
    await allReady('1.1.0');
  });
  afterAll(() => world.close());

  it('holds every run that ended, and the story of every hold', async () => {
    const kubectl = {
      apiVersion: 'towpath.dev/v1alpha1',
      kind: 'Hold',
      metadata: { name: 'incident' },
      spec: { reason: 'payments fail' },
    };
    await world.api.create('holds', kubectl);
    await eventually(async () => (await records()).some((name) => name.includes('_holds/incident')), 'the hold is recorded');
    await world.api.remove('holds', 'incident');
    await eventually(async () => (await records()).some((name) => name.endsWith('.removed.json')), 'its end is recorded');
    const runs = (await records()).filter((name) => name.includes('/runs/')).map((name) => name.replace(/-[^-/]*$/, ''));
    expect(runs.sort()).toEqual(
      stages.flatMap((stage) => ['00000001', '00000002'].map((number) => `default/shop/${stage}/runs/${number}`)).sort(),
    );
  });

  it('is what reports are made of, with the cluster and git', async () => {
    const told = await towpath(
      'report',
      '--from',
      '2020-01-01',
      '--to',
      '2100-01-01',
      '--format',
      'json',
      '--kubeconfig',
      world.kubeconfigPath,
      '--trail',
      trail(),
    );
    const report = JSON.parse(told) as Report;
    expect([report.deployments.byStage, report.production.deployments, report.times.leadSeconds.count]).toEqual([
      { production: 2, qa: 2, uat: 2 },
      2,
      2,
    ]);
    const table = await towpath(
      'report',
      '--from',
      '2020-01-01',
      '--to',
      '2100-01-01',
      '--kubeconfig',
      world.kubeconfigPath,
      '--trail',
      trail(),
    );
    expect(
      table
        .split('\n')
        .find((line) => line.startsWith('deployments.failed'))
        ?.split(/\s+/)
        .slice(0, 2),
    ).toEqual(['deployments.failed', '0']);
  });

  it('is no report on a product that nothing is known of', async () => {
    const range = ['--from', '2020-01-01', '--to', '2100-01-01'];
    const from = ['--kubeconfig', world.kubeconfigPath, '--trail', trail()];
    const failed = await towpath('report', ...range, '--product', 'shpo', ...from).catch(
      (error: { stderr: string }) => error.stderr,
    );
    expect(failed).toBe('towpath: there is no product shpo, nor a run of it; did you mean "shop"?\n');
  });

  it('is not given back while a controller leads, wherever its lease is', async () => {
    const failed = await towpath('rebuild', '--kubeconfig', world.kubeconfigPath, '--trail', trail()).catch(
      (error: { stderr: string }) => error.stderr,
    );
    expect(failed).toMatch(/^towpath: standalone leads \(lease default\/towpath\) until .*: stop the controller first\n$/);
  });

  it('gives an empty cluster back what was recorded: nothing is deployed again', async () => {
    const { length: builds } = world.jenkins.effects;
    const before = Object.fromEntries(
      (await world.runs()).map(({ metadata, spec, status }) => [metadata.name, [spec.version, status?.phase]]),
    );
    await world.program.terminate();
    await rm(join(world.folder, 'data'), { recursive: true });
    const flags = ['--data', join(world.folder, 'data'), '--config', join(world.folder, 'standalone.yaml')];
    expect(await towpath('rebuild', ...flags, '--dry-run')).toContain('3 of 3 environments would be restored.');
    expect(await towpath('rebuild', ...flags)).toContain('default/shop.qa: 1.1.0, 2 runs restored');
    expect(await towpath('rebuild', ...flags)).toContain('default/shop.qa: left alone, 1.1.0 is recorded there');
    await world.program.start();
    await allReady('1.1.0');
    const after = Object.fromEntries(
      (await world.runs()).map(({ metadata, spec, status }) => [metadata.name, [spec.version, status?.phase]]),
    );
    expect([after, world.jenkins.effects.length]).toEqual([before, builds]);
    await world.repository.commit({ files: promotionFiles('1.2.0'), message: 'Promote 1.2.0' });
    await allReady('1.2.0');
    expect((await world.runs('qa')).map(({ metadata }) => metadata.name)).toEqual(['shop.qa.1', 'shop.qa.2', 'shop.qa.3']);
  });
});
