import type { Product } from '../../controller/core/model.js';
import type { EnvironmentResource } from '../../controller/core/resources/environment.js';
import { hasEffect } from './jenkins-state.js';
import { type Plan, usualPace } from './plan.js';
import { addEnvironment, prepareServers } from './simulation.js';
import { demand } from './violation.js';
import type { World } from './world.js';

/** A deployment as it goes where nothing fails, and what it must have come to wherever the controller was killed. */
export interface Scenario {
  readonly name: string;
  readonly plan: Plan;
  readonly begin: (world: World) => void;
  readonly check: (world: World) => void;
}

const minute = 60_000;

function aProduct(name: string, over: Partial<Product['deployer']> = {}): Product {
  return {
    name,
    deployer: {
      server: 'main',
      job: `deploy-${name}`,
      parameters: { ENVIRONMENT: '${environment}', VERSION: '${version}' },
      timeoutMs: 15 * minute,
      retry: { limit: 0, backoffMs: 20_000 },
      onNewVersion: 'wait',
      unstable: 'failure',
      ...over,
    },
    stages: [
      { name: 'qa', after: [], soakMs: 0, verification: [], signoffs: [], checklist: 'optional' },
      { name: 'uat', after: [{ stage: 'qa', require: 'any' }], soakMs: 0, verification: [], signoffs: [], checklist: 'optional' },
    ],
    driftPolicy: 'report',
    releases: 'optional',
    classes: [],
  };
}

function aPlan(products: readonly Product[], over: Partial<Plan> = {}): Plan {
  return {
    seed: 1,
    replicas: 1,
    products,
    firstDeployment: 'deploy',
    maxConcurrent: undefined,
    executors: 2,
    buildMs: [20_000, 20_000],
    results: ['SUCCESS'],
    firstResults: [],
    ...usualPace,
    saveMs: minute,
    refusal: 'NOT_BUILT',
    delayMs: 3_000,
    skewMs: 0,
    activeMs: 3 * minute,
    troubles: new Set(),
    userMs: minute,
    troubleMs: minute,
    ...over,
  };
}

function begin(world: World, stages: readonly ('qa' | 'uat')[]): void {
  prepareServers(world, false);
  for (const product of world.plan.products)
    for (const stage of stages) addEnvironment(world, product, { environment: stage, stage });
  world.git.commit('Start');
}

/** Exactly these deployments have happened, and the environments are Ready with them. */
function cameTo(world: World, wanted: Readonly<Record<string, readonly string[]>>): void {
  for (const [name, versions] of Object.entries(wanted)) {
    const [product = '', environment = ''] = name.split('.');
    const effects = world.jenkins.effects.filter(
      (effect) => effect.job === `deploy-${product}` && effect.parameters.ENVIRONMENT === environment && hasEffect(effect),
    );
    const found = effects.map(({ parameters, result }) => `${parameters.VERSION} ${result}`);
    const rule = 'each run is deployed once, and to the right end';
    demand(
      JSON.stringify(found) === JSON.stringify(versions),
      rule,
      () => `${name}: ${found.join(', ')} instead of ${versions.join(', ')}`,
    );
    const { status } = world.api.get('environments', name) as unknown as EnvironmentResource;
    const ready = status?.conditions?.find(({ type }) => type === 'Ready');
    demand(ready?.status === 'True', rule, () => `${name} is not Ready: ${ready?.message}`);
  }
}

const supersedeDown = 100_000;

export const scenarios: readonly Scenario[] = [
  {
    name: 'deployment',
    plan: aPlan([aProduct('shop')]),
    begin: (world) => begin(world, ['qa']),
    check: (world) => cameTo(world, { 'shop.qa': ['1.1.0 SUCCESS'] }),
  },
  {
    name: 'retry',
    plan: aPlan([aProduct('shop', { retry: { limit: 1, backoffMs: 20_000 } })], { firstResults: ['FAILURE'] }),
    begin: (world) => begin(world, ['qa']),
    check: (world) => cameTo(world, { 'shop.qa': ['1.1.0 FAILURE', '1.1.0 SUCCESS'] }),
  },
  {
    name: 'supersede',
    plan: aPlan([aProduct('shop')], { activeMs: 5 * minute }),
    begin: (world) => {
      begin(world, ['qa']);
      // The first version waits for a Jenkins that is down until git has moved on.
      world.jenkins.kill();
      world.scheduler.outside(supersedeDown, () => {
        const [one] = world.git.environments;
        if (one !== undefined) one.version = '1.2.0';
        world.git.commit('Promote to 1.2.0');
      });
      world.scheduler.outside(supersedeDown + 3 * minute, () => world.jenkins.start());
    },
    check: (world) => cameTo(world, { 'shop.qa': ['1.2.0 SUCCESS'] }),
  },
  {
    name: 'adoption',
    plan: aPlan([aProduct('shop')], { firstDeployment: 'confirm' }),
    begin: (world) => {
      begin(world, ['qa']);
      world.scheduler.outside(2 * minute, () => {
        const body = { metadata: { annotations: { 'towpath.dev/adopt': '1.1.0' } } };
        world.api.handle({ method: 'PATCH', plural: 'environments', name: 'shop.qa', isStatus: false, body, by: 'user' });
      });
    },
    check: (world) => cameTo(world, { 'shop.qa': [] }),
  },
  {
    name: 'claimed and lost',
    plan: aPlan([aProduct('shop', { claim: { bucket: 'claims', prefix: 'claims/' } })], { buildMs: [60_000, 60_000] }),
    begin: (world) => {
      begin(world, ['qa']);
      // The build runs on when Jenkins forgets it; only its claim tells how it ended.
      world.scheduler.outside(40_000, () => world.jenkins.kill());
      world.scheduler.outside(70_000, () => world.jenkins.start());
    },
    check: (world) => cameTo(world, { 'shop.qa': ['1.1.0 SUCCESS'] }),
  },
  {
    name: 'two-product promotion',
    plan: aPlan([aProduct('shop'), aProduct('data')]),
    begin: (world) => begin(world, ['qa', 'uat']),
    check: (world) => {
      const once = ['1.1.0 SUCCESS'];
      cameTo(world, { 'shop.qa': once, 'shop.uat': once, 'data.qa': once, 'data.uat': once });
    },
  },
];
