import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../../controller/core/plan/plan.js';
import { builtUrl } from '../support/built.js';
import { productFiles, versionFile } from '../support/e2e/documents.js';
import { startWorld, type World } from '../support/e2e/world.js';
import { createCheckout, type TestCheckout } from '../support/git/checkout.js';

const main = fileURLToPath(builtUrl('controller/main.js'));

interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built program; the clock of the terminal is no part of what is compared. */
async function towpath(...args: string[]): Promise<Answer> {
  return promisify(execFile)(process.execPath, [main, ...args], { maxBuffer: 64 * 1024 * 1024 }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }: Answer) => ({ code, stdout, stderr }),
  );
}

const files = productFiles('1.0.0', { stages: ['{name: qa}', '{name: uat, after: [qa], soak: 48h}'] });
const world = Object.fromEntries(Object.entries(files).filter(([path]) => !path.includes('production')));

let here: TestCheckout;
beforeAll(async () => {
  here = await createCheckout();
  await here.commit(world);
  await here.git('checkout', '--quiet', '-b', 'promote');
});
afterAll(() => here.remove());

describe('towpath plan', () => {
  it('exits 0 without, and with --detailed-exitcode 0 where nothing changes and 2 where something does', async () => {
    const same = await towpath('plan', here.folder, '--detailed-exitcode');
    expect(same).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^Nothing changes\.\nFrom main \([0-9a-f]{12}\) to working tree; /),
      stderr: '',
    });
    await here.commit(versionFile('qa', '1.1.0'));
    const plain = await towpath('plan', here.folder);
    const detailed = await towpath('plan', here.folder, '--detailed-exitcode', '--format', 'json');
    expect([plain.code, detailed.code]).toEqual([0, 2]);
    expect(plain.stdout.split('\n').slice(3, 5)).toEqual([
      'shop.qa (qa)  1.0.0 → 1.1.0  new version',
      expect.stringMatching(/^ {4}to sign: sha256:[0-9a-f]{64}$/),
    ]);
    expect((JSON.parse(detailed.stdout) as Plan).environments.map(({ environment, to }) => [environment, to?.version])).toEqual([
      ['qa', '1.1.0'],
    ]);
  });

  it('exits 1 with the place where documents are not valid, and where there is nothing to compare', async () => {
    const config = 'products/shop/environments/uat/config.yaml';
    await here.write({ [config]: world[config]?.replace('stage: uat', 'stage: uta') });
    const invalid = await towpath('plan', here.folder, '--detailed-exitcode', '--base', 'HEAD');
    expect([invalid.code, invalid.stdout]).toEqual([
      1,
      expect.stringContaining(
        `  ${config}:7:10 error spec.stage: "uta" is not a stage of product shop (qa, uat); did you mean "uat"?`,
      ),
    ]);
    await here.git('checkout', '--quiet', '--', '.');
    const none = await towpath('plan', here.folder, '--base', 'v9');
    expect(none).toEqual({
      code: 1,
      stdout: '',
      stderr: 'towpath: v9 is no revision of this repository, or is not here: fetch it first\n',
    });
  });

  it('exits 2 for wrong usage', async () => {
    const wrong = await towpath('plan', here.folder, '--format', 'xml');
    expect([wrong.code, wrong.stderr.split('\n')[0]]).toEqual([2, expect.stringContaining("argument 'xml' is invalid")]);
  });

  it('prints all of a long plan into a pipe', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 300 }, (_, at) =>
        Object.entries({
          ...versionFile(`e${at}`, '1.0.0'),
          [`products/shop/environments/e${at}/config.yaml`]:
            world['products/shop/environments/uat/config.yaml']
              ?.replaceAll('uat', `e${at}`)
              .replace(`stage: e${at}`, 'stage: uat') ?? '',
        }),
      ).flat(),
    );
    const branch = await createCheckout();
    await branch.commit(world);
    await branch.write(many);
    const { stdout } = await towpath('plan', branch.folder, '--format', 'json');
    await branch.remove();
    expect((JSON.parse(stdout) as Plan).environments.length).toBe(300);
  });
});

describe('towpath plan, judged against a cluster', () => {
  let cluster: World;
  beforeAll(async () => {
    cluster = await startWorld({ files: world, source: { firstDeployment: 'deploy' } });
    await cluster.ready('qa', '1.0.0');
    await cluster.says('uat', /soaks for/);
  });
  afterAll(() => cluster.close());

  it('says what is deployed, verified and held there', async () => {
    await here.write(versionFile('uat', '1.1.0'));
    const { code, stdout } = await towpath('plan', here.folder, '--format', 'json', '--kubeconfig', cluster.kubeconfigPath);
    const plan = JSON.parse(stdout) as Plan;
    expect([code, plan.judgedBy, plan.unknown]).toEqual([0, 'cluster', []]);
    const told = plan.environments.map(({ environment, deployed, waitingFor, gates }) => ({
      environment,
      deployed: deployed?.version,
      waitingFor,
      order: gates.find(({ name }) => name === 'order')?.message,
    }));
    expect(told).toEqual([
      { environment: 'qa', deployed: '1.0.0', waitingFor: undefined, order: undefined },
      { environment: 'uat', deployed: undefined, waitingFor: 'order', order: 'waiting for 1.1.0 to be verified in qa' },
    ]);
  });
});
