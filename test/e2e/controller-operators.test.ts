import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jobs, productFiles, promotionFiles } from '../support/e2e/documents.js';
import { eventually } from '../support/e2e/eventually.js';
import { startWorld, type World } from '../support/e2e/world.js';
import { findKubectls, type KubectlRun, kubectlWith } from '../support/kubectl.js';

const kubectls = findKubectls();

it.skipIf(kubectls.length > 0)('needs a kubectl: none is in the PATH, in TOWPATH_KUBECTLS or in the cache folder', (context) =>
  context.skip(),
);

/** What the jobs do, build by build; tests change it. */
const outcomes = { deploy: 'SUCCESS', smoke: 'SUCCESS' } as { deploy: 'SUCCESS' | 'FAILURE'; smoke: 'SUCCESS' | 'FAILURE' };

const definitions = jobs(
  { durationMs: 300, outcome: () => ({ result: outcomes.deploy }) },
  { durationMs: 100, outcome: () => ({ result: outcomes.smoke }) },
);

describe.each(kubectls.slice(-1))('operators with kubectl $version', (kubectl) => {
  let world: World;
  let run: KubectlRun;
  const annotate = (kind: string, name: string, text: string) => run.ok(['annotate', '--overwrite', kind, name, text]);
  const versionsOf = async (environment: string) =>
    (await world.runs(environment)).map(({ spec, status }) => `${spec.version} ${status?.phase}`);

  beforeAll(async () => {
    world = await startWorld({
      files: productFiles('1.0.0'),
      jenkins: { jobs: definitions },
      source: { firstDeployment: 'confirm' },
      git: { interval: '10m' },
    });
    run = kubectlWith(kubectl, { kubeconfig: world.kubeconfigPath, home: world.folder });
  });
  afterAll(() => world.close());

  it('allow the first deployment with confirm, and adopt what is there already', async () => {
    await world.says('qa', /nothing is recorded|confirm/);
    expect(await world.runs()).toEqual([]);
    await annotate('tenv', 'shop.qa', 'towpath.dev/confirm=1.0.0');
    await annotate('tenv', 'shop.uat', 'towpath.dev/adopt=1.0.0');
    await annotate('tenv', 'shop.production', 'towpath.dev/adopt=0.9.0');
    await run.ok(['wait', 'tenv/shop.qa', 'tenv/shop.uat', '--for=condition=Ready', '--timeout=30s']);
    expect([await versionsOf('qa'), await versionsOf('uat')]).toEqual([['1.0.0 Succeeded'], []]);
    await world.ready('production', '1.0.0');
    expect(await versionsOf('production')).toEqual(['1.0.0 Succeeded']);
  });

  it('ask for a look at git now with requestedAt, and wait for what it brings in a script', async () => {
    await world.repository.commit({ files: promotionFiles('1.1.0') });
    await annotate('rsrc', 'releases', 'towpath.dev/requestedAt=1');
    for (const stage of ['qa', 'uat']) await world.ready(stage, '1.1.0');
    const { status } = await world.api.get('releasesources', 'releases');
    expect(status?.lastHandledReconcileAt).toBe('1');
    await annotate('tenv', 'shop.qa', 'towpath.dev/requestedAt=7');
    await eventually(
      async () => (await world.api.get('environments', 'shop.qa')).status?.lastHandledReconcileAt === '7',
      'the environment was looked at',
    );
  });

  it('stop one environment with suspend and a reason, and resume it', async () => {
    await annotate('tenv', 'shop.uat', 'towpath.dev/suspend=load test until noon');
    await world.repository.commit({ files: promotionFiles('1.2.0') });
    await annotate('rsrc', 'releases', 'towpath.dev/requestedAt=2');
    await world.ready('qa', '1.2.0');
    expect(await world.says('uat', /load test until noon/)).toMatch(/^1\.2\.0: /);
    expect(rows(await run.ok(['get', 'tenv', 'shop.uat', '--no-headers']))).toEqual([
      ['shop.uat', 'shop', 'uat', '1.2.0', '1.1.0', 'False', 'Suspended', 'suspended', expect.any(String)],
    ]);
    await run.ok(['annotate', 'tenv', 'shop.uat', 'towpath.dev/suspend-']);
    await world.ready('uat', '1.2.0');
  });

  it('stop the line with a Hold and its reason, and go on when it is deleted', async () => {
    const spec = { reason: 'incident 4711', selector: { stages: ['uat', 'production'] } };
    const hold = { apiVersion: 'towpath.dev/v1alpha1', kind: 'Hold', metadata: { name: 'incident' }, spec };
    await run.ok(['create', '-f', '-'], JSON.stringify(hold));
    await world.repository.commit({ files: promotionFiles('1.3.0') });
    await annotate('rsrc', 'releases', 'towpath.dev/requestedAt=3');
    await world.ready('qa', '1.3.0');
    await world.says('uat', /incident 4711/);
    expect((await world.condition('uat', 'Ready'))?.reason).toBe('Held');
    expect(await versionsOf('uat')).not.toContain('1.3.0 Succeeded');
    await run.ok(['delete', 'thold', 'incident']);
    await world.ready('uat', '1.3.0');
  });

  it('retry a failed deployment with retryRequestedAt', async () => {
    outcomes.deploy = 'FAILURE';
    await world.repository.commit({ files: promotionFiles('1.4.0') });
    await annotate('rsrc', 'releases', 'towpath.dev/requestedAt=4');
    await world.says('qa', /deployment of 1\.4\.0 ended Failed .*annotate towpath\.dev\/retryRequestedAt/, 'Stalled');
    outcomes.deploy = 'SUCCESS';
    await annotate('tenv', 'shop.qa', 'towpath.dev/retryRequestedAt=1');
    await world.ready('qa', '1.4.0');
    expect((await versionsOf('qa')).filter((text) => text.startsWith('1.4.0'))).toEqual(['1.4.0 Failed', '1.4.0 Succeeded']);
  });

  it('run a failed verification again alone with verifyRequestedAt', async () => {
    outcomes.smoke = 'FAILURE';
    await world.repository.commit({ files: promotionFiles('1.5.0') });
    await annotate('rsrc', 'releases', 'towpath.dev/requestedAt=5');
    await world.says(
      'qa',
      /1\.5\.0 is deployed, but its verification failed; annotate towpath\.dev\/verifyRequestedAt/,
      'Stalled',
    );
    outcomes.smoke = 'SUCCESS';
    await annotate('tenv', 'shop.qa', 'towpath.dev/verifyRequestedAt=1');
    await world.ready('qa', '1.5.0');
    expect((await world.runs('qa')).slice(-2).map(({ spec, status }) => [spec.action, status?.phase])).toEqual([
      ['deploy', 'VerificationFailed'],
      ['verify', 'Succeeded'],
    ]);
    const built = world.jenkins.effects.filter(
      ({ parameters: { ENVIRONMENT, VERSION } }) => ENVIRONMENT === 'qa' && VERSION === '1.5.0',
    );
    expect(built.length).toBe(1);
  });

  it('settle an Unknown run as failed with resolve, and nothing is deployed until they ask', async () => {
    world.jenkins.define('platform/deploy', { outcome: () => ({ durationMs: 60_000 }) });
    await world.repository.commit({ files: promotionFiles('1.6.0') });
    await annotate('rsrc', 'releases', 'towpath.dev/requestedAt=6');
    const { metadata } = await eventually(
      async () => (await world.runs('qa')).find(({ spec, status }) => spec.version === '1.6.0' && status?.phase === 'Running'),
      'the build runs',
    );
    await world.jenkins.crash();
    world.jenkins.define('platform/deploy', { outcome: () => ({ durationMs: 300 }) });
    await world.jenkins.start();
    await world.run(metadata.name, 'Unknown');
    await annotate('drun', metadata.name, 'towpath.dev/resolve=failed');
    await world.run(metadata.name, 'Failed');
    await world.says('qa', /settled by a person: failed.*annotate towpath\.dev\/retryRequestedAt/, 'Stalled');
    await annotate('tenv', 'shop.qa', 'towpath.dev/retryRequestedAt=2');
    await world.ready('qa', '1.6.0');
  });
});

/** Rows of a printed table, without the spaces that line it up. */
const rows = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => line.trimEnd().split(/ {2,}/));
