import { compact } from '../compact.js';
import { durationOr, parseDuration } from '../duration.js';
import type { DemandedSignoff } from '../governance.js';
import type { ClaimPlace, JobTemplate, Product, Stage } from '../model.js';
import { toClass } from './governing.js';
import type { ProductDocument } from './schema/product.js';

const minute = 60_000;

type WrittenJenkins = ProductDocument['spec']['deployer']['jenkins'];
type WrittenStage = ProductDocument['spec']['stages'][number];
type WrittenJob = Pick<WrittenJenkins, 'server' | 'job' | 'parameters' | 'timeout'>;

function toJob(written: WrittenJob, defaultTimeoutMs: number): JobTemplate {
  const { server, job, parameters = {}, timeout } = written;
  return { server, job, parameters, timeoutMs: durationOr(timeout, defaultTimeoutMs) };
}

function toStage(written: WrittenStage): Stage {
  return {
    name: written.name,
    after: (written.after ?? []).map((rule) =>
      typeof rule === 'string' ? { stage: rule, require: 'any' } : { stage: rule.stage, require: rule.require ?? 'any' },
    ),
    soakMs: durationOr(written.soak, 0),
    verification: (written.verification ?? []).map(({ name, jenkins }) => ({ name, jenkins: toJob(jenkins, 30 * minute) })),
    signoffs: (written.signoffs ?? []).map(toDemand),
    checklist: written.checklist ?? 'optional',
    ...(written.parity === undefined ? {} : { parity: { with: written.parity.with, allow: written.parity.allow ?? [] } }),
  };
}

function toDemand(written: NonNullable<WrittenStage['signoffs']>[number]): DemandedSignoff {
  if (typeof written === 'string') return { role: written };
  const { role, quorum, expires } = written;
  return compact<DemandedSignoff>({ role, quorum, expiresMs: expires === undefined ? undefined : parseDuration(expires) });
}

/** Exactly one of the two is there: a rule says so. */
function toClaim({ bucket, prefix = 'claims/', configMap }: NonNullable<WrittenJenkins['claim']>): { claim?: ClaimPlace } {
  if (configMap !== undefined) return { claim: { configMap } };
  return bucket === undefined ? {} : { claim: { bucket, prefix } };
}

/** A valid Product document with its defaults filled in. */
export function toProduct({ metadata, spec }: ProductDocument): Product {
  const { jenkins } = spec.deployer;
  return {
    name: metadata.name,
    ...(spec.descriptor === undefined ? {} : { descriptor: spec.descriptor }),
    deployer: {
      ...toJob(jenkins, 120 * minute),
      retry: { limit: jenkins.retry?.limit ?? 0, backoffMs: parseDuration(jenkins.retry?.backoff ?? '5m') ?? 5 * minute },
      onNewVersion: jenkins.onNewVersion ?? 'wait',
      unstable: jenkins.unstable ?? 'failure',
      ...(jenkins.claim === undefined ? {} : toClaim(jenkins.claim)),
    },
    ...(spec.concurrency === undefined ? {} : { concurrency: spec.concurrency }),
    stages: spec.stages.map(toStage),
    driftPolicy: spec.driftPolicy ?? 'report',
    releases: spec.releases ?? 'optional',
    classes: (spec.classes ?? []).map(toClass),
  };
}
