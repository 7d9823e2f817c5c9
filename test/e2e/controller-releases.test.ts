import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { environmentFiles, jobs, productDocument, versionFile } from '../support/e2e/documents.js';
import { eventually } from '../support/e2e/eventually.js';
import { startWorld, type World } from '../support/e2e/world.js';
import { findKubectls, type KubectlRun, kubectlWith } from '../support/kubectl.js';

const kubectls = findKubectls();

it.skipIf(kubectls.length > 0)('needs a kubectl: none is in the PATH, in TOWPATH_KUBECTLS or in the cache folder', (context) =>
  context.skip(),
);

const releaseFile = (version: string, lines: readonly string[]): Record<string, string> => ({
  [`products/shop/releases/${version}.yaml`]: [
    'apiVersion: towpath.dev/v1alpha1',
    'kind: Release',
    `metadata: {name: "${version}"}`,
    'spec:',
    '  product: shop',
    ...lines.map((line) => `  ${line}`),
    '',
  ].join('\n'),
});

const classes = [
  'classes:',
  '  - name: minor',
  '  - name: hotfix',
  '    priority: 10',
  '    skips: [{stage: uat, owner: quality-analyst, within: 2d}]',
];

describe.each(kubectls.slice(-1))('releases with kubectl $version', { timeout: 120_000 }, (kubectl) => {
  let world: World;
  let run: KubectlRun;
  const rows = async () => {
    const lines = (await run.ok(['get', 'trel', '--no-headers'])).trimEnd().split('\n');
    return lines.map((line) => line.trim().split(/ {2,}/).slice(0, -1));
  };
  const shows = (expected: string[][]) =>
    eventually(
      async () => {
        const found = await rows();
        if (JSON.stringify(found) === JSON.stringify(expected)) return true;
        throw new Error(JSON.stringify(found));
      },
      `kubectl shows ${JSON.stringify(expected)}`,
    );

  beforeAll(async () => {
    const stages = ['qa', 'uat', 'production'];
    const environments = stages.map((stage) => environmentFiles(stage, { version: '1.0.0' }));
    world = await startWorld({
      files: Object.assign(
        { 'products/shop/product.yaml': productDocument({ verified: false, more: classes }) },
        releaseFile('1.1.0', ['class: minor', 'previous: 1.0.0', 'tickets: [SHOP-1]']),
        ...environments,
      ) as Record<string, string>,
      jenkins: { jobs: jobs({ durationMs: 200 }), executors: 3 },
    });
    run = kubectlWith(kubectl, { kubeconfig: world.kubeconfigPath, home: world.folder });
  }, 120_000);
  afterAll(() => world?.close());

  it('are there for documents, and for versions that run without one', async () => {
    await shows([
      ['shop.1.0.0', 'qa 1/1, uat 1/1, production 1/1'],
      ['shop.1.1.0', 'minor', 'qa 0/1, uat 0/1, production 0/1', 'still to come: qa 1, uat 1, production 1'],
    ]);
  });

  it('say how far they are, and that they are everywhere', async () => {
    await world.repository.commit({ files: versionFile('qa', '1.1.0'), message: 'QA' });
    await shows([
      ['shop.1.0.0', 'qa 1/1, uat 1/1, production 1/1'],
      ['shop.1.1.0', 'minor', 'qa 1/1, uat 0/1, production 0/1', 'still to come: uat 1, production 1'],
    ]);
    const files = { ...versionFile('uat', '1.1.0'), ...versionFile('production', '1.1.0') };
    await world.repository.commit({ files, message: 'Everywhere' });
    await run.ok(['wait', 'trel/shop.1.1.0', '--for=condition=Complete', '--timeout=30s']);
    const { status } = await world.api.get('releases', 'shop.1.1.0');
    expect(status?.stages?.map(({ environment, state }) => [environment, state])).toEqual([
      ['qa', 'verified'],
      ['uat', 'verified'],
      ['production', 'verified'],
    ]);
    expect(status?.tickets).toEqual([{ id: 'SHOP-1', state: 'resolved' }]);
  });

  it('go where nothing refers to them any more, and stay without their document where they run', async () => {
    await eventually(async () => (await rows()).length === 1, 'the release that runs nowhere is gone');
    await world.repository.commit({ files: {}, remove: ['products/shop/releases/1.1.0.yaml'], message: 'Tidy up' });
    await shows([['shop.1.1.0', 'qa 1/1, uat 1/1, production 1/1']]);
  });
});
