import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../controller/core/report/report.js';
import { builtUrl } from '../support/built.js';
import { path, productFiles, promotionFiles } from '../support/e2e/documents.js';
import { createWorld, type World } from '../support/e2e/world.js';

const incident = `apiVersion: towpath.dev/v1alpha1
kind: Incident
metadata: {name: inc-1}
spec: {product: shop, version: 1.1.0, from: 2026-11-22T10:00:00Z, severity: high, summary: no payments}
`;

async function reported({ kubeconfigPath }: World): Promise<Report> {
  const range = ['--from', '2020-01-01', '--to', '2100-01-01', '--format', 'json', '--kubeconfig', kubeconfigPath];
  const main = fileURLToPath(builtUrl('controller/main.js'));
  const { stdout } = await promisify(execFile)(process.execPath, [main, 'report', ...range]);
  return JSON.parse(stdout) as Report;
}

describe('the metrics of a controller', () => {
  let world: World;
  let http = '';
  const allReady = async (version: string) => {
    for (const stage of path) await world.ready(stage, version, 30_000);
  };

  beforeAll(async () => {
    world = await createWorld({ files: { ...productFiles('1.0.0'), 'incidents/inc-1.yaml': incident } });
    ({ http = '' } = await world.program.start());
    await allReady('1.0.0');
    for (const version of ['1.1.0', '1.0.0']) {
      await world.repository.commit({ files: promotionFiles(version), message: `Promote ${version}` });
      await allReady(version);
    }
  });
  afterAll(() => world.close());

  it('count what the report counts', async () => {
    const { deployments, production, releasesByClass } = await reported(world);
    const text = await (await fetch(`${http}/metrics`)).text();
    const lines = (name: string) =>
      text
        .split('\n')
        .filter((line) => line.startsWith(`${name}{`))
        .sort();
    expect([deployments.rollbacks, production.failedChanges, releasesByClass]).toEqual([3, 1, { unknown: 2 }]);
    expect(lines('towpath_rollbacks_total')).toEqual([
      'towpath_rollbacks_total{product="shop",stage="production"} 1',
      'towpath_rollbacks_total{product="shop",stage="qa"} 1',
      'towpath_rollbacks_total{product="shop",stage="uat"} 1',
    ]);
    expect(lines('towpath_change_failures_total')).toEqual(['towpath_change_failures_total{product="shop"} 1']);
    expect(lines('towpath_releases_total')).toEqual(['towpath_releases_total{product="shop",class="unknown"} 2']);
    expect(lines('towpath_incidents')).toEqual(['towpath_incidents{product="shop",class="unknown",severity="high"} 1']);
  });
});
