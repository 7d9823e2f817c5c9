import { checkin, insights, loyalty, loyaltyFile, type Step } from './cast.js';
import { brokenRelease } from './jenkins.js';
import type { Edit } from './repository.js';
import { condition, isReady } from './view.js';

const uatGlobex = loyaltyFile('uat-globex', 'config');
const qaVersion = loyaltyFile('qa', 'version');

export const dayOne: Step = {
  title: 'Day one: Towpath is switched on',
  text: 'Git lists three products in twenty environments. Towpath does not know yet what runs there, so it asks instead of redeploying production. initech is a release behind.',
  async play(stage) {
    const ahead = ['loyalty.qa', ...loyalty.uat, ...loyalty.production];
    await stage.untilWaitingFor([...ahead, ...loyalty.initech, ...insights.all, ...checkin], 'first-deployment');
    await stage.operator.adopt({ product: '=loyalty', client: '!=initech' }, ahead, '2.9.2');
    await stage.operator.adopt({ product: '=loyalty', client: '=initech' }, loyalty.initech, '2.9.1');
    await stage.operator.adopt({ product: '=insights' }, insights.all, '5.1.0');
    await stage.operator.adopt({ product: '=checkin' }, checkin, '7.4.1');
    await stage.untilReady(ahead, '2.9.2');
    await stage.untilReady(loyalty.initech, '2.9.1');
    await stage.untilReady(insights.all, '5.1.0');
    await stage.untilReady(checkin, '7.4.1');
    stage.showEnvironments('recorded as they are; builds in Jenkins so far: none');
    const { effects } = stage.world.jenkins.server;
    if (effects.length > 0) throw new Error(`${effects.length} builds were started although nobody asked for a deployment`);
  },
};

export const promotion: Step = {
  title: 'A promotion: loyalty 2.9.3 for acme and globex, insights 5.2.0 for everybody',
  text: 'One commit changes the master version files. QA goes first; the other stages wait for the same release digest to be verified before them, and loyalty for the insights that it needs.',
  async play(stage) {
    const product = (name: string) => `products/${name}/product.yaml`;
    await stage.commit('Ana Silva', 'Wait seconds, not hours: this is a demonstration', [
      { file: product('loyalty'), from: 'soak: 24h', to: 'soak: 2s' },
      { file: product('loyalty'), from: 'backoff: 5m', to: 'backoff: 2s' },
      { file: product('insights'), from: 'soak: 12h', to: 'soak: 2s' },
      { file: product('insights'), from: 'backoff: 2m', to: 'backoff: 2s' },
    ]);
    const bump = async (name: string, from: string, to: string): Promise<Edit[]> => {
      const files = await stage.world.repository.versionFiles(name);
      return files
        .filter((file) => name !== 'loyalty' || !file.includes('initech'))
        .map((file) => ({ file, from: `version: ${from}`, to: `version: ${to}` }));
    };
    const edits = [...(await bump('loyalty', '2.9.2', '2.9.3')), ...(await bump('insights', '5.1.0', '5.2.0'))];
    await stage.commit('Ana Silva', 'Sprint 41: loyalty 2.9.3, insights 5.2.0', edits);
    await stage.untilRunning(['loyalty.qa', 'insights.insights-qa']);
  },
};

export const stopTheLine: Step = {
  title: 'An operator stops the line',
  text: 'A Hold with a reason: no production deployment starts until it is deleted. QA and UAT go on.',
  async play(stage) {
    const selector = { stages: ['production'] };
    await stage.operator.hold('outage', { reason: 'Database outage', by: 'Dana', selector });
    await stage.untilWaitingFor([...loyalty.production, ...insights.production], 'held');
  },
};

export const typo: Step = {
  title: 'A typo reaches the main branch',
  text: 'It stops the one environment that depends on it. Everything else goes on.',
  async play(stage) {
    await stage.commit('Ben Okafor', 'Tidy up uat-globex', [{ file: uatGlobex, from: 'stage: uat', to: 'stage: uta' }]);
    await stage.untilRefused('loyalty.uat-globex');
    await stage.untilReady(insights.uat, '5.2.0');
    await stage.commit('Ben Okafor', 'It is uat, of course', [{ file: uatGlobex, from: 'stage: uta', to: 'stage: uat' }]);
    await stage.untilReady(loyalty.uat, '2.9.3');
    stage.showEnvironments('why is it not in production yet? one answer for each', ['loyalty', 'insights']);
  },
};

export const badRelease: Step = {
  title: `A bad release: ${brokenRelease} does not start in QA`,
  text: 'First its version is not even a string in YAML. Then it fails, is retried, fails again, and waits for a person.',
  async play(stage) {
    const { view } = stage.world;
    await stage.commit('Chen Wei', 'loyalty 2.10 in QA', [{ file: qaVersion, from: 'version: 2.9.4', to: 'version: 2.10' }]);
    await stage.untilRefused('loyalty.qa');
    await stage.commit('Chen Wei', `loyalty ${brokenRelease} in QA`, [
      { file: qaVersion, from: 'version: 2.10', to: `version: ${brokenRelease}` },
    ]);
    await view.until(
      'loyalty.qa stands still',
      () => condition(view.environment('loyalty.qa'), 'Stalled')?.reason === 'DeploymentFailed',
    );
  },
};

export const revert: Step = {
  title: 'The team reverts in git',
  text: '2.9.4 is still what is recorded, but after a failed deployment nobody knows what runs. So it is deployed again, not assumed.',
  async play(stage) {
    await stage.revert('Chen Wei', `Revert "loyalty ${brokenRelease} in QA"`, 2);
    const { view } = stage.world;
    await view.until('loyalty.qa goes on', () => condition(view.environment('loyalty.qa'), 'Stalled') === undefined);
  },
};

export const byHand: Step = {
  title: 'Somebody deploys by hand in Jenkins',
  text: 'Towpath names who. insights asks for its state to be restored (driftPolicy: reconcile), loyalty to be told (report).',
  async play(stage) {
    const { view } = stage.world;
    stage.startByHand('olaf', 'platform/comprehensive-deployment', {
      ENVIRONMENT: 'uat-globex',
      DESCRIPTOR: 'loyalty/2.9.2.json',
    });
    stage.startByHand('olaf', 'insights/deploy-bundle', { ENVIRONMENT: 'insights-uat-acme', VERSION: '5.1.0' });
    const drifted = (name: string) => condition(view.environment(name), 'Drifted')?.reason === 'ForeignDeployment';
    await view.until('the drift of loyalty.uat-globex is reported', () => drifted('loyalty.uat-globex'));
    await stage.operator.retry('loyalty.uat-globex');
    const restored = (name: string) =>
      view.runs(name).length > 1 && view.runs(name).at(-1)?.status?.phase === 'Succeeded' && isReady(view.environment(name));
    await stage.untilReady(['loyalty.qa'], '2.9.4');
    await view.until('what was overwritten is restored', () =>
      ['loyalty.uat-globex', 'insights.insights-uat-acme'].every(restored),
    );
    stage.showEnvironments('the end: what git asks for is what runs, everywhere');
  },
};
