import type { EnvironmentFacts } from '../../controller/core/facts.js';
import type { Commit, Descriptor, DesiredEnvironment, Millis, Product, Stage } from '../../controller/core/model.js';
import type {
  DeploymentRunResource,
  DeploymentRunSpec,
  DeploymentRunStatus,
  Phase,
} from '../../controller/core/resources/deployment-run.js';
import type { EnvironmentResource, EnvironmentStatus, VerifiedRelease } from '../../controller/core/resources/environment.js';
import type { HistoryBuild } from '../../controller/core/run/observation.js';
import { toTime } from '../../controller/core/time.js';

/** A time of the day that all tests of the core live on. */
export function at(clock: string): Millis {
  return Date.parse(`2026-11-22T${clock.length === 5 ? `${clock}:00` : clock}Z`);
}

export const aCommit = (sha = 'c'.repeat(40)): Commit => ({ sha, author: 'Ada', time: at('09:00'), subject: 'Promote' });

export function aStage(over: Partial<Stage> = {}): Stage {
  return { name: 'qa', after: [], soakMs: 0, verification: [], signoffs: [], checklist: 'optional', ...over };
}

export function aProduct(over: Partial<Product> = {}): Product {
  return {
    name: 'shop',
    deployer: {
      server: 'main',
      job: 'deploy',
      parameters: { ENVIRONMENT: '${environment}', VERSION: '${version}' },
      timeoutMs: 3_600_000,
      retry: { limit: 0, backoffMs: 60_000 },
      onNewVersion: 'wait',
      unstable: 'failure',
    },
    stages: [aStage(), aStage({ name: 'uat', after: [{ stage: 'qa', require: 'any' }] })],
    driftPolicy: 'report',
    releases: 'optional',
    classes: [],
    ...over,
  };
}

export function withRetry(limit: number, backoffMs = 60_000): Product {
  const product = aProduct();
  return { ...product, deployer: { ...product.deployer, retry: { limit, backoffMs } } };
}

export function aDesired(over: Partial<DesiredEnvironment> = {}): DesiredEnvironment {
  return {
    product: aProduct(),
    environment: 'qa',
    stage: 'qa',
    version: '1.1.0',
    settings: {},
    settingsDigest: 'sha256:settings',
    ...over,
  };
}

export function anEnvironment(status?: EnvironmentStatus, annotations: Record<string, string> = {}): EnvironmentResource {
  const spec = { product: 'shop', environment: 'qa', stage: 'qa', source: 'releases' };
  const metadata = { name: 'shop.qa', namespace: 'default', uid: 'e1', generation: 1, annotations };
  return status === undefined ? { metadata, spec } : { metadata, spec, status };
}

export function someFacts(over: Partial<EnvironmentFacts> = {}): EnvironmentFacts {
  return {
    now: at('10:00'),
    environment: anEnvironment(),
    desired: aDesired(),
    commit: aCommit(),
    findings: [],
    governance: { releases: {}, windows: [], roles: [], broken: [] },
    source: { name: 'releases', suspended: false, firstDeployment: 'confirm' },
    runs: [],
    path: [],
    holds: [],
    capacities: [],
    ...over,
  };
}

export interface RunOver {
  readonly number?: number;
  readonly phase?: Phase;
  readonly at?: Millis;
  readonly spec?: Partial<DeploymentRunSpec>;
  readonly status?: Partial<DeploymentRunStatus>;
  readonly annotations?: Record<string, string>;
}

/** A run as it is in a phase, with a build where that phase means that there was one. */
export function aRun({
  number = 1,
  phase = 'Succeeded',
  at: when = at('09:30'),
  spec = {},
  status = {},
  annotations = {},
}: RunOver = {}): DeploymentRunResource {
  const unclaimed = phase === 'Pending' || phase === 'Superseded';
  const jenkins = unclaimed ? {} : { jenkins: invocationIn(phase, number, when) };
  return {
    metadata: {
      name: `shop.qa.${number}`,
      namespace: 'default',
      uid: `0000000${number}-aaaa`,
      generation: 1,
      creationTimestamp: toTime(when - 60_000),
      annotations,
    },
    spec: {
      source: 'releases',
      product: 'shop',
      environment: 'qa',
      stage: 'qa',
      version: '1.1.0',
      digest: 'sha256:desired',
      releaseDigest: 'sha256:release',
      commit: 'c'.repeat(40),
      number,
      attempt: 1,
      action: 'deploy',
      deployer: { jenkins: { server: 'main', job: 'deploy', parameters: {}, timeout: '1h' }, unstable: 'failure' },
      cause: { type: 'desired', message: 'git asks for it' },
      ...spec,
    },
    status: { observedGeneration: 1, phase, ...jenkins, timestamps: { [phase]: toTime(when) }, ...status },
  };
}

function invocationIn(phase: Phase, buildNumber: number, when: Millis): NonNullable<DeploymentRunStatus['jenkins']> {
  const claim = { holder: 'a', at: toTime(when - 30_000), nextBuildNumber: buildNumber, session: 's1', posts: 1 };
  const requestedAt = toTime(when - 30_000);
  const results: Partial<Record<Phase, string>> = {
    Succeeded: 'SUCCESS',
    VerificationFailed: 'SUCCESS',
    Verifying: 'SUCCESS',
    Failed: 'FAILURE',
    Aborted: 'ABORTED',
    TimedOut: 'TIMEOUT',
  };
  const result = results[phase];
  if (result !== undefined) return { state: 'Finished', claim, requestedAt, buildNumber, result };
  if (phase === 'Triggering') return { state: 'Triggering', claim, requestedAt };
  if (phase === 'Queued') return { state: 'Queued', claim, requestedAt, queueId: 7 };
  return { state: phase === 'Unknown' ? 'Unknown' : 'Running', claim, requestedAt, buildNumber };
}

export const verified = (
  releaseDigest: string,
  since: Millis,
  result: VerifiedRelease['result'] = 'Passed',
): VerifiedRelease => ({
  releaseDigest,
  version: '1.1.0',
  since: toTime(since),
  result,
});

export function aDescriptor(over: Partial<Descriptor> = {}): Descriptor {
  const components = { cart: '1.0.0' };
  return { key: 'shop/1.1.0.json', sha256: 'a'.repeat(64), components, content: { components }, ...over };
}

export function aForeignBuild(over: Partial<HistoryBuild> = {}): HistoryBuild {
  return {
    number: 9,
    url: 'https://jenkins/job/deploy/9/',
    building: false,
    result: 'SUCCESS',
    startedAt: at('09:50'),
    parameters: { ENVIRONMENT: 'qa', VERSION: '0.9.0' },
    by: 'bob',
    ...over,
  };
}
