import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { environmentFiles, productDocument } from '../support/e2e/documents.js';
import { createPromotionWorld, type PromotionWorld, token } from '../support/forge/promotion-world.js';
import { createTerminalWorld, type TerminalWorld } from '../support/terminal-world.js';

const config = (name: string, client: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(environmentFiles(name, { stage: 'uat', version: '1.0.0' })).map(([path, text]) => [
      path,
      text.replace('  stage: uat\n', `  stage: uat\n  client: ${client}\n`),
    ]),
  );

const files = {
  'products/shop/product.yaml': productDocument(),
  ...environmentFiles('qa', { version: '2.0.0' }),
  ...config('uat-acme', 'acme'),
  ...config('uat-globex', 'globex'),
};

const since = '2026-11-01T00:00:00Z';
const recorded = (version: string, verified = true) => ({ version, certain: true, verified, since });
const deployed = (version: string, result = 'Succeeded') => ({ version, result, startedAt: since, finishedAt: since });

describe('towpath promote and rollback with a cluster', () => {
  let world: PromotionWorld;
  let cluster: TerminalWorld;
  beforeAll(async () => {
    [world, cluster] = await Promise.all([createPromotionWorld(files), createTerminalWorld()]);
    const spec = { product: 'shop', source: 'releases' };
    const place = (name: string, more: object, status: object) => ({
      name: `shop.${name}`,
      spec: { ...spec, environment: name, ...more },
      status: { observedGeneration: 1, ...status },
    });
    await cluster.put('releasesources', {
      name: 'releases',
      spec: {
        git: { url: `${world.server.url}/repository.git` },
        forge: { kind: 'gitea', url: world.host.api('gitea'), project: 'acme/releases' },
      },
    });
    await cluster.put(
      'environments',
      place('qa', { stage: 'qa' }, { recorded: recorded('2.0.0') }),
      place(
        'uat-acme',
        { stage: 'uat', client: 'acme' },
        { recorded: recorded('1.0.0'), history: [deployed('1.0.0'), deployed('0.9.1', 'Failed'), deployed('0.9.0')] },
      ),
      place('uat-globex', { stage: 'uat', client: 'globex' }, { recorded: recorded('1.0.0', false), history: [] }),
    );
  });
  afterAll(() => Promise.all([world.close(), cluster.close()]));
  const towpath = (...args: string[]) => world.towpath([...args, '--kubeconfig', cluster.kubeconfig, '--dry-run', '-o', 'json']);

  it('takes to a stage what is verified before it, also where the product is not named', async () => {
    for (const words of [['promote', 'shop'], ['promote']]) {
      const { code, stdout } = await towpath(...words, '--from', 'qa', '--to', 'uat', '--client', 'acme');
      expect([code, JSON.parse(stdout)]).toMatchObject([
        0,
        { version: '2.0.0', environments: [{ environment: 'uat-acme', from: '1.0.0', to: '2.0.0' }] },
      ]);
    }
  });

  it('takes nothing that is not verified', async () => {
    expect(await towpath('promote', 'shop', '--from', 'uat', '--to', 'production')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no environment at a stage "production"'),
    });
    expect(await towpath('promote', 'shop', '--from', 'uat', '--to', 'uat', '--client', 'globex')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('1.0.0 in uat-globex is not verified'),
    });
  });

  it('goes back to what was good before, and says where nothing is remembered', async () => {
    const { code, stdout } = await towpath('rollback', 'uat-acme', '--reason', 'slow');
    expect([code, JSON.parse(stdout)]).toMatchObject([
      0,
      { kind: 'rollback', environments: [{ environment: 'uat-acme', from: '1.0.0', to: '0.9.0' }] },
    ]);
    expect(await towpath('rollback', 'shop.uat-globex', '--reason', 'slow')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('name one with --to'),
    });
  });

  it('describes the pull request by what the cluster knows', async () => {
    const flags = ['--from', 'qa', '--to', 'uat', '--client', 'acme', '--kubeconfig', cluster.kubeconfig];
    expect(await world.towpath(['promote', 'shop', ...flags, ...world.forge('github')])).toMatchObject({ code: 0, stderr: '' });
    expect(world.host.state.pullRequests).toMatchObject([
      { head: 'towpath/shop-2.0.0-uat-acme', body: expect.stringMatching(/gates judged against the cluster/) },
    ]);
  });

  it('opens it where the controller reports, where nobody says otherwise', async () => {
    const flags = ['--kubeconfig', cluster.kubeconfig, '--undocumented'];
    const { stdout } = await world.towpath(['promote', 'shop', '2.1.0', 'qa', ...flags], { GITEA_TOKEN: token });
    expect(stdout).toMatch(/Pull request \d+: http.*\/acme\/releases\/pulls\/\d+\n$/);
  });
});
