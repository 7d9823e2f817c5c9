import type { Narrator } from './happenings.js';
import { brokenRelease } from './jenkins.js';
import type { Edit } from './repository.js';
import { Stage } from './stage.js';
import { condition, isReady } from './view.js';
import type { World } from './world.js';

interface Step {
  readonly title: string;
  readonly text: string;
  play(stage: Stage): Promise<void>;
}

const clients = ['acme', 'globex', 'initech'] as const;
const loyaltyUat = clients.map((client) => `loyalty.uat-${client}`);
const loyaltyProduction = clients.map((client) => `loyalty.production-${client}`);
const loyalty = ['loyalty.qa', ...loyaltyUat, ...loyaltyProduction];
const insightsProduction = ['insights.insights-production-acme', 'insights.insights-production-globex'];
const insightsUat = ['insights.insights-uat-acme', 'insights.insights-uat-globex'];
const insights = ['insights.insights-qa', ...insightsUat, ...insightsProduction];

const uatInitech = 'products/loyalty/environments/uat-initech/config.yaml';
const qaVersion = 'products/loyalty/environments/qa/version.yaml';

const dayOne: Step = {
  title: 'Day one: Towpath is switched on',
  text: 'Git lists two products in twelve environments. Towpath does not know yet what runs there, so it asks instead of redeploying production.',
  async play(stage) {
    await stage.untilWaitingFor([...loyalty, ...insights], 'first-deployment');
    await stage.operator.adopt('loyalty', loyalty, '2.9.1');
    await stage.operator.adopt('insights', insights, '5.1.0');
    await stage.untilReady(loyalty, '2.9.1');
    await stage.untilReady(insights, '5.1.0');
    stage.showEnvironments('recorded as they are; builds in Jenkins so far: none');
    const { effects } = stage.world.jenkins.server;
    if (effects.length > 0) throw new Error(`${effects.length} builds were started although nobody asked for a deployment`);
  },
};

const promotion: Step = {
  title: 'A promotion: loyalty 2.9.3 and insights 5.2.0, everywhere',
  text: 'One commit changes every master version file. QA goes first; the other stages wait for the same release digest to be verified before them.',
  async play(stage) {
    const product = (name: string) => `products/${name}/product.yaml`;
    await stage.commit('Ana Silva', 'Wait seconds, not hours: this is a demonstration', [
      { file: product('loyalty'), from: 'soak: 24h', to: 'soak: 3s' },
      { file: product('loyalty'), from: 'backoff: 5m', to: 'backoff: 2s' },
      { file: product('insights'), from: 'soak: 12h', to: 'soak: 3s' },
      { file: product('insights'), from: 'backoff: 2m', to: 'backoff: 2s' },
    ]);
    const bump = async (name: string, from: string, to: string): Promise<Edit[]> => {
      const files = await stage.world.repository.versionFiles(name);
      return files.map((file) => ({ file, from: `version: ${from}`, to: `version: ${to}` }));
    };
    const edits = [...(await bump('loyalty', '2.9.1', '2.9.3')), ...(await bump('insights', '5.1.0', '5.2.0'))];
    await stage.commit('Ana Silva', 'Sprint 41: loyalty 2.9.3, insights 5.2.0', edits);
    await stage.untilRunning(['loyalty.qa', 'insights.insights-qa']);
  },
};

const stopTheLine: Step = {
  title: 'An operator stops the line',
  text: 'A Hold with a reason: no production deployment starts until it is deleted. QA and UAT go on.',
  async play(stage) {
    const selector = { stages: ['production'] };
    await stage.operator.hold('peak', { reason: 'Retail peak until noon', by: 'Dana', selector });
    await stage.untilWaitingFor([...loyaltyProduction, ...insightsProduction], 'held');
  },
};

const typo: Step = {
  title: 'A typo reaches the main branch',
  text: 'It stops the one environment that depends on it. Everything else goes on.',
  async play(stage) {
    await stage.commit('Ben Okafor', 'Tidy up uat-initech', [{ file: uatInitech, from: 'stage: uat', to: 'stage: uta' }]);
    await stage.untilRefused('loyalty.uat-initech');
    await stage.untilRunning(['loyalty.uat-acme', 'loyalty.uat-globex']);
    await stage.commit('Ben Okafor', 'It is uat, of course', [{ file: uatInitech, from: 'stage: uta', to: 'stage: uat' }]);
    await stage.untilReady(loyaltyUat, '2.9.3');
    await stage.untilReady(insightsUat, '5.2.0');
    stage.showEnvironments('why is it not in production yet? one answer for each');
  },
};

const production: Step = {
  title: 'Production, two at a time, and Jenkins loses an agent',
  text: 'The hold is deleted. The first deployment for globex fails; the product allows one retry.',
  async play(stage) {
    stage.world.jenkins.failNext('production-globex');
    await stage.operator.release('peak');
    await stage.untilReady(loyalty, '2.9.3');
    await stage.untilReady(insights, '5.2.0');
    stage.showEnvironments('both releases are in production');
  },
};

const badRelease: Step = {
  title: `A bad release: ${brokenRelease} does not start in QA`,
  text: 'First its version is not even a string in YAML. Then it fails, is retried, fails again, and waits for a person.',
  async play(stage) {
    const { view } = stage.world;
    await stage.commit('Chen Wei', 'loyalty 2.10 in QA', [{ file: qaVersion, from: 'version: 2.9.3', to: 'version: 2.10' }]);
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

const revert: Step = {
  title: 'The team reverts in git',
  text: '2.9.3 is still what is recorded, but after a failed deployment nobody knows what runs. So it is deployed again, not assumed.',
  async play(stage) {
    await stage.revert('Chen Wei', `Revert "loyalty ${brokenRelease} in QA"`, 2);
    await stage.untilReady(['loyalty.qa'], '2.9.3');
  },
};

const byHand: Step = {
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
    await view.until('what was overwritten is restored', () =>
      ['loyalty.uat-globex', 'insights.insights-uat-acme'].every(restored),
    );
    stage.showEnvironments('the end: what git asks for is what runs, everywhere');
  },
};

const steps: readonly Step[] = [dayOne, promotion, stopTheLine, typo, production, badRelease, revert, byHand];

/** What must be true at the end; the numbers follow from the steps. */
export const expected = { deployments: 18, failed: 3, checks: 10, foreign: 2, errors: 2, environments: 12 } as const;

/** Plays the story from its beginning to its end; fails at the first thing that does not happen. */
export async function tellStory(world: World, narrator: Narrator): Promise<void> {
  const stage = new Stage(world, narrator);
  for (const [index, step] of steps.entries()) {
    narrator.flush();
    narrator.tell({ event: 'step', number: index + 1, title: step.title, text: step.text });
    await step.play(stage);
  }
  narrator.flush();
}
