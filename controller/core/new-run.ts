import { compact } from './compact.js';
import type { Findings } from './findings.js';
import { gatesBefore, toGateStatuses } from './gates/evaluate.js';
import { stageOf } from './gates/order.js';
import type { DesiredEnvironment, JobTemplate, Product } from './model.js';
import { attemptsSoFar, type Cause } from './need.js';
import type { DeploymentRunSpec, JenkinsJob } from './resources/deployment-run.js';
import { runName } from './run/identity.js';
import { deltaStatus } from './status/delta.js';
import { substitute } from './substitution.js';

/** The frozen content of the next run. The number counts up and is never used again: the newest run is never pruned. */
export function newRun(findings: Omit<Findings, 'need'>, action: DeploymentRunSpec['action'], cause: Cause): DeploymentRunSpec {
  const { facts, desired } = findings;
  const wanted = facts.desired;
  if (wanted === undefined || desired?.digest === undefined || desired.releaseDigest === undefined) {
    throw new Error('a run needs a valid desired state with its digests');
  }
  // The status remembers the newest run where a person has deleted it.
  const told = Number(facts.environment.status?.run?.split('.').at(-1) ?? 0);
  const number = Math.max(facts.runs.at(-1)?.spec.number ?? 0, told) + 1;
  const values = valuesOf(findings, wanted, runName(wanted.product.name, wanted.environment, number));
  const checks = (stageOf(wanted)?.verification ?? []).map(({ name, jenkins }) => ({ name, jenkins: toJob(jenkins, values) }));
  const { deployer } = wanted.product;
  return compact<DeploymentRunSpec>({
    source: facts.source.name,
    product: wanted.product.name,
    environment: wanted.environment,
    stage: wanted.stage,
    client: wanted.client,
    version: wanted.version,
    class: wanted.release?.class,
    digest: desired.digest,
    releaseDigest: desired.releaseDigest,
    commit: desired.commit,
    commitTime: desired.commitTime,
    descriptor: descriptorOf(findings),
    number,
    attempt: action === 'deploy' ? attemptsSoFar(facts.runs, desired.digest) + 1 : 1,
    action,
    deployer: action === 'deploy' ? toDeployer(deployer, values) : undefined,
    verification: checks.length === 0 ? undefined : checks,
    delta: deltaStatus(findings, facts.environment.status),
    gates: toGateStatuses(findings.gates, gatesBefore(facts.environment.status, desired.digest), facts.now),
    cause,
  });
}

function toDeployer(deployer: Product['deployer'], values: Record<string, string>): NonNullable<DeploymentRunSpec['deployer']> {
  const { unstable, claim } = deployer;
  return { jenkins: toJob(deployer, values), unstable, ...(claim === undefined ? {} : { claim }) };
}

function descriptorOf({ desired }: Omit<Findings, 'need'>): DeploymentRunSpec['descriptor'] {
  if (desired?.descriptorKey === undefined || desired.descriptorSha256 === undefined) return undefined;
  return compact<NonNullable<DeploymentRunSpec['descriptor']>>({
    key: desired.descriptorKey,
    sha256: desired.descriptorSha256,
    versionId: desired.descriptorVersionId,
  });
}

function valuesOf({ desired }: Omit<Findings, 'need'>, wanted: DesiredEnvironment, run: string): Record<string, string> {
  return {
    environment: wanted.environment,
    product: wanted.product.name,
    stage: wanted.stage,
    client: wanted.client ?? '',
    version: wanted.version,
    commit: desired?.commit ?? '',
    digest: desired?.digest ?? '',
    releaseDigest: desired?.releaseDigest ?? '',
    'descriptor.key': desired?.descriptorKey ?? '',
    'descriptor.sha256': desired?.descriptorSha256 ?? '',
    'descriptor.versionId': desired?.descriptorVersionId ?? '',
    'descriptor.bucket': wanted.product.descriptor?.bucket ?? '',
    run,
  };
}

function toJob(template: JobTemplate, values: Record<string, string>): JenkinsJob {
  return {
    server: template.server,
    job: substitute(template.job, values),
    parameters: Object.fromEntries(Object.entries(template.parameters).map(([name, value]) => [name, substitute(value, values)])),
    timeout: `${Math.max(1, Math.round(template.timeoutMs / 1000))}s`,
  };
}
