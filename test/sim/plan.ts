import type { ClaimPlace, Millis, Product, Stage } from '../../controller/core/model.js';
import { type GovernedPlan, govern } from './governed-plan.js';
import { Random } from './random.js';

/** What a seed is about, drawn before anything happens: each seed leaves most kinds of trouble out, so that the others go far. */
export interface Plan {
  readonly seed: number;
  readonly replicas: number;
  readonly products: readonly Product[];
  readonly firstDeployment: 'confirm' | 'deploy';
  readonly maxConcurrent: number | undefined;
  readonly executors: number;
  readonly buildMs: readonly [Millis, Millis];
  readonly results: readonly [string, ...string[]];
  /** How the first builds end, in order; then it is drawn from `results`. */
  readonly firstResults: readonly string[];
  /** How slowly an item becomes a build, and how seldom the queue is saved. */
  readonly handoverMs: Millis;
  /** How often controllers look at what is under way. */
  readonly pollMs: Millis;
  readonly saveMs: Millis;
  /** How a build ends that finds its run claimed by another. */
  readonly refusal: string;
  readonly delayMs: Millis;
  readonly skewMs: Millis;
  /** How long users and faults are at work. */
  readonly activeMs: Millis;
  readonly troubles: ReadonlySet<Trouble>;
  /** Mean time between two things that users do, and between two troubles. */
  readonly userMs: Millis;
  readonly troubleMs: Millis;
  /** Absent where nothing governs releases. */
  readonly governed?: GovernedPlan;
}

export const troubles = [
  'kill-controller',
  'stop-controller',
  'pause-controller',
  'clock-jump',
  'kill-jenkins',
  'terminate-jenkins',
  'restart-jenkins',
  'quiet-jenkins',
  'delete-builds',
  'disable-job',
  'change-job',
  'api-faults',
  'api-restart',
  'watch-faults',
  'jenkins-faults',
  'lost-posts',
  'late-posts',
  'unauthorized',
  'git-down',
  'bucket-down',
  'ledger-down',
  'foreign-builds',
  'cancel-items',
] as const;
export type Trouble = (typeof troubles)[number];

const second = 1_000;
const minute = 60 * second;

export const usualPace = { handoverMs: 3, pollMs: 10 * second };

/** One seed of so many is governed. */
const governedEvery = 8;

export function draw(seed: number, isGoverned = seed % governedEvery === 0): Plan {
  const plan = drawUngoverned(seed);
  return isGoverned ? govern(plan, new Random(seed ^ 0x60fe12)) : plan;
}

function drawUngoverned(seed: number): Plan {
  const random = new Random(seed ^ 0x51ed27);
  const productCount = random.pick([1, 1, 1, 2]);
  const share = random.pick([0, 0.15, 0.35, 0.7]);
  return {
    seed,
    replicas: random.pick([1, 2, 2, 3]),
    products: Array.from({ length: productCount }, (_, index) => drawProduct(['shop', 'data'][index] ?? 'more', random)),
    firstDeployment: random.pick(['deploy', 'deploy', 'confirm']),
    maxConcurrent: random.chance(0.2) ? random.between(1, 2) : undefined,
    executors: random.pick([1, 2, 4]),
    buildMs: [random.pick([2, 20]) * second, random.pick([30, 90, 240]) * second],
    results: random.chance(0.4) ? ['SUCCESS'] : ['SUCCESS', 'SUCCESS', 'SUCCESS', 'FAILURE', 'UNSTABLE', 'ABORTED'],
    firstResults: [],
    ...random.pick([usualPace, usualPace, { handoverMs: 250, pollMs: 2 * second }]),
    saveMs: random.pick([60, 60, 8]) * second,
    refusal: random.pick(['NOT_BUILT', 'FAILURE']),
    delayMs: random.pick([1, 3, 10]) * second,
    skewMs: random.pick([0, 0, 2 * second]),
    activeMs: random.between(5, 25) * minute,
    troubles: new Set(troubles.filter(() => random.chance(share))),
    userMs: random.pick([20, 60, 150]) * second,
    troubleMs: random.pick([15, 40, 120]) * second,
  };
}

const claimBucket: ClaimPlace = { bucket: 'claims', prefix: 'claims/' };
const claimNamespace: ClaimPlace = { configMap: { namespace: 'towpath-claims' } };

function drawProduct(name: string, random: Random): Product {
  const checked = random.chance(0.4);
  const soakMs = random.chance(0.2) ? 2 * minute : 0;
  const stages: Stage[] = [
    { name: 'qa', after: [], soakMs: 0, verification: checked ? [smoke()] : [], signoffs: [], checklist: 'optional' },
    {
      name: 'uat',
      after: [{ stage: 'qa', require: 'any' }],
      soakMs,
      verification: checked && random.chance(0.5) ? [smoke()] : [],
      signoffs: [],
      checklist: 'optional',
    },
  ];
  const withDescriptor = random.chance(0.4);
  const claim = random.pick<ClaimPlace | undefined>([undefined, undefined, claimBucket, claimNamespace]);
  const descriptorParameter: Record<string, string> = withDescriptor ? { DESCRIPTOR: '${descriptor.sha256}' } : {};
  return {
    name,
    ...(withDescriptor ? { descriptor: { bucket: 'candidates', key: '${product}/${version}.json' } } : {}),
    deployer: {
      server: 'main',
      job: `deploy-${name}`,
      parameters: { ENVIRONMENT: '${environment}', VERSION: '${version}', ...descriptorParameter },
      timeoutMs: random.pick([6, 15]) * minute,
      retry: { limit: random.pick([0, 0, 1, 2]), backoffMs: random.pick([10 * second, minute]) },
      onNewVersion: random.pick(['wait', 'abort']),
      unstable: random.pick(['failure', 'success']),
      ...(claim === undefined ? {} : { claim }),
    },
    ...(random.chance(0.3) ? { concurrency: 1 } : {}),
    stages,
    driftPolicy: random.pick(['report', 'report', 'reconcile']),
    releases: 'optional',
    classes: [],
  };
}

const smoke = () => ({
  name: 'smoke',
  jenkins: { server: 'main', job: 'smoke', parameters: { ENVIRONMENT: '${environment}' }, timeoutMs: 10 * minute },
});
