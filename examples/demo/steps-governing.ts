import { insights, loyalty, loyaltyFile, type Step } from './cast.js';
import { campaign, endOfCampaign } from './freezes.js';
import type { Edit } from './repository.js';

const [acme, globex] = loyalty.production;
const initech = 'loyalty.production-initech';
const checkinProduction = 'checkin.checkin-production';
const release = (product: string, version: string): string => `products/${product}/releases/${version}.yaml`;

const toNext = (environment: string, from: string): Edit => ({
  file: loyaltyFile(environment, 'version'),
  from: `version: ${from}`,
  to: 'version: 2.9.4',
});

export const missingSignoff: Step = {
  title: 'A sign-off is missing, and asked for by name',
  text: 'The hold is deleted. insights goes to production; loyalty waits for a quality analyst and for each client. Who signs commits a yes for one digest; nobody can do it for them.',
  async play(stage) {
    stage.world.jenkins.failNext('production-acme');
    await stage.operator.release('outage');
    for (const name of loyalty.production) await stage.untilTold(name, 'signoffs', 'by quality-analyst, client');
    await stage.sign('Priya Nair', 'quality-analyst', loyalty.production);
    for (const name of loyalty.production) await stage.untilTold(name, 'signoffs', 'by client');
    await stage.sign('Carla Cole', 'client', [acme]);
    await stage.untilRunning([acme]);
  },
};

export const freeze: Step = {
  title: 'A freeze: globex has a campaign',
  text: 'globex signs too, but its production is frozen, until a time that is told. For acme Jenkins loses an agent; the product allows one retry. Meanwhile the next release goes to QA.',
  async play(stage) {
    await stage.sign('Gus Lindgren', 'client', [globex]);
    await stage.commit('Ana Silva', 'loyalty 2.9.4 in QA', [toNext('qa', '2.9.3')]);
    await stage.untilWaitingFor([globex], 'window');
  },
};

export const hotfix: Step = {
  title: 'A hotfix: checkin 7.4.2, on its shorter path, through the same freeze',
  text: 'It changes the one component that it claims, skips alpha and beta, and the product manager may sign later. What it leaves out is owed, by whom and until when.',
  async play(stage) {
    const file = (name: string) => `products/checkin/environments/checkin-${name}/version.yaml`;
    const edits = ['feature', 'delta', 'uat', 'production'].map((name) => ({
      file: file(name),
      from: 'version: 7.4.1',
      to: 'version: 7.4.2',
    }));
    await stage.commit('Ana Silva', 'checkin 7.4.2: badges cannot be read', edits);
    await stage.untilAsked([checkinProduction], '7.4.2');
    await stage.sign('Priya Nair', 'quality-analyst', [checkinProduction]);
    await stage.untilReady([checkinProduction], '7.4.2');
    await stage.untilOwed('checkin', '7.4.2', 4);
    await stage.untilReady([acme], '2.9.3');
    await stage.untilReady(insights.production, '5.2.0');
    stage.showEnvironments('globex waits for its campaign to end', ['loyalty', 'checkin']);
  },
};

export const jump: Step = {
  title: 'The campaign is over, and initech jumps: from 2.9.1 to 2.9.4, over two releases',
  text: 'globex gets its release. initech has to do what 2.9.2, 2.9.3 and 2.9.4 ask for, without what is done there already.',
  async play(stage) {
    const over = endOfCampaign(Date.now());
    await stage.commit('Ana Silva', 'The campaign of globex is over', [
      { file: campaign.file, from: await stage.world.repository.line(campaign.file, 'to: '), to: over },
    ]);
    const moved = { from: 'reason: Stays behind until its CRM has moved', to: 'reason: Its CRM has moved' };
    const edits = ['uat-initech', 'production-initech'].flatMap((name) => [
      toNext(name, '2.9.1'),
      { file: loyaltyFile(name, 'version'), ...moved },
    ]);
    await stage.commit('Ana Silva', 'loyalty 2.9.4 for initech', edits);
    await stage.untilAsked([initech], '2.9.4');
    await stage.sign('Priya Nair', 'quality-analyst', [initech]);
    await stage.sign('Ines Ito', 'client', [initech]);
    await stage.untilTold(initech, 'checklist', 'rotate-crm-secret');
    const done = `{ client: initech, state: done, by: sam.okoro@platform.example, at: ${new Date().toISOString()} }`;
    await stage.commit('Sam Okoro', 'The secret of the CRM of initech is rotated', [
      { file: release('loyalty', '2.9.3'), from: '{ client: initech, state: pending }', to: done },
    ]);
    await stage.untilReady([globex], '2.9.3');
    await stage.untilReady([initech], '2.9.4');
    await stage.untilOwed('loyalty', '2.9.4', 1);
  },
};
